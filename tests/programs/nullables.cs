using System;
struct S { public int A; public string B; }
class P {
  static int? Half(int n) { return n % 2 == 0 ? n / 2 : (int?)null; }
  static string Show<T>(T? v) where T : struct { return v.HasValue ? "some " + v.Value : "none"; }
  static void Main() {
    int? a = 5, b = null; Console.WriteLine((a + b == null) + " " + (a > b) + " " + (a < b) + " " + (a == 5) + " " + (b == null) + " " + (b ?? 9) + " " + a.GetValueOrDefault() + b.GetValueOrDefault(3) + " " + (a + 2) + " " + (a * a)); for (int i = 0; i < 4; i++) Console.WriteLine(Show(Half(i)));
    object o = a; Console.WriteLine(o.GetType().Name + " " + (b == null ? "b" : "") + " " + ((object)b == null)); int? u = (int?)o; int? w = (int?)(object)null; Console.WriteLine(u + " " + w.HasValue + " " + (o is int?)); try { Console.WriteLine(b.Value); } catch (InvalidOperationException) { Console.WriteLine("no value"); }
    bool? t = true, n = null; Console.WriteLine((t & n) == null); Console.WriteLine((t | n) == true); Console.WriteLine(!n == null); S? s = new S { A = 1, B = "x" }; Console.WriteLine(s.Value.B + s?.A + Show<S>(null)); long? l = a; double? d = l; Console.WriteLine(d); a++; a += null; Console.WriteLine(a.HasValue); string str = null; Console.WriteLine(str?.Length ?? -1); DateTime? dt = null; Console.WriteLine(dt.Equals(null) + " " + u.Equals(5) + " " + u.GetHashCode() + " " + b.ToString() + "."); int?[] arr = { 1, null, 3 }; int sum = 0; foreach (int? v in arr) sum += v ?? 100; Console.WriteLine(sum);
  }
}
