// async and await: values, exceptions, loops, finally, await in catch, custom awaitables, cancellation, combinators.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

struct Ready : INotifyCompletion { public int V; public bool IsCompleted => false; public int GetResult() => V * 2; public void OnCompleted(Action c) { c(); } public Ready GetAwaiter() => this; }
class Program {
  static void W(string k, object v) { lock (typeof(Program)) Console.WriteLine(k + "=" + v); }
  static async Task<int> Add(int a, int b) { await Task.Yield(); return a + b; }
  static async Task<int> Sum(int n) { int s = 0; for (int i = 1; i <= n; i++) s = await Add(s, i); return s; }
  static async Task<int> Fails(string m) { await Task.Delay(1); throw new InvalidOperationException(m); }
  static async Task<string> Recover() { try { return "" + await Fails("one"); } catch (InvalidOperationException e) when (e.Message == "one") { return "caught " + e.Message + " " + await Add(1, 2); } finally { await Task.Yield(); W("finally", "ran"); } }
  static async Task Nested(List<string> log) { try { try { await Fails("inner"); } finally { log.Add("f1"); await Task.Yield(); log.Add("f2"); } } catch (Exception e) { log.Add(e.Message); try { await Fails("again"); } catch { log.Add("c2"); } } log.Add("end"); }
  static async Task<T> Generic<T>(T v) where T : struct { await Task.Yield(); return v; }
  static async void Void(TaskCompletionSource<int> done) { await Task.Delay(1); done.SetResult(99); }
  static Task<int> Recursive(int n) => n == 0 ? Task.FromResult(0) : Rec(n);
  static async Task<int> Rec(int n) => 1 + await Recursive(n - 1);
  static async Task<int> Cancelled(CancellationToken t) { while (true) { await Task.Delay(1, t); } }
  static async Task Run() {
    W("add", await Add(2, 3)); W("sum", await Sum(100)); W("recover", await Recover()); var log = new List<string>(); await Nested(log); W("nested", string.Join(",", log));
    W("generic", await Generic(2.5) + " " + await Generic((1, 'c'))); var done = new TaskCompletionSource<int>(); Void(done); W("void", await done.Task); W("custom", await new Ready { V = 21 }); W("recursive", await Recursive(50));
    var all = await Task.WhenAll(Enumerable.Range(1, 10).Select(i => Add(i, i))); W("whenall", all.Sum()); W("whenany", (await Task.WhenAny(Task.FromResult(7), new TaskCompletionSource<int>().Task)).Result);
    var src = new CancellationTokenSource(); var c = Cancelled(src.Token); src.Cancel(); try { await c; } catch (OperationCanceledException) { W("cancelled", c.IsCanceled + " " + c.Status); }
    try { await Task.WhenAll(Fails("x"), Fails("y")); } catch (Exception e) { W("whenall fails", e.GetType().Name); } var f = Fails("z"); try { f.Wait(); } catch (AggregateException e) { W("aggregate", e.InnerException.Message + " " + e.InnerExceptions.Count); } W("status", f.Status + " " + f.IsFaulted);
    Func<int, Task<int>> lambda = async x => { await Task.Yield(); return x * x; }; W("lambda", await lambda(12)); int acc = 0; foreach (var t in new[] { Add(1, 1), Add(2, 2), Add(3, 3) }) acc = acc * 10 + await t; W("loop", acc); W("conditional", await Add(1, 0) == 1 ? await Add(5, 5) : await Add(0, 0)); var arr = new int[3]; arr[await Add(1, 0)] = await Add(4, 4); W("array element", string.Join(",", arr)); W("string", "a" + await Add(1, 1) + "b" + await Add(2, 2));
    W("configure", await Add(3, 3).ConfigureAwait(false)); W("run", await Task.Run(() => 5)); W("run async", await Task.Run(async () => { await Task.Yield(); return 6; })); W("continue", await Add(1, 1).ContinueWith(t => t.Result * 100)); using (var sem = new SemaphoreSlim(1)) { await sem.WaitAsync(); W("semaphore", sem.CurrentCount); sem.Release(); }
    var cts = new TaskCompletionSource<string>(); cts.SetException(new FormatException("fmt")); try { await cts.Task; } catch (FormatException e) { W("tcs exception", e.Message); } W("from exception", Task.FromException(new Exception("q")).Exception.InnerException.Message); W("completed", Task.CompletedTask.IsCompleted); var local = new ThreadLocal<int>(() => 4); W("threadlocal", local.Value); var al = new AsyncLocal<int> { Value = 8 }; await Task.Yield(); W("asynclocal", al.Value); await Task.Run(() => al.Value = 9); W("asynclocal kept", al.Value);
    int depth = 0; Func<int, Task> Down = null; Down = async n => { depth++; if (n > 0) await Down(n - 1); else await Task.Yield(); depth += 100; }; await Down(5); W("down", depth); try { await Task.Run(() => { throw new ApplicationException("bg"); }); } catch (ApplicationException e) { W("background", e.Message); } try { await Add(1, 1).ContinueWith<int>(t => { throw new Exception("cont"); }); } catch (Exception e) { W("continuation", e.Message); }
  }
  static void Main() { Run().GetAwaiter().GetResult(); try { Fails("sync").GetAwaiter().GetResult(); } catch (InvalidOperationException e) { W("sync", e.Message); } }
}
