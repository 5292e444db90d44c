// Threads that allocate and store into shared old objects while others collect.
// args: 4000
// move: 211
using System.Threading;
class Cell { public Cell Next; public int Owner, Serial; }
class P {
  static Cell[] shared = new Cell[64]; static int bad;
  static void Work(int id, int n) { Cell local = null; for (int i = 0; i < n; i++) { var c = new Cell { Owner = id, Serial = i, Next = i % 16 == 0 ? null : local }; local = c; Cell seen = Interlocked.Exchange(ref shared[(i * 7 + id) & 63], c); int k = 0; for (; seen != null; seen = seen.Next, k++) if (seen.Owner < 0 || seen.Owner > 3 || (seen.Next != null && (seen.Next.Serial != seen.Serial - 1 || seen.Next.Owner != seen.Owner))) Interlocked.Increment(ref bad); if (k > 16) Interlocked.Increment(ref bad); if (i % 1000 == 0) System.GC.Collect(0); } }
  static void Main(string[] args) { int n = int.Parse(args[0]); var ts = new Thread[4]; for (int i = 0; i < 4; i++) { int id = i; ts[i] = new Thread(() => Work(id, n)); ts[i].Start(); } foreach (var t in ts) t.Join(); System.Console.WriteLine(bad); }
}
