// Arrays of several dimensions: elements of every kind, bounds, lower bounds, covariance, addresses, loops over them.
using System;
using System.Runtime.CompilerServices;
struct Pair { public int a; public object o; public Pair(int x, object y) { a = x; o = y; } public int Sum() { return a + (o == null ? 0 : 1); } }
class P {
  static long h;
  [MethodImpl(MethodImplOptions.NoInlining)] static double Multiply(int n) {
    var a = new double[n, n]; var b = new double[n, n]; var c = new double[n, n];
    for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) { a[i, j] = i + j; b[i, j] = i - j; }
    for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) { double s = 0; for (int k = 0; k < n; k++) s += a[i, k] * b[k, j]; c[i, j] = s; }
    double t = 0; foreach (double d in c) t = t * 0.5 + d; return t;
  }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Cube(int x, int y, int z) {
    var c = new byte[x, y, z]; int s = 0;
    for (int i = 0; i < c.GetLength(0); i++) for (int j = 0; j < c.GetLength(1); j++) for (int k = 0; k <= c.GetUpperBound(2); k++) c[i, j, k] = (byte)(i * 31 + j * 7 + k);
    for (int i = x - 1; i >= 0; i--) for (int j = 0; j < y; j++) for (int k = 0; k < z; k++) { s = s * 3 + c[i, j, k]; c[i, j, k]++; s ^= c[i, j, k]; }
    return s + c.Length + c.Rank;
  }
  [MethodImpl(MethodImplOptions.NoInlining)] static int At(int[,] a, int i, int j) { try { return a[i, j]; } catch (IndexOutOfRangeException) { return -1; } catch (NullReferenceException) { return -2; } }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Lower(int[,] a) { int s = 0; for (int i = a.GetLowerBound(0); i <= a.GetUpperBound(0); i++) for (int j = a.GetLowerBound(1); j <= a.GetUpperBound(1); j++) { a[i, j] = i * 10 + j; s = s * 5 + a[i, j]; } return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static string Store(object[,] a, object v) { try { a[1, 1] = v; return a[1, 1] == v ? "stored" : "lost"; } catch (ArrayTypeMismatchException) { return "mismatch"; } catch (IndexOutOfRangeException) { return "range"; } }
  static void Bump(ref int x) { x += 3; }
  static void Swap(ref object x, object y) { x = y; }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Refs(int[,] a, object[,] o) { Bump(ref a[1, 0]); Bump(ref a[1, 0]); int r = a[1, 0]; try { Swap(ref o[0, 1], "s"); r += 100; } catch (ArrayTypeMismatchException) { r += 200; } return r; }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Structs(int n) { var p = new Pair[n, 2]; for (int i = 0; i < n; i++) { p[i, 0] = new Pair(i, i % 2 == 0 ? p : null); p[i, 1].a = i * 2; p[i, 1].o = "x"; } int s = 0; for (int i = 0; i < n; i++) s = s * 3 + p[i, 0].Sum() + p[i, 1].Sum(); return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static long Kinds(int i) {
    var l = new long[2, 2]; var f = new float[2, 2]; var c = new char[2, 2]; var s = new sbyte[2, 2]; var b = new bool[2, 2]; var d = new DayOfWeek[2, 2]; var m = new decimal[2, 2]; var t = new string[2, 2];
    l[i, 1] = 1L << 40; f[1, i] = 1.5f; c[i, i] = 'x'; s[i, 0] = (sbyte)(-i - 5); b[i, 1] = true; d[i, i] = DayOfWeek.Friday; m[i, 1] = 3.25m; t[1, i] = "word";
    return l[i, 1] + (long)(f[1, i] * 2) + c[i, i] + s[i, 0] + (b[i, 1] ? 10 : 20) + (int)d[i, i] + (long)(m[i, 1] * 4) + t[1, i].Length;
  }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Life(int n, int steps) {
    var g = new bool[n, n]; for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) g[i, j] = (i * 7 + j * 3) % 5 == 0;
    for (int s = 0; s < steps; s++) { var next = new bool[n, n]; for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) { int c = 0; for (int y = -1; y <= 1; y++) for (int x = -1; x <= 1; x++) if ((x != 0 || y != 0) && g[(i + y + n) % n, (j + x + n) % n]) c++; next[i, j] = c == 3 || c == 2 && g[i, j]; } g = next; }
    int alive = 0; foreach (bool x in g) if (x) alive++; return alive;
  }
  static void Main() {
    Console.WriteLine(Multiply(20)); Console.WriteLine(Cube(5, 6, 7)); Console.WriteLine(Life(24, 12));
    int[,] a = new int[3, 4]; a[2, 3] = 9;
    for (int i = -2; i < 5; i++) for (int j = -1; j < 6; j++) h = h * 7 + At(a, i, j);
    h = h * 7 + At(null, 0, 0) + At(new int[0, 5], 0, 0);
    Console.WriteLine(h);
    var low = (int[,])Array.CreateInstance(typeof(int), new[] { 3, 4 }, new[] { -1, 5 });
    for (int i = 0; i < 30; i++) h = h * 3 + Lower(low);
    Console.WriteLine(h); Console.WriteLine(At(low, -1, 5)); Console.WriteLine(At(low, -1, 4)); Console.WriteLine(At(low, 2, 5)); Console.WriteLine(At(low, 1, 8));
    Console.WriteLine(Store(new object[2, 2], 5) + Store(new string[2, 2], "x") + Store(new string[2, 2], new object()) + Store(new string[2, 2], null) + Store(new object[1, 2], "x"));
    Console.WriteLine(Refs(new int[2, 2], new object[2, 2])); Console.WriteLine(Refs(new int[2, 2], new string[2, 2]));
    Console.WriteLine(Structs(9)); Console.WriteLine(Kinds(0) + Kinds(1));
    try { int minus = -a.Rank; var bad = new int[2, minus]; Console.WriteLine(bad.Length); } catch (OverflowException) { Console.WriteLine("overflow"); }
    int[,,] e = { { { 1, 2 }, { 3, 4 } }, { { 5, 6 }, { 7, 8 } } }; int sum = 0; foreach (int x in e) sum = sum * 10 + x; Console.WriteLine(sum);
    var jag = new int[3][,]; for (int i = 0; i < 3; i++) { jag[i] = new int[i + 1, 2]; jag[i][i, 1] = i; } Console.WriteLine(jag[2][2, 1] + jag[1].GetLength(0));
  }
}
