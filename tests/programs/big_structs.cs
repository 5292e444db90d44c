// Values of more words than sixteen bits count: locals, results, boxes, elements.
using System;
using System.Runtime.InteropServices;

[StructLayout(LayoutKind.Explicit, Size = 600008)]
struct Big {
  [FieldOffset(0)] public int first;
  [FieldOffset(524288)] public long middle;
  [FieldOffset(600000)] public int last;
}

static class BigStructs {
  static long Sum(ref Big b) { return b.first + b.middle + b.last; }

  static Big Make(int first, int last) {
    Big b = new Big();
    b.first = first;
    b.middle = 10;
    b.last = last;
    return b;
  }

  static int Check(string what, long got, long want) {
    Console.WriteLine("{0}: {1}", what, got == want ? "ok" : got + " instead of " + want);
    return got == want ? 0 : 1;
  }

  static int Main() {
    int failed = 0;
    Big a = Make(3, 4);
    Big b = a;
    b.last = 9;
    failed += Check("result", Sum(ref a), 17);
    failed += Check("copy", Sum(ref b), 22);
    failed += Check("original", a.last, 4);
    object box = b;
    failed += Check("box", ((Big)box).last, 9);
    Big[] all = new Big[3];
    all[1] = b;
    all[2] = all[1];
    failed += Check("element", Sum(ref all[2]), 22);
    failed += Check("untouched element", Sum(ref all[0]), 0);
    for (int i = 0; i < 3; i++) a = Make(i, (int)a.middle);
    failed += Check("loop", Sum(ref a), 22);
    return failed;
  }
}
