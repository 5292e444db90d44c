// Successive over-relaxation on a 100 x 100 grid, SIZE sweeps.
using System;

static class Program {
  static void Sweep(double[][] grid, double omega) {
    double quarter = omega * 0.25, keep = 1 - omega;
    for (int i = 1; i < grid.Length - 1; i++) {
      double[] row = grid[i], above = grid[i - 1], below = grid[i + 1];
      for (int j = 1; j < row.Length - 1; j++)
        row[j] = quarter * (above[j] + below[j] + row[j - 1] + row[j + 1]) + keep * row[j];
    }
  }

  static void Main(string[] args) {
    int sweeps = args.Length > 0 ? int.Parse(args[0]) : 1;
    var grid = new double[100][];
    for (int i = 0; i < 100; i++) {
      grid[i] = new double[100];
      for (int j = 0; j < 100; j++) grid[i][j] = (i * 7 + j * 3) % 17 * 0.0625;
    }
    for (int s = 0; s < sweeps; s++) {
      Sweep(grid, 1.25);
      grid[0][s % 100] = (s & 15) * 0.0625;  // the border moves, so that it never settles
    }
    ulong sum = 0;
    foreach (double[] row in grid)
      foreach (double v in row) sum = sum * 31 + (ulong)BitConverter.DoubleToInt64Bits(v);
    Console.WriteLine("checksum: " + sum);
  }
}
