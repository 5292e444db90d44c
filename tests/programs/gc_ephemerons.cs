// ConditionalWeakTable: values live exactly as long as their keys, through chains and cycles of tables, across generations.
// move: 211
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;

class Key { public int Id; public object Link; public Key(int id) { Id = id; } }
class Value { public int Id; public object Link; public Value(int id) { Id = id; } }
class Phoenix {
  public static Phoenix Risen;
  ~Phoenix() { Risen = this; }
}

static class P {
  static int checks, failed;
  static void Check(bool ok, string what) {
    checks++;
    if (ok) return;
    failed++;
    Console.WriteLine("failed: " + what);
  }
  static void Elsewhere(ThreadStart work) {
    var t = new Thread(work);
    t.Start();
    t.Join();
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static int Clobber(int n) { long a = n, b = n + 1, c = n + 2, d = n + 3; return n == 0 ? 0 : Clobber(n - 1) + (int)(a - b - c + d); }
  static void CollectAll() {
    for (int i = 0; i < 3; i++) {
      Clobber(40);
      GC.Collect();
      GC.WaitForPendingFinalizers();
    }
  }
  static int Alive(List<WeakReference> list) {
    int n = 0;
    foreach (var w in list) if (w.IsAlive) n++;
    return n;
  }

  static void Basics() {
    var table = new ConditionalWeakTable<Key, Value>();
    var keys = new List<Key>();
    var dead = new List<WeakReference>();
    Elsewhere(() => {
      for (int i = 0; i < 200; i++) {
        var k = new Key(i);
        var v = new Value(i);
        v.Link = k;  // a value that references its key keeps neither alive
        table.Add(k, v);
        if (i % 2 == 0) keys.Add(k);
        else { dead.Add(new WeakReference(k)); dead.Add(new WeakReference(v)); }
      }
    });
    CollectAll();
    bool found = true;
    foreach (Key k in keys) {
      Value v;
      found &= table.TryGetValue(k, out v) && v.Id == k.Id && v.Link == k;
    }
    Check(found, "values of live keys");
    Check(Alive(dead) <= 4, "values of dead keys die, though they reference them: " + Alive(dead));
    Value other;
    Check(!table.TryGetValue(new Key(0), out other), "no value");
    Check(table.GetOrCreateValue2(keys[0]).Id == 0, "value that is there");
    Check(table.GetValue(new Key(1000), k => new Value(k.Id)).Id == 1000, "value made on demand");
    Check(table.Remove(keys[0]) && !table.Remove(keys[0]) && !table.TryGetValue(keys[0], out other), "removed");
    try { table.Add(keys[1], new Value(1)); Check(false, "added twice"); } catch (ArgumentException) { Check(true, "added twice"); }
    try { table.Add(null, null); Check(false, "null key"); } catch (ArgumentNullException) { Check(true, "null key"); }
  }
  static Value GetOrCreateValue2(this ConditionalWeakTable<Key, Value> table, Key k) { return table.GetValue(k, x => new Value(-1)); }

  // A key that is only reachable through the value of another, over several tables, in both directions.
  static void Chains() {
    var tables = new ConditionalWeakTable<object, object>[3];
    for (int i = 0; i < 3; i++) tables[i] = new ConditionalWeakTable<object, object>();
    object first = new Key(0);
    const int kLength = 300;
    Elsewhere(() => {
      object key = first;
      for (int i = 1; i <= kLength; i++) {
        var next = new Key(i);
        tables[i * 7 % 3].Add(key, next);
        key = next;
      }
    });
    CollectAll();
    object at = first;
    int steps = 0;
    for (int i = 1; i <= kLength; i++) {
      object next;
      if (!tables[i * 7 % 3].TryGetValue(at, out next) || ((Key)next).Id != i) break;
      at = next;
      steps++;
    }
    Check(steps == kLength, "a chain of values that are keys: " + steps);
    var dead = new List<WeakReference>();
    Elsewhere(() => {
      var ring = new Key[50];
      for (int i = 0; i < 50; i++) ring[i] = new Key(i);
      for (int i = 0; i < 50; i++) {
        tables[i % 3].Add(ring[i], ring[(i + 1) % 50]);
        dead.Add(new WeakReference(ring[i]));
      }
    });
    CollectAll();
    int left = Alive(dead);
    Check(left <= 2 || left == 50, "a ring of keys dies as a whole (or one word keeps it): " + left);
    GC.KeepAlive(first);
  }

  // Old tables with young keys, old keys with young values.
  static void Generations() {
    var table = new ConditionalWeakTable<Key, Value>();
    var old = new Key[100];
    for (int i = 0; i < 100; i++) old[i] = new Key(i);
    GC.Collect();
    GC.Collect();
    bool right = true;
    for (int round = 0; round < 20; round++) {
      var young = new Key[20];
      for (int i = 0; i < 20; i++) {
        young[i] = new Key(1000 + i);
        table.Add(young[i], new Value(1000 + i));
      }
      for (int i = 0; i < 5; i++) table.Add(old[round * 5 + i], new Value(round * 5 + i));
      GC.Collect(0);
      GC.Collect(0);
      Value v;
      for (int i = 0; i < 20; i++) right &= table.TryGetValue(young[i], out v) && v.Id == 1000 + i;
      for (int i = 0; i < round * 5 + 5; i++) right &= table.TryGetValue(old[i], out v) && v.Id == i;
    }
    Check(right, "old and young keys and values");
    CollectAll();
    Value last;
    for (int i = 0; i < 100; i++) right &= table.TryGetValue(old[i], out last) && last.Id == i;
    Check(right, "after everything was collected");
  }

  // A key on its way to its finalizer still has its value; and afterwards, if it rose.
  static void Resurrection() {
    var table = new ConditionalWeakTable<Phoenix, Value>();
    Elsewhere(() => {
      for (int i = 0; i < 5; i++) table.Add(new Phoenix(), new Value(i));
    });
    CollectAll();
    Value v;
    Check(Phoenix.Risen != null && table.TryGetValue(Phoenix.Risen, out v) && v.Id >= 0 && v.Id < 5, "a key that rose has its value");
  }

  static void Growing() {
    var table = new ConditionalWeakTable<object, object>();
    var keep = new object[500];
    for (int i = 0; i < 20000; i++) {
      object k = new object();
      table.Add(k, i);
      keep[i % 500] = k;
    }
    bool right = true;
    for (int i = 0; i < 500; i++) {
      object v;
      right &= table.TryGetValue(keep[i], out v) && (int)v % 500 == i;
    }
    Check(right, "a table that grows and is cleaned");
  }

  static void Main() {
    Basics();
    Chains();
    Generations();
    Resurrection();
    Growing();
    Console.WriteLine(checks + " checks, " + failed + " failed");
  }
}
