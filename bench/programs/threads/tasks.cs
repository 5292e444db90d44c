// Tasks: a recursive sum that forks small tasks, continuations, WhenAll; SIZE rounds.
using System;
using System.Threading.Tasks;

static class Program {
  static long Sum(int from, int to) {
    if (to - from <= 64) {
      long s = 0;
      for (int i = from; i < to; i++) s += i * (long)(i ^ 21);
      return s;
    }
    int middle = (from + to) / 2;
    Task<long> left = Task.Run(() => Sum(from, middle));
    long right = Sum(middle, to);
    return left.Result + right;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    long sum = 0;
    for (int r = 0; r < rounds; r++) {
      sum = sum * 31 + Sum(r, r + 4096);
      var parts = new Task<int>[32];
      for (int i = 0; i < parts.Length; i++) {
        int n = i + r;
        parts[i] = Task.Factory.StartNew(() => n * n).ContinueWith(t => t.Result + 1);
      }
      foreach (int v in Task.WhenAll(parts).Result) sum = sum * 3 + v;
    }
    Console.WriteLine("checksum: " + (ulong)sum);
  }
}
