// User-defined operators and conversions, true/false, lifted forms, compound assignment, evaluation order, precedence.
using System;

struct Vec {
  public int X, Y;
  public Vec(int x, int y) { X = x; Y = y; }
  public static Vec operator +(Vec a, Vec b) => new Vec(a.X + b.X, a.Y + b.Y);
  public static Vec operator -(Vec a) => new Vec(-a.X, -a.Y);
  public static Vec operator *(Vec a, int k) => new Vec(a.X * k, a.Y * k);
  public static int operator *(Vec a, Vec b) => a.X * b.X + a.Y * b.Y;
  public static bool operator ==(Vec a, Vec b) => a.X == b.X && a.Y == b.Y;
  public static bool operator !=(Vec a, Vec b) => !(a == b);
  public static Vec operator ++(Vec a) => new Vec(a.X + 1, a.Y + 1);
  public static Vec operator --(Vec a) => new Vec(a.X - 1, a.Y - 1);
  public static Vec operator <<(Vec a, int n) => new Vec(a.X << n, a.Y << n);
  public static bool operator <(Vec a, Vec b) => a * a < b * b;
  public static bool operator >(Vec a, Vec b) => a * a > b * b;
  public static implicit operator Vec(int n) => new Vec(n, n);
  public static explicit operator int(Vec v) => v.X * 1000 + v.Y;
  public static implicit operator string(Vec v) => "<" + v.X + ";" + v.Y + ">";
  public override bool Equals(object o) => o is Vec v && v == this;
  public override int GetHashCode() => X ^ Y;
}
class Tri {
  readonly int v;
  public Tri(int v) { this.v = v; }
  public static bool operator true(Tri t) { Console.WriteLine("  true? " + t.v); return t.v > 0; }
  public static bool operator false(Tri t) { Console.WriteLine("  false? " + t.v); return t.v < 0; }
  public static Tri operator &(Tri a, Tri b) => new Tri(Math.Min(a.v, b.v));
  public static Tri operator |(Tri a, Tri b) => new Tri(Math.Max(a.v, b.v));
  public static Tri operator !(Tri a) => new Tri(-a.v);
  public override string ToString() => "T" + v;
}
class Program {
  static void W(string k, object v) { Console.WriteLine(k + "=" + v); }
  static string trace = "";
  static int F(int n) { trace += n; return n; }
  static int[] A(int[] a) { trace += "a"; return a; }
  static void Main() {
    Vec a = new Vec(1, 2), b = 3;
    W("add", (string)(a + b)); W("neg", (string)(-a)); W("scale", (string)(a * 5)); W("dot", a * b); W("eq", a == new Vec(1, 2)); W("ne", a != b); W("less", a < b); W("greater", a > b);
    W("explicit", (int)a); W("implicit", "s:" + a); Vec c = a++; W("post", (string)c + (string)a); c = ++a; W("pre", (string)c + (string)a); a--; W("dec", (string)a); a += 10; W("compound", (string)a); a *= 2; W("compound scale", (string)a); a <<= 3; W("shift", (string)a);
    Vec? n = null, m = b; W("lifted null", (n + m).HasValue); W("lifted", (string)(m + m).Value); W("lifted eq", n == null); W("lifted eq2", m == b); W("lifted less", n < m); W("lifted conv", ((int?)m).Value);
    W("equals", a.Equals((object)a)); W("mixed", (string)(1 + a));
    Tri p = new Tri(1), z = new Tri(0), q = new Tri(-1);
    W("and", p && z); W("and short", q && p); W("or", p || q); W("or long", z || q); W("not", !p); if (p) W("if", "true"); W("ternary", q ? "yes" : "no"); int loops = 0; for (Tri t = new Tri(2); t && new Tri(loops < 2 ? 1 : -1); ) loops++; W("for", loops);
    var arr = new int[5]; A(arr)[F(1)] += F(2) * F(3); W("order", trace + ":" + arr[1]); trace = ""; int r = F(1) + F(2) * F(3) - (F(4) << F(1)); W("order2", trace + ":" + r);
    trace = ""; bool s = F(1) > 2 && F(5) > 1 || F(7) == 7; W("short circuit", trace + s); int x = 5; x = x++ + ++x; W("increments", x); x += x++ * 2 + x; W("increments2", x);
    byte by = 250; by += 10; W("byte wrap", by); sbyte sb = 127; sb++; W("sbyte wrap", sb); short sh = short.MaxValue; sh += 2; W("short wrap", sh); char ch = 'y'; ch += (char)2; W("char", ch); ch++; W("char2", (int)ch); ushort us = 0; us--; W("ushort", us);
    uint ui = 1; ui -= 2; W("uint", ui); long l = 1L << 40; l |= 1; W("long", l); ulong ul = ulong.MaxValue; ul += 2; W("ulong", ul); int neg = -17; W("div", neg / 5 + " " + neg % 5 + " " + (neg >> 2) + " " + ((uint)neg >> 28));
    W("precedence", 2 + 3 * 4 % 5 - 6 / 2 << 1 & 0xFF ^ 3 | 64); W("bitwise", ~5 + " " + (5 ^ -1) + " " + (0xF0 & ~0x30)); W("null coalesce", (string)null ?? "dflt"); string str = null; W("null cond", str?.Length.ToString() ?? "none"); W("null cond len", (str?.Length).HasValue);
    bool f = true; f &= false; W("bool and", f); f |= true; W("bool or", f); f ^= true; W("bool xor", f); bool? t1 = true, t2 = null, t3 = false; W("three", (t1 & t2) + "|" + (t1 | t2) + "|" + (t3 & t2) + "|" + (t3 | t2));
    float fl = 1.1f; fl += 1; W("float", fl == 2.1f); double d = 7; d %= 2.5; W("fmod", d); decimal dec = 1.10m; dec += 1.05m; W("decimal", dec); W("string +=", "a" + 1 + 2 + 'c' + null + true); W("char sum", 'a' + 'b'); W("is", (object)5 is int); W("as", ("s" as object) != null);
  }
}
