// Power iteration for the spectral norm of the matrix a(i, j) = 1 / ((i + j)(i + j + 1) / 2 + i + 1), 100 x 100, SIZE rounds.
using System;

static class Program {
  const int N = 100;

  static double Element(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

  static void Times(double[] v, double[] result) {
    for (int i = 0; i < result.Length; i++) {
      double sum = 0;
      for (int j = 0; j < v.Length; j++) sum += Element(i, j) * v[j];
      result[i] = sum;
    }
  }

  static void TransposedTimes(double[] v, double[] result) {
    for (int i = 0; i < result.Length; i++) {
      double sum = 0;
      for (int j = 0; j < v.Length; j++) sum += Element(j, i) * v[j];
      result[i] = sum;
    }
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var u = new double[N];
    var v = new double[N];
    var t = new double[N];
    for (int i = 0; i < N; i++) u[i] = 1;
    for (int r = 0; r < rounds; r++) {
      Times(u, t); TransposedTimes(t, v);
      Times(v, t); TransposedTimes(t, u);
      double largest = 0;
      foreach (double x in u) if (x > largest) largest = x;
      for (int i = 0; i < N; i++) u[i] = u[i] / largest + (i == r % N ? 0.5 : 0.0);  // never settles
    }
    double uv = 0, vv = 0;
    for (int i = 0; i < N; i++) { uv += u[i] * v[i]; vv += v[i] * v[i]; }
    Console.WriteLine("checksum: " + (ulong)BitConverter.DoubleToInt64Bits(Math.Sqrt(uv / vv)));
  }
}
