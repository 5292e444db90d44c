// LU factorization with partial pivoting of a 64 x 64 matrix, SIZE times.
using System;

static class Program {
  const int N = 64;

  static int Factor(double[][] a, int[] pivots) {
    int swaps = 0;
    for (int j = 0; j < a.Length; j++) {
      int p = j;
      double largest = Math.Abs(a[j][j]);
      for (int i = j + 1; i < a.Length; i++) {
        double v = Math.Abs(a[i][j]);
        if (v > largest) { largest = v; p = i; }
      }
      pivots[j] = p;
      if (p != j) { double[] row = a[p]; a[p] = a[j]; a[j] = row; swaps++; }
      double inverse = 1.0 / a[j][j];
      for (int i = j + 1; i < a.Length; i++) a[i][j] *= inverse;
      double[] pivot = a[j];
      for (int i = j + 1; i < a.Length; i++) {
        double[] row = a[i];
        double factor = row[j];
        for (int k = j + 1; k < row.Length; k++) row[k] -= factor * pivot[k];
      }
    }
    return swaps;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var original = new double[N][];
    var work = new double[N][];
    uint seed = 42;
    for (int i = 0; i < N; i++) {
      original[i] = new double[N];
      work[i] = new double[N];
      for (int j = 0; j < N; j++) {
        seed = seed * 1664525 + 1013904223;
        original[i][j] = (seed >> 8) * (1.0 / 16777216) - 0.5;
      }
    }
    var pivots = new int[N];
    ulong sum = 0;
    for (int r = 0; r < rounds; r++) {
      original[r % N][(r / N) % N] += 0.125;
      for (int i = 0; i < N; i++) Array.Copy(original[i], work[i], N);
      sum = sum * 31 + (ulong)Factor(work, pivots);
      sum = sum * 31 + (ulong)BitConverter.DoubleToInt64Bits(work[N - 1][N - 1]);
    }
    foreach (int p in pivots) sum = sum * 31 + (ulong)p;
    Console.WriteLine("checksum: " + sum);
  }
}
