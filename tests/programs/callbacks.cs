// Native code calls delegates: structs, strings, classes, arrays, references to all of them, and what comes back (II.15.5.4).
// move: 20
using System;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using System.Text;
struct Three { public long a; public double b; public int c; }
[StructLayout(LayoutKind.Sequential)] struct Mixed { public int n; public string s; public bool f; }
[StructLayout(LayoutKind.Sequential)] class Node { public int n; public string s; public bool f; }
struct Named { public int n; [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 8)] public string s; }
struct Ints { public int n; [MarshalAs(UnmanagedType.ByValArray, SizeConst = 3)] public int[] a; }
static unsafe class P {
  delegate long TakesThree(int k, Three t, int last);
  delegate Three GivesThree(long a);
  delegate int TakesMixed(Mixed m);
  delegate int RefMixed(ref Mixed m);
  delegate void OutMixed(out Mixed m);
  delegate Mixed GivesMixed(int n);
  delegate int TakesNode(Node n);
  delegate int OutNode([In, Out] Node n);
  delegate Node GivesNode(int n);
  delegate int RefString(ref string s);
  delegate void OutString(out string s);
  delegate int Wide([MarshalAs(UnmanagedType.LPWStr)] string s);
  [return: MarshalAs(UnmanagedType.LPWStr)] delegate string GivesWide(int n);
  delegate string GivesString(int n);
  delegate bool Bools(bool b, ref bool r, out bool o);
  delegate int Builder(StringBuilder b);
  delegate int Arr([MarshalAs(UnmanagedType.LPArray, SizeConst = 3)] int[] a);
  delegate int ArrParam([MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] int[] a, int n);
  delegate int ArrOut([In, Out, MarshalAs(UnmanagedType.LPArray, SizeParamIndex = 1)] int[] a, int n);
  delegate int ArrNone(int[] a);
  delegate int StrArr([MarshalAs(UnmanagedType.LPArray, SizeConst = 2)] string[] a);
  delegate int TakesNamed(Named n);
  delegate int RefNamed(ref Named n);
  delegate int RefInts(ref Ints n);
  delegate int TakesFunc(Func2 f);
  delegate int Func2(int a);
  struct Holder { public int n; public Func2 f; }
  struct NHolder { public int n; public IntPtr f; }
  delegate int RefHolder(ref Holder h);
  delegate Func2 GivesFunc(int a);
  delegate int Chars(char c, ref char r);
  delegate byte Small(sbyte a, ushort b, short c);
  delegate int Obj(object o);
  delegate DayOfWeek En(DayOfWeek d);
  delegate decimal Dec(decimal d);
  delegate int Date(DateTime d);

  static object Call(Delegate d, Type ret, Type[] types, params object[] args) {
    IntPtr p = Marshal.GetFunctionPointerForDelegate(d);
    var m = new DynamicMethod("c", ret, types, typeof(P).Module, true);
    var g = m.GetILGenerator();
    for (int i = 0; i < types.Length; i++) g.Emit(OpCodes.Ldarg, i);
    g.Emit(OpCodes.Ldc_I8, (long)p); g.Emit(OpCodes.Conv_I);
    g.EmitCalli(OpCodes.Calli, CallingConvention.Cdecl, ret, types);
    g.Emit(OpCodes.Ret);
    try { return m.Invoke(null, args); } catch (Exception e) { return e.InnerException ?? e; } finally { GC.KeepAlive(d); }
  }
  static void Show(string n, object o) { Console.WriteLine(n + ": " + (o == null ? "null" : o is Exception ? o.GetType().Name + " " + ((Exception)o).Message.Split('\n')[0] : o.ToString())); }
  struct NMixed { public int n; public IntPtr s; public int f; }
  static readonly Type I = typeof(int), L = typeof(long), N = typeof(IntPtr);
  static string Str(IntPtr p) { return Marshal.PtrToStringAnsi(p); }
  static void T(string n, Action a) { try { a(); } catch (Exception e) { Show(n, e); } }
  // P/Invokes of libc that call back.
  struct Item { public int key; [MarshalAs(UnmanagedType.I1)] public bool seen; public short more; }
  struct Div { public int quot, rem; }
  delegate int Compare(ref Item a, ref Item b);
  struct Both { public int* a, b; }
  delegate int CompareBoth(Both b);
  [DllImport("libc", EntryPoint = "qsort")] static extern void qsort_both([In, Out] int[] a, IntPtr n, IntPtr size, CompareBoth c);
  delegate int CompareInts(ref int a, ref int b);
  [DllImport("libc")] static extern void qsort([In, Out] int[] a, IntPtr n, IntPtr size, CompareInts c);
  [DllImport("libc", EntryPoint = "qsort")] static extern void qsort_items(Item* a, IntPtr n, IntPtr size, Compare c);
  [DllImport("libc")] static extern IntPtr bsearch(ref int key, int[] a, IntPtr n, IntPtr size, CompareInts c);
  [DllImport("libc")] static extern int strcmp(string a, string b);
  delegate int Walk(string path, IntPtr stat, int flag, ref Ftw where);
  struct Ftw { public int offset, level; }
  [DllImport("libc")] static extern int nftw(string path, Walk w, int fds, int flags);
  // Structs whose native form differs, by value and by address.
  struct Tm { public int sec, min, hour, mday, mon, year, wday, yday; public bool dst; public long gmtoff; public IntPtr zone; }
  [DllImport("libc")] static extern long timegm(ref Tm t);
  [DllImport("libc")] static extern IntPtr gmtime_r(ref long t, out Tm into);
  [StructLayout(LayoutKind.Sequential)] class TmClass { public int sec, min, hour, mday, mon, year, wday, yday; public bool dst; public long gmtoff; public IntPtr zone; }
  [DllImport("libc")] static extern IntPtr gmtime_r(ref long t, [In, Out] TmClass into);
  static void Libc() {
    var a = new[] { 5, 1, 4, 2, 3 };
    CompareInts less = (ref int x, ref int y) => x.CompareTo(y);
    qsort(a, (IntPtr)5, (IntPtr)4, less);
    Show("qsort", string.Join(",", a));
    qsort_both(a, (IntPtr)5, (IntPtr)4, b => *b.b - *b.a);
    Show("qsort_struct", string.Join(",", a));
    qsort(a, (IntPtr)5, (IntPtr)4, less);
    int key = 4;
    fixed (int* p = a) Show("bsearch", ((long)bsearch(ref key, a, (IntPtr)5, (IntPtr)4, less) - (long)p) / 4);
    var items = stackalloc Item[4];
    for (int i = 0; i < 4; i++) items[i].key = (i * 7 + 3) % 5;
    int calls = 0;
    qsort_items(items, (IntPtr)4, (IntPtr)sizeof(Item), (ref Item x, ref Item y) => { calls++; x.more = y.more = 9; return y.key - x.key; });
    Show("qsort_items", items[0].key + " " + items[3].key + " " + (calls > 0) + " " + items[0].more);
    string dir = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "callbacks" + System.Diagnostics.Process.GetCurrentProcess().Id);
    System.IO.Directory.CreateDirectory(dir);
    System.IO.File.WriteAllText(System.IO.Path.Combine(dir, "file"), "");
    var seen = new System.Collections.Generic.List<string>();
    int r = nftw(dir, (string path, IntPtr st, int flag, ref Ftw w) => { seen.Add(System.IO.Path.GetFileName(path) + " " + flag + " " + w.level + " " + (w.offset < path.Length)); return w.level == 1 ? 7 : 0; }, 5, 0);
    Show("nftw", r + " " + seen.Count + " " + seen[1]);
    System.IO.Directory.Delete(dir, true);
    var t = new Tm { year = 100, mday = 1 };
    Show("timegm", timegm(ref t));
    long then = 951782400;
    Tm o;
    gmtime_r(ref then, out o);
    Show("gmtime", o.year + " " + o.mon + " " + o.mday + " " + o.dst + " " + (o.zone != IntPtr.Zero));
    var c = new TmClass();
    gmtime_r(ref then, c);
    Show("gmtime_class", c.year + " " + c.mon + " " + c.mday + " " + c.dst + " " + (c.zone != IntPtr.Zero));
  }
  static void Main(string[] a) {
    var only = a.Length > 0 ? a[0] : null;
    Action<string, Action> run = (n, f) => { if (only == null || only == n) T(n, f); };
    run("libc", Libc);
    run("three", () => Show("three", Call((TakesThree)((k, t, l) => k + t.a * 10 + (long)(t.b * 100) + t.c * 1000 + l * 10000), L, new[] { I, typeof(Three), I }, 1, new Three { a = 2, b = 3, c = 4 }, 5)));
    run("gives_three", () => { var t = (Three)Call((GivesThree)(x => new Three { a = x, b = 1.5, c = 9 }), typeof(Three), new[] { L }, 7L); Show("gives_three", t.a + " " + t.b + " " + t.c); });
    run("takes_mixed", () => Show("takes_mixed", Call((TakesMixed)(m => { Show("m", m.n + m.s + m.f); return m.n; }), I, new[] { typeof(NMixed) }, new NMixed { n = 5, s = Marshal.StringToHGlobalAnsi("xyz"), f = 1 })));
    run("ref_mixed", () => { var n = new NMixed { n = 5, s = Marshal.StringToHGlobalAnsi("xyz"), f = 1 }; Show("ref_mixed", Call((RefMixed)((ref Mixed m) => { Show("m", m.n + m.s + m.f); m.n = 77; m.s = "new"; m.f = false; return m.n; }), I, new[] { N }, (IntPtr)(&n))); Show("after", n.n + Str(n.s) + n.f); });
    run("ref_mixed_null", () => { Show("ref_mixed_null", Call((RefMixed)((ref Mixed m) => { return m.n; }), I, new[] { N }, IntPtr.Zero)); });
    run("out_mixed", () => { var n = new NMixed { n = 5 }; Call((OutMixed)((out Mixed m) => { m.n = 78; m.s = "out"; m.f = true; }), typeof(void), new[] { N }, (IntPtr)(&n)); Show("out_mixed", n.n + Str(n.s) + n.f); });
    run("gives_mixed", () => { var o = Call((GivesMixed)(k => new Mixed { n = k, s = "res", f = true }), typeof(NMixed), new[] { I }, 8); if (o is Exception) Show("gives_mixed", o); else { var n = (NMixed)o; Show("gives_mixed", n.n + Str(n.s) + n.f); } });
    run("takes_node", () => { var n = new NMixed { n = 5, s = Marshal.StringToHGlobalAnsi("xyz"), f = 1 }; Show("takes_node", Call((TakesNode)(m => { Show("m", m.n + m.s + m.f); m.n = 66; return m.n; }), I, new[] { N }, (IntPtr)(&n))); Show("after", n.n + Str(n.s) + n.f); });
    run("takes_node_null", () => { Show("takes_node_null", Call((TakesNode)(m => m == null ? 1 : 0), I, new[] { N }, IntPtr.Zero)); });
    run("out_node", () => { var n = new NMixed { n = 5, s = Marshal.StringToHGlobalAnsi("xyz"), f = 1 }; Show("out_node", Call((OutNode)(m => { m.n = 66; m.s = "changed"; return m.n; }), I, new[] { N }, (IntPtr)(&n))); Show("after", n.n + Str(n.s) + n.f); });
    run("gives_node", () => { var o = Call((GivesNode)(k => k == 0 ? null : new Node { n = k, s = "res", f = true }), N, new[] { I }, 8); if (o is Exception) Show("gives_node", o); else { var n = *(NMixed*)(IntPtr)o; Show("gives_node", n.n + Str(n.s) + n.f); } });
    run("gives_node_null", () => { var o = Call((GivesNode)(k => k == 0 ? null : new Node { n = k, s = "res", f = true }), N, new[] { I }, 0); Show("gives_node_null", o); });
    run("ref_string", () => { IntPtr s = Marshal.StringToHGlobalAnsi("xyz"); Show("ref_string", Call((RefString)((ref string x) => { Show("x", x); x = x + "!"; return 3; }), I, new[] { N }, (IntPtr)(&s))); Show("after", Str(s)); });
    run("out_string", () => { IntPtr s = IntPtr.Zero; Call((OutString)((out string x) => { x = "fresh"; }), typeof(void), new[] { N }, (IntPtr)(&s)); Show("out_string", Str(s)); });
    run("wide", () => { Show("wide", Call((Wide)(x => x.Length), I, new[] { N }, Marshal.StringToHGlobalUni("hällo"))); });
    run("gives_wide", () => { var o = Call((GivesWide)(x => "wid" + x), N, new[] { I }, 4); Show("gives_wide", o is IntPtr ? Marshal.PtrToStringUni((IntPtr)o) : o); });
    run("gives_string", () => { var o = Call((GivesString)(x => x == 0 ? null : "str" + x), N, new[] { I }, 4); Show("gives_string", o is IntPtr ? Marshal.PtrToStringAnsi((IntPtr)o) : o); });
    run("gives_string_null", () => { var o = Call((GivesString)(x => x == 0 ? null : "str" + x), N, new[] { I }, 0); Show("gives_string_null", o); });
    run("bools", () => { int r = 5; int o = 7; var x = Call((Bools)((bool b, ref bool rr, out bool oo) => { Show("in", b + " " + rr); rr = !rr; oo = true; return b; }), I, new[] { I, N, N }, 256, (IntPtr)(&r), (IntPtr)(&o)); Show("bools", x + " " + r + " " + o); });
    run("builder", () => { var p = Marshal.AllocHGlobal(100); Marshal.Copy(new byte[] { 65, 66, 0 }, 0, p, 3); Show("builder", Call((Builder)(b => { Show("b", b); b.Append("cd"); return b.Capacity > 0 ? 1 : 0; }), I, new[] { N }, p)); Show("after", Str(p)); });
    run("arr", () => { var q = stackalloc int[3]; q[0] = 1; q[1] = 2; q[2] = 3; Show("arr", Call((Arr)(x => { int s = x.Length * 100 + x[0] + x[2]; x[0] = 9; return s; }), I, new[] { N }, (IntPtr)q)); Show("after", q[0]); });
    run("arr_param", () => { var q = stackalloc int[3]; q[0] = 1; q[1] = 2; q[2] = 3; Show("arr_param", Call((ArrParam)((x, n) => { int s = x.Length * 100 + x[0] + x[1]; x[0] = 9; return s; }), I, new[] { N, I }, (IntPtr)q, 2)); Show("after", q[0]); });
    run("arr_out", () => { var q = stackalloc int[3]; q[0] = 1; q[1] = 2; q[2] = 3; Show("arr_out", Call((ArrOut)((x, n) => { int s = x.Length * 100 + x[0] + x[1]; x[0] = 9; return s; }), I, new[] { N, I }, (IntPtr)q, 2)); Show("after", q[0]); });
    run("arr_none", () => { var q = stackalloc int[3]; q[0] = 1; Show("arr_none", Call((ArrNone)(x => x.Length), I, new[] { N }, (IntPtr)q)); });
    run("str_arr", () => { var q = stackalloc IntPtr[2]; q[0] = Marshal.StringToHGlobalAnsi("a"); q[1] = Marshal.StringToHGlobalAnsi("bc"); Show("str_arr", Call((StrArr)(x => { Show("x", x[0] + x[1]); return x.Length; }), I, new[] { N }, (IntPtr)q)); });
    run("ref_named", () => { var q = stackalloc int[3]; q[0] = 1; q[1] = 0x414243; q[2] = 0; Show("ref_named", Call((RefNamed)((ref Named m) => { Show("m", m.n + m.s); m.s = "toolongname"; m.n = 4; return 2; }), I, new[] { N }, (IntPtr)q)); Show("after", q[0] + Str((IntPtr)(q + 1))); });
    run("ref_ints", () => { var q = stackalloc int[4]; q[0] = 1; q[1] = 2; q[2] = 3; q[3] = 4; Show("ref_ints", Call((RefInts)((ref Ints m) => { int s = m.n + m.a[0] + m.a[1] + m.a[2]; m.a[1] = 50; return s; }), I, new[] { N }, (IntPtr)q)); Show("after", q[2]); });
    run("takes_func", () => { Func2 f = x => x * 3; Show("takes_func", Call((TakesFunc)(g => g(5)), I, new[] { N }, Marshal.GetFunctionPointerForDelegate(f))); GC.KeepAlive(f); });
    run("gives_func", () => { Func2 f = x => x * 3; var o = Call((GivesFunc)(g => f), N, new[] { I }, 4); if (o is IntPtr) Show("gives_func", Call(f, I, new[] { I }, 5)); else Show("gives_func", o); GC.KeepAlive(f); });
    run("ref_holder", () => { Func2 f = x => x * 3, g = x => x + 100; var n = new NHolder { n = 5, f = Marshal.GetFunctionPointerForDelegate(f) }; Show("ref_holder", Call((RefHolder)((ref Holder h) => { int r = h.f(h.n); h.n = 6; h.f = g; return r; }), I, new[] { N }, (IntPtr)(&n))); Show("after", n.n + " " + (n.f == Marshal.GetFunctionPointerForDelegate(g))); var back = (Holder)Marshal.PtrToStructure((IntPtr)(&n), typeof(Holder)); Show("back", back.f(back.n)); GC.KeepAlive(f); GC.KeepAlive(g); });
    run("ref_holder_null", () => { var n = new NHolder { n = 5 }; Show("ref_holder_null", Call((RefHolder)((ref Holder h) => h.f == null ? h.n : 0), I, new[] { N }, (IntPtr)(&n))); });
    run("chars", () => { short r = 0x42; Show("chars", Call((Chars)((char c, ref char x) => { int s = c * 1000 + x; x = 'Z'; return s; }), I, new[] { I, N }, 0x141, (IntPtr)(&r))); Show("after", r); });
    run("small", () => Show("small", Call((Small)((x, y, z) => (byte)(x + y + z)), I, new[] { I, I, I }, -1, 0x10002, 0x1FFFF)));
    run("enum", () => Show("enum", Call((En)(x => x + 1), I, new[] { I }, 2)));
    run("obj", () => Show("obj", Call((Obj)(x => x == null ? 0 : 1), I, new[] { N }, IntPtr.Zero)));
    run("date", () => Show("date", Call((Date)(x => x.Year), I, new[] { typeof(double) }, 36526.0)));
  }
}
