// Ways to end: the first argument names one. Used by tests/endings; alone, the program ends by returning from Main.
// Output of each was compared with mono's.
using System; using System.Threading; using System.Threading.Tasks;
class Finalized { ~Finalized() { throw new Exception("finalizer"); } }
static class Init { static Init() { throw new Exception("initializer"); } public static int X = int.Parse("1"); }
class P {
  static void Thrower() { throw new Exception("boom"); }
  static int Deep(int n) { return Deep(n + 1) + 1; }
  static void Wait(int n) { if (n > 0) Wait(n - 1); else Thread.Sleep(1500); }
  static void Make() { for (int i = 0; i < 10; i++) new Finalized(); }
  static async void AsyncVoid() { await Task.Yield(); Thrower(); }
  static int Main(string[] a) {
    string way = a.Length == 0 ? "return" : a[0];
    Console.WriteLine("start " + way);
    AppDomain.CurrentDomain.ProcessExit += (s, e) => Console.WriteLine("ProcessExit");
    switch (way) {
      case "return": return 9;
      case "main": Thrower(); break;
      case "inner": try { Thrower(); } catch (Exception e) { throw new ApplicationException("outer", e); } break;
      case "thread": var t = new Thread(Thrower); t.Start(); t.Join(); Thread.Sleep(5000); Console.WriteLine("not reached"); break;
      case "event": AppDomain.CurrentDomain.UnhandledException += (s, e) => Console.WriteLine("event " + ((Exception)e.ExceptionObject).Message + e.IsTerminating + (s == AppDomain.CurrentDomain)); Thrower(); break;
      case "exit in event": AppDomain.CurrentDomain.UnhandledException += (s, e) => { Console.WriteLine("event"); Environment.Exit(7); }; Thrower(); break;
      case "finalizer": Make(); GC.Collect(); GC.WaitForPendingFinalizers(); Thread.Sleep(5000); Console.WriteLine("not reached"); break;
      case "init": Console.WriteLine(Init.X); break;
      case "overflow": Deep(0); break;
      case "pool": ThreadPool.QueueUserWorkItem(_ => Thrower()); Thread.Sleep(5000); Console.WriteLine("not reached"); break;
      case "task": Task.Run(() => Thrower()); Thread.Sleep(100); GC.Collect(); Console.WriteLine("survives"); break;
      case "async void": AsyncVoid(); Thread.Sleep(5000); break;
      case "fail fast": Environment.FailFast("fatal message"); break;
      case "exit": Environment.Exit(42); break;
      case "exit on thread": new Thread(() => Environment.Exit(3)).Start(); Thread.Sleep(5000); break;
      case "foreground": new Thread(() => { Thread.Sleep(100); Console.WriteLine("done"); }).Start(); return 4;
      case "background": new Thread(() => { Thread.Sleep(3000); Console.WriteLine("not reached"); }) { IsBackground = true }.Start(); return 4;
      case "finally": try { Thrower(); } finally { Console.WriteLine("finally"); } break;
      case "code": AppDomain.CurrentDomain.ProcessExit += (s, e) => { Environment.ExitCode = 77; }; return 3;
      case "minus one": return -1;
      case "wait": new Thread(() => Wait(2)) { Name = "worker" }.Start(); Console.WriteLine("waiting"); Wait(1); return 5;
    }
    return 0;
  }
}
