// Rule: a damaged segment or database costs time, not correctness. Enough different hot code, with speculation, to fill a
// store; the rows cold-store, warm-store and corrupt-store do the rest.
// args: 400
// rows: baseline adaptive optimize cold-store warm-store corrupt-store
// always:
using System; using System.Collections.Generic;
interface IFold { long Fold(long h, int v); } class Fold1 : IFold { public long Fold(long h, int v) { return h * 31 + v; } } class Fold2 : IFold { public long Fold(long h, int v) { return h ^ ((long)v << (int)(h & 7)); } }
class P {
  static readonly int[] table = { 3, 1, 4, 1, 5, 9, 2, 6 };
  static long Ints(int n) { long s = 0; for (int i = 0; i < n; i++) s += table[i & 7] * i; return s; }
  static double Reals(int n) { double s = 0; for (int i = 1; i < n; i++) s += 1.0 / i; return s; }
  static long Virtuals(IFold[] f, int n) { long h = 1; for (int i = 0; i < n; i++) h = f[i % f.Length].Fold(h, i); return h; }
  static int Strings(int n) { int h = 0; for (int i = 0; i < n; i++) { string s = "s" + (i & 15); foreach (char c in s) h = h * 31 + c; } return h; }
  static int Lists(int n) { var l = new List<int>(); for (int i = 0; i < n; i++) l.Add(i ^ 5); int s = 0; foreach (int v in l) s += v; return s; }
  static int Throws(int n) { int c = 0; for (int i = 0; i < n; i++) try { if (i % 50 == 0) throw new Exception(); c++; } catch (Exception) { c += 100; } return c; }
  static T Generic<T>(T[] a, Func<T, T, T> f, int n) { T t = a[0]; for (int i = 0; i < n; i++) t = f(t, a[i % a.Length]); return t; }
  static void Main(string[] args) { int k = int.Parse(args[0]); long h = 0; IFold[] fs = { new Fold1(), new Fold2() }; for (int r = 0; r < k; r++) { h = h * 7 + Ints(1000) + BitConverter.DoubleToInt64Bits(Reals(200)) + Virtuals(fs, 500) + Strings(20) + Lists(100) + Throws(60) + Generic(table, (a, b) => a * 3 + b, 300) + (long)Generic(new double[] { 1, 2 }, (a, b) => a * 0.5 + b, 100); } Console.WriteLine(h); }
}
