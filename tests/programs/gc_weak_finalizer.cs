using System; using System.Runtime.CompilerServices;
class F { public static int Done; public static F Risen; int k; public F(int k) { this.k = k; } ~F() { Done++; if (k == 7) Risen = this; } public int K { get { return k; } } }
class P {
  static WeakReference weak, strong, tracked; static object kept;
  [MethodImpl(MethodImplOptions.NoInlining)] static void Make() { for (int i = 0; i < 200; i++) new F(i); kept = new object(); weak = new WeakReference(new object()); strong = new WeakReference(kept); tracked = new WeakReference(new F(1000), true); }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Clobber(int n) { long a = n, b = n, c = n, d = n; return n == 0 ? 0 : Clobber(n - 1) + (int)(a + b + c + d) * 0; }
  static void Main() {
    var t = new System.Threading.Thread(Make); t.Start(); t.Join(); Clobber(50); for (int i = 0; i < 3; i++) { GC.Collect(); GC.WaitForPendingFinalizers(); }
    // A conservative stack may keep a few alive.
    Console.WriteLine(F.Done >= 190 ? "finalized" : "only " + F.Done); Console.WriteLine(F.Risen != null && F.Risen.K == 7); Console.WriteLine(strong.IsAlive + " " + (strong.Target == kept)); Console.WriteLine(weak.IsAlive);
    var f = new F(-1); GC.SuppressFinalize(f); int before = F.Done; f = null; GC.Collect(); GC.WaitForPendingFinalizers(); Console.WriteLine(F.Done - before <= 1); var h = System.Runtime.InteropServices.GCHandle.Alloc(new byte[100], System.Runtime.InteropServices.GCHandleType.Pinned); IntPtr p = h.AddrOfPinnedObject(); GC.Collect(); Console.WriteLine(p == h.AddrOfPinnedObject()); h.Free(); Console.WriteLine(GC.MaxGeneration >= 0); var cwt = new ConditionalWeakTable<object, string>(); cwt.Add(kept, "dep"); GC.Collect(); Console.WriteLine(cwt.TryGetValue(kept, out string s) ? s : "lost"); GC.KeepAlive(kept);
  }
}
