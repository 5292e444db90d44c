// Rule: transfer up and down, any number of times, in a frame with a stackalloc span, a fixed pointer and a ref local to a
// struct local: what has an address does not move.
// Wrong when: a transfer copies the frame's locals or its localloc'd memory to another place.
// args: 30000
// always:
using System;
struct Acc { public int A; public long B; public double C; }
abstract class Step { public abstract int Do(int x); }
class First : Step { public override int Do(int x) { return x * 3 + 1; } }
class Second : Step { public override int Do(int x) { return x - 7; } }
unsafe class P {
  static void Bump(ref int x, int by) { x += by; }
  static long Run(int n, Step[] steps) {
    Acc acc = new Acc { A = 1, B = 2, C = 0.5 };
    ref Acc r = ref acc; ref long rb = ref acc.B;
    Span<int> span = stackalloc int[16];
    long* raw = stackalloc long[4];
    long* start = raw; Acc* pacc = &acc; int plain = 0;
    byte[] heap = new byte[64]; long bad = 0;
    fixed (byte* p = heap) {
      byte* first = p;
      for (int i = 0; i < n; i++) {
        if (i == n / 2) steps[2] = new Second();
        int v = steps[i & 3].Do(i);
        span[i & 15] += v; raw[i & 3] ^= span[(i + 1) & 15]; p[i & 63] += (byte)v;
        r.A += v; rb += raw[0]; acc.C += 0.25; pacc->A ^= i; Bump(ref plain, v & 7); Bump(ref acc.A, 1);
        if (i % 64 == 0) { if (r.A != acc.A || pacc != &acc || pacc->B != acc.B || raw != start || heap[5] != p[5] || first != p || rb != acc.B) bad++; object garbage = new byte[100]; GC.KeepAlive(garbage); }
      }
      fixed (byte* again = heap) if (again != p) bad += 1000;
    }
    long h = acc.A * 31L + acc.B + (long)(acc.C * 4) + plain; foreach (int s in span) h = h * 31 + s; for (int i = 0; i < 4; i++) h = h * 31 + raw[i]; foreach (byte b in heap) h = h * 31 + b;
    return bad != 0 ? -bad : h;
  }
  // The same without stackalloc: its frame owns the block of locals whose address is taken, and nothing else that stays.
  static long Locals(int n, Step[] steps) {
    Acc acc = new Acc { A = 1, B = 2, C = 0.5 }; ref Acc r = ref acc; ref long rb = ref acc.B; Acc* pacc = &acc; int plain = 0; int* pp = &plain;
    byte[] heap = new byte[64]; long bad = 0, guard1 = 0x1111111111111111, guard2 = 0x2222222222222222; long* pg = &guard2;
    fixed (byte* p = heap) {
      byte* first = p;
      for (int i = 0; i < n; i++) {
        if (i == n / 2) steps[2] = new Second();
        int v = steps[i & 3].Do(i);
        p[i & 63] += (byte)v; r.A += v; rb += v; acc.C += 0.25; pacc->A ^= i; Bump(ref plain, v & 7); Bump(ref acc.A, 1); *pp ^= i; *pg += 2; guard1++;
        if (r.A != acc.A || pacc != &acc || pp != &plain || pg != &guard2 || pacc->B != acc.B || heap[5] != p[5] || first != p || *pp != plain) bad++;
        if (i % 64 == 0) { object garbage = new byte[100]; GC.KeepAlive(garbage); }
      }
    }
    if (guard1 != 0x1111111111111111 + n || guard2 != 0x2222222222222222 + 2L * n) bad += 100000;
    long h = acc.A * 31L + acc.B + (long)(acc.C * 4) + plain; foreach (byte b in heap) h = h * 31 + b; return bad != 0 ? -bad : h;
  }
  static void Main(string[] args) {
    int n = int.Parse(args[0]);
    for (int k = 0; k < 3; k++) { Step[] steps = { new First(), new First(), new First(), new First() }; Console.WriteLine(Run(n + k, steps)); Step[] again = { new First(), new First(), new First(), new First() }; Console.WriteLine(Locals(n + k, again)); }
  }
}
