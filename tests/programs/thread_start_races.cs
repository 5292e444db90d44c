// A thread is interrupted or made a background thread by others while it starts: neither is lost. One that makes itself a background
// thread when Main has ended ends the program.
using System;
using System.Threading;

class P {
  static int Interrupted(int rounds) {
    int count = 0;
    for (int i = 0; i < rounds; i++) {
      var t = new Thread(() => {
        try { Thread.Sleep(Timeout.Infinite); } catch (ThreadInterruptedException) { Interlocked.Increment(ref count); }
      });
      var starter = new Thread(() => t.Start());
      starter.Start();
      while ((t.ThreadState & ThreadState.Unstarted) != 0) { }
      t.Interrupt();
      t.Join();
      starter.Join();
    }
    return count;
  }

  static int Background(int rounds) {
    int count = 0;
    for (int i = 0; i < rounds; i++) {
      int go = 0;
      var t = new Thread(() => {
        while (Volatile.Read(ref go) == 0) Thread.Yield();
        if (Thread.CurrentThread.IsBackground) Interlocked.Increment(ref count);
      });
      var starter = new Thread(() => t.Start());
      starter.Start();
      while ((t.ThreadState & ThreadState.Unstarted) != 0) { }
      t.IsBackground = true;
      Volatile.Write(ref go, 1);
      t.Join();
      starter.Join();
    }
    return count;
  }

  static void Main() {
    Console.WriteLine(Interrupted(300));
    Console.WriteLine(Background(300));
    new Thread(() => {
      Thread.Sleep(200);
      Thread.CurrentThread.IsBackground = true;
      Thread.Sleep(Timeout.Infinite);
    }).Start();
  }
}
