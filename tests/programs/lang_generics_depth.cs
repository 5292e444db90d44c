// Generic types nested in generic types, recursion through instantiations, statics per instantiation, generic structs.
using System;
using System.Collections.Generic;

class Node<T> {
  public static int Created;
  public T Value;
  public Node<Node<T>> Deeper;
  public Node(T v) { Value = v; Created++; }
  public class Inner<U> {
    public T A; public U B;
    public Inner(T a, U b) { A = a; B = b; }
    public class Core<V> { public override string ToString() => typeof(T).Name + "," + typeof(U).Name + "," + typeof(V).Name; }
    public Dictionary<T, List<U>> Map() { return new Dictionary<T, List<U>> { { A, new List<U> { B, B } } }; }
  }
}
struct Pair<A, B> {
  public A First; public B Second;
  public Pair(A a, B b) { First = a; Second = b; }
  public Pair<B, A> Swap() => new Pair<B, A>(Second, First);
  public override string ToString() => "(" + First + "," + Second + ")";
}
abstract class Curious<T> where T : Curious<T> { public T Self => (T)this; public abstract string Who(); }
class Cat : Curious<Cat> { public override string Who() => "cat"; }
class Base<T> { public virtual string Name() => "Base<" + typeof(T) + ">"; }
class Mid<T> : Base<List<T>> { public override string Name() => "Mid:" + base.Name(); }
class Leaf : Mid<int> { public override string Name() => "Leaf:" + base.Name(); }
static class Util {
  public static int Depth<T>(int n) => n == 0 ? typeof(T).ToString().Length : Depth<List<T>>(n - 1);
  public static T Id<T>(T t) => t;
  public static T[] Fill<T>(T v, int n) { var a = new T[n]; for (int i = 0; i < n; i++) a[i] = v; return a; }
  public static string Kind<T>() => default(T) == null ? "null" : default(T).ToString();
  public static bool Same<T>(T a, T b) where T : IEquatable<T> => a.Equals(b);
  public static int Max<T>(params T[] all) where T : IComparable<T> { int best = 0; for (int i = 1; i < all.Length; i++) if (all[i].CompareTo(all[best]) > 0) best = i; return best; }
  public static T Make<T>() where T : new() => new T();
  public static Func<T, U> Compose<T, M, U>(Func<T, M> f, Func<M, U> g) => x => g(f(x));
}
class Program {
  static void W(string k, object v) { Console.WriteLine(k + "=" + v); }
  static void Main() {
    for (int i = 0; i < 3; i++) { new Node<int>(i); new Node<string>("s"); }
    new Node<long>(1);
    W("statics int", Node<int>.Created); W("statics string", Node<string>.Created); W("statics long", Node<long>.Created); W("statics object", Node<object>.Created);
    W("nested", new Node<int>.Inner<string>.Core<double>());
    W("nested type", typeof(Node<int>.Inner<string>.Core<double>));
    W("open type", typeof(Node<>.Inner<>.Core<>));
    W("map", new Node<string>.Inner<byte>("k", 7).Map()["k"].Count);
    var p = new Pair<int, string>(1, "x");
    W("pair", p); W("swap", p.Swap()); W("swap twice", p.Swap().Swap());
    W("pair of pairs", new Pair<Pair<int, long>, Pair<string, Pair<byte, char>>>(new Pair<int, long>(1, 2), new Pair<string, Pair<byte, char>>("s", new Pair<byte, char>(3, 'c'))).Swap().First.Second.First);
    W("curious", new Cat().Self.Self.Who());
    W("chain", new Leaf().Name());
    for (int n = 0; n < 6; n++) W("depth " + n, Util.Depth<int>(n));
    W("id", Util.Id(Util.Id<object>("o"))); W("fill", Util.Fill(2.5, 4)[3]); W("fill struct", Util.Fill(p, 2)[1]);
    W("kind int", Util.Kind<int>()); W("kind string", Util.Kind<string>()); W("kind nullable", Util.Kind<int?>()); W("kind struct", Util.Kind<Pair<int, int>>());
    W("same", Util.Same("a", "a") + " " + Util.Same(1, 2) + " " + Util.Same(1.5, 1.5));
    W("max", Util.Max(3, 9, 2) + " " + Util.Max("b", "a", "c") + " " + Util.Max(1m, 0.5m));
    W("make", Util.Make<List<int>>().Count + " " + Util.Make<int>() + " " + Util.Make<Pair<int, bool>>());
    W("compose", Util.Compose<int, string, int>(x => new string('z', x), s => s.Length * 2)(21));
    var deep = new Node<Node<Node<int>>>(new Node<Node<int>>(new Node<int>(5)));
    W("deep", deep.Value.Value.Value); W("deep null", deep.Deeper == null);
    W("array of generic", new Pair<int, string>[3].GetType());
    object o = new List<Dictionary<string, Pair<int, int[]>>>();
    W("is exact", o is List<Dictionary<string, Pair<int, int[]>>>); W("is other", o is List<Dictionary<string, Pair<int, long[]>>>);
    W("definition", o.GetType().GetGenericTypeDefinition()); W("arguments", o.GetType().GetGenericArguments()[0]);
    W("make generic", typeof(Pair<,>).MakeGenericType(typeof(int), typeof(Cat)));
    W("created", Activator.CreateInstance(typeof(Pair<,>).MakeGenericType(typeof(int), typeof(long))));
    Comparison<int> c = (a, b) => b - a; var list = new List<int> { 3, 1, 2 }; list.Sort(c); W("sort", string.Join(",", list));
    EqualityComparer<Pair<int, int>> eq = EqualityComparer<Pair<int, int>>.Default; W("default equality", eq.Equals(new Pair<int, int>(1, 2), new Pair<int, int>(1, 2)));
  }
}
