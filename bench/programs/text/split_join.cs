// Lines of fields: Split, Trim, int.Parse, ToUpperInvariant, string.Format, Join, Concat, IndexOf, Substring; SIZE rounds of
// 500 lines.
using System;
using System.Collections.Generic;

static class Program {
  static uint Hash(string s, uint h) {
    foreach (char c in s) h = (h ^ c) * 16777619;
    return h;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    uint sum = 2166136261;
    for (int r = 0; r < rounds; r++) {
      var lines = new string[500];
      for (int i = 0; i < lines.Length; i++)
        lines[i] = string.Format("{0};name{1}; {2:x4} ;{3,6};key={4}", i, i * r % 97, i * 31 + r, i % 1000, r + i);
      string file = string.Join("\n", lines);
      var upper = new List<string>();
      int total = 0;
      foreach (string line in file.Split('\n')) {
        string[] fields = line.Split(';');
        total += int.Parse(fields[0]) + int.Parse(fields[3].Trim());
        int at = fields[4].IndexOf('=');
        string key = fields[4].Substring(0, at), value = fields[4].Substring(at + 1);
        if (fields[1].StartsWith("name1", StringComparison.Ordinal) || fields[2].Contains("f"))
          upper.Add(string.Concat(fields[1].ToUpperInvariant(), ":", key, value.PadLeft(8, '0')));
      }
      sum = Hash(string.Join(",", upper.ToArray()), sum) + (uint)total;
    }
    Console.WriteLine("checksum: " + sum);
  }
}
