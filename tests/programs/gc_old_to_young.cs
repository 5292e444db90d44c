// Old objects that come to reference young ones in every way there is: each store must be seen by the next minor collection.
// move: 31
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;

class Item { public int Value; public Item(int v) { Value = v; } }
struct Two { public int Before; public Item A; public long Between; public Item B; }
struct Nested { public Two Inner; public object Tail; }
class Holder {
  public Item Field;
  public volatile Item VolatileField;
  public Two Struct;
  public Nested Deep;
  public object Boxed;
  public Item[] Array;
  public static Item Static;
  public static Two StaticStruct;
  [ThreadStatic] public static Item PerThread;
  public Holder Copy() { return (Holder)MemberwiseClone(); }
}
class Generic<T> { public T Field; public static T Static; }

static class P {
  static int checks, failed, serial;
  static void Check(bool ok, string what) {
    checks++;
    if (ok) return;
    failed++;
    Console.WriteLine("failed: " + what);
  }
  static Item New() { return new Item(++serial); }
  // Everything is looked for in other places after a collection: what was left behind is overwritten.
  static void Minor() {
    GC.Collect(0);
    for (int i = 0; i < 300; i++) GC.KeepAlive(new Item(-1));
  }
  static void Store(ref Item where, Item what) { where = what; }
  static Two MakeTwo() { return new Two { A = New(), B = New(), Before = serial }; }

  static void Fields(Holder h) {
    h.Field = New();
    int expect = serial;
    Minor();
    Check(h.Field.Value == expect, "field");
    h.VolatileField = New();
    expect = serial;
    Minor();
    Check(h.VolatileField.Value == expect, "volatile field");
    h.Struct = MakeTwo();
    expect = serial;
    Minor();
    Check(h.Struct.A.Value == expect - 1 && h.Struct.B.Value == expect, "struct with references");
    h.Struct.B = New();
    expect = serial;
    Minor();
    Check(h.Struct.B.Value == expect, "field of a struct in an object");
    h.Deep = new Nested { Inner = MakeTwo(), Tail = New() };
    expect = serial;
    Minor();
    Check(h.Deep.Inner.A.Value == expect - 2 && h.Deep.Inner.B.Value == expect - 1 && ((Item)h.Deep.Tail).Value == expect, "nested struct");
    h.Boxed = MakeTwo();
    expect = serial;
    Minor();
    Check(((Two)h.Boxed).B.Value == expect, "boxed struct");
    Store(ref h.Field, New());
    expect = serial;
    Minor();
    Check(h.Field.Value == expect, "by reference");
    Holder.Static = New();
    Holder.StaticStruct = MakeTwo();
    Holder.PerThread = New();
    expect = serial;
    Minor();
    Check(Holder.Static.Value == expect - 3 && Holder.StaticStruct.A.Value == expect - 2 && Holder.PerThread.Value == expect, "statics");
    Holder copy = h.Copy();
    Minor();
    Check(copy.Field == h.Field && copy.Deep.Tail == h.Deep.Tail, "clone");
  }

  static void Atomic(Holder h) {
    Interlocked.Exchange(ref h.Field, New());
    int expect = serial;
    Minor();
    Check(h.Field.Value == expect, "exchange");
    Item old = h.Field, seen = Interlocked.CompareExchange(ref h.Field, New(), old);
    expect = serial;
    old = null;
    Minor();
    Check(h.Field.Value == expect && seen.Value != expect, "compare and exchange");
    Volatile.Write(ref h.Field, New());
    expect = serial;
    Minor();
    Check(Volatile.Read(ref h.Field).Value == expect, "volatile write");
  }

  static void Arrays(int length) {
    var items = new Item[length];
    var objects = new object[length];
    var structs = new Two[length];
    var jagged = new Item[length][];
    var square = new Item[length / 10 + 1, 10];
    Minor();
    GC.Collect();
    bool right = true;
    for (int i = 0; i < length; i += 7) {
      items[i] = New();
      objects[i] = serial;          // a box
      structs[i].B = New();
      structs[i].Before = serial;
      jagged[i] = new[] { New(), New() };
      square[i / 10, i % 10] = New();
      if (i % 49 == 0) Minor();
    }
    Minor();
    for (int i = 0; i < length; i += 7) {
      int first = items[i].Value;
      right &= (int)objects[i] == first && structs[i].B.Value == first + 1 && structs[i].Before == first + 1 && structs[i].A == null &&
               jagged[i][0].Value == first + 2 && jagged[i][1].Value == first + 3 && square[i / 10, i % 10].Value == first + 4;
    }
    Check(right, "elements of arrays of " + length);

    var fresh = new Item[length];
    for (int i = 0; i < length; i++) fresh[i] = New();
    int last = serial;
    Array.Copy(fresh, items, length);
    fresh = null;
    Minor();
    right = true;
    for (int i = 0; i < length; i++) right &= items[i].Value == last - length + 1 + i;
    Check(right, "Array.Copy of " + length);
    items[length - 1] = New();
    Array.Copy(items, length / 2, items, length / 2 - 1, length - length / 2);  // overlapping
    Minor();
    Check(items[length - 2].Value == serial && items[length - 1].Value == serial, "overlapping copy");
    Item[] clone = (Item[])items.Clone();
    Minor();
    Check(clone[length - 1] == items[length - 1], "Array.Clone");
    ((IList<Item>)items)[0] = New();
    int expect = serial;
    Minor();
    Check(items[0].Value == expect, "through an interface");
    items.SetValue(New(), 1);
    expect = serial;
    Minor();
    Check(((Item)items.GetValue(1)).Value == expect, "SetValue");
    ref Item slot = ref items[2];
    Minor();
    slot = New();
    expect = serial;
    Minor();
    Check(items[2].Value == expect && slot.Value == expect, "a reference to an element");
    Array.Clear(items, 0, length);
    Minor();
    Check(items[2] == null, "Array.Clear");
    Array.Resize(ref clone, length + 5);
    clone[length + 4] = New();
    expect = serial;
    Minor();
    Check(clone[length + 4].Value == expect, "Array.Resize");
    structs[0] = MakeTwo();
    Two[] copied = new Two[length];
    GC.Collect();
    Array.Copy(structs, copied, length);
    structs = null;
    Minor();
    Check(copied[0].B.Value == serial, "copy of structs");
  }

  static void Collections() {
    var list = new List<Item>();
    var map = new Dictionary<string, Item>();
    var queue = new Queue<Two>();
    var generic = new Generic<Two>();
    Func<int> closure = null;
    for (int round = 0; round < 30; round++) {
      for (int i = 0; i < 20; i++) {
        list.Add(New());
        map["k" + (round * 20 + i)] = New();
        queue.Enqueue(MakeTwo());
        if (i % 3 == 0) queue.Dequeue();
      }
      Item captured = New();
      Func<int> before = closure;
      closure = () => captured.Value + (before == null ? 0 : 1);
      generic.Field = MakeTwo();
      Generic<Item>.Static = captured;
      Minor();
    }
    bool right = true;
    for (int i = 0; i < 600; i++) right &= map["k" + i].Value == list[i].Value + 1;
    foreach (Two t in queue) right &= t.A.Value == t.B.Value - 1;
    Check(right, "collections");
    Check(closure() == Generic<Item>.Static.Value + 1 && generic.Field.B.Value == generic.Field.Before, "closures and generics");
  }

  static IEnumerable<Item> Generate() {
    Item previous = New();
    for (int i = 0; i < 20; i++) {
      Item next = New();
      Minor();
      yield return previous;
      previous = next;
    }
  }

  static void Main() {
    var h = new Holder();
    GC.Collect();
    Fields(h);
    Atomic(h);
    Arrays(10);
    Arrays(300);
    Arrays(9000);  // a large object
    Collections();
    int first = -1, n = 0;
    bool right = true;
    foreach (Item i in Generate()) {
      if (first < 0) first = i.Value;
      right &= i.Value == first + n++;
    }
    Check(right && n == 20, "iterator");
    Console.WriteLine(checks + " checks, " + failed + " failed");
  }
}
