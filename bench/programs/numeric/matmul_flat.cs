// Product of two 64 x 64 matrices, SIZE times; the matrices are one array, index computed.
using System;

static class Program {
  const int N = 64;

  static double[] Make() { return new double[N * N]; }

  static void Multiply(double[] a, double[] b, double[] c) {
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) {
        double sum = 0;
        for (int k = 0; k < N; k++) sum += a[i * N + k] * b[k * N + j];
        c[i * N + j] = sum;
      }
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    double[] a = Make(), b = Make(), c = Make();
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) {
        a[i * N + j] = (i * 3 + j * 7) % 11 * 0.015625;
        b[i * N + j] = (i * 5 + j * 2) % 13 * 0.03125 - 0.125;
      }
    for (int r = 0; r < rounds; r++) {
      Multiply(a, b, c);
      // A part of the result flows into the next round.
      for (int i = 0; i < N; i++) a[i * N + r % N] = c[i * N + i] * 0.125 - Math.Floor(c[i * N + i] * 0.125);
    }
    ulong sum = 0;
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) sum = sum * 31 + (ulong)BitConverter.DoubleToInt64Bits(c[i * N + j]);
    Console.WriteLine("checksum: " + sum);
  }
}
