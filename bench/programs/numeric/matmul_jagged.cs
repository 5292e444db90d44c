// Product of two 64 x 64 matrices, SIZE times; the matrices are rows that are arrays of their own.
using System;

static class Program {
  const int N = 64;

  static double[][] Make() { var m = new double[N][]; for (int i = 0; i < N; i++) m[i] = new double[N]; return m; }

  static void Multiply(double[][] a, double[][] b, double[][] c) {
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) {
        double sum = 0;
        for (int k = 0; k < N; k++) sum += a[i][k] * b[k][j];
        c[i][j] = sum;
      }
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    double[][] a = Make(), b = Make(), c = Make();
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) {
        a[i][j] = (i * 3 + j * 7) % 11 * 0.015625;
        b[i][j] = (i * 5 + j * 2) % 13 * 0.03125 - 0.125;
      }
    for (int r = 0; r < rounds; r++) {
      Multiply(a, b, c);
      // A part of the result flows into the next round.
      for (int i = 0; i < N; i++) a[i][r % N] = c[i][i] * 0.125 - Math.Floor(c[i][i] * 0.125);
    }
    ulong sum = 0;
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) sum = sum * 31 + (ulong)BitConverter.DoubleToInt64Bits(c[i][j]);
    Console.WriteLine("checksum: " + sum);
  }
}
