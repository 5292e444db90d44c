// Dictionary with a struct as key that implements IEquatable (a grid position): the game of life on an unbounded board as a
// set of cells with neighbour counts; SIZE generations, begun anew with random cells every 50.
using System;
using System.Collections.Generic;

struct Cell : IEquatable<Cell> {
  public readonly int X, Y;
  public Cell(int x, int y) { X = x; Y = y; }
  public bool Equals(Cell other) { return X == other.X && Y == other.Y; }
  public override bool Equals(object other) { return other is Cell && Equals((Cell)other); }
  public override int GetHashCode() { return X * 73856093 ^ Y * 19349663; }
}

static class Program {
  static Dictionary<Cell, bool> Start(uint seed) {
    var cells = new Dictionary<Cell, bool>();
    for (int i = 0; i < 600; i++) {
      seed = seed * 1664525 + 1013904223;
      cells[new Cell((int)(seed >> 10) % 40, (int)(seed >> 18) % 40)] = true;
    }
    return cells;
  }

  static Dictionary<Cell, bool> Next(Dictionary<Cell, bool> cells) {
    var neighbours = new Dictionary<Cell, int>();
    foreach (Cell cell in cells.Keys)
      for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
          if (dx == 0 && dy == 0) continue;
          var at = new Cell(cell.X + dx, cell.Y + dy);
          int n;
          neighbours.TryGetValue(at, out n);
          neighbours[at] = n + 1;
        }
    var next = new Dictionary<Cell, bool>();
    foreach (KeyValuePair<Cell, int> pair in neighbours)
      if (pair.Value == 3 || pair.Value == 2 && cells.ContainsKey(pair.Key)) next.Add(pair.Key, true);
    return next;
  }

  static void Main(string[] args) {
    int generations = args.Length > 0 ? int.Parse(args[0]) : 1;
    ulong sum = 0;
    Dictionary<Cell, bool> cells = null;
    for (int g = 0; g < generations; g++) {
      if (g % 50 == 0) cells = Start((uint)g + 3);
      cells = Next(cells);
      ulong all = 0;
      foreach (Cell cell in cells.Keys) all += (ulong)(uint)(cell.X * 31 + cell.Y);
      sum = sum * 31 + all + (ulong)cells.Count;
    }
    Console.WriteLine("checksum: " + sum);
  }
}
