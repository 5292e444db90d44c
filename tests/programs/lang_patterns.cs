// Tuples, deconstruction, patterns, out variables, local functions, ref locals, throw expressions, digit separators.
// mcs: -langversion:experimental
using System;
using System.Collections.Generic;
using System.Linq;

abstract class Shape { }
class Circle : Shape { public double R; public void Deconstruct(out double r) { r = R; } }
class Box : Shape { public int W, H; public void Deconstruct(out int w, out int h) { w = W; h = H; } }
class Program {
  static void W(string k, object v) { Console.WriteLine(k + "=" + v); }
  static string Describe(object o) {
    if (o is null) return "null";
    if (o is int i && i > 100) return "big " + i;
    if (o is int) return "int " + (int)o;
    if (o is string s) return s.Length == 0 ? "empty" : "string " + s;
    if (o is Circle c) return "circle " + c.R;
    if (o is Box b && b.W == b.H) return "square " + b.W;
    if (o is Box) return "box " + ((Box)o).W + "x" + ((Box)o).H;
    if (o is int[] a && a.Length > 2) return "long array";
    if (o is IEnumerable<int> e) return "ints " + e.Sum();
    if (o is double d) return "double " + d;
    if (o is DayOfWeek.Monday) return "monday";
    if (o is Enum en) return "enum " + en;
    if (o is true) return "yes";
    return "other " + o.GetType().Name;
  }
  static (int min, int max, double avg) Stats(params int[] v) { int lo = v[0], hi = v[0], sum = 0; foreach (int x in v) { if (x < lo) lo = x; if (x > hi) hi = x; sum += x; } return (lo, hi, (double)sum / v.Length); }
  static ref int Find(int[] a, int v) { for (int i = 0; i < a.Length; i++) if (a[i] == v) return ref a[i]; throw new KeyNotFoundException(); }
  static int Need(int? n) => n ?? throw new ArgumentNullException("n");
  static bool Parse(string s, out int n, out string rest) { n = 0; int i = 0; while (i < s.Length && char.IsDigit(s[i])) n = n * 10 + (s[i++] - '0'); rest = s.Substring(i); return i > 0; }
  static void Main() {
    object[] all = { null, 5, 500, "", "abc", new Circle { R = 1.5 }, new Box { W = 2, H = 2 }, new Box { W = 2, H = 3 }, new[] { 1, 2 }, new[] { 1, 2, 3 }, new List<int> { 4, 5 }, 2.5, DayOfWeek.Monday, DayOfWeek.Friday, true, false, 'c', 1L };
    for (int i = 0; i < all.Length; i++) W("describe " + i, Describe(all[i]));
    var s = Stats(3, 1, 4, 1, 5, 9, 2, 6); W("stats", s.Item1 + " " + s.Item2 + " " + s.avg); W("tuple", s); var (lo, hi, _) = Stats(7, 8); W("deconstruct", lo * 10 + hi);
    (int a, string b) t = (1, "x"); t.a++; t.b += "y"; W("mutable", t); W("tuple equals", t.Equals((2, "xy"))); W("hash same", t.GetHashCode() == (2, "xy").GetHashCode()); W("compare", ((IComparable)(1, 2)).CompareTo((1, 3)));
    int x = 1, y = 2; (x, y) = (y, x); W("swap", x + "," + y); (x, y, x) = (10, 20, 30); W("assign order", x + "," + y);
   
    W("nested", ((1, (2, 3)), "z")); var dict = new Dictionary<(int, int), string> { { (1, 2), "a" }, { (2, 1), "b" } }; W("key", dict[(2, 1)]);
    int n; string rest; if (Parse("42rest", out n, out rest)) W("out var", n + rest); int n2; string r2; W("out again", Parse("x", out n2, out r2)); if ((object)5 is int five && five > 4) W("is pattern", five); W("is const", (object)3 is 3); W("not is", !("s" is null)); object o = "str"; W("var pattern", o is var any ? any : null);
    var arr = new[] { 1, 2, 3 }; Find(arr, 2) = 20; ref int r = ref Find(arr, 3); r++; W("ref return", string.Join(",", arr)); ref int q = ref arr[0]; q += 100; W("ref local", arr[0]);
    try { Need(null); } catch (ArgumentNullException e) { W("throw expression", e.ParamName); } W("need", Need(3)); string msg = null; try { msg = msg ?? throw new InvalidOperationException("nope"); } catch (Exception e) { W("throw", e.Message); }
    int captured = 5;
    
    W("literals", 1_000_000 + " " + 0b1010_1010 + " " + 0xFF_FF); W("default", default(int) + " " + (default(string) == null)); W("nameof", nameof(Program) + nameof(dict.Count)); W("interpolation", $"{n,5}|{n,-5}|{n:x4}|{(n > 1 ? "many" : "one")}|{{}}"); W("verbatim", @"a\b""c" + $@"{1}\n");
    switch (n) { case 1: case 42: W("switch", "42" + captured); goto case 7; case 7: W("goto case", "7"); goto default; default: W("goto default", "d"); break; }
    var anon = new { A = 1, B = "b" }; W("anonymous", anon); W("anonymous equal", anon.Equals(new { A = 1, B = "b" })); W("query", string.Join(" ", from v in Enumerable.Range(1, 5) let sq = v * v where sq % 2 == 1 orderby sq descending select v + ":" + sq)); foreach (var kv in new[] { ("one", 1), ("two", 2) }) { var (k, v) = kv; W("foreach", k + v); }
  }
}
