// RuntimeHelpers.IsReferenceOrContainsReferences, which both compilers answer themselves: directly, from generic code, through reflection; and
// what List<T> makes of it.
using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.CompilerServices;
enum E { A }
struct Plain { public int a; public double d; public E e; public IntPtr p; }
struct Holds { public int a; public string s; }
struct Deep { public Plain p; public Holds h; }
struct Gen<T> { public T t; public int i; }
interface I { }
static class P {
  static void Show<T>() {
    Console.WriteLine(typeof(T).Name + " " + RuntimeHelpers.IsReferenceOrContainsReferences<T>() + " " + RuntimeHelpers.IsReferenceOrContainsReferences<Gen<T>>() + " " +
                      RuntimeHelpers.IsReferenceOrContainsReferences<T[]>());
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static void Fill(List<Holds> list, List<object> objects) {
    var o = new string('x', 100);
    list.Add(new Holds { s = o });
    objects.Add(o);
  }
  static void Main() {
    Show<int>(); Show<string>(); Show<E>(); Show<IntPtr>(); Show<Plain>(); Show<Holds>(); Show<Deep>(); Show<object>(); Show<I>(); Show<int?>(); Show<Holds?>();
    Show<DateTime>(); Show<decimal>(); Show<Action>(); Show<KeyValuePair<int, long>>(); Show<KeyValuePair<int, object>>(); Show<Gen<Gen<int>>>(); Show<Gen<Gen<string>>>();
    MethodInfo m = typeof(RuntimeHelpers).GetMethod("IsReferenceOrContainsReferences");
    Console.WriteLine(m.MakeGenericMethod(typeof(int)).Invoke(null, null) + " " + m.MakeGenericMethod(typeof(Holds)).Invoke(null, null));
    var list = new List<Holds>(); var objects = new List<object>();
    Fill(list, objects);
    list.RemoveAt(0); objects.Clear();
    GC.Collect();
    Console.WriteLine(list.Count + objects.Count + " " + (list.Capacity > 0));
    var ints = new List<int> { 5, 6, 7 }; ints.RemoveRange(0, 2); ints.Clear(); ints.Add(1); Console.WriteLine(ints.Count + " " + ints[0]);
  }
}
