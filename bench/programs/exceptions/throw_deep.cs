// An exception that passes 20 frames, each with a finally block; SIZE * 10 throws.
using System;

static class Program {
  static uint sum;

  static int Down(int depth, int i) {
    try {
      if (depth == 0) throw new InvalidOperationException();
      return Down(depth - 1, i) + 1;
    } finally {
      sum = sum * 31 + (uint)(depth ^ i);
    }
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 10;
    for (int i = 0; i < rounds; i++) {
      try {
        sum += (uint)Down(20, i);
      } catch (InvalidOperationException) {
        sum++;
      }
    }
    Console.WriteLine("checksum: " + sum);
  }
}
