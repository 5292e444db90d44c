// Order and laziness of static initialisation: with and without a static constructor, generic types, threads, failures, nested.
using System;
using System.Collections.Generic;
using System.Threading;

static class Log { public static List<string> L = new List<string>(); public static T Add<T>(string s, T v) { lock (L) L.Add(s); return v; } }
class Precise { public static int A = Log.Add("Precise.A", 1); public static int B = Log.Add("Precise.B", A + 1); static Precise() { Log.Add("Precise()", 0); C = B + 1; } public static int C; public const int K = 9; public static int M() => C; }
class Base { protected static int X = Log.Add("Base.X", 10); static Base() { Log.Add("Base()", 0); } public Base() { Log.Add("new Base", 0); } public static int Get() => X; }
class Derived : Base { static int Y = Log.Add("Derived.Y", 20); static Derived() { Log.Add("Derived()", 0); } int field = Log.Add("field", 1); public Derived() { Log.Add("new Derived", 0); } public static int Own() => Y; public static int Inherited() => Get(); }
class CycleA { public static int V = Log.Add("CycleA", CycleB.V + 1); static CycleA() { } } class CycleB { public static int V = Log.Add("CycleB", CycleA.V + 1); static CycleB() { } }
class Gen<T> { public static string Name = Log.Add("Gen<" + typeof(T).Name + ">", typeof(T).Name); public static int Count; static Gen() { } public Gen() { Count++; } }
struct S { public static int Z = Log.Add("S.Z", 3); public int N; static S() { Log.Add("S()", 0); } public S(int n) { N = n; } public int Get() => N + Z; }
class Slow { public static int V; static Slow() { Thread.Sleep(30); V = 5; Log.Add("Slow()", 0); } }
class Fails { public static int N; static Fails() { N++; Log.Add("Fails()", 0); throw new ApplicationException("bad"); } public static void M() { } public int I; }
class Holder { [ThreadStatic] public static int T; public static readonly Dictionary<string, int> D = new Dictionary<string, int> { { "a", 1 }, { "b", 2 } }; public static readonly int[,] Grid = { { 1, 2 }, { 3, 4 } }; public static string[] Names = { "x", "y", "z" }; public static Func<int> F = () => D["b"]; static int hidden = 4; public static int Prop { get; } = hidden * 2; public static class Inner { public static int V = Log.Add("Inner", Prop + 1); static Inner() { } } }
interface IHas { }
class Program {
  static void W(string k, object v) { Console.WriteLine(k + "=" + v + (Log.L.Count > 0 ? " [" + string.Join(" ", Log.L) + "]" : "")); Log.L.Clear(); }
  static int mine = Log.Add("Program.mine", 6);
  static Program() { Log.Add("Program()", 0); }
  static int Touch(bool b) => b ? Precise.M() : 0;
  static void Main() {
    W("start", mine); W("const", Precise.K); W("branch not taken", Touch(false)); W("touch", Touch(true)); W("again", Precise.A); W("inherited", Derived.Inherited()); W("own", Derived.Own()); new Derived(); W("instance", "d"); W("cycle", CycleA.V + " " + CycleB.V);
    W("gen int", Gen<int>.Name); new Gen<string>(); new Gen<string>(); W("gen string", Gen<string>.Count + " " + Gen<int>.Count); W("gen nested", Gen<Gen<int>>.Name); S s = default(S); W("struct default", s.N); s.N = 2; W("struct field", s.N); W("struct method", new S(4).Get()); var results = new int[4]; var threads = new Thread[4]; for (int i = 0; i < 4; i++) { int k = i; threads[i] = new Thread(() => results[k] = Slow.V); threads[i].Start(); } foreach (var t in threads) t.Join(); W("threads", string.Join(",", results));
    for (int i = 0; i < 3; i++) try { Fails.M(); W("fails", "not"); } catch (TypeInitializationException e) { W("fails " + i, e.InnerException.Message); } try { new Fails(); } catch (TypeInitializationException e) { W("fails new", e.TypeName); } try { W("n", Fails.N); } catch (TypeInitializationException) { W("fails field", "thrown"); } Holder.T = 5; int other = -1; var th = new Thread(() => other = Holder.T++); th.Start(); th.Join(); W("thread static", Holder.T + " " + other); W("initialisers", Holder.D["a"] + Holder.Grid[1, 0] + Holder.Names[2] + Holder.F() + Holder.Prop); W("inner", Holder.Inner.V); System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(Gen<double>).TypeHandle); W("run cctor", "r"); W("after", Gen<double>.Name); typeof(Gen<float>).GetField("Name").GetValue(null); W("by reflection", "g"); object boxed = new S(1); W("boxed", ((S)boxed).N); Lazy<int> lazy = new Lazy<int>(() => Log.Add("lazy", 7)); W("lazy before", lazy.IsValueCreated); W("lazy", lazy.Value + lazy.Value);
  }
}
