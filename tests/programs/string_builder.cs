class P {
  static void Main() {
    var sb = new System.Text.StringBuilder();
    for (int i = 0; i < 500; i++) { sb.Append(i); if (i % 3 == 0) sb.Append(", "); if (i % 7 == 0) sb.Append('\n'); }
    sb.Insert(0, "start ").Replace("12", "<twelve>").AppendFormat("{0}:{1:X4}", "end", 48879).AppendLine("!").Remove(6, 4);
    string s = sb.ToString(); uint h = 0; foreach (char c in s) h = h * 31 + c;
    System.Console.WriteLine(s.Length + " " + h + " " + sb[10] + " " + sb.Length); sb.Length = 8; sb[0] = 'S'; System.Console.WriteLine(sb.ToString()); sb.Clear(); System.Console.WriteLine(sb.Append(true).Append(1.5).Append(-3L).Append((object)null).Append(new char[] { 'a', 'b' }).ToString());
  }
}
