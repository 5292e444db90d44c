using System;
class L { public static string S = ""; public static int Log(string s, int v) { Console.WriteLine("init " + s); return v; } }
class A { public static int X = L.Log("A.X", 1), Y; static A() { Console.WriteLine("A.cctor"); Y = B.X + X; } public static void Touch() { } }
class B { public static int X = L.Log("B.X", 10); static B() { Console.WriteLine("B.cctor " + A.X); X += A.X; } }
class Base { static Base() { Console.WriteLine("Base.cctor"); } public static int F = 3; public Base() { Console.WriteLine("Base.ctor"); } }
class Derived : Base { static Derived() { Console.WriteLine("Derived.cctor"); } public int field = L.Log("Derived.field", 5); }
class Fails { static Fails() { Console.WriteLine("Fails.cctor"); throw new InvalidOperationException("no"); } public static int V = 1; }
struct S { public static int N; static S() { Console.WriteLine("S.cctor"); N = 9; } public int V; public S(int v) { V = v; } }
class Beside { public static readonly int[] Table = { 1, 2, 3, 4, 5, 6, 7, 8 }; public static readonly string Text = "t" + Table.Length; public const int K = 5; public static readonly double D = Math.Sqrt(16); }
class G<T> { public static int Id = L.Log("G<" + typeof(T).Name + ">", typeof(T).Name.Length); static G() { } }
class P {
  static int own = L.Log("P.own", 0);
  static P() { Console.WriteLine("P.cctor"); }
  static void Main() {
    Console.WriteLine("main"); A.Touch(); Console.WriteLine(A.Y + " " + B.X); Console.WriteLine(Derived.F); new Derived(); new Derived();
    for (int i = 0; i < 2; i++) try { Console.WriteLine(Fails.V); } catch (TypeInitializationException e) { Console.WriteLine(e.InnerException.GetType().Name); }
    Console.WriteLine(S.N + new S(4).V); Console.WriteLine(Beside.Table[7] + Beside.Text + Beside.K + Beside.D); Console.WriteLine(G<int>.Id + G<string>.Id + G<int>.Id);
    int sum = 0; for (int i = 0; i < 3; i++) sum += Lazy.V; Console.WriteLine(sum);
  }
  class Lazy { public static int V = L.Log("Lazy", 4); static Lazy() { } }
}
