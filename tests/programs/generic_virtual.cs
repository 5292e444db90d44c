// Generic methods that are virtual: called on classes and interfaces, with reference and value type arguments.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
interface IMap { T Pick<T>(T a, T b); string Name<T>(); }
class First : IMap { public virtual T Pick<T>(T a, T b) { return a; } public virtual string Name<T>() { return "first " + typeof(T).Name; } public virtual U Fold<T, U>(IEnumerable<T> l, U s, Func<U, T, U> f) { foreach (T x in l) s = f(s, x); return s; } }
class Second : First { public override T Pick<T>(T a, T b) { return b; } public override string Name<T>() { return "second " + typeof(T).Name; } public override U Fold<T, U>(IEnumerable<T> l, U s, Func<U, T, U> f) { return base.Fold(l, base.Fold(l, s, f), f); } }
struct Third : IMap { public int n; public T Pick<T>(T a, T b) { n++; return n % 2 == 0 ? a : b; } public string Name<T>() { return "third " + typeof(T).Name; } }
struct Big { public long a, b, c; }
class P {
  [MethodImpl(MethodImplOptions.NoInlining)] static long Ints(IMap m, int n) { long s = 0; for (int i = 0; i < n; i++) s = s * 3 + m.Pick(i, i * 2) + m.Pick((long)i, 7L) + (m.Pick("a", "bb").Length) + (int)m.Pick(1.5, 2.5); return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static long Bigs(First m, int n) { long s = 0; for (int i = 0; i < n; i++) { Big x = new Big { a = i, b = 1 }, y = new Big { a = 2 * i, c = 5 }; Big r = m.Pick(x, y); s = s * 3 + r.a + r.b + r.c; } return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static string Names(IMap m) { return m.Name<int>() + m.Name<string>() + m.Name<Big>() + m.Name<List<int>>(); }
  [MethodImpl(MethodImplOptions.NoInlining)] static string Null(IMap m) { try { return m.Name<int>(); } catch (NullReferenceException) { return "null"; } }
  static void Main() {
    IMap[] all = { new First(), new Second(), new Third() };
    foreach (IMap m in all) { Console.WriteLine(Ints(m, 50)); Console.WriteLine(Names(m)); }
    Console.WriteLine(Bigs(new First(), 40)); Console.WriteLine(Bigs(new Second(), 40)); Console.WriteLine(Null(null) + Null(all[1]));
    var l = new List<int> { 1, 2, 3, 4 }; First f = new First(), g = new Second();
    for (int i = 0; i < 20; i++) { First u = i % 2 == 0 ? f : g; Console.Write(u.Fold(l, 0, (s, x) => s * 2 + x) + u.Fold(l, "", (s, x) => s + x).Length + " "); }
    Console.WriteLine();
  }
}
