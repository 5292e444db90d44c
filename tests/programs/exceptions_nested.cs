// Exceptions inside finally handlers and filters, replaced ones, both passes in order, stack overflow through C++ frames.
// always:
using System; using System.Collections.Generic;
class P {
  static int depth;
  static int WithFinally(int n) { try { return WithFinally(n + 1) + 1; } finally { depth++; } }
  static bool Yes(Exception e) { Console.WriteLine("yes"); return true; }
  static bool CatchesInside(Exception e) { try { throw new Exception("inner"); } catch (Exception x) { Console.WriteLine(x.Message); return true; } finally { Console.WriteLine("filter's finally"); } }
  static int Order(string[] log) { try { throw new Exception("o"); } finally { log[0] += "f"; } }
  static bool Log(string[] log) { log[0] += "p"; return true; }
  static int Returns() { try { return 1; } finally { depth = 77; } }
  static void Main() {
    for (int k = 0; k < 2; k++) { depth = 0; try { WithFinally(0); } catch (StackOverflowException) { Console.WriteLine(depth > 1000); } }
    try { try { throw new Exception("a"); } finally { try { throw new Exception("b"); } catch (Exception e) { Console.WriteLine("in finally " + e.Message); } } } catch (Exception e) { Console.WriteLine(e.Message); }
    try { try { throw new Exception("a"); } finally { throw new Exception("c"); } } catch (Exception e) { Console.WriteLine(e.Message); }
    try { throw new Exception("x"); } catch (Exception e) when (CatchesInside(e)) { Console.WriteLine("caught " + e.Message); }
    try { try { try { throw new Exception("deep"); } finally { Console.WriteLine("f1"); } } finally { Console.WriteLine("f2"); } } catch (Exception e) when (Yes(e)) { Console.WriteLine("caught " + e.Message); }
    var log = new[] { "" }; try { Order(log); } catch (Exception) when (Log(log)) { Console.WriteLine(log[0]); }
    for (int i = 0; i < 3; i++) { try { if (i == 1) continue; Console.WriteLine("i" + i); } finally { Console.WriteLine("fin" + i); } }
    try { try { throw new Exception("first"); } catch (Exception e) { try { throw new Exception("second"); } catch { } Console.WriteLine(e.Message); throw; } } catch (Exception e) { Console.WriteLine("again " + e.Message); }
    for (int i = 0; i < 3; i++) { object o = null; try { o.ToString(); } catch (NullReferenceException) { Console.Write("null "); } }
    int z = 0; try { Console.WriteLine(5 / z); } catch (DivideByZeroException) { Console.Write("zero "); }
    z = -1; try { Console.WriteLine(int.MinValue / z); } catch (OverflowException) { Console.WriteLine("overflow"); }
    Console.WriteLine(Returns() + depth);
    try { Type.GetType("Nope.X", true); } catch (TypeLoadException) { Console.WriteLine("type"); }
  }
}
