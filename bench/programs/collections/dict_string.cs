// Dictionary with string keys: words of a generated text are counted, looked up and listed; SIZE rounds of 20,000 words.
using System;
using System.Collections.Generic;

static class Program {
  static string[] Words(int count) {
    var words = new string[count];
    uint s = 4711;
    for (int i = 0; i < count; i++) {
      s = s * 1664525 + 1013904223;
      uint rank = (s >> 8) % 5000;
      rank = rank * rank / 5000;  // some words are frequent
      var letters = new char[4 + rank % 6];
      for (int k = 0; k < letters.Length; k++) { letters[k] = (char)('a' + (rank * 7 + k * k * 5) % 26); rank = rank * 3 + 1; }
      words[i] = new string(letters);
    }
    return words;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    string[] words = Words(20000);
    ulong sum = 0;
    for (int r = 0; r < rounds; r++) {
      var counts = new Dictionary<string, int>();
      foreach (string word in words) {
        int n;
        counts.TryGetValue(word, out n);
        counts[word] = n + 1;
      }
      for (int i = r % 7; i < words.Length; i += 7) sum = sum * 31 + (ulong)counts[words[i]];
      ulong all = 0;
      foreach (KeyValuePair<string, int> pair in counts) all += (ulong)(pair.Key.Length * pair.Value + pair.Key[0]);
      sum = sum * 31 + all + (ulong)counts.Count;
    }
    Console.WriteLine("checksum: " + sum);
  }
}
