// Parallel.For over the rows of small pictures, with a local sum per worker; SIZE pictures.
using System;
using System.Threading;
using System.Threading.Tasks;

static class Program {
  static int Escape(double cx, double cy) {
    double x = 0, y = 0;
    int n = 0;
    while (n < 100 && x * x + y * y <= 4.0) {
      double t = x * x - y * y + cx;
      y = 2 * x * y + cy;
      x = t;
      n++;
    }
    return n;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    long sum = 0;
    for (int r = 0; r < rounds; r++) {
      double left = -2.0 + r % 50 * 0.002;
      var rows = new int[64];
      Parallel.For(0, 64, row => {
        int total = 0;
        for (int c = 0; c < 64; c++) total += Escape(left + c * (3.0 / 64), -1.5 + row * (3.0 / 64)) * (c + 1);
        rows[row] = total;
      });
      long all = 0;
      Parallel.For(0, 64, () => 0L, (row, state, mine) => mine + rows[row] * (row + 1L), mine => Interlocked.Add(ref all, mine));
      sum = sum * 31 + all;
    }
    Console.WriteLine("checksum: " + (ulong)sum);
  }
}
