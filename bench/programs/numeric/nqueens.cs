// All placements of 8 queens, SIZE times, by recursion with arrays of occupied columns and diagonals.
using System;

sealed class Board {
  const int N = 8;
  readonly bool[] columns = new bool[N], rising = new bool[2 * N], falling = new bool[2 * N];
  readonly int[] queens = new int[N];
  public uint Sum;

  public int Place(int row) {
    if (row == N) {
      for (int i = 0; i < N; i++) Sum = Sum * 31 + (uint)queens[i];
      return 1;
    }
    int solutions = 0;
    for (int c = 0; c < N; c++) {
      if (columns[c] || rising[row + c] || falling[row - c + N]) continue;
      columns[c] = rising[row + c] = falling[row - c + N] = true;
      queens[row] = c;
      solutions += Place(row + 1);
      columns[c] = rising[row + c] = falling[row - c + N] = false;
    }
    return solutions;
  }
}

static class Program {
  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var board = new Board();
    long solutions = 0;
    for (int r = 0; r < rounds; r++) solutions += board.Place(0);
    Console.WriteLine("checksum: " + (solutions * 1000003 + board.Sum));
  }
}
