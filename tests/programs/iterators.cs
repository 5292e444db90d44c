// args: 1000
// mcs: -r:System.Core
using System; using System.Collections; using System.Collections.Generic; using System.Linq;
class Tree : IEnumerable<int> { Tree l, r; int v; public Tree(int v) { this.v = v; } public void Add(int x) { if (x < v) { if (l == null) l = new Tree(x); else l.Add(x); } else { if (r == null) r = new Tree(x); else r.Add(x); } } public IEnumerator<int> GetEnumerator() { if (l != null) foreach (int x in l) yield return x; yield return v; if (r != null) foreach (int x in r) yield return x; } IEnumerator IEnumerable.GetEnumerator() { return GetEnumerator(); } }
struct Range { public int N; public E GetEnumerator() { return new E { i = -1, n = N }; } public struct E { public int i, n; public bool MoveNext() { return ++i < n; } public int Current { get { return i; } } } }
class P {
  static IEnumerable<int> Fib() { int a = 0, b = 1; while (true) { yield return a; int t = a + b; a = b; b = t; } } static IEnumerable<string> Guarded(string s) { try { yield return s + 1; yield return s + 2; } finally { Console.WriteLine("finally " + s); } } static IEnumerable<T> Filter<T>(IEnumerable<T> e, Func<T, bool> f) { foreach (T t in e) if (f(t)) yield return t; else if (t == null) yield break; }
  static void Main() {
    var t = new Tree(50); uint seed = 7; for (int i = 0; i < 40; i++) { seed = seed * 1103515245 + 12345; t.Add((int)(seed >> 16) % 100); } foreach (int x in t) Console.Write(x + " "); Console.WriteLine(); foreach (int f in Fib()) { if (f > 1000) break; Console.Write(f + " "); } Console.WriteLine(); foreach (string s in Guarded("a")) Console.WriteLine(s); foreach (string s in Guarded("b")) break; int sum = 0; foreach (int i in new Range { N = 100 }) sum += i; Console.WriteLine(sum); foreach (int x in Filter(t, v => v % 7 == 0)) Console.Write(x + " "); Console.WriteLine();
    Console.WriteLine(t.Where(x => x > 20).Select(x => x * 2).Take(5).Sum() + " " + t.Count() + " " + t.OrderByDescending(x => x % 10).ThenBy(x => x).First() + " " + string.Join(",", t.Distinct().Skip(3).Take(4)) + " " + t.Aggregate(0, (a, b) => a * 3 + b) + " " + t.Any(x => x == 50)); foreach (var g in from x in t group x by x % 3 into g orderby g.Key select new { g.Key, N = g.Count() }) Console.WriteLine(g); IEnumerator<int> e = Fib().GetEnumerator(); e.MoveNext(); e.MoveNext(); Console.WriteLine(e.Current);
  }
}
