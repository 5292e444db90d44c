using System; using System.Collections.Generic;
interface IShape<T> { T Area(); }
class Stack<T> { T[] items = new T[2]; int n; public static int Created; public Stack() { Created++; } public void Push(T t) { if (n == items.Length) Array.Resize(ref items, n * 2); items[n++] = t; } public T Pop() { return items[--n]; } public int Count => n; public Stack<U> Map<U>(Func<T, U> f) { var s = new Stack<U>(); for (int i = 0; i < n; i++) s.Push(f(items[i])); return s; } public class Node { public T V; public static string Kind = typeof(T).Name; } }
class Pair<A, B> { public A First; public B Second; public Pair(A a, B b) { First = a; Second = b; } public override string ToString() { return "(" + First + ", " + Second + ")"; } public Pair<B, A> Flip() { return new Pair<B, A>(Second, First); } }
class Base<T> { public virtual string Name() { return "Base<" + typeof(T).Name + ">"; } public static T Default = default(T); }
class Derived<T> : Base<T[]> { public override string Name() { return "Derived:" + base.Name(); } }
class Closed : Derived<int> { }
struct Sq : IShape<int>, IComparable<Sq> { public int S; public int Area() { return S * S; } public int CompareTo(Sq o) { return S - o.S; } }
class Counter<T> { static int count; static Counter() { P.Log("cctor " + typeof(T).Name); } public static int Next() { return ++count; } }
class P {
  public static void Log(string s) { Console.WriteLine(s); }
  static T Max<T>(T a, T b) where T : IComparable<T> { return a.CompareTo(b) >= 0 ? a : b; }
  static R Area<S, R>(S s) where S : IShape<R> { return s.Area(); }
  static T New<T>() where T : new() { return new T(); }
  static bool IsDefault<T>(T t) { return EqualityComparer<T>.Default.Equals(t, default(T)); }
  static string Kind<T>() { return typeof(T).IsValueType ? "value" : "ref"; }
  static int Depth<T>(int n) { return n == 0 ? 0 : 1 + Depth<T>(n - 1); }
  static void Swap<T>(ref T a, ref T b) { T t = a; a = b; b = t; }
  static string Cast<T>(object o) { return o is T ? "is" : "not"; }
  static T Unbox<T>(object o) { return (T)o; }
  static void Main() {
    var si = new Stack<int>(); var ss = new Stack<string>(); var sd = new Stack<double>(); var sl = new Stack<Sq>();
    for (int i = 0; i < 10; i++) { si.Push(i * i); ss.Push("s" + i); sd.Push(i / 2.0); sl.Push(new Sq { S = i }); }
    Console.WriteLine(si.Pop() + ss.Pop() + sd.Pop() + sl.Pop().S + " " + si.Count); Console.WriteLine(Stack<int>.Created + " " + Stack<string>.Created + " " + Stack<object>.Created);
    var m = si.Map(x => "m" + x).Map(s => s.Length); Console.WriteLine(m.Pop() + " " + m.Count + " " + Stack<string>.Created);
    Console.WriteLine(Stack<int>.Node.Kind + Stack<string>.Node.Kind + new Stack<long>.Node { V = 5 }.V);
    var p = new Pair<int, string>(1, "one"); Console.WriteLine(p + " " + p.Flip() + " " + new Pair<Pair<int, int>, object>(new Pair<int, int>(1, 2), null));
    Console.WriteLine(new Closed().Name() + " " + new Derived<string>().Name() + " " + (Base<int>.Default + 1) + (Base<string>.Default == null));
    Console.WriteLine(Max(3, 5) + Max("b", "a") + Max(new Sq { S = 4 }, new Sq { S = 2 }).S + Max(2.5, 1.5)); Console.WriteLine(Area<Sq, int>(new Sq { S = 6 }));
    Console.WriteLine(New<Sq>().S + " " + New<List<int>>().Count + " " + New<int>()); Console.WriteLine(IsDefault(0) + " " + IsDefault("") + " " + IsDefault<string>(null) + " " + IsDefault(1.5) + " " + IsDefault(new Sq()));
    Console.WriteLine(Kind<int>() + Kind<string>() + Kind<Sq>() + Kind<int[]>() + " " + Depth<string>(10) + Depth<byte>(5));
    Console.WriteLine(Counter<int>.Next() + Counter<int>.Next() + Counter<string>.Next() * 10 + Counter<object>.Next() * 100);
    int a = 1, b = 2; string x1 = "x", y1 = "y"; Swap(ref a, ref b); Swap(ref x1, ref y1); Console.WriteLine(a + x1 + b + y1);
    Console.WriteLine(Cast<string>("s") + Cast<int>(1) + Cast<long>(1) + Cast<IComparable>(1) + Cast<int?>(1) + Cast<string>(null) + Cast<object[]>(new string[0]) + Cast<List<int>>(new List<int>()) + Cast<IEnumerable<object>>(new List<string>()));
    try { Unbox<long>(1); } catch (InvalidCastException) { Console.WriteLine("unbox"); } Console.WriteLine(Unbox<int>(7) + (Unbox<int?>(null) == null ? 1 : 0));
    var d = new Dictionary<Sq, List<Pair<int, string>>>(); d[new Sq { S = 1 }] = new List<Pair<int, string>> { p }; Console.WriteLine(d[new Sq { S = 1 }][0]);
    Console.WriteLine(typeof(Dictionary<,>).Name + " " + typeof(Pair<int, string>) + " " + new Stack<Pair<int, Sq[]>>().GetType());
  }
}
