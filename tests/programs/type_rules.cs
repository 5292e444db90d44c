// What the type system decides at run time: constraints by reflection, interface maps, variance, arrays of every shape,
// class initialisation with threads, thread statics, explicit layouts, pointers and byrefs in reflection.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

class D<T> where T : IDisposable { }
class V<T> where T : struct { }
class N<T> where T : new() { }
class C<T> where T : class { }
class S<T, U> where T : U { }
class E<T> where T : IComparable<T> { }
class R<T> where T : R<T> { }
class Rok : R<Rok> { }
class NoCtor { NoCtor(int x) { } }
abstract class Abs { }

interface I { string A(); string B(); }
class Base : I { public string A() { return "Base.A"; } string I.B() { return "Base.I.B"; } public virtual string B() { return "Base.B"; } }
class Derived : Base { public new string A() { return "Derived.A"; } public override string B() { return "Derived.B"; } }
class Again : Base, I { public new string A() { return "Again.A"; } }
class Explicit : Base, I { string I.A() { return "Explicit.I.A"; } }
interface J<T> { string M(T t); }
class Both : J<int>, J<string> { string J<int>.M(int t) { return "int"; } public string M(string t) { return "string"; } public string M(int t) { return "public int"; } }
class Unify<T, U> : J<List<T>>, J<U[]> { public string M(List<T> t) { return "list of " + typeof(T).Name; } public string M(U[] t) { return "array of " + typeof(U).Name; } }
class Root { public virtual string F() { return "Root"; } }
class Hide : Root { public new virtual string F() { return "Hide"; } }
class Leaf : Hide { public override string F() { return "Leaf"; } }
class G<T> { public virtual string F(T t) { return "G.T"; } public virtual string F(int t) { return "G.int"; } public virtual string W<U>(U u) { return typeof(T).Name + "," + typeof(U).Name; } }
class GInt : G<int> { public override string W<U>(U u) { return "GInt:" + base.W(u); } }
class Rec<T> { public static int Depth; public Rec<Rec<T>> Deeper() { return new Rec<Rec<T>>(); } public override string ToString() { return typeof(T).ToString(); } }
struct Node<T> { public T Value; public Node<T>[] Children; }

class Statics<T> { [ThreadStatic] public static int Local; [ThreadStatic] public static List<int> Ref; [ThreadStatic] public static Guid Struct; public static int Shared; static Statics() { Shared = 5; } }

static class Trace { public static List<string> Lines = new List<string>(); public static int Add(string s) { lock (Lines) Lines.Add(s); return 0; } }
class Precise { static Precise() { Trace.Add("Precise"); } public static void Touch() { } public static int F = 1; }
class PreciseChild : Precise { static PreciseChild() { Trace.Add("PreciseChild"); } public static void Own() { } }
class Throws { static Throws() { throw new InvalidOperationException("once"); } public static int F; public static void M() { } }
class CycleA { public static int X; static CycleA() { X = CycleB.Y + 1; } }
class CycleB { public static int Y; static CycleB() { Y = CycleA.X + 10; } }
class Slow { public static int X; static Slow() { Thread.Sleep(50); X = 7; } }
class DeadA { public static int X; static DeadA() { Thread.Sleep(60); X = DeadB.Y + 1; } }
class DeadB { public static int Y; static DeadB() { Thread.Sleep(60); Y = DeadA.X + 1; } }

[StructLayout(LayoutKind.Explicit)] struct Overlay { [FieldOffset(0)] public int I; [FieldOffset(0)] public float F; [FieldOffset(2)] public short S; [FieldOffset(8)] public object O; [FieldOffset(8)] public string T; }
[StructLayout(LayoutKind.Sequential, Pack = 1)] struct Packed { public byte A; public long B; public short C; }
[StructLayout(LayoutKind.Sequential, Size = 40)] struct Sized { public int A; }
[StructLayout(LayoutKind.Explicit)] struct Bad3 { [FieldOffset(3)] public object O; }

unsafe class Shapes {
  public int* P; public int** PP; public volatile int Vol; public int[,] Two; public int[][] Jag; public int?[] Nul; public Dictionary<string, int*[]> Deep;
  public void ByRef(ref int a, out string b, int* c, ref int* d, params object[] e) { b = null; }
  public static int* Add(int* p, int n) { return p + n; }
}

class P {
  static void Say(string what, object value) { Console.WriteLine(what + ": " + value); }
  static void Try(string what, Func<object> f) {
    try { Say(what, f()); } catch (Exception e) { while (e is TargetInvocationException) e = e.InnerException; Say(what, e.GetType().Name + (e.InnerException != null ? " of " + e.InnerException.GetType().Name : "")); }
  }
  static void M<T>() where T : struct { }
  static void L<T, U>() where U : List<T> { }

  static void Constraints() {
    foreach (var g in new[] { typeof(D<>), typeof(V<>), typeof(N<>), typeof(C<>), typeof(E<>) })
      foreach (var a in new[] { typeof(string), typeof(int), typeof(int?), typeof(NoCtor), typeof(Abs), typeof(System.IO.Stream), typeof(System.IO.MemoryStream), typeof(DayOfWeek), typeof(int[]), typeof(IDisposable), typeof(Action), typeof(void), typeof(int*) })
        Try(g.Name + " " + a.Name, () => g.MakeGenericType(a));
    Try("S", () => typeof(S<,>).MakeGenericType(typeof(string), typeof(object)));
    Try("S", () => typeof(S<,>).MakeGenericType(typeof(object), typeof(string)));
    Try("S", () => typeof(S<,>).MakeGenericType(typeof(int), typeof(ValueType)));
    Try("S", () => typeof(S<,>).MakeGenericType(typeof(int[]), typeof(IEnumerable<int>)));
    Try("S", () => typeof(S<,>).MakeGenericType(typeof(string), typeof(IComparable<string>)));
    Try("R", () => typeof(R<>).MakeGenericType(typeof(Rok)));
    Try("R", () => typeof(R<>).MakeGenericType(typeof(string)));
    var m = typeof(P).GetMethod("M", BindingFlags.Static | BindingFlags.NonPublic);
    Try("M", () => m.MakeGenericMethod(typeof(string)));
    Try("M", () => m.MakeGenericMethod(typeof(int)));
    Try("M", () => m.MakeGenericMethod(typeof(int?)));
    var l = typeof(P).GetMethod("L", BindingFlags.Static | BindingFlags.NonPublic);
    Try("L", () => l.MakeGenericMethod(typeof(int), typeof(List<int>)));
    Try("L", () => l.MakeGenericMethod(typeof(int), typeof(List<long>)));
    Try("count", () => typeof(D<>).MakeGenericType(typeof(int), typeof(int)));
    Try("not generic", () => typeof(P).MakeGenericType(typeof(int)));
  }

  static void Interfaces() {
    foreach (I i in new I[] { new Base(), new Derived(), new Again(), new Explicit() }) Say(i.GetType().Name, i.A() + " " + i.B() + " " + ((Base)i).A() + " " + ((Base)i).B());
    var both = new Both();
    Say("Both", ((J<int>)both).M(1) + " " + ((J<string>)both).M("") + " " + both.M(1));
    J<List<int>> u = new Unify<int, long>(); J<long[]> w = new Unify<int, long>();
    Say("Unify", u.M(null) + " " + w.M(null));
    Root r = new Leaf(); Say("slots", r.F() + " " + ((Hide)r).F());
    G<int> g = new GInt(); Say("generic virtual", g.W("x") + " " + g.W(1) + " " + new G<string>().W(2.0) + " " + new G<string>().F(1) + " " + new G<string>().F(""));
    foreach (var t in new[] { typeof(Base), typeof(Derived), typeof(Again), typeof(Explicit) }) {
      var map = t.GetInterfaceMap(typeof(I));
      Say("map " + t.Name, string.Join(" ", map.TargetMethods.Select(x => x.DeclaringType.Name + "." + x.Name)));
    }
    object o = new Rec<int>().Deeper().Deeper().Deeper(); Say("recursive", o);
    var node = new Node<Node<int>> { Children = new Node<Node<int>>[2] }; Say("nested struct", node.Children.Length + " " + node.Value.Children);
  }

  static void Variance() {
    object strings = new List<string> { "a" }, array = new string[] { "b" };
    Say("list", (strings is IEnumerable<object>) + " " + (strings is IList<object>) + " " + (strings is IReadOnlyList<object>) + " " + (strings is IEnumerable<IComparable>) + " " + (strings is IEnumerable<int>));
    Say("array", (array is object[]) + " " + (array is IList<object>) + " " + (array is IEnumerable<IComparable<string>>) + " " + (array is ICollection<IEnumerable<char>>) + " " + (array is IList<int>));
    object ints = new int[3], days = new DayOfWeek[2], bytes = new byte[1], chars = new char[1], bools = new bool[1];
    Say("ints", (ints is uint[]) + " " + (ints is IList<uint>) + " " + (ints is object[]) + " " + (ints is long[]) + " " + (ints is IEnumerable<DayOfWeek>));
    Say("days", (days is int[]) + " " + (days is uint[]) + " " + (days is IList<int>) + " " + (days is DayOfWeek[]));
    Say("bytes", (bytes is sbyte[]) + " " + (bytes is bool[]) + " " + (chars is short[]) + " " + (chars is ushort[]) + " " + (bools is byte[]));
    Func<object, string> f = x => "f" + x; object d = f;
    Say("delegate", (d is Func<string, object>) + " " + (d is Func<int, object>) + " " + (d is Func<string, string>) + " " + ((Func<string, object>)d)("!"));
    Action<IEnumerable<object>> a = x => { }; Say("action", ((object)a is Action<List<string>>) + " " + ((object)a is Action<List<int>>));
    Try("store", () => { object[] x = (object[])array; x[0] = 1; return "stored"; });
    Try("store ref", () => { object[] x = (object[])array; Interlocked.Exchange(ref x[0], new object()); return "stored"; });
    IComparer<object> c = Comparer<object>.Default; IComparer<string> sc = c; Say("contra", sc.Compare("a", "a"));
    Say("assignable", typeof(IEnumerable<object>).IsAssignableFrom(typeof(IEnumerable<string>)) + " " + typeof(IEnumerable<object>).IsAssignableFrom(typeof(List<int>)) + " " + typeof(int?).IsAssignableFrom(typeof(int)) + " " + typeof(Array).IsAssignableFrom(typeof(int[,])) + " " + typeof(object[,]).IsAssignableFrom(typeof(string[,])) + " " + typeof(uint[,]).IsAssignableFrom(typeof(int[,])));
  }

  static void Arrays() {
    var a = Array.CreateInstance(typeof(int), new[] { 2, 3 }, new[] { -1, 5 });
    a.SetValue(7, 0, 6); Say("bounds", a.GetType() + " " + a.GetLowerBound(0) + " " + a.GetUpperBound(0) + " " + a.GetLowerBound(1) + " " + a.GetUpperBound(1) + " " + a.GetValue(0, 6) + " " + a.Length);
    var two = (int[,])a; two[-1, 7] = 9; Say("element", two[0, 6] + two[-1, 7]);
    Try("outside", () => two[1, 5]); Try("outside", () => two[0, 4]); Try("outside", () => a.GetValue(0, 0));
    var one = Array.CreateInstance(typeof(string), new[] { 3 }, new[] { 2 });
    one.SetValue("x", 4); Say("one", one.GetType() + " " + one.GetType().GetArrayRank() + " " + one.GetValue(4) + " " + (one is string[]) + " " + (one is IList) + " " + (typeof(string[]) == one.GetType()));
    Try("one", () => one.GetValue(0)); Try("cast", () => (string[])(object)one);
    Say("zero", Array.CreateInstance(typeof(int), new[] { 3 }, new[] { 0 }).GetType());
    var cube = new long[2, 3, 4]; for (int i = 0; i < 2; i++) for (int j = 0; j < 3; j++) for (int k = 0; k < 4; k++) cube[i, j, k] = i * 100 + j * 10 + k;
    long sum = 0; foreach (long x in cube) sum = sum * 3 + x; Say("cube", sum + " " + cube.Rank + " " + cube.GetLength(2));
    var clone = (long[,,])cube.Clone(); clone[1, 2, 3] = 1; Say("clone", cube[1, 2, 3] + " " + clone[1, 2, 3]);
    Array.Reverse(new int[0]); Array.Clear(cube, 5, 3); Say("clear", cube[0, 1, 1] + " " + cube[0, 1, 0] + " " + cube[0, 2, 0]);
    Try("negative", () => new int[2, -1 + cube.Length - cube.Length]);
    Try("many", () => Array.CreateInstance(typeof(int), new int[33])); Try("void", () => Array.CreateInstance(typeof(void), 1));
    ref int e = ref two[0, 6]; e++; Say("address", two[0, 6]);
    object[,] grid = new string[1, 1]; Try("grid", () => { grid[0, 0] = 1; return "stored"; });
    Say("names", typeof(int).MakeArrayType() + " " + typeof(int).MakeArrayType(1) + " " + typeof(int).MakeArrayType(3) + " " + typeof(int[][,]).Name + " " + typeof(List<int[,][]>));
  }

  static void Initialisation() {
    PreciseChild.Touch(); Say("precise", string.Join(" ", Trace.Lines));
    PreciseChild.Own(); Say("child", string.Join(" ", Trace.Lines));
    Try("throws", () => { Throws.M(); return 0; }); Try("throws", () => Throws.F); Try("again", () => new Throws());
    try { Throws.M(); } catch (TypeInitializationException e) { Say("name", e.TypeName + " " + e.InnerException.Message); Exception first = e; try { Throws.M(); } catch (TypeInitializationException f) { Say("same", ReferenceEquals(first.InnerException, f.InnerException)); } }
    Say("cycle", CycleA.X + " " + CycleB.Y);
    int[] seen = new int[4]; var threads = Enumerable.Range(0, 4).Select(i => new Thread(() => seen[i] = Slow.X)).ToArray();
    foreach (var t in threads) t.Start(); foreach (var t in threads) t.Join(); Say("waited", string.Join(" ", seen));
    int x = 0, y = 0; var ta = new Thread(() => x = DeadA.X); var tb = new Thread(() => y = DeadB.Y);
    ta.Start(); tb.Start(); Say("no deadlock", ta.Join(5000) && tb.Join(5000)); Say("one saw the other", x + y > 2);
    RuntimeHelpers.RunClassConstructor(typeof(Slow).TypeHandle); Try("run", () => { RuntimeHelpers.RunClassConstructor(typeof(Throws).TypeHandle); return 0; });
  }

  static void ThreadStatics() {
    Statics<int>.Local = 1; Statics<string>.Local = 2; Statics<object>.Ref = new List<int> { 3 }; Statics<int>.Struct = new Guid(1, 2, 3, new byte[8]);
    string other = null;
    var t = new Thread(() => { other = Statics<int>.Local + " " + Statics<string>.Local + " " + (Statics<object>.Ref == null) + " " + Statics<int>.Struct.Equals(Guid.Empty) + " " + Statics<long>.Shared; Statics<int>.Local = 9; });
    t.Start(); t.Join(); GC.Collect();
    Say("thread statics", other + " | " + Statics<int>.Local + " " + Statics<string>.Local + " " + Statics<object>.Ref[0] + " " + Statics<int>.Struct.Equals(Guid.Empty) + " " + Statics<long>.Local);
  }

  static unsafe void Layouts() {
    var o = new Overlay { F = 1.5f, T = "t" }; Say("overlay", o.I.ToString("x") + " " + o.S.ToString("x") + " " + o.O + " " + Marshal.SizeOf(typeof(Packed)) + " " + sizeof(Packed) + " " + sizeof(Sized));
    Packed p; byte* b = (byte*)&p; p.A = 1; p.B = 2; p.C = 3; Say("packed", b[0] + " " + b[1] + " " + b[9]);
    Try("bad", () => B3());
  }
  [MethodImpl(MethodImplOptions.NoInlining)] static object B3() { return new Bad3(); }

  static void Reflected() {
    foreach (var f in typeof(Shapes).GetFields()) Say(f.Name, f.FieldType + " " + f.FieldType.IsPointer + " " + f.FieldType.HasElementType + " " + f.GetRequiredCustomModifiers().Length);
    var m = typeof(Shapes).GetMethod("ByRef");
    foreach (var p in m.GetParameters()) Say(p.Name, p.ParameterType + " " + p.ParameterType.IsByRef + " " + p.IsOut + " " + p.ParameterType.GetElementType());
    Say("sizes", typeof(int*).IsValueType + " " + typeof(int*).BaseType + " " + typeof(int).MakeByRefType().BaseType + " " + typeof(int*).GetElementType().MakePointerType().Equals(typeof(int*)));
    Try("box", () => Activator.CreateInstance(typeof(int*))); Try("open", () => Activator.CreateInstance(typeof(List<>))); Try("abstract", () => Activator.CreateInstance(typeof(Abs))); Try("nullable", () => Activator.CreateInstance(typeof(int?)) == null);
    object n = (int?)5, z = (int?)null; Say("nullable", n.GetType() + " " + (z == null) + " " + (n is int?) + " " + Nullable.GetUnderlyingType(typeof(int?)));
  }

  static void Main() {
    Constraints(); Interfaces(); Variance(); Arrays(); Initialisation(); ThreadStatics(); Layouts(); Reflected();
  }
}
