using System; using System.Threading;
class P {
  static int counter, locked; static long total; static object gate = new object(); [ThreadStatic] static int mine; static volatile bool go;
  static void Work(object n) { while (!go) Thread.Yield(); for (int i = 0; i < 2000; i++) { Interlocked.Increment(ref counter); lock (gate) { locked++; total += (int)n; } mine += 2; } Interlocked.Add(ref counter, mine); }
  static void Main() {
    var ts = new Thread[4]; for (int i = 0; i < 4; i++) { ts[i] = new Thread(Work); ts[i].Start(i + 1); } go = true; foreach (var t in ts) t.Join(); Console.WriteLine(counter + " " + locked + " " + total + " " + mine);
    int x = 5; Console.WriteLine(Interlocked.Exchange(ref x, 7) + Interlocked.CompareExchange(ref x, 9, 7) * 10 + x * 100); long l = 1; Console.WriteLine(Interlocked.Add(ref l, 41) + Interlocked.Read(ref l)); object o = "a"; Console.WriteLine(Interlocked.Exchange(ref o, "b") + "" + o);
    string msg = null; var ready = new ManualResetEvent(false); var t2 = new Thread(() => { msg = "hello from " + Thread.CurrentThread.Name; ready.Set(); }); t2.Name = "worker"; t2.IsBackground = true; t2.Start(); ready.WaitOne(); t2.Join(); Console.WriteLine(msg + " " + t2.IsAlive);
    int turn = 0; string seq = ""; var a = new Thread(() => { for (int i = 0; i < 5; i++) lock (gate) { while (turn != 0) Monitor.Wait(gate); seq += "a"; turn = 1; Monitor.PulseAll(gate); } }); var b = new Thread(() => { for (int i = 0; i < 5; i++) lock (gate) { while (turn != 1) Monitor.Wait(gate); seq += "b"; turn = 0; Monitor.PulseAll(gate); } }); a.Start(); b.Start(); a.Join(); b.Join(); Console.WriteLine(seq);
    bool taken = false; try { Monitor.Enter(gate, ref taken); lock (gate) lock (gate) Console.WriteLine(Monitor.IsEntered(gate)); } finally { if (taken) Monitor.Exit(gate); } try { Monitor.Exit(gate); } catch (SynchronizationLockException) { Console.WriteLine("not owner"); } Console.WriteLine(Monitor.TryEnter(gate, 10)); var t3 = new Thread(() => Console.WriteLine(Monitor.TryEnter(gate, 10))); t3.Start(); t3.Join(); Monitor.Exit(gate); Console.WriteLine(gate.GetHashCode() == gate.GetHashCode());
  }
}
