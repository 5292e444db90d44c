// Threads that ask for reflection objects for the first time, all at once, while others allocate and collect: who waits for the runtime's
// table of such objects must not keep the collector waiting.
using System;
using System.Collections.Generic;
using System.Reflection;
using System.Threading;

static class P {
  const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
  static readonly List<Type> types = new List<Type>();
  static volatile bool done;

  static int Ask(int which) {
    int members = 0;
    for (int i = 0; i < types.Count; i++) {
      Type t = types[(i + which * 7) % types.Count];
      members += t.GetMethods(All).Length;
      members += t.GetConstructors(All).Length;
      members += t.GetFields(All).Length;
      members += t.GetProperties(All).Length;
    }
    return members;
  }

  static void Main() {
    foreach (Type t in typeof(object).Assembly.GetTypes())
      if (t.Namespace == "System.Collections" || t.Namespace == "System.Text") types.Add(t);
    var results = new int[4];
    var threads = new Thread[4];
    var start = new ManualResetEvent(false);
    for (int i = 0; i < threads.Length; i++) {
      int which = i;
      threads[i] = new Thread(() => {
        start.WaitOne();
        results[which] = Ask(which);
      });
      threads[i].Start();
    }
    var collector = new Thread(() => {
      while (!done) {
        for (int i = 0; i < 20; i++) new byte[100].ToString();
        GC.Collect(0);
      }
    });
    collector.Start();
    start.Set();
    foreach (Thread t in threads) t.Join();
    done = true;
    collector.Join();
    for (int i = 1; i < results.Length; i++) Console.WriteLine(results[i] == results[0]);
    Console.WriteLine(results[0] > 500);
  }
}
