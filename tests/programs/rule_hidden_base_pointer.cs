// Rule: a loop whose only pointer into an array lies outside it (a[i - lo], strength-reduced to one moving pointer that
// starts before the array) keeps the array alive and unmoved under collect-and-move.
// args: 300
// move: 3
// always:
using System.Runtime.CompilerServices;
class P {
  static object sink; static int salt;
  [MethodImpl(MethodImplOptions.NoInlining)] static int Allocate(int i) { sink = new int[8]; return ((int[])sink).Length + (i & 1); }
  [MethodImpl(MethodImplOptions.NoInlining)] static int[] Make(int n, int seed) { int[] a = new int[n]; for (int i = 0; i < n; i++) a[i] = i * seed; return a; }
  // The array is reachable from nowhere but this frame, and in the loop only through a + (i - lo) * 4.
  static long Shifted(int lo, int n, int seed) { int[] a = Make(n, seed); long s = 0; for (int i = lo; i < lo + n; i++) { s = s * 3 + a[i - lo]; if ((i & 31) == 0) s += Allocate(i); } return s; }
  static long Backwards(int n, int seed) { int[] a = Make(n, seed); long s = 0; for (int i = n; i > 0; i--) { s = s * 5 + a[i - 1]; if ((i & 31) == 0) s += Allocate(i); } return s; }
  static long Fill(int lo, int n) { long[] a = new long[n]; for (int i = lo; i < lo + n; i++) { a[i - lo] = i; if ((i & 31) == 0) Allocate(i); } long s = 0; foreach (long v in a) s = s * 7 + v; return s; }
  static long Objects(int lo, int n) { object[] a = new object[n]; for (int i = lo; i < lo + n; i++) { a[i - lo] = (i & 15) == 0 ? (object)i : null; } long s = 0; for (int i = lo; i < lo + n; i++) { object o = a[i - lo]; if (o != null) s += (int)o; if ((i & 31) == 0) s += Allocate(i); } return s; }
  static long Two(int lo, int n) { byte[] x = new byte[n]; short[] y = new short[n]; for (int i = 0; i < n; i++) { x[i] = (byte)i; y[i] = (short)(i * 3); } long s = 0; for (int i = lo; i < lo + n; i++) { s += x[i - lo] * y[n - 1 - (i - lo)]; if ((i & 63) == 0) s ^= Allocate(i); } return s; }
  // No bounds check whose frame state would hold the array: only the pinned local does.
  static unsafe long Pinned(int lo, int n, int seed) { long s = 0; fixed (int* p = Make(n, seed)) for (int i = lo; i < lo + n; i++) { s = s * 3 + p[i - lo]; if ((i & 31) == 0) s += Allocate(i); } return s; }
  static unsafe long PinnedBack(int lo, int n, int seed) { long s = 0; fixed (int* p = Make(n, seed)) { int* q = p - lo; for (int i = lo; i < lo + n; i++) { s = s * 3 + q[i]; if ((i & 31) == 0) s += Allocate(i); } } return s; }
  // The same with indices of 64 bits, which LLVM may split: p - lo is far outside, and everything freed is overwritten.
  [MethodImpl(MethodImplOptions.NoInlining)] static int Overwrite(long i) { int[] a = new int[64]; for (int k = 0; k < a.Length; k++) a[k] = -7; sink = a; return a.Length + (int)(i & 1); }
  [MethodImpl(MethodImplOptions.NoInlining)] static unsafe long Long(long lo, int n, int seed) { long s = 0; fixed (int* p = Make(n, seed)) for (long i = 0; i < lo + n; i++) if (i >= lo) { s = s * 3 + p[i - lo]; if ((i & 31) == 0) s += Overwrite(i); } return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static unsafe long LongTwo(long lo, int n, int seed) { long s = 0; fixed (int* p = Make(n, seed)) fixed (int* q = Make(n, seed + 1)) for (long i = 0; i < lo + n; i++) if (i >= lo) { s = s * 3 + p[i - lo] * q[i - lo]; if ((i & 31) == 0) s += Overwrite(i); } return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static unsafe int* Shift(int* p, long lo) { return p - lo; }
  // Only the pinned local knows the array: q never points into it.
  [MethodImpl(MethodImplOptions.NoInlining)] static unsafe long Outside(long lo, int n, int seed) { long s = 0; fixed (int* p = Make(n, seed)) { int* q = Shift(p, lo); s += q[lo + 1]; s += Overwrite(1) + Overwrite(2) + Overwrite(3); s += q[lo + 2] * 1000; s += Overwrite(1) + Overwrite(2) + Overwrite(3); s += q[lo + n - 1] * 100000; } return s; }
  static void Main(string[] args) { int rounds = int.Parse(args[0]); long h = 0; for (int r = 0; r < rounds; r++) { salt = r; h = h * 31 + Shifted(100000 + r, 500 + r % 50, r) + Backwards(300 + r % 9, r) + Fill(5000 - r, 200) + Objects(-50 + r, 300) + Two(1 << 20, 400) + Pinned(70000 + r, 300, r) + PinnedBack(90000 - r, 300, r); if (r % 10 == 0) h = h * 31 + Long(1000 + r, 400, r) + LongTwo(70000 + r, 300, r) + Outside(90000, 60, r); } System.Console.WriteLine(h); }
}
