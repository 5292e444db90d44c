// PerformanceCounter: what the system counts, and counters of one's own.
using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;

class Counters {
  static void Say(string what, bool holds) { Console.WriteLine("{0}: {1}", what, holds); }
  static bool Throws<E>(Action a) where E : Exception {
    try { a(); } catch (E) { return true; }
    return false;
  }

  static void Main() {
    foreach (var c in new[] { "Processor", "Process", "Mono Memory", "Network Interface", "No Such Category" })
      Console.WriteLine("{0} {1} {2}", c, PerformanceCounterCategory.Exists(c), PerformanceCounterCategory.GetCategories().Any(x => x.CategoryName == c));
    Say("counter of a category", PerformanceCounterCategory.CounterExists("Working Set", "Process"));
    Say("counter of another", PerformanceCounterCategory.CounterExists("Working Set", "Processor"));
    Say("an interface", new PerformanceCounterCategory("Network Interface").GetInstanceNames().Contains("lo"));

    var total = new PerformanceCounter("Mono Memory", "Total Physical Memory");
    var available = new PerformanceCounter("Mono Memory", "Available Physical Memory");
    Say("memory", total.RawValue > 1 << 20 && available.RawValue > 0 && available.RawValue < total.RawValue);
    Say("read twice", total.RawValue == total.RawValue && total.NextValue() > 1e6);
    Console.WriteLine("{0} {1}", total.CounterType, total.ReadOnly);

    var pid = Process.GetCurrentProcess().Id;
    var self = new PerformanceCounterCategory("Process").GetInstanceNames().Single(n => n.StartsWith(pid + "/"));
    foreach (var name in new[] { "Thread Count", "Virtual Bytes", "Working Set", "Private Bytes" })
      Say(name, new PerformanceCounter("Process", name, self).RawValue > 0);
    var busy = new PerformanceCounter("Process", "% Processor Time", self);
    var before = busy.RawValue;
    var clock = Stopwatch.StartNew();
    var spin = 0;
    while (clock.ElapsedMilliseconds < 200) spin++;
    Say("processor time passes", busy.RawValue > before);
    Console.WriteLine(busy.CounterType);
    Console.WriteLine(new PerformanceCounter("Processor", "% Processor Time", "_Total").CounterType);
    Say("idle", new PerformanceCounter("Processor", "% Processor Time", "0").RawValue >= 0);
    var sample = busy.NextSample();
    Console.WriteLine("{0} {1} {2}", sample.SystemFrequency, sample.CounterFrequency, sample.CounterType);
  }
}
