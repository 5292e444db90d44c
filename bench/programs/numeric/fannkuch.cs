// Prefix reversals: over all permutations of 8 (in counting order), how many flips bring 1 to the front; SIZE times.
using System;

static class Program {
  const int N = 8;

  static int Flips(int[] permutation, int[] work) {
    for (int i = 0; i < permutation.Length; i++) work[i] = permutation[i];
    int flips = 0;
    for (int first = work[0]; first != 0; first = work[0]) {
      for (int lo = 0, hi = first; lo < hi; lo++, hi--) {
        int t = work[lo]; work[lo] = work[hi]; work[hi] = t;
      }
      flips++;
    }
    return flips;
  }

  static bool Next(int[] permutation, int[] count) {
    for (int i = 1; i < permutation.Length; i++) {
      int first = permutation[0];
      for (int j = 0; j < i; j++) permutation[j] = permutation[j + 1];
      permutation[i] = first;
      if (++count[i] <= i) return true;
      count[i] = 0;
    }
    return false;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    uint sum = 0;
    var permutation = new int[N];
    var count = new int[N];
    var work = new int[N];
    for (int r = 0; r < rounds; r++) {
      for (int i = 0; i < N; i++) { permutation[i] = (i + r) % N; count[i] = 0; }
      int most = 0;
      uint sign = 0;
      do {
        int flips = Flips(permutation, work);
        if (flips > most) most = flips;
        sum = (sign++ & 1) == 0 ? sum + (uint)flips : sum - (uint)flips;
      } while (Next(permutation, count));
      sum = sum * 31 + (uint)most;
    }
    Console.WriteLine("checksum: " + sum);
  }
}
