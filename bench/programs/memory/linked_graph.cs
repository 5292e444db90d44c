// A graph of 20,000 nodes with lists of edges that is rewired and walked, so that old objects come to point to new ones;
// SIZE rounds.
using System;

sealed class Edge {
  public readonly Node To;
  public readonly int Weight;
  public Edge Next;
  public Edge(Node to, int weight, Edge next) { To = to; Weight = weight; Next = next; }
}

sealed class Node {
  public Edge Edges;
  public int Mark, Degree;
}

static class Program {
  const int N = 20000;

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var nodes = new Node[N];
    for (int i = 0; i < N; i++) nodes[i] = new Node();
    var queue = new Node[N];
    uint s = 5;
    ulong sum = 0;
    for (int r = 1; r <= rounds; r++) {
      for (int i = 0; i < N; i++) {
        s = s * 1664525 + 1013904223;
        Node from = nodes[(s >> 8) % N];
        s = s * 1664525 + 1013904223;
        from.Edges = new Edge(nodes[(s >> 8) % N], (int)(s >> 24), from.Edges);
        if (++from.Degree > 4) {  // forget the older half
          from.Edges.Next.Next = null;
          from.Degree = 2;
        }
      }
      // Breadth first from one node.
      int head = 0, tail = 0;
      Node start = nodes[(uint)r * 7919 % N];
      start.Mark = r;
      queue[tail++] = start;
      uint weight = 0;
      while (head < tail) {
        Node node = queue[head++];
        for (Edge e = node.Edges; e != null; e = e.Next) {
          weight = weight * 3 + (uint)e.Weight;
          if (e.To.Mark == r) continue;
          e.To.Mark = r;
          queue[tail++] = e.To;
        }
      }
      sum = sum * 31 + weight + (ulong)tail;
    }
    Console.WriteLine("checksum: " + sum);
  }
}
