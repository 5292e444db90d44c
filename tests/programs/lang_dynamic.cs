// mcs: -r:Microsoft.CSharp.dll
// move: 200
// rows: baseline adaptive move warm-store
// The keyword dynamic: members, operators, overloads, conversions, errors, ExpandoObject, DynamicObject.
using System;
using System.Collections.Generic;
using System.Dynamic;
using Microsoft.CSharp.RuntimeBinder;

class Q { public int A = 3; public string P { get; set; } = "p"; public int M(int x) => x + A; public string M(string s) => s + "!"; public int this[int i] => i * 2; }
class Any : DynamicObject { public override bool TryGetMember(GetMemberBinder b, out object r) { r = "got " + b.Name; return true; } public override bool TryInvokeMember(InvokeMemberBinder b, object[] a, out object r) { r = b.Name + a.Length; return true; } }
class Program {
  static void W(string k, object v) { Console.WriteLine(k + "=" + v); }
  static string Over(int x) => "int"; static string Over(string x) => "string"; static string Over(object x) => "object";
  static void Main() {
    dynamic d = 5; W("add", d + 2); d = "s"; W("concat", d + 1); d = new Q(); W("field", d.A); W("property", d.P); d.P = "set"; W("set", d.P); W("overload", d.M(4) + " " + d.M("x")); W("index", d[21]);
    foreach (dynamic x in new object[] { 1, "s", 2.5 }) W("dispatch", Over(x)); try { d.None(); } catch (RuntimeBinderException) { W("missing", "caught"); } int n = (dynamic)7L > 6 ? 1 : 0; W("compare", n); dynamic e = new ExpandoObject(); e.X = 1; e.X += 5; e.F = (Func<int, int>)(k => k * 3); W("expando", e.X + " " + e.F(4) + " " + ((IDictionary<string, object>)e).Count); dynamic a = new Any(); W("dynamic object", a.Foo + " " + a.Bar(1, 2)); double conv = (dynamic)3; W("convert", conv); int sum = 0; foreach (dynamic i in new List<int> { 1, 2, 3 }) sum += i; W("sum", sum);
  }
}
