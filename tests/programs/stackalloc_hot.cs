// stackalloc in hot methods: contents, zeroing, loops, calls with its address, exceptions and transfers while it is alive.
using System;
using System.Runtime.CompilerServices;
class P {
  static long h; static object sink;
  [MethodImpl(MethodImplOptions.NoInlining)] static unsafe int Digits(int n) { char* p = stackalloc char[12]; int k = 12; do { p[--k] = (char)('0' + n % 10); n /= 10; } while (n != 0); int s = 0; for (; k < 12; k++) s = s * 31 + p[k]; return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static unsafe int Sized(int n) { int* p = stackalloc int[n]; int s = 0; for (int i = 0; i < n; i++) { s += p[i]; p[i] = i * i; } for (int i = n - 1; i >= 0; i--) s = s * 3 + p[i]; return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static unsafe void Fill(int* p, int n, int v) { for (int i = 0; i < n; i++) p[i] = v + i; sink = new int[16]; if (v % 13 == 5) throw new InvalidOperationException("v" + v); }
  [MethodImpl(MethodImplOptions.NoInlining)] static unsafe int Passed(int v, int[] a) { int* p = stackalloc int[20]; int s = 0; try { Fill(p, 20, v); s = 1; } catch (InvalidOperationException e) { s = e.Message.Length * 1000; } for (int i = 0; i < 20; i++) s = s * 7 + p[i] + a[i % a.Length]; return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static unsafe int InLoop(int n) { int s = 0; long* last = null; for (int i = 0; i < n; i++) { long* p = stackalloc long[4]; p[i & 3] += i; for (int k = 0; k < 4; k++) s = s * 3 + (int)p[k]; if (last != null) s += last == p ? 1000 : (int)last[(i - 1) & 3]; last = p; } return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static unsafe int Out(int n, int[] a, int at) { byte* p = stackalloc byte[64]; int s = 0; for (int i = 0; i < 64; i++) p[i] = (byte)(i * n); try { s = a[at]; } catch (IndexOutOfRangeException) { s = 77; } for (int i = 0; i < 64; i++) s = s * 3 + p[i]; return s; }
  [MethodImpl(MethodImplOptions.NoInlining)] static unsafe int Spans(int n) { Span<int> s = stackalloc int[16]; for (int i = 0; i < s.Length; i++) s[i] = i * n; int t = 0; foreach (int x in s.Slice(3, 10)) t = t * 3 + x; return t; }
  [MethodImpl(MethodImplOptions.NoInlining)] static unsafe long Deep(int n) { long* p = stackalloc long[n & 7]; if ((n & 7) > 2) p[2] = n; return (n == 0 ? 0 : Deep(n - 1)) + ((n & 7) > 2 ? p[2] : 1); }
  static void Main() {
    int[] a = { 3, 1, 4 };
    for (int i = 0; i < 400; i++) { h = h * 31 + Digits(i * 7919); h = h * 31 + Sized(i % 40); h = h * 31 + Passed(i, a); h = h * 31 + InLoop(i % 20); h = h * 31 + Out(i, a, i % 4); h = h * 31 + Spans(i); h = h * 31 + Deep(i % 30); }
    Console.WriteLine(h); Console.WriteLine(12345.ToString("N0") + " " + (-42).ToString("X8") + " " + 3.14159.ToString("F3") + " " + 123456789012L);
  }
}
