// Rule: transfers up and down in one activation do not grow the stack: the loop's receiver changes class over and over,
// in a thread with a small stack.
// args: 300000
using System.Threading;
abstract class A { public abstract int F(int x); } class A0 : A { public override int F(int x) { return x + 1; } } class A1 : A { public override int F(int x) { return x ^ 3; } } class A2 : A { public override int F(int x) { return x * 5; } }
unsafe class P {
  static int result;
  static void Run(int n) { A[] all = { new A0(), new A1(), new A2() }; int h = 1; long local = 7; long* p = &local; for (int i = 0; i < n; i++) { A a = all[i / 1000 % 3]; h = a.F(h) + (int)*p; local++; } result = h; }
  static void Main(string[] args) { int n = int.Parse(args[0]); var t = new Thread(() => Run(n), 128 * 1024); t.Start(); t.Join(); System.Console.WriteLine(result); }
}
