// try, catch, finally in every arrangement: returns, loops, gotos, rethrow, filters, exceptions out of finally and catch.
using System;
using System.Collections.Generic;
using System.Text;

class MyException : Exception { public int Code; public MyException(int c, Exception inner = null) : base("my " + c, inner) { Code = c; } }
class Res : IDisposable { readonly string n; readonly StringBuilder log; public Res(string n, StringBuilder log, bool fail = false) { this.n = n; this.log = log; log.Append("+" + n); if (fail) throw new MyException(9); } public void Dispose() { log.Append("-" + n); } }
class Ctor { public Ctor(int n) { if (n > 0) new Ctor(n - 1); else throw new MyException(77); } }
class BadStatic { public static int V = Fail(); static int Fail() { throw new MyException(5); } public static int Get() => V; }
class Program {
  static StringBuilder log = new StringBuilder();
  static void W(string k, object v) { Console.WriteLine(k + "=" + v + (log.Length > 0 ? " [" + log + "]" : "")); log.Clear(); }
  static int ReturnInTry() { try { return 1; } finally { log.Append("f"); } }
  static int ReturnOverridden() { int x = 1; try { return x; } finally { x = 2; } }
  static int ReturnInCatch() { try { throw new MyException(1); } catch (MyException e) { return e.Code + 10; } finally { log.Append("f"); } }
  static string Filter(int n) { try { throw new MyException(n); } catch (MyException e) when (Log("a", e.Code == 1)) { return "first"; } catch (MyException e) when (Log("b", e.Code == 2)) { return "second"; } catch (Exception) when (Log("c", n == 3)) { return "third"; } catch { return "rest"; } }
  static bool Log(string s, bool r) { log.Append(s); return r; }
  static int Loop() { int n = 0; for (int i = 0; i < 10; i++) { try { if (i % 3 == 0) continue; if (i == 8) break; n += i; if (i == 4) throw new MyException(i); } catch (MyException e) { n += 100 * e.Code; } finally { n += 1000; } } return n; }
  static int Goto() { int n = 0; again: try { n++; if (n < 5) goto again; } finally { n += 10; } return n; }
  static void Rethrow(bool same) { try { Thrower(3); } catch (MyException e) { log.Append("c"); if (same) throw; else throw e; } finally { log.Append("f"); } }
  static void Thrower(int n) { if (n == 0) throw new MyException(42); try { Thrower(n - 1); } finally { log.Append(n); } }
  static void FinallyThrows() { try { throw new MyException(1); } finally { log.Append("f"); throw new MyException(2); } }
  static void CatchThrows() { try { throw new MyException(1); } catch (MyException e) { throw new MyException(2, e); } finally { log.Append("f"); } }
  static void NestedFinally() { try { try { try { throw new MyException(1); } finally { log.Append(1); } } finally { log.Append(2); try { throw new MyException(2); } catch (MyException) { log.Append("x"); } finally { log.Append(3); } } } catch (MyException e) { log.Append("c" + e.Code); } }
  static int Deep(int n) { try { return n == 0 ? int.Parse("x") : Deep(n - 1) + 1; } catch (FormatException) when (n == 5) { return 1000; } }
  static string Order() { try { A(); } catch (Exception) when (Log("F", true)) { log.Append("C"); } return log.ToString(); }
  static void A() { try { B(); } finally { log.Append("a"); } }
  static void B() { try { throw new MyException(1); } catch (MyException) when (Log("n", false)) { } finally { log.Append("b"); } }
  static string E(Action a) { try { a(); return "none"; } catch (Exception e) { return e.GetType().Name; } }
  static void Main() {
    W("return in try", ReturnInTry()); W("return value kept", ReturnOverridden()); W("return in catch", ReturnInCatch()); for (int i = 1; i <= 4; i++) W("filter " + i, Filter(i)); W("loop", Loop()); W("goto", Goto());
    try { Rethrow(true); } catch (MyException e) { W("rethrow", e.Code + " " + e.StackTrace.Contains("Thrower")); } try { Rethrow(false); } catch (MyException e) { W("throw again", e.StackTrace.Contains("Thrower")); } try { FinallyThrows(); } catch (MyException e) { W("finally throws", e.Code); } try { CatchThrows(); } catch (MyException e) { W("catch throws", e.Code + " " + ((MyException)e.InnerException).Code + " " + e.GetBaseException().Message); } NestedFinally(); W("nested", "n"); W("deep", Deep(20)); Order(); W("two passes", "o");
 try { using (new Res("a", log)) using (new Res("b", log)) { log.Append("!"); throw new MyException(1); } } catch (MyException) { W("using", "u"); } try { using (new Res("a", log)) using (new Res("b", log, true)) log.Append("never"); } catch (MyException e) { W("using fails", e.Code); } try { new Ctor(3); } catch (MyException e) { W("ctor", e.Code); }
    for (int i = 0; i < 2; i++) try { BadStatic.Get(); } catch (TypeInitializationException e) { W("cctor " + i, e.TypeName + " " + ((MyException)e.InnerException).Code); }
    W("null", E(() => ((string)null).Length.ToString())); W("index", E(() => new int[2][3 - 1]++)); W("cast", E(() => { var x = (string)(object)5; })); W("unbox", E(() => { var x = (long)(object)5; })); W("unbox null", E(() => { var x = (int)(object)null; })); int zero = 0; W("div", E(() => { var x = 1 / zero; })); W("array type", E(() => ((object[])new string[1])[0] = 1)); W("key", E(() => { var x = new Dictionary<int, int>()[1]; })); W("format", E(() => int.Parse("zz"))); W("overflow", E(() => int.Parse("99999999999"))); W("not supported", E(() => ((IList<int>)new int[1]).Add(1))); W("modified", E(() => { var l = new List<int> { 1, 2 }; foreach (var q in l) l.Add(3); })); W("disposed", E(() => { var s = new System.IO.MemoryStream(); s.Dispose(); s.ReadByte(); })); W("argument", E(() => "abc".Substring(5))); W("rank", E(() => Array.Copy(new int[1, 1], new int[1], 1))); W("null throw", E(() => { throw null; })); W("aggregate", E(() => { throw new AggregateException(new MyException(1), new MyException(2)); })); W("null array", E(() => { int[] n = null; n[0] = 1; })); W("null delegate", E(() => { Action n = null; n(); })); W("null field", E(() => { MyException n = null; n.Code = 1; }));
    var ex = new MyException(3, new ArgumentException("msg", "par")); ex.Data["k"] = 5; ex.HelpLink = "h"; ex.Source = "src"; W("message", ex.Message + " " + ex.Data["k"] + " " + ex.HelpLink + " " + ex.Source); W("inner", ex.InnerException.Message.Replace("\n", "|").Replace("\r", "")); W("to string", ex.ToString().Replace("\n", "|")); W("no trace", ex.StackTrace == null); int caught = 0; for (int i = 0; i < 2000; i++) try { if (i % 2 == 0) throw new MyException(i); caught += 1; } catch (MyException e) { caught += e.Code % 10; } W("many", caught); try { checked { int m = int.MaxValue; m++; } } catch (ArithmeticException e) { W("hierarchy", e is OverflowException); } try { System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(new MyException(8)).Throw(); } catch (MyException e) { W("dispatch info", e.Code); }
  }
}
