using System;
delegate int Op(int a, int b);
delegate void Act(ref int x);
delegate T Gen<T>(T x);
class C { public int V; public int Add(int a, int b) { return a + b + V; } public virtual int Mul(int a, int b) { return a * b; } public static int Sub(int a, int b) { return a - b; } public event Action<string> E; public void Fire(string s) { E?.Invoke(s); } }
class D : C { public override int Mul(int a, int b) { return a * b * 2; } }
static class X { public static int Ext(this string s, int a, int b) { return s.Length + a + b; } public static int OnNull(this object o, int a, int b) { return o == null ? 1 : 2; } }
struct S { public int N; public int Get() { return N++; } }
class P {
  static int Apply(Op f, int a, int b) { return f(a, b); }
  static Func<int> MakeCounter() { int n = 0; return () => ++n; }
  static Func<int, Func<int, int>> Curry(int k) { return a => b => a * k + b; }
  static void Main() {
    var c = new C { V = 10 }; C d = new D();
    Console.WriteLine(Apply(c.Add, 1, 2) + " " + Apply(c.Mul, 3, 4) + " " + Apply(d.Mul, 3, 4) + " " + Apply(C.Sub, 9, 4) + " " + Apply("four".Ext, 1, 1) + " " + Apply(((object)null).OnNull, 1, 1) + " " + Apply((a, b) => a << b, 1, 5) + " " + Apply(delegate(int a, int b) { return a % b; }, 17, 5));
    Act many = null; int trace = 0; many += (ref int x) => x += 1; many += (ref int x) => x *= 10; Act third = (ref int x) => x -= 3; many += third; many(ref trace); Console.WriteLine(trace); many -= third; many(ref trace); Console.WriteLine(trace + " " + many.GetInvocationList().Length);
    var c1 = MakeCounter(); var c2 = MakeCounter(); c1(); c1(); Console.WriteLine(c1() * 10 + c2()); Console.WriteLine(Curry(3)(4)(5));
    var fs = new Func<int>[5]; for (int i = 0; i < 5; i++) { int k = i * i; fs[i] = () => k++ + i; } int sum = 0; foreach (var f in fs) sum = sum * 7 + f() + f(); Console.WriteLine(sum);
    string log = ""; Action<string> h1 = s => log += s, h2 = s => log += s.ToUpperInvariant(); c.E += h1; c.E += h2; c.Fire("a"); c.E -= h1; c.Fire("b"); c.E -= h2; c.Fire("c"); Console.WriteLine(log);
    Gen<string> g = x => x + x; Gen<int> gi = x => x * 2; Console.WriteLine(g("ab") + gi(21)); Op o1 = c.Add, o2 = c.Add, o3 = d.Add; Console.WriteLine((o1 == o2) + " " + (o1 == o3) + " " + o1.Equals(o2) + " " + (o1.Target == c) + " " + o1.Method.Name);
    S st = new S { N = 5 }; Func<int> sg = st.Get; sg(); Console.WriteLine(sg() + " " + st.N); Func<object> cov = () => "covariant"; Func<string> str = () => "co"; cov = str; Action<object> ao = x => Console.WriteLine("contra " + x); Action<string> as1 = ao; as1((string)cov());
    Op multi = (a, b) => 1; multi += (a, b) => 2; Console.WriteLine(multi(0, 0)); int hits = 0; Op boom = (a, b) => { hits++; throw new Exception("x"); }; boom += (a, b) => { hits += 10; return 0; }; try { boom(1, 2); } catch (Exception) { } Console.WriteLine(hits);
    Op nul = null; try { nul(1, 2); } catch (NullReferenceException) { Console.WriteLine("null"); } Func<int, int> fact = null; fact = n => n <= 1 ? 1 : n * fact(n - 1); Console.WriteLine(fact(10)); int total = 0; Array.ForEach(new int[] { 1, 2, 3 }, x => total += x); Console.WriteLine(total); Console.WriteLine((int)((Delegate)o1).DynamicInvoke(1, 2));
  }
}
