using System; using System.Threading; using System.Threading.Tasks;
class P {
  static async Task<int> Slow(int n) { await Task.Yield(); if (n == 3) throw new InvalidOperationException("three"); return n * n; }
  static async Task<string> All() { int s = 0; for (int i = 0; i < 6; i++) try { s += await Slow(i); } catch (InvalidOperationException e) { s += e.Message.Length * 1000; } return "sum " + s; }
  static void Main() {
    int left = 20, sum = 0; var done = new ManualResetEvent(false); for (int i = 0; i < 20; i++) ThreadPool.QueueUserWorkItem(o => { Interlocked.Add(ref sum, (int)o); if (Interlocked.Decrement(ref left) == 0) done.Set(); }, i); done.WaitOne(); Console.WriteLine(sum); Console.WriteLine(All().Result); var ts = new Task<int>[8]; for (int i = 0; i < 8; i++) { int k = i; ts[i] = Task.Run(() => k * k); } Task.WaitAll(ts); int t = 0; foreach (var x in ts) t += x.Result; Console.WriteLine(t); long p = 0; Parallel.For(0, 1000, i => Interlocked.Add(ref p, i)); Console.WriteLine(p); try { Task.Run(() => { throw new Exception("boom"); }).Wait(); } catch (AggregateException e) { Console.WriteLine(e.InnerException.Message); } using (var cts = new CancellationTokenSource()) { cts.Cancel(); Console.WriteLine(cts.Token.IsCancellationRequested); }
  }
}
