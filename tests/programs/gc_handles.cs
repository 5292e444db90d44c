// GC handles of all kinds, weak references short and long, pinned objects. What is dropped is made on a thread of its own, so
// that no stack word of ours keeps it.
// move: 97
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

class Phoenix {
  public static Phoenix Risen;
  public int Value;
  public Phoenix(int value) { Value = value; }
  ~Phoenix() { if (Value == 77) Risen = this; }
}
struct Pair { public int A, B; }

static class P {
  static int checks, failed;
  static void Check(bool ok, string what) {
    checks++;
    if (ok) return;
    failed++;
    Console.WriteLine("failed: " + what);
  }
  static void Throws<E>(Action action, string what) where E : Exception {
    try { action(); Check(false, what); } catch (E) { Check(true, what); }
  }
  static void Elsewhere(ThreadStart work) {
    var t = new Thread(work);
    t.Start();
    t.Join();
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static int Clobber(int n) { long a = n, b = n + 1, c = n + 2, d = n + 3; return n == 0 ? 0 : Clobber(n - 1) + (int)(a - b - c + d); }
  static void CollectAll() {
    for (int i = 0; i < 3; i++) {
      Clobber(40);
      GC.Collect();
      GC.WaitForPendingFinalizers();
    }
  }

  static void Kinds() {
    var kept = new object[20];
    var normal = new GCHandle[20];
    var weak = new GCHandle[40];
    var track = new GCHandle[40];
    Elsewhere(() => {
      for (int i = 0; i < 40; i++) {
        object o = new Pair[] { new Pair { A = i } };
        weak[i] = GCHandle.Alloc(o, GCHandleType.Weak);
        track[i] = GCHandle.Alloc(o, GCHandleType.WeakTrackResurrection);
        if (i < 20) kept[i] = o;
        else normal[i - 20] = GCHandle.Alloc(new Pair[] { new Pair { A = i } });
      }
    });
    CollectAll();
    int alive = 0, alive_long = 0;
    for (int i = 0; i < 20; i++) {
      Check(weak[i].Target == kept[i] && track[i].Target == kept[i], "weak handle of a live object " + i);
      Check(((Pair[])normal[i].Target)[0].A == i + 20, "normal handle " + i);
      if (weak[i + 20].Target != null) alive++;
      if (track[i + 20].Target != null) alive_long++;
    }
    // One or two may be kept by a stale word of some stack.
    Check(alive <= 2 && alive_long <= 2, "weak handles of dead objects are cleared: " + alive + ", " + alive_long);
    GC.KeepAlive(kept);
    for (int i = 0; i < 20; i++) {
      normal[i].Target = "new " + i;
      Check((string)normal[i].Target == "new " + i, "set a target");
      normal[i].Free();
      Check(!normal[i].IsAllocated, "freed");
    }
    foreach (var h in weak) h.Free();
    foreach (var h in track) h.Free();
    Throws<InvalidOperationException>(() => normal[0].Free(), "free twice");
    Throws<InvalidOperationException>(() => { object o = new GCHandle().Target; }, "target of no handle");
    Check(GCHandle.Alloc(null).Target == null, "handle of null");
  }

  static void Round() {
    GCHandle h = GCHandle.Alloc("text");
    IntPtr word = GCHandle.ToIntPtr(h);
    GCHandle again = GCHandle.FromIntPtr(word);
    Check((string)again.Target == "text" && again == h, "handle as a number");
    again.Free();
    Throws<InvalidOperationException>(() => GCHandle.FromIntPtr(IntPtr.Zero), "number zero");
  }

  static unsafe void Pinned() {
    var handles = new GCHandle[50];
    var addresses = new IntPtr[50];
    for (int i = 0; i < 50; i++) {
      var bytes = new byte[10 + i * 37];
      for (int k = 0; k < bytes.Length; k++) bytes[k] = (byte)(i + k);
      handles[i] = GCHandle.Alloc(bytes, GCHandleType.Pinned);
      addresses[i] = handles[i].AddrOfPinnedObject();
    }
    for (int round = 0; round < 8; round++) {
      for (int i = 0; i < 3000; i++) GC.KeepAlive(new byte[i % 50]);
      GC.Collect(round & 1);
    }
    bool same = true, filled = true;
    for (int i = 0; i < 50; i++) {
      same &= handles[i].AddrOfPinnedObject() == addresses[i];
      byte* p = (byte*)addresses[i];
      for (int k = 0; k < 10 + i * 37; k++) filled &= p[k] == (byte)(i + k);
      p[0] = 200;
      filled &= ((byte[])handles[i].Target)[0] == 200;
      handles[i].Free();
    }
    Check(same, "pinned objects stay");
    Check(filled, "pinned objects keep their contents");
    string s = new string('x', 100);
    var sh = GCHandle.Alloc(s, GCHandleType.Pinned);
    Check(((char*)sh.AddrOfPinnedObject())[99] == 'x', "pinned string");
    sh.Free();
    object boxed = new Pair { A = 5, B = 6 };
    var bh = GCHandle.Alloc(boxed, GCHandleType.Pinned);
    ((Pair*)bh.AddrOfPinnedObject())->B = 60;
    Check(((Pair)boxed).B == 60, "pinned box");
    bh.Free();
    int[] numbers = new int[1000];
    fixed (int* p = numbers) {
      p[500] = 9;
      for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 2000; i++) GC.KeepAlive(new object());
        GC.Collect();
      }
      p[501] = p[500] + 1;
    }
    Check(numbers[500] == 9 && numbers[501] == 10, "fixed statement");
  }

  static void WeakReferences() {
    WeakReference shortOne = null, longOne = null;
    WeakReference<Phoenix> typed = null, typedLong = null;
    Elsewhere(() => {
      var p = new Phoenix(77);
      for (int i = 0; i < 30; i++) GC.KeepAlive(new Phoenix(i));
      shortOne = new WeakReference(p);
      longOne = new WeakReference(p, true);
      typed = new WeakReference<Phoenix>(p);
      typedLong = new WeakReference<Phoenix>(p, true);
    });
    Check(longOne.TrackResurrection && !shortOne.TrackResurrection, "kind of a weak reference");
    CollectAll();
    Check(Phoenix.Risen != null && Phoenix.Risen.Value == 77, "resurrected");
    Check(longOne.Target == Phoenix.Risen && longOne.IsAlive, "long weak reference sees what rose");
    Check(shortOne.Target == null && !shortOne.IsAlive, "short weak reference was cleared first");
    Phoenix seen;
    Check(!typed.TryGetTarget(out seen) && typedLong.TryGetTarget(out seen) && seen == Phoenix.Risen, "typed ones alike");
    typed.SetTarget(Phoenix.Risen);
    Check(typed.TryGetTarget(out seen) && seen.Value == 77, "a new target");
    seen = null;
    object strong = new object();
    var w = new WeakReference(null);
    Check(w.Target == null, "weak reference to null");
    w.Target = strong;
    GC.Collect();
    Check(w.Target == strong, "target set");
    GC.KeepAlive(strong);
  }

  static void Many() {
    // Slots are used again; weak ones in great number.
    var handles = new GCHandle[20000];
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < handles.Length; i++) handles[i] = GCHandle.Alloc(i, i % 2 == 0 ? GCHandleType.Normal : GCHandleType.Weak);
      GC.Collect();
      bool right = true;
      for (int i = 0; i < handles.Length; i++) {
        object o = handles[i].Target;
        right &= i % 2 == 0 ? (int)o == i : o == null || (int)o == i;
        handles[i].Free();
      }
      Check(right, "many handles, round " + round);
    }
  }

  static void Main() {
    Kinds();
    Round();
    Pinned();
    WeakReferences();
    Many();
    Console.WriteLine(checks + " checks, " + failed + " failed");
  }
}
