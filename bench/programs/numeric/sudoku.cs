// Sudoku by backtracking over the cell with the fewest candidates (bit masks); five puzzles, SIZE times.
using System;

sealed class Solver {
  readonly int[] cells = new int[81], rows = new int[9], columns = new int[9], boxes = new int[9];
  public long Tried;

  static int BitCount(int v) {
    int n = 0;
    for (; v != 0; v &= v - 1) n++;
    return n;
  }

  void Put(int cell, int mask) {
    cells[cell] |= mask;
    rows[cell / 9] |= mask;
    columns[cell % 9] |= mask;
    boxes[cell / 27 * 3 + cell % 9 / 3] |= mask;
  }

  void Take(int cell, int mask) {
    cells[cell] &= ~mask;
    rows[cell / 9] &= ~mask;
    columns[cell % 9] &= ~mask;
    boxes[cell / 27 * 3 + cell % 9 / 3] &= ~mask;
  }

  bool Search() {
    int best = -1, fewest = 10, candidates = 0;
    for (int cell = 0; cell < 81; cell++) {
      if (cells[cell] != 0) continue;
      int free = 511 & ~(rows[cell / 9] | columns[cell % 9] | boxes[cell / 27 * 3 + cell % 9 / 3]);
      int n = BitCount(free);
      if (n < fewest) { fewest = n; best = cell; candidates = free; if (n <= 1) break; }
    }
    if (best < 0) return true;
    while (candidates != 0) {
      int mask = candidates & -candidates;
      candidates ^= mask;
      Tried++;
      Put(best, mask);
      if (Search()) return true;
      Take(best, mask);
    }
    return false;
  }

  public uint Solve(string puzzle, int shift) {
    Array.Clear(cells, 0, 81); Array.Clear(rows, 0, 9); Array.Clear(columns, 0, 9); Array.Clear(boxes, 0, 9);
    for (int i = 0; i < 81; i++)
      if (puzzle[i] != '.') Put(i, 1 << (puzzle[i] - '1' + shift) % 9);
    if (!Search()) return 0;
    uint sum = 0;
    foreach (int cell in cells) sum = sum * 31 + (uint)cell;
    return sum;
  }
}

static class Program {
  // Cells of one solved grid, (column * 1 + row * 3 + row / 3) mod 9, with holes made by a small generator.
  static string Puzzle(uint seed, int holes) {
    var text = new char[81];
    for (int i = 0; i < 81; i++) text[i] = (char)('1' + (i % 9 + i / 9 * 3 + i / 27) % 9);
    while (holes > 0) {
      seed = seed * 1664525 + 1013904223;
      int at = (int)(seed >> 8) % 81;
      if (text[at] == '.') continue;
      text[at] = '.';
      holes--;
    }
    return new string(text);
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var puzzles = new string[5];
    for (int i = 0; i < 5; i++) puzzles[i] = Puzzle((uint)i * 77 + 5, 50 + i * 2);
    var solver = new Solver();
    ulong sum = 0;
    for (int r = 0; r < rounds; r++)
      foreach (string puzzle in puzzles) sum = sum * 31 + solver.Solve(puzzle, r % 9);
    Console.WriteLine("checksum: " + (sum + (ulong)solver.Tried));
  }
}
