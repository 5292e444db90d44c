class P {
  static void W(string s) { System.Console.WriteLine(s); }
  static void Main() {
    string a = "rapid", b = "go", e = "";
    W(a + b); W(a + 1 + 'x' + true + null + 2.5 + e); W(a.Substring(1, 3)); W(a.ToUpperInvariant()); W(a.Replace('p', 'b')); W(a.Replace("pid", "t"));
    W(a.IndexOf('i') + " " + a.IndexOf("id", System.StringComparison.Ordinal) + " " + a.LastIndexOf('z') + " " + a.Length + " " + a[4]);
    W(string.Join(",", new string[] { "x", null, "z" })); W(string.Concat("1", "2", "3", "4")); W(new string('-', 5)); W(new string(new char[] { 'q', 'r' }));
    W("  trim\t".Trim() + "|" + "xxaxx".Trim('x') + "|" + "5".PadLeft(4, '0') + "|" + "5".PadRight(3) + "|");
    foreach (string part in "a,b;c,,d".Split(',', ';')) W("<" + part + ">");
    W((a == "rap" + "id") + " " + (a != b) + " " + a.Equals("RAPID", System.StringComparison.OrdinalIgnoreCase) + " " + string.CompareOrdinal("a", "b") + " " + string.IsNullOrEmpty(e));
    W(a.StartsWith("ra", System.StringComparison.Ordinal) + " " + a.EndsWith("go", System.StringComparison.Ordinal) + " " + a.Contains("api"));
    W(a.Insert(2, "--") + " " + a.Remove(2) + " " + a.Remove(1, 2));
    string rapid = new System.Text.StringBuilder("rap").Append("id").ToString();
    W(object.ReferenceEquals(a, rapid) + " " + object.ReferenceEquals(a, string.Intern(rapid)) + " " + (a == rapid) + " " + object.ReferenceEquals("", e));
    int h = 0; foreach (char c in "日本語 text ü") h = h * 31 + c; System.Console.WriteLine(h);
    W("日本語 ü € 😀"); W(string.Format("{0}-{1:D4}-{2,6}|{3,-6}|{0}", "f", 42, "r", "l")); W($"{a.Length} {b}{1 + 1}");
    char[] chars = a.ToCharArray(); System.Array.Reverse(chars); W(new string(chars)); W(char.IsDigit('5') + " " + char.IsLetter('5') + " " + char.ToUpperInvariant('y') + " " + (int)char.GetNumericValue('7'));
    unsafe { fixed (char* p = a) System.Console.WriteLine(p[0] + p[4] + p[5]); }
    try { a.Substring(9); } catch (System.ArgumentOutOfRangeException) { W("range"); }
    try { char c = a[5]; W("" + c); } catch (System.IndexOutOfRangeException) { W("index"); }
    try { string n = null; W(n.Length + ""); } catch (System.NullReferenceException) { W("null"); }
  }
}
