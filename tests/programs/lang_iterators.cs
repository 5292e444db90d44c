// Iterators: laziness, finally on dispose, exceptions inside, nested and recursive iterators, structs, generic ones, reset.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;

class Tree<T> : IEnumerable<T> {
  public T V; public Tree<T> L, R;
  public IEnumerator<T> GetEnumerator() { if (L != null) foreach (var x in L) yield return x; yield return V; if (R != null) foreach (var x in R) yield return x; }
  IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
struct Span3 { int n; public Span3(int n) { this.n = n; } public Enumerator GetEnumerator() => new Enumerator(n); public struct Enumerator { int i, n; public Enumerator(int n) { i = 0; this.n = n; } public int Current => i * i; public bool MoveNext() => ++i <= n; } }
class Program {
  static List<string> log = new List<string>();
  static void W(string k, object v) { Console.WriteLine(k + "=" + v + (log.Count > 0 ? " [" + string.Join(" ", log) + "]" : "")); log.Clear(); }
  static IEnumerable<int> Count(int n) { log.Add("start"); try { for (int i = 0; i < n; i++) { log.Add("y" + i); yield return i; } } finally { log.Add("fin"); } log.Add("end"); }
  static IEnumerable<int> Nested() { try { try { yield return 1; } finally { log.Add("in"); } yield return 2; } finally { log.Add("out"); } }
  static IEnumerable<int> Throws() { yield return 1; if (log != null) throw new InvalidOperationException("mid"); yield return 2; }
  static IEnumerable<int> Break(int k) { while (true) { if (k-- == 0) yield break; yield return k; } }
  static IEnumerable<long> Fib() { long a = 0, b = 1; while (true) { yield return a; (a, b) = (b, a + b); } }
  static IEnumerable<T[]> Permute<T>(T[] a, int k) { if (k == a.Length) yield return (T[])a.Clone(); for (int i = k; i < a.Length; i++) { T t = a[k]; a[k] = a[i]; a[i] = t; foreach (var p in Permute(a, k + 1)) yield return p; t = a[k]; a[k] = a[i]; a[i] = t; } }
  static IEnumerable<string> Args(int x, params string[] s) { foreach (var q in s) { x++; yield return q + x; } }
  static IEnumerator<int> Bare() { yield return 5; yield return 6; }
  static IEnumerable<int> Locked(object o) { lock (o) { yield return 1; yield return 2; } }
  static IEnumerable<int> Using(IDisposable d) { using (d) { yield return 3; } }
  class D : IDisposable { public void Dispose() { log.Add("disposed"); } }
  static void Main() {
    var c = Count(3); W("lazy", log.Count); W("all", string.Join(",", c)); W("again", c.Sum()); foreach (var x in c) if (x == 1) break; W("broken", "b"); var e = c.GetEnumerator(); W("not started", "n"); e.Dispose(); W("disposed early", "d"); e = c.GetEnumerator(); e.MoveNext(); W("current", e.Current); e.Dispose(); W("disposed", e.MoveNext());
    e = Nested().GetEnumerator(); e.MoveNext(); e.Dispose(); W("nested first", 1); e = Nested().GetEnumerator(); e.MoveNext(); e.MoveNext(); W("nested second", e.Current); e.Dispose(); W("nested disposed", 2);
    try { foreach (var x in Throws()) log.Add("" + x); } catch (InvalidOperationException ex) { W("throws", ex.Message); } e = Throws().GetEnumerator(); e.MoveNext(); try { e.MoveNext(); } catch { } W("after throw", e.MoveNext()); W("break", string.Join(",", Break(4))); W("fib", string.Join(",", Fib().Skip(10).Take(6))); W("fib while", Fib().TakeWhile(v => v < 100).Last());
    var t = new Tree<string> { V = "m", L = new Tree<string> { V = "c", R = new Tree<string> { V = "f" } }, R = new Tree<string> { V = "x" } }; W("tree", string.Concat(t)); W("permute", Permute(new[] { 1, 2, 3 }, 0).Count() + " " + string.Join("|", Permute("abc".ToCharArray(), 0).Select(p => new string(p)))); W("args", string.Join(",", Args(5, "a", "b"))); var bare = Bare(); bare.MoveNext(); bare.MoveNext(); W("bare", bare.Current); try { bare.Reset(); } catch (NotSupportedException) { W("reset", "not supported"); }
    W("locked", Locked(t).Sum()); W("using", Using(new D()).First()); int s = 0; foreach (int x in new Span3(5)) s += x; W("struct enumerator", s); foreach (char ch in "hey") s += ch; W("string", s); foreach (int v in new[,] { { 1, 2 }, { 3, 4 } }) s += v; W("matrix", s); foreach (DictionaryEntry de in new Hashtable { { "k", 7 } }) s += (int)de.Value; W("hashtable", s); var two = c.Zip(c, (p, q) => p + q).ToList(); log.Clear(); W("two at once", string.Join(",", two)); W("same enumerator", ReferenceEquals(c, c.GetEnumerator())); log.Clear(); var many = Enumerable.Range(0, 5).SelectMany(i => Break(i)).ToArray(); W("selectmany", string.Join("", many)); IEnumerable<IEnumerable<int>> deep = new[] { Break(2), Break(3) }; W("deep", deep.Sum(d => d.Count())); W("closure", string.Join(",", Enumerable.Range(0, 3).Select(i => (Func<int>)(() => i * 10)).ToList().Select(f => f())));
  }
}
