// The class library's generic code: dictionaries, lists, sorting with a closure, strings; allocates all the time.
using System;
using System.Collections.Generic;
using System.Text;

static class Program {
  static void Main(string[] args) {
    int pieces = Clock.Start(args);
    uint seed = 7;
    ulong sum = 0;
    for (int piece = 0; piece < pieces; piece++) {
      var counts = new Dictionary<int, int>();
      var names = new Dictionary<string, int>();
      var list = new List<uint>();
      var text = new StringBuilder();
      for (int i = 0; i < 400; i++) {
        seed = seed * 1664525u + 1013904223u;
        int key = (int)(seed >> 24);
        int count;
        counts.TryGetValue(key, out count);
        counts[key] = count + 1;
        list.Add(seed >> 8);
        if ((i & 7) == 0) {
          text.Length = 0;
          string name = text.Append('k').Append((char)('a' + key % 26)).Append((char)('a' + key % 7)).ToString();
          names[name] = names.TryGetValue(name, out count) ? count + 1 : 1;
        }
      }
      uint pivot = seed >> 8;
      list.Sort((a, b) => (a ^ pivot).CompareTo(b ^ pivot));
      foreach (var pair in counts) sum += (ulong)(pair.Key * pair.Value);
      foreach (var pair in names) sum += (ulong)(pair.Key.Length * pair.Value);
      sum = sum * 31 + list[list.Count / 2];
      Clock.Mark();
    }
    Clock.Print(sum);
  }
}
