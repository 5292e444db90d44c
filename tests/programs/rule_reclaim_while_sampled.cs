// Rule: code is reclaimed only when no thread stands in it: threads that were preempted, sampled or sleep inside retired
// code, and frames far up their stacks, return into code that is still there.
// args: 60
using System.Threading; using System.Runtime.CompilerServices;
abstract class Shape { public abstract int F(int x); } class S1 : Shape { public override int F(int x) { return x + 1; } } class S2 : Shape { public override int F(int x) { return x + 2; } } class S3 : Shape { public override int F(int x) { return x + 3; } }
class G<T> { public virtual int F(int x) { return x + 1; } } class D<T> : G<T> { public override int F(int x) { return x * 3; } }
class P {
  static Shape current = new S1(); static long total; static volatile int round;
  static int Hot(Shape s, int n) { int h = 0; for (int i = 0; i < n; i++) h = h * 7 + s.F(i); return h; }
  // Deep frames of a method that is retired while they stand.
  [MethodImpl(MethodImplOptions.NoInlining)] static int Deep(int d, Shape s) { if (d == 0) { int seen = round; for (int i = 0; i < 20 && round == seen; i++) Thread.Sleep(1); return Hot(s, 50); } return Deep(d - 1, s) + s.F(d) * (d & 3); }
  static void Sleeper(int n) { long t = 0; Shape s = new S1(); for (int i = 0; i < n; i++) t += Deep(30 + i % 10, s); Interlocked.Add(ref total, t); }
  // Every instantiation is code of its own, and its class has no subclass at first: optimized for that, then left again and again
  // and replaced because receivers of the subclass come, while two threads stand in it.
  [MethodImpl(MethodImplOptions.NoInlining)] static void Pause(int ms) { if (ms > 0) Thread.Sleep(ms); }
  static int Stand<T>(G<T> g, int n, int ms) { int h = 0; for (int i = 0; i < n; i++) { h = h * 7 + g.F(i); if (i % 1000 == 500) { Pause(ms); h ^= i; } } return h; }
  [MethodImpl(MethodImplOptions.NoInlining)] static G<T> Sub<T>() { return new D<T>(); }
  static void StandIn<T>() {
    long sum = 0, main = 0; var ts = new Thread[2]; G<T> first = new G<T>();
    for (int i = 0; i < 20; i++) main = main * 31 + Stand(first, 3000, 0);
    for (int t = 0; t < 2; t++) { ts[t] = new Thread(() => Interlocked.Add(ref sum, Stand(first, 4000, 40))); ts[t].Start(); }
    Thread.Sleep(10); G<T> g = Sub<T>();
    while (ts[0].IsAlive || ts[1].IsAlive) { main = 0; for (int i = 0; i < 5; i++) main = main * 31 + Stand(g, 2000, 0); Thread.Sleep(1); }
    foreach (var t in ts) t.Join(); System.Console.WriteLine(sum + " " + main);
  }
  static void Main(string[] args) {
    StandIn<byte>(); StandIn<short>(); StandIn<int>(); StandIn<long>(); StandIn<double>(); StandIn<float>(); StandIn<char>(); StandIn<bool>();
    int n = int.Parse(args[0]); var a = new Thread(() => Sleeper(n)); var b = new Thread(() => Sleeper(n)); a.Start(); b.Start(); long h = 0;
    for (int r = 0; r < n * 3; r++) { current = r % 3 == 0 ? new S1() : r % 3 == 1 ? (Shape)new S2() : new S3(); h = h * 31 + Hot(current, 20000); Deep0(r); round = r; } a.Join(); b.Join(); System.Console.WriteLine(h); System.Console.WriteLine(total);
  }
  static int Deep0(int r) { int h = 0; for (int i = 0; i < 20; i++) h += DeepQuick(20, current); return h + r; }
  [MethodImpl(MethodImplOptions.NoInlining)] static int DeepQuick(int d, Shape s) { return d == 0 ? Hot(s, 5) : DeepQuick(d - 1, s) + s.F(d); }
}
