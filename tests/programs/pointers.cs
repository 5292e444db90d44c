using System;
struct S { public int A; public byte B; public long C; public unsafe fixed int F[4]; }
unsafe class P {
  static int Sum(int* p, int n) { int s = 0; for (int i = 0; i < n; i++) s += p[i]; return s; }
  static int Local(int n) { int* buf = stackalloc int[n]; for (int i = 0; i < n; i++) buf[i] = i * i; int* end = buf + n; int s = 0; for (int* p = buf; p < end; p++) s += *p; return s + (int)(end - buf); }
  static int Rec(int n) { byte* b = stackalloc byte[n * 16 + 1]; b[0] = (byte)n; b[n * 16] = 1; return n == 0 ? b[0] : Rec(n - 1) + b[0] + b[n * 16]; }
  static void Main() {
    int[] a = { 1, 2, 3, 4, 5 }; fixed (int* p = a) { Console.WriteLine(Sum(p, 5) + Sum(p + 2, 2)); p[1] = 20; *(p + 2) = 30; byte* q = (byte*)p; q[16] = 7; Console.WriteLine(a[1] + a[2] + a[4]); } for (int i = 0; i < 30; i += 7) Console.WriteLine(Local(i)); Console.WriteLine(Rec(20));
    S s = new S { A = 1, B = 2, C = 3 }; S* ps = &s; ps->A += 10; ps->F[2] = 5; s.F[3] = s.F[2] * 2; (*ps).B++; Console.WriteLine(s.A + s.B + s.C + ps->F[3]); Console.WriteLine(sizeof(S) + sizeof(int) * 100); int x = 0x01020304; byte* pb = (byte*)&x; Console.WriteLine(pb[0] + pb[3] * 10); double d = 1.5; Console.WriteLine(*(long*)&d); void* v = &x; *(short*)v = -1; Console.WriteLine(x); fixed (char* c = "pinned") { int n = 0; for (char* p = c; *p != 0; p++) n = n * 3 + *p; Console.WriteLine(n); } int** pp; int* p1 = &x; pp = &p1; **pp = 5; Console.WriteLine(x); byte[] bytes = new byte[16]; fixed (byte* b0 = bytes) { *(long*)(b0 + 3) = 0x1122334455667788; *(uint*)(b0 + 12) = uint.MaxValue; } int hash = 0; foreach (byte b in bytes) hash = hash * 31 + b; Console.WriteLine(hash); fixed (int* none = new int[0]) Console.WriteLine(none == null); IntPtr ip = (IntPtr)12345; Console.WriteLine(ip.ToInt64() + IntPtr.Size); Span<int> span = stackalloc int[8]; for (int i = 0; i < span.Length; i++) span[i] = i; Span<int> mid = span.Slice(2, 4); mid[0] = 100; int t = 0; foreach (int e in mid) t += e; Console.WriteLine(t + span[2]); try { mid[4] = 1; } catch (IndexOutOfRangeException) { Console.WriteLine("span"); }
  }
}
