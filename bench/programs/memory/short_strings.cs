// Many short-lived and some lasting short strings: built from chars, concatenated, cut, compared; SIZE rounds.
using System;

static class Program {
  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var kept = new string[1024];
    for (int i = 0; i < kept.Length; i++) kept[i] = "";
    uint s = 9;
    ulong sum = 0;
    for (int r = 0; r < rounds; r++)
      for (int i = 0; i < 1000; i++) {
        s = s * 1664525 + 1013904223;
        string a = new string((char)('a' + s % 26), (int)(s >> 28) + 1);
        string b = a + "-" + kept[(s >> 10) % 1024];
        if (b.Length > 24) b = b.Substring(b.Length - 20);
        if (b == kept[(s >> 20) % 1024]) sum++;
        if (string.CompareOrdinal(a, b) < 0) sum += 3;
        kept[(s >> 12) % 1024] = b;
        sum = sum * 31 + b[b.Length - 1];
      }
    Console.WriteLine("checksum: " + sum);
  }
}
