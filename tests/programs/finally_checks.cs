// Finally handlers with checks, calls, loops and throws of their own, left by every way there is.
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
class Res : IDisposable { public static int open; public int id; public Res(int i) { id = i; open++; } public void Dispose() { open--; } public virtual int Weight() { return id * 3; } }
class Heavy : Res { public Heavy(int i) : base(i) {} public override int Weight() { return id * 7; } }
class P {
  static long h; static int[] log = new int[16]; static Res nothing;
  [MethodImpl(MethodImplOptions.NoInlining)] static void Note(int x) { h = h * 31 + x; log[x & 15]++; }
  [MethodImpl(MethodImplOptions.NoInlining)] static int MayThrow(int i) { if (i % 7 == 3) throw new InvalidOperationException("m" + i); return i; }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Using(int i) { using (var r = i % 3 == 0 ? new Res(i) : new Heavy(i)) { return MayThrow(i) + r.Weight(); } }
  [MethodImpl(MethodImplOptions.NoInlining)] static int UsingNull(int i) { using (var r = i % 2 == 0 ? null : new Res(i)) { return MayThrow(i); } }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Each(List<int> l) { int s = 0; foreach (int x in l) { if (x == 5) continue; if (x == 8) break; s += x; } return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static int EachInterface(IEnumerable<int> l) { int s = 0; foreach (int x in l) s = s * 3 + x; return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static int LoopInFinally(int[] a, int n) { int s = 0; try { s = MayThrow(n); } finally { for (int i = 0; i < n; i++) { s += a[i] / (i + 1); if (s > 10000) break; } Note(s); } return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static int NullInFinally(int i) { Res r = i % 5 == 0 ? nothing : new Res(i); try { return MayThrow(i); } finally { Note(r.Weight()); r.Dispose(); } }
  [MethodImpl(MethodImplOptions.NoInlining)] static int BoundsInFinally(int[] a, int i) { try { a[1] = i; return MayThrow(i); } finally { a[i % 9] += 100 / (i % 11); } }
  [MethodImpl(MethodImplOptions.NoInlining)] static int ThrowInFinally(int i) { try { return MayThrow(i); } finally { if (i % 4 == 1) throw new ArgumentException("f" + i); Note(i); } }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Nested(int i) {
    int s = 0;
    for (int k = 0; k < 4; k++) {
      try { try { if (k == i % 5) continue; if (k == i % 6) break; s += MayThrow(i + k); } finally { s += 10; Note(k); } s += 100; }
      catch (InvalidOperationException) { s += 1000; }
      finally { try { s += log[(i + k) & 31] > 0 ? 1 : 2; } catch (IndexOutOfRangeException) { s += 5; } }
    }
    return s;
  }
  [MethodImpl(MethodImplOptions.NoInlining)] static object CastInFinally(object o) { string t = null; try { return o; } finally { t = (string)o; Note(t.Length); } }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Lock(object o, int i) { lock (o) { return MayThrow(i); } }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Checked(int i) { int r = i; try { return MayThrow(i); } finally { r = unchecked(i * 1000003); Note(r / (i % 3)); } }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Fresh(int n) { int s = 0; try { s = n; } finally { var l = new List<string>(); for (int k = 0; k < n % 4; k++) l.Add("x" + k); foreach (string x in l) s += x.Length; object o = s; s += (int)o; } return s; }
  static int Try(Func<int> f) { try { return f(); } catch (Exception e) { return -(e.GetType().Name.Length * 100 + e.Message.Length % 10); } }
  static void Main() {
    int[] a = new int[8]; object gate = new object();
    var l = new List<int> { 1, 2, 5, 3, 8, 13 }; var q = new LinkedList<int>(l);
    for (int i = 0; i < 300; i++) {
      int n = i;
      h = h * 7 + Try(() => Using(n)); h = h * 7 + Try(() => UsingNull(n)); h = h * 7 + Each(l); h = h * 7 + EachInterface(i % 2 == 0 ? (IEnumerable<int>)l : q);
      h = h * 7 + Try(() => LoopInFinally(a, n % 10)); h = h * 7 + Try(() => NullInFinally(n)); h = h * 7 + Try(() => BoundsInFinally(a, n)); h = h * 7 + Try(() => ThrowInFinally(n));
      h = h * 7 + Try(() => Nested(n)); h = h * 7 + Try(() => CastInFinally(n % 3 == 0 ? (object)n : n % 3 == 1 ? "text" + n : null) == null ? 1 : 2);
      h = h * 7 + Try(() => Lock(gate, n)); h = h * 7 + Try(() => Checked(n)); h = h * 7 + Fresh(n);
    }
    Console.WriteLine(h); Console.WriteLine(Res.open); foreach (int x in log) Console.Write(x + " "); Console.WriteLine();
  }
}
