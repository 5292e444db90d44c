// Frequencies of short pieces in a generated sequence of 20,000 nucleotides: of 4, 8 and 12 letters keyed by packed
// integers, of 1, 2 and 4 letters keyed by strings; SIZE rounds.
using System;
using System.Collections.Generic;

static class Program {
  static string Sequence(int length, uint seed) {
    var letters = new char[length];
    for (int i = 0; i < length; i++) {
      seed = seed * 1664525 + 1013904223;
      uint v = (seed >> 16) % 100;
      letters[i] = v < 30 ? 'A' : v < 50 ? 'C' : v < 70 ? 'G' : 'T';
    }
    return new string(letters);
  }

  static ulong CountPacked(string sequence, int length) {
    var counts = new Dictionary<long, int>();
    long mask = (1L << 2 * length) - 1, piece = 0;
    for (int i = 0; i < sequence.Length; i++) {
      int code;
      switch (sequence[i]) {
        case 'A': code = 0; break;
        case 'C': code = 1; break;
        case 'G': code = 2; break;
        default: code = 3; break;
      }
      piece = (piece << 2 | (long)code) & mask;
      if (i < length - 1) continue;
      int n;
      counts.TryGetValue(piece, out n);
      counts[piece] = n + 1;
    }
    ulong sum = 0;
    foreach (KeyValuePair<long, int> pair in counts) sum += (ulong)(pair.Key + 1) * (ulong)(pair.Value * pair.Value);
    return sum;
  }

  static ulong CountStrings(string sequence, int length) {
    var counts = new Dictionary<string, int>();
    for (int i = 0; i + length <= sequence.Length; i++) {
      string piece = sequence.Substring(i, length);
      int n;
      counts.TryGetValue(piece, out n);
      counts[piece] = n + 1;
    }
    var sorted = new List<KeyValuePair<string, int>>(counts);
    sorted.Sort((a, b) => a.Value != b.Value ? b.Value.CompareTo(a.Value) : string.CompareOrdinal(a.Key, b.Key));
    ulong sum = 0;
    foreach (KeyValuePair<string, int> pair in sorted) sum = sum * 31 + (ulong)(pair.Value + pair.Key[0]);
    return sum;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    ulong sum = 0;
    for (int r = 0; r < rounds; r++) {
      string sequence = Sequence(20000, (uint)r * 7919 + 42);
      foreach (int length in new int[] { 4, 8, 12 }) sum = sum * 31 + CountPacked(sequence, length);
      foreach (int length in new int[] { 1, 2, 4 }) sum = sum * 31 + CountStrings(sequence, length);
    }
    Console.WriteLine("checksum: " + sum);
  }
}
