// Two calls, loads or joins that look alike are different values: what is known of one is not known of the other.
// The optimizer took the second test for decided by the first.
using System;
using System.Runtime.CompilerServices;
class Box { public int f; public Box next; }
class P {
  static int counter, stat;
  static long h;
  [MethodImpl(MethodImplOptions.NoInlining)] static int Next() { counter++; return counter & 3; }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Of(int a) { counter++; return (counter + a) & 1; }
  [MethodImpl(MethodImplOptions.NoInlining)] static void Touch(Box b) { b.f ^= 1; stat ^= 1; }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Calls() {
    int r = 0;
    if (Next() == 0) { if (Next() == 0) r += 1; else r += 2; } else { r += 4; if (Next() != 0) r += 8; else r += 16; }
    if (Of(3) != 0) { if (Of(3) != 0) r += 32; if (Of(3) == 0) r += 64; }
    return r;
  }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Fields(Box b) {
    int r = 0;
    if (b.f == 0) { b.f = 5; if (b.f == 0) r += 1; else r += 2; Touch(b); if (b.f != 0) r += 4; }
    else { Touch(b); if (b.f == 0) r += 8; else r += 16; b.f = 0; if (b.f == 0) r += 32; }
    if (stat == 0) { Touch(b); if (stat == 0) r += 64; else r += 128; } else { stat = 0; if (stat != 0) r += 256; else r += 512; }
    return r;
  }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Elements(int[] a, int i) {
    int r = 0;
    if (a[i] == 0) { a[i] = 1; if (a[i] == 0) r += 1; else r += 2; } else { a[i]--; if (a[i] == 0) r += 4; else r += 8; }
    if (a[0] != 0) { a[i] = 0; if (a[0] != 0) r += 16; else r += 32; }
    return r;
  }
  // The same two values meet in two places, chosen by different conditions.
  [MethodImpl(MethodImplOptions.NoInlining)] static int Joins(int x, int y) {
    int r = 0;
    int p = x > 3 ? 0 : 1;
    if (p == 0) {
      int q = y > 3 ? 0 : 1;
      if (q == 0) r += 1; else r += 2;
      int s = x > y ? 0 : 1;
      if (s != 0) r += 4; else r += 8;
    } else {
      int q = y > 3 ? 0 : 1;
      if (q != 0) r += 16; else r += 32;
    }
    return r;
  }
  [MethodImpl(MethodImplOptions.NoInlining)] static int References(Box b) {
    int r = 0;
    while (b.next != null) { b = b.next; r++; if (b.next == null) r += 100; b.next = b.next == null ? null : b.next.next; if (b.next == null) r += 1000; }
    return r;
  }
  static void Main() {
    Box b = new Box();
    int[] a = new int[4];
    for (int i = 0; i < 2000; i++) {
      h = h * 31 + Calls(); h = h * 31 + Fields(b); h = h * 31 + Elements(a, i & 3); h = h * 31 + Joins(i & 7, i / 3 & 7);
      if (i % 5 == 0) b.f = i % 3; if (i % 7 == 0) stat = i & 1;
      Box head = null;
      for (int k = 0; k < i % 6 + 1; k++) head = new Box { next = head };
      h = h * 31 + References(head);
    }
    Console.WriteLine(h);
  }
}
