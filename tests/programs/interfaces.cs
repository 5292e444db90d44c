interface IA { int F(); int G(int x); }
interface IB : IA { int H(); }
interface IC { int F(); }
interface ID<T> { T Get(T x); }
class A : IB, IC { public virtual int F() { return 1; } int IC.F() { return 2; } public int G(int x) { return x + F(); } int IA.G(int x) { return x * 100; } public int H() { return 3; } }
class B : A { public override int F() { return 10; } }
class C : B, IA { public new int F() { return 20; } int IA.F() { return 21; } }
struct S : IA, ID<int>, ID<string> { public int V; public int F() { return ++V; } public int G(int x) { V += x; return V; } public int Get(int x) { return x + V; } public string Get(string x) { return x + V; } }
class Many : I0, I1, I2, I3, I4, I5, I6, I7, I8, I9 { public int M0() { return 0; } public int M1() { return 1; } public int M2() { return 2; } public int M3() { return 3; } public int M4() { return 4; } public int M5() { return 5; } public int M6() { return 6; } public int M7() { return 7; } public int M8() { return 8; } public int M9() { return 9; } }
interface I0 { int M0(); } interface I1 { int M1(); } interface I2 { int M2(); } interface I3 { int M3(); } interface I4 { int M4(); } interface I5 { int M5(); } interface I6 { int M6(); } interface I7 { int M7(); } interface I8 { int M8(); } interface I9 { int M9(); }
class P {
  static int Use<T>(ref T t) where T : IA { return t.F() * 1000 + t.G(1); }
  static void Main() {
    IA[] all = { new A(), new B(), new C(), new S { V = 5 } };
    foreach (IA x in all) { System.Console.WriteLine(x.F() + " " + x.G(2) + " " + (x is IB ? ((IB)x).H() : -1) + " " + (x is IC ? ((IC)x).F() : -1)); }
    System.Console.WriteLine(((B)all[2]).F() + " " + ((C)all[2]).F() + " " + ((A)all[2]).G(3));
    S s = new S(); System.Console.WriteLine(Use(ref s) + " " + s.V); IA boxed = s; boxed.F(); boxed.F(); System.Console.WriteLine(s.V + " " + ((S)boxed).V);
    System.Console.WriteLine(((ID<int>)s).Get(4) + ((ID<string>)s).Get("z"));
    object m = new Many(); System.Console.WriteLine(((I0)m).M0() + ((I1)m).M1() * 2 + ((I2)m).M2() * 3 + ((I3)m).M3() * 4 + ((I4)m).M4() * 5 + ((I5)m).M5() * 6 + ((I6)m).M6() * 7 + ((I7)m).M7() * 8 + ((I8)m).M8() * 9 + ((I9)m).M9() * 10);
    int sum = 0; for (int i = 0; i < 4000; i++) { IA x = all[i % 3]; sum += x.F() + x.G(i); } System.Console.WriteLine(sum);
    try { ((ID<long>)m).Get(1); } catch (System.InvalidCastException) { System.Console.WriteLine("cast"); }
    System.Collections.Generic.IEnumerable<object> co = new string[] { "co", "variant" }; foreach (object o in co) System.Console.WriteLine(o);
  }
}
