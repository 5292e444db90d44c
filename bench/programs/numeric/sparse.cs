// Products of a sparse 1000 x 1000 matrix (compressed rows, 5 entries each) and a vector, SIZE times.
using System;

static class Program {
  const int N = 1000, PerRow = 5;

  static void Multiply(double[] values, int[] columns, int[] rows, double[] x, double[] y) {
    for (int r = 0; r < y.Length; r++) {
      double sum = 0;
      for (int i = rows[r]; i < rows[r + 1]; i++) sum += x[columns[i]] * values[i];
      y[r] = sum;
    }
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var values = new double[N * PerRow];
    var columns = new int[N * PerRow];
    var rows = new int[N + 1];
    uint seed = 7;
    for (int r = 0; r < N; r++) {
      rows[r] = r * PerRow;
      for (int k = 0; k < PerRow; k++) {
        seed = seed * 1664525 + 1013904223;
        columns[r * PerRow + k] = (int)((seed >> 8) % N);
        values[r * PerRow + k] = ((seed >> 4) & 255) * (1.0 / 640);
      }
    }
    rows[N] = N * PerRow;
    double[] x = new double[N], y = new double[N];
    for (int i = 0; i < N; i++) x[i] = 1;
    for (int r = 0; r < rounds; r++) {
      Multiply(values, columns, rows, x, y);
      y[r % N] += 1;
      double[] t = x; x = y; y = t;
    }
    ulong sum = 0;
    foreach (double v in x) sum = sum * 31 + (ulong)BitConverter.DoubleToInt64Bits(v);
    Console.WriteLine("checksum: " + sum);
  }
}
