// Complete binary trees are built, counted and dropped, next to one that lives on; SIZE rounds of trees 6 to 12 deep.
using System;

sealed class Node {
  readonly Node left, right;
  Node(Node left, Node right) { this.left = left; this.right = right; }
  public static Node Build(int depth) { return depth == 0 ? new Node(null, null) : new Node(Build(depth - 1), Build(depth - 1)); }
  public int Count() { return left == null ? 1 : 1 + left.Count() + right.Count(); }
}

static class Program {
  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    Node lasting = Node.Build(14);
    ulong sum = 0;
    for (int r = 0; r < rounds; r++)
      for (int depth = 6; depth <= 12; depth += 2)
        for (int i = 0; i < 1 << 14 - depth; i += 4) sum = sum * 3 + (ulong)Node.Build(depth).Count();
    Console.WriteLine("checksum: " + (sum + (ulong)lasting.Count()));
  }
}
