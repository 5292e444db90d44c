// Thread-static fields in a loop that gets optimized: the stored code must name the field, not say where it lay in the
// process that compiled it. The field's number differs between runs only if types are loaded in another order, so the order depends on the clock.
// rows: baseline adaptive cold-store warm-store corrupt-store
// always:
using System;
using System.Collections.Generic;

class Slots {
  [ThreadStatic] static int count;
  [ThreadStatic] static string last;
  public static int Next(int by) { count += by; last = by % 3 == 0 ? "fizz" : null; return count; }
  public static string Last { get { return last; } }
}
class A { public static List<int> Make() { return new List<int> { 1, 2 }; } }
class B { public static Dictionary<string, long> Make() { return new Dictionary<string, long> { { "a", 1 } }; } }

static class Program {
  static uint Work(int turns) {
    uint sum = 0;
    for (int i = 0; i < turns; i++) {
      sum = sum * 31 + (uint)Slots.Next(i & 7);
      if (Slots.Last != null) sum += 3;
    }
    return sum;
  }

  static void Main() {
    int size = DateTime.UtcNow.Ticks / 10 % 2 == 0 ? A.Make().Count : B.Make().Count + 1;  // loads one or the other
    uint sum = 0;
    for (int i = 0; i < 20; i++) sum = sum * 17 + Work(400000);
    Console.WriteLine(size);
    Console.WriteLine(sum);
    var other = new System.Threading.Thread(() => Console.WriteLine(Slots.Next(5)));
    other.Start();
    other.Join();
  }
}
