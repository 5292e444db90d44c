// Forward and inverse radix-2 transforms of 1024 complex numbers (interleaved in one array), SIZE times.
using System;

sealed class Transform {
  readonly int size;
  readonly double[] cosines, sines;

  public Transform(int size) {
    this.size = size;
    cosines = new double[size / 2];
    sines = new double[size / 2];
    for (int i = 0; i < size / 2; i++) {
      cosines[i] = Rounded(Math.Cos(2 * Math.PI * i / size));
      sines[i] = Rounded(Math.Sin(2 * Math.PI * i / size));
    }
  }

  // To 40 bits, because implementations of sine and cosine differ in the last place.
  static double Rounded(double v) { return Math.Floor(v * 1099511627776.0 + 0.5) * (1 / 1099511627776.0); }

  void Reorder(double[] data) {
    for (int i = 0, j = 0; i < size - 1; i++) {
      if (i < j) {
        double re = data[2 * i], im = data[2 * i + 1];
        data[2 * i] = data[2 * j]; data[2 * i + 1] = data[2 * j + 1];
        data[2 * j] = re; data[2 * j + 1] = im;
      }
      int bit = size >> 1;
      while ((j & bit) != 0) { j ^= bit; bit >>= 1; }
      j |= bit;
    }
  }

  public void Run(double[] data, double direction) {
    Reorder(data);
    for (int half = 1; half < size; half *= 2) {
      int stride = size / (2 * half);
      for (int group = 0; group < size; group += 2 * half)
        for (int k = 0; k < half; k++) {
          double wr = cosines[k * stride], wi = direction * sines[k * stride];
          int a = 2 * (group + k), b = a + 2 * half;
          double re = wr * data[b] - wi * data[b + 1], im = wr * data[b + 1] + wi * data[b];
          data[b] = data[a] - re; data[b + 1] = data[a + 1] - im;
          data[a] += re; data[a + 1] += im;
        }
    }
  }
}

static class Program {
  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    const int n = 1024;
    var transform = new Transform(n);
    var data = new double[2 * n];
    for (int i = 0; i < 2 * n; i++) data[i] = (i * 37 % 101) * 0.01 - 0.5;
    for (int r = 0; r < rounds; r++) {
      transform.Run(data, -1);
      data[r % n] += 0.25;
      transform.Run(data, 1);
      for (int i = 0; i < 2 * n; i++) data[i] *= 1.0 / n;
    }
    ulong sum = 0;
    for (int i = 0; i < 2 * n; i++) sum = sum * 31 + (ulong)BitConverter.DoubleToInt64Bits(data[i]);
    Console.WriteLine("checksum: " + sum);
  }
}
