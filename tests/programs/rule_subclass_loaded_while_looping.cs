// Rule: optimized code that loops over heap receivers never runs the wrong method after another thread has loaded a
// subclass and stored its instance there: class-hierarchy assumptions are withdrawn before the class can be instantiated.
// args: 3000000
// always:
using System.Threading; using System.Runtime.CompilerServices;
class Base { public virtual int Kind() { return 1; } public virtual long Sum(long x) { return x + 1; } }
class Sub1 : Base { public override int Kind() { return 2; } public override long Sum(long x) { return x + 2; } }
class Sub2 : Sub1 { public override int Kind() { return 3; } public override long Sum(long x) { return x + 3; } }
class Holder { public Base Receiver = new Base(); public volatile int Expect = 1; }
class P {
  static Holder[] heap = new Holder[8]; static volatile int phase; static int bad; static long warm;
  static void Loop(int n) {
    int seen = 0;
    for (int i = 0; seen < 3 || i < n; i++) {
      Holder h = heap[i & 7];
      int least = h.Expect;              // read before the receiver: the writer stores the receiver first
      Base b = h.Receiver;
      int kind = b.Kind();
      if (kind < least || kind > 3) bad++;
      if (b.Sum(10) < 10 + least) bad++;
      if (kind > seen) seen = kind;
      if (i == n / 2) phase = 1;
      warm += kind;
    }
  }
  [MethodImpl(MethodImplOptions.NoInlining)] static Base Make1() { return new Sub1(); }
  [MethodImpl(MethodImplOptions.NoInlining)] static Base Make2() { return new Sub2(); }
  static void Store(Base b, int expect) { foreach (Holder h in heap) { h.Receiver = b; h.Expect = expect; } }
  static void Main(string[] args) {
    int n = int.Parse(args[0]); for (int i = 0; i < 8; i++) heap[i] = new Holder();
    var t = new Thread(() => Loop(n)); t.Start();
    while (phase == 0) Thread.Sleep(1);
    Store(Make1(), 2); Thread.Sleep(5); Store(Make2(), 3);
    t.Join(); System.Console.WriteLine(bad); System.Console.WriteLine(warm > n);
  }
}
