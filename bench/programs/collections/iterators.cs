// Iterator methods: a chain of generators over ints, a recursive walk of a tree, iteration through the interface; SIZE rounds.
using System;
using System.Collections.Generic;

sealed class Tree {
  readonly Tree left, right;
  readonly int value;
  Tree(Tree left, int value, Tree right) { this.left = left; this.value = value; this.right = right; }

  public static Tree Build(int from, int to) {
    if (from >= to) return null;
    int middle = (from + to) / 2;
    return new Tree(Build(from, middle), middle, Build(middle + 1, to));
  }

  public IEnumerable<int> Walk() {
    if (left != null) foreach (int v in left.Walk()) yield return v;
    yield return value;
    if (right != null) foreach (int v in right.Walk()) yield return v;
  }
}

static class Program {
  static IEnumerable<uint> Numbers(uint seed, int count) {
    for (int i = 0; i < count; i++) {
      seed = seed * 1664525 + 1013904223;
      yield return seed >> 8;
    }
  }

  static IEnumerable<uint> Odd(IEnumerable<uint> source) {
    foreach (uint v in source) if ((v & 1) != 0) yield return v;
  }

  static IEnumerable<uint> Differences(IEnumerable<uint> source) {
    uint last = 0;
    foreach (uint v in source) {
      yield return v - last;
      last = v;
    }
  }

  static IEnumerable<KeyValuePair<int, uint>> Numbered(IEnumerable<uint> source) {
    int i = 0;
    foreach (uint v in source) yield return new KeyValuePair<int, uint>(i++, v);
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    Tree tree = Tree.Build(0, 1023);
    uint sum = 0;
    for (int r = 0; r < rounds; r++) {
      foreach (KeyValuePair<int, uint> pair in Numbered(Differences(Odd(Numbers((uint)r, 10000)))))
        sum = sum * 31 + pair.Value + (uint)pair.Key;
      foreach (int v in tree.Walk()) sum = sum * 31 + (uint)v;
    }
    Console.WriteLine("checksum: " + sum);
  }
}
