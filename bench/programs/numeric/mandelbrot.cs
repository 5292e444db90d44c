// Escape times of a 64 x 64 picture of the Mandelbrot set, SIZE times, each a little further to the right.
using System;

static class Program {
  static int Escape(double cx, double cy, int limit) {
    double x = 0, y = 0, xx = 0, yy = 0;
    int n = 0;
    while (n < limit && xx + yy <= 4.0) {
      y = 2 * x * y + cy;
      x = xx - yy + cx;
      xx = x * x;
      yy = y * y;
      n++;
    }
    return n;
  }

  static void Main(string[] args) {
    int frames = args.Length > 0 ? int.Parse(args[0]) : 1;
    uint sum = 0;
    for (int f = 0; f < frames; f++) {
      double left = -2.0 + (f % 100) * 0.001;
      for (int row = 0; row < 64; row++)
        for (int column = 0; column < 64; column++)
          sum = sum * 31 + (uint)Escape(left + column * (3.0 / 64), -1.5 + row * (3.0 / 64), 200);
    }
    Console.WriteLine("checksum: " + sum);
  }
}
