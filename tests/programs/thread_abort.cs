// Thread.Abort, ResetAbort and Interrupt of threads that loop, sleep, wait and have not begun; ThreadState.
// move: 200
using System;
using System.Threading;
static class P {
  static void W(string s) { lock (typeof(P)) Console.WriteLine(s); }
  static volatile bool go, flag; static volatile int n;
  static Thread Run(ThreadStart f) { go = false; var t = new Thread(f); t.Start(); while (!go) Thread.Sleep(1); return t; }
  static string St(Thread t) { return t.ThreadState.ToString(); }
  class Cc { public static int x; static Cc() { go = true; Thread.Sleep(200); x = 5; W("cctor done"); } }
  static void Loop() { while (true) n++; }
  [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.Synchronized)]
  static void Sync() { go = true; while (true) n++; }
  static void Main(string[] a) {
    Action<string, Action> run = (nm, f) => { if (a.Length == 0 || a[0] == nm) { W("[" + nm + "]"); f(); } };
    run("self", () => { var t = new Thread(() => { try { Thread.CurrentThread.Abort("why"); W("not reached"); } catch (ThreadAbortException e) { W("caught " + e.ExceptionState + " " + St(Thread.CurrentThread) + " " + e.Message); } W("not reached 2"); }); t.Start(); t.Join(); W(St(t) + " " + t.IsAlive); });
    run("reset", () => { var t = new Thread(() => { try { Thread.CurrentThread.Abort(3); } catch (ThreadAbortException e) { Thread.ResetAbort(); W("reset " + (e.ExceptionState ?? "null") + " " + St(Thread.CurrentThread)); } W("reached"); try { Thread.ResetAbort(); } catch (ThreadStateException e) { W(e.Message); } }); t.Start(); t.Join(); W(St(t)); });
    run("loop", () => { var t = Run(() => { go = true; Loop(); }); t.Abort(); t.Join(); W(St(t)); });
    run("looptry", () => { var t = Run(() => { try { go = true; while (true) n++; } catch (ThreadAbortException) { W("in catch"); } finally { W("in finally"); } W("no"); }); t.Abort(); t.Join(); W(St(t)); });
    run("loopreset", () => { var t = Run(() => { int k = 0; try { go = true; while (true) k++; } catch (ThreadAbortException) { Thread.ResetAbort(); } W("went on " + (k > 0)); }); Thread.Sleep(100); t.Abort(); t.Join(); W(St(t)); });
    run("sleep", () => { var t = Run(() => { try { go = true; Thread.Sleep(100000); } finally { W("finally " + St(Thread.CurrentThread)); } }); while (t.ThreadState != ThreadState.WaitSleepJoin) Thread.Sleep(1); t.Abort(); t.Join(); W(St(t)); });
    run("wait", () => { var o = new object(); var t = Run(() => { lock (o) { go = true; try { Monitor.Wait(o); } finally { W("owner " + Monitor.IsEntered(o)); } } }); Thread.Sleep(20); t.Abort(); t.Join(); lock (o) W(St(t)); });
    run("enter", () => { var o = new object(); Thread t; lock (o) { t = Run(() => { go = true; try { lock (o) W("no"); } catch (ThreadAbortException) { W("caught " + Monitor.IsEntered(o)); } }); Thread.Sleep(20); t.Abort(); t.Join(); } W(St(t)); });
    run("event", () => { var e = new ManualResetEvent(false); var t = Run(() => { go = true; try { e.WaitOne(); } catch (ThreadAbortException) { W("caught"); } }); Thread.Sleep(20); t.Abort(); t.Join(); W(St(t)); });
    run("join", () => { var u = new Thread(() => Thread.Sleep(300)); u.Start(); var t = Run(() => { go = true; u.Join(); }); Thread.Sleep(20); t.Abort(); t.Join(); W(St(t)); u.Join(); });
    run("unstarted", () => { var t = new Thread(() => W("ran")); t.Abort(); W(St(t)); try { t.Start(); W("started"); } catch (Exception e) { W(e.GetType().Name + " " + e.Message); } W(St(t)); try { W("joined " + t.Join(100)); } catch (Exception e) { W(e.GetType().Name + " " + e.Message); } W(St(t) + " " + t.IsAlive); });
    run("ended", () => { var t = new Thread(() => { }); t.Start(); t.Join(); t.Abort(); W(St(t)); });
    run("finally", () => { var t = Run(() => { try { } finally { go = true; Thread.Sleep(200); W("finally done"); } Thread.Sleep(1000); W("no"); }); t.Abort(); W("requested " + St(t)); t.Join(); W(St(t)); });
    run("finallyloop", () => { var t = Run(() => { try { try { } finally { go = true; while (!flag) n++; W("finally done"); } Thread.Sleep(1000); W("no"); } catch (ThreadAbortException) { W("outer"); } }); t.Abort(); W("requested"); flag = true; t.Join(); W(St(t)); });
    run("cctor", () => { var t = Run(() => { try { int x = Cc.x; W("x " + x); Thread.Sleep(100); W("no"); } catch (ThreadAbortException) { W("caught"); } }); t.Abort(); t.Join(); W(St(t) + " " + Cc.x); });
    run("nested", () => { var t = new Thread(() => { try { try { try { Thread.CurrentThread.Abort(); } catch (Exception e) { W("1 " + e.GetType().Name); } W("no"); } catch (ThreadAbortException) { W("2"); } finally { W("3"); } W("no"); } finally { W("4"); } }); t.Start(); t.Join(); });
    run("othercatch", () => { var t = new Thread(() => { try { try { Thread.CurrentThread.Abort(); } finally { try { throw new Exception("x"); } catch (Exception e) { W("inner " + e.Message); } W("after inner?"); } } catch (ThreadAbortException) { W("abort"); Thread.ResetAbort(); } W("end"); }); t.Start(); t.Join(); });
    run("handler_in", () => { var t = new Thread(() => { try { Thread.CurrentThread.Abort(); } catch (ThreadAbortException) { try { throw new Exception("x"); } catch (Exception e) { W("inner " + e.Message); } W("after inner?"); } W("end"); }); t.Start(); t.Join(); });
    run("throw_other", () => { var t = new Thread(() => { try { try { Thread.CurrentThread.Abort(); } catch (ThreadAbortException) { throw new InvalidOperationException("o"); } } catch (InvalidOperationException e) { W("other " + e.Message); } W("end?"); }); t.Start(); t.Join(); W(St(t)); });
    run("sync", () => { var t = Run(Sync); t.Abort(); t.Join(); bool got = Monitor.TryEnter(typeof(P), 1000); Console.WriteLine(got); Monitor.Exit(typeof(P)); });
    run("twice", () => { var t = Run(() => { try { go = true; Thread.Sleep(100000); } catch (ThreadAbortException e) { W("c " + e.ExceptionState); Thread.Sleep(100); W("still"); Thread.ResetAbort(); } W("end"); }); t.Abort(1); Thread.Sleep(30); t.Abort(2); t.Join(); W(St(t)); });
    run("again", () => { var t = Run(() => { for (int i = 0; i < 3; i++) { try { go = true; Thread.Sleep(100000); } catch (ThreadAbortException e) { W("c " + e.ExceptionState); Thread.ResetAbort(); go = true; } } }); for (int i = 0; i < 3; i++) { Thread.Sleep(30); go = false; t.Abort(i); while (!go) Thread.Sleep(1); } t.Join(); W(St(t)); });
    run("interrupt", () => { var t = Run(() => { go = true; try { Thread.Sleep(10000); } catch (ThreadInterruptedException e) { W("int " + e.Message); } W("on"); try { Thread.Sleep(1); W("slept"); } catch (ThreadInterruptedException) { W("no"); } }); t.Interrupt(); t.Join(); W(St(t)); });
    run("interrupt_later", () => { flag = false; var t = Run(() => { go = true; while (!flag) ; try { Thread.Sleep(10); W("no"); } catch (ThreadInterruptedException) { W("int"); } }); t.Interrupt(); flag = true; t.Join(); });
    run("interrupt_unstarted", () => { var t = new Thread(() => { try { Thread.Sleep(10); W("no"); } catch (ThreadInterruptedException) { W("int"); } }); try { t.Interrupt(); t.Start(); t.Join(); } catch (Exception e) { W(e.GetType().Name); } });
    run("filter", () => { var t = Run(() => { try { go = true; while (true) n++; } catch (Exception e) when (F(e)) { W("c"); } W("no"); }); t.Abort(); t.Join(); W(St(t)); });
    run("pool", () => { var done = new ManualResetEvent(false); ThreadPool.QueueUserWorkItem(_ => { try { Thread.CurrentThread.Abort(); } finally { done.Set(); } }); done.WaitOne(); var d2 = new ManualResetEvent(false); ThreadPool.QueueUserWorkItem(_ => d2.Set()); W(d2.WaitOne(5000).ToString()); });
  }
  static bool F(Exception e) { W("filter " + e.GetType().Name); return true; }
}
