// Regular expressions (interpreted) over a generated log: matches with groups, alternation, back-references, Replace with a
// function, Split; SIZE rounds of 100 lines.
using System;
using System.Text;
using System.Text.RegularExpressions;

static class Program {
  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var b = new StringBuilder();
    uint s = 77;
    string[] levels = { "INFO", "WARN", "ERROR", "DEBUG" };
    for (int i = 0; i < 100; i++) {
      s = s * 1664525 + 1013904223;
      b.Append("2024-0").Append(1 + i % 9).Append('-').Append(10 + i % 18).Append(' ').Append(levels[(s >> 20) % 4]);
      b.Append(" user").Append(s >> 24).Append("@host").Append(i % 7).Append(".example.org took ").Append((s >> 8) % 5000);
      b.Append(i % 5 == 0 ? " ms again again\n" : " ms\n");
    }
    string log = b.ToString();
    var dates = new Regex(@"(\d{4})-(\d\d)-(\d\d) (WARN|ERROR)");
    var addresses = new Regex(@"[a-z]+\d*@(?<host>[a-z0-9]+)(\.[a-z]+)+");
    var twice = new Regex(@"\b(\w+) \1\b");
    var numbers = new Regex(@"took (\d+) ms");
    var lineEnds = new Regex(@"\s*\n");
    ulong sum = 0;
    for (int r = 0; r < rounds; r++) {
      foreach (Match m in dates.Matches(log)) sum = sum * 31 + (ulong)(m.Index + int.Parse(m.Groups[3].Value) * m.Groups[4].Length);
      for (Match m = addresses.Match(log); m.Success; m = m.NextMatch()) sum = sum * 31 + (ulong)(m.Length + m.Groups["host"].Value[4]);
      sum = sum * 31 + (ulong)twice.Matches(log).Count;
      string replaced = numbers.Replace(log, m => "took " + (int.Parse(m.Groups[1].Value) + r) + " us");
      sum = sum * 31 + (ulong)replaced.Length;
      sum = sum * 31 + (ulong)lineEnds.Split(log).Length;
    }
    Console.WriteLine("checksum: " + sum);
  }
}
