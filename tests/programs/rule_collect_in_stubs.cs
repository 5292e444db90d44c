// Rule: a collection between any two instructions of the allocation and write-barrier stubs finds a heap that parses and
// every old-to-young reference. Several threads allocate and store while another collects without pause.
// (The single-stepped proof is a unit test of the stubs.)
// args: 150
// move: 53
using System; using System.Threading;
class Node { public Node L, R; public int V; public int[] Data; }
class P {
  static volatile bool stop; static int bad; static Node[] old = new Node[64];
  static Node Build(int d, int v) { var n = new Node { V = v, Data = new int[d + 1] }; n.Data[d] = v; if (d > 0) { n.L = Build(d - 1, v + 1); n.R = Build(d - 1, v + 2); } return n; }
  static bool Check(Node n, int d, int v) { return n.V == v && n.Data.Length == d + 1 && n.Data[d] == v && (d == 0 ? n.L == null && n.R == null : Check(n.L, d - 1, v + 1) && Check(n.R, d - 1, v + 2)); }
  static void Work(int id, int rounds) { for (int r = 0; r < rounds; r++) { int k = id * 16 + r % 16; Node o = old[k]; if (o != null && !Check(o, 5, id + r - 16)) Interlocked.Increment(ref bad); old[k] = Build(5, id + r); Node mine = old[k]; mine.L = Build(4, id + r + 1); mine.R.L = Build(3, id + r + 3); if (!Check(mine, 5, id + r)) Interlocked.Increment(ref bad); } }
  static void Main(string[] args) {
    int rounds = int.Parse(args[0]); var ts = new Thread[3]; var collector = new Thread(() => { while (!stop) { GC.Collect(0); Thread.Yield(); } }); collector.Start();
    for (int i = 0; i < 3; i++) { int id = i; ts[i] = new Thread(() => Work(id, rounds)); ts[i].Start(); } foreach (var t in ts) t.Join(); stop = true; collector.Join(); Console.WriteLine(bad);
  }
}
