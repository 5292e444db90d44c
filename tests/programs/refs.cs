using System;
struct P2 { public int X, Y; public ref int Longest(ref int a, ref int b) { return ref (a > b ? ref a : ref b); } }
class Holder { public int F; public P2 S; public static int St; public int[] A = { 1, 2, 3 }; public ref int At(int i) { return ref A[i]; } }
class P {
  static void Inc(ref int x) { x++; } static void Set(out string s, out int n) { s = "set"; n = 4; } static void Swap(ref object a, ref object b) { var t = a; a = b; b = t; } static int In(in P2 p) { return p.X * 10 + p.Y; } static void Both(ref int a, ref int b) { a += 5; b *= 2; } static ref int Pick(bool first, ref int a, ref int b) { if (first) return ref a; return ref b; } static void Narrow(ref byte b, ref short s, ref long l, ref float f, ref double d, ref bool t, ref char c) { b++; s--; l *= 2; f += 0.5f; d /= 2; t = !t; c++; }
  static void Recur(ref int acc, int n) { if (n == 0) return; acc += n; Recur(ref acc, n - 1); }
  static void Main() {
    int x = 1; Inc(ref x); var h = new Holder(); Inc(ref h.F); Inc(ref h.S.Y); Inc(ref Holder.St); Inc(ref h.A[1]); Inc(ref h.At(2)); Console.WriteLine(x + " " + h.F + h.S.Y + Holder.St + h.A[1] + h.A[2]);
    Set(out string s, out int n); Console.WriteLine(s + n); object a = "a", b = 2; Swap(ref a, ref b); Console.WriteLine(a + "" + b); Console.WriteLine(In(h.S)); Both(ref x, ref x); Console.WriteLine(x); int y = 50; Pick(false, ref x, ref y) = 60; Pick(true, ref x, ref y)++; Console.WriteLine(x + " " + y); ref int r = ref h.A[0]; r = 9; r += r; Console.WriteLine(h.A[0]); h.S.Longest(ref x, ref y) = -1; Console.WriteLine(x + y);
    byte bb = 255; short ss = short.MinValue; long ll = 1L << 62; float ff = 1; double dd = 5; bool tt = true; char cc = 'y'; Narrow(ref bb, ref ss, ref ll, ref ff, ref dd, ref tt, ref cc); Console.WriteLine(bb + " " + ss + " " + ll + " " + (int)(ff * 2) + " " + (int)(dd * 2) + " " + tt + " " + cc); int acc = 0; Recur(ref acc, 100); Console.WriteLine(acc); P2[] ps = new P2[3]; ref P2 p = ref ps[1]; p.X = 3; p = new P2 { X = p.X + 1, Y = 8 }; Console.WriteLine(ps[1].X + ps[1].Y); Func<int> late = () => x; Inc(ref x); Console.WriteLine(late()); foreach (var q in ps) acc += q.X; Console.WriteLine(acc); int[] arr = new int[10]; for (int i = 0; i < 1000; i++) { ref int e = ref arr[i % 10]; e = e * 3 + i; } int hsh = 0; foreach (int v in arr) hsh = hsh * 31 + v; Console.WriteLine(hsh);
  }
}
