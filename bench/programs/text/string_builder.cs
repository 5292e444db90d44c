// StringBuilder: appending chars, strings, ints; inserting, replacing, removing, indexing; SIZE rounds.
using System;
using System.Text;

static class Program {
  static uint Hash(string s) {
    uint h = 2166136261;
    foreach (char c in s) h = (h ^ c) * 16777619;
    return h;
  }

  static string Round(int round) {
    var b = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      b.Append((char)('a' + i % 26));
      b.Append("item ").Append(i * 7 + round).Append(i % 3 == 0 ? ", " : "; ");
    }
    for (int i = 0; i < 20; i++) b.Insert(i * 11, "<<");
    b.Remove(100, 50);
    b.Replace("item", "thing");
    var reversed = new StringBuilder(b.Length);
    string text = b.ToString();
    for (int i = text.Length - 1; i >= 0; i--) reversed.Append(text[i]);
    return reversed.ToString();
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    uint sum = 0;
    for (int r = 0; r < rounds; r++) sum = sum * 31 + Hash(Round(r));
    Console.WriteLine("checksum: " + sum);
  }
}
