using System;
class MyEx : Exception { public int Code; public MyEx(int c) : base("my " + c) { Code = c; } }
class SubEx : MyEx { public SubEx(int c, Exception inner = null) : base(c) { } }
class P {
  static string log = "";
  static void L(string s) { log += s + " "; }
  static void Flush() { Console.WriteLine(log); log = ""; }
  static void Throw(int n) { if (n == 0) throw new MyEx(7); if (n == 1) throw new SubEx(8); if (n == 2) throw new InvalidOperationException("io"); if (n == 3) { object o = null; o.ToString(); } if (n == 4) { int z = 0; L("" + 1 / z); } L("none"); }
  static int Finally(int n) { try { try { L("t"); Throw(n); return 1; } catch (SubEx e) { L("sub" + e.Code); return 2; } finally { L("f1"); } } catch (MyEx e) when (e.Code == 7) { L("when7"); return 3; } catch (NullReferenceException) { L("nre"); } catch (Exception e) { L(e.GetType().Name); } finally { L("f2"); } return 4; }
  static int Nested() { int x = 1; try { try { try { throw new MyEx(1); } finally { x += 10; L("in"); } } catch (MyEx) { x += 100; throw new SubEx(2); } finally { x += 1000; } } catch (SubEx) { x += 10000; } return x; }
  static void Rethrow() { try { try { Throw(0); } catch (Exception) { L("r"); throw; } } catch (MyEx e) { L(e.Message); } }
  static bool Filter(string s, bool r) { L("filter" + s); return r; }
  static void Filters() { try { try { try { Throw(2); } catch (Exception) when (Filter("1", false)) { L("no"); } finally { L("fin1"); } } catch (Exception) when (Filter("2", true)) { L("yes"); } finally { L("fin2"); } } catch { L("never"); } }
  static int Loop() { int n = 0; for (int i = 0; i < 20; i++) { try { if (i % 3 == 0) continue; if (i == 17) break; if (i % 5 == 0) throw new MyEx(i); n += i; } catch (MyEx e) { n += e.Code * 100; } finally { n++; } } return n; }
  static int Deep(int n) { try { if (n == 0) throw new MyEx(99); return Deep(n - 1) + 1; } finally { depth++; } }
  static int depth;
  static int Locals(int a, string s, double d) { int x = a; string t = s; double e = d; long l = 5; try { x = a * 2; t += "!"; e *= 2; l++; Throw(a % 5); x = -1; } catch (MyEx) { return x + t.Length + (int)e + (int)l; } catch (Exception) { x++; } return x * 1000 + t.Length + (int)e + (int)l; }
  static void FinallyThrows() { try { try { throw new MyEx(1); } finally { throw new SubEx(2); } } catch (MyEx e) { L(e.GetType().Name + e.Code); } }
  static T Generic<T>(T v) where T : class { try { if (v == null) throw new ArgumentNullException("v"); return v; } catch (ArgumentException e) { L(e.ParamName); return null; } }
  static void Main() {
    for (int i = 0; i < 6; i++) { L("=" + Finally(i)); Flush(); }
    Console.WriteLine(Nested()); Rethrow(); Filters(); Flush(); FinallyThrows(); Generic<string>(null); Flush(); Console.WriteLine(Loop());
    try { Deep(50); } catch (MyEx e) { Console.WriteLine(e.Code + depth); } for (int i = 0; i < 6; i++) Console.WriteLine(Locals(i, "abc", 2.5));
    try { throw new SubEx(3, new MyEx(4)); } catch (MyEx e) { Console.WriteLine(e.Message + " " + (e.InnerException == null) + " " + (e.StackTrace != null)); }
    try { try { throw new MyEx(5); } catch (Exception e) { throw new Exception("wrap", e); } } catch (Exception e) { Console.WriteLine(e.Message + e.InnerException.Message); } try { throw null; } catch (NullReferenceException) { Console.WriteLine("throw null"); }
    Exception saved = null; try { Throw(1); } catch (Exception e) { saved = e; } try { throw saved; } catch (SubEx e) { Console.WriteLine(e == saved); } int caught = 0; for (int i = 0; i < 3000; i++) try { Throw(i % 5); } catch (MyEx) { caught++; } catch (SystemException) { caught += 1000; } Console.WriteLine(caught);
    using (new Disp("a")) using (new Disp("b")) L("body"); Flush(); try { using (new Disp("c")) throw new MyEx(1); } catch (MyEx) { L("after"); } Flush(); var arr = new int[] { 1, 2 }; int idx = 5; try { arr[idx]++; } catch (IndexOutOfRangeException) { Console.WriteLine("ioor"); } lock (arr) { try { throw new MyEx(1); } catch { } } Console.WriteLine("end");
  }
  class Disp : IDisposable { string n; public Disp(string n) { this.n = n; } public void Dispose() { L("dispose-" + n); } }
}
