// Covariant and contravariant interfaces and delegates, array covariance, casts that variance allows and refuses.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;

interface IOut<out T> { T Get(); }
interface IIn<in T> { string Put(T t); }
interface IBoth<in A, out R> { R Do(A a); }
class Animal { public virtual string Name => "animal"; }
class Dog : Animal { public override string Name => "dog"; }
class Puppy : Dog { public override string Name => "puppy"; }
class Source<T> : IOut<T> where T : new() { public T Get() => new T(); }
class Sink<T> : IIn<T> where T : Animal { public string Put(T t) => typeof(T).Name + "<-" + t.Name; }
class Map<A, R> : IBoth<A, R> where R : new() { public R Do(A a) => new R(); }
class Two : IOut<Dog>, IOut<string> { Dog IOut<Dog>.Get() => new Dog(); string IOut<string>.Get() => "two"; }
delegate R Fn<in A, out R>(A a);
class Program {
  static void W(string k, object v) { Console.WriteLine(k + "=" + v); }
  static string Try(Action a) { try { a(); return "ok"; } catch (Exception e) { return e.GetType().Name; } }
  static string Describe(Animal a) => "describe " + a.Name;
  static Puppy Born(object o) => new Puppy();
  static void Main() {
    IOut<Animal> o = new Source<Puppy>(); W("out", o.Get().Name);
    object any = new Source<Dog>();
    W("out is animal", any is IOut<Animal>); W("out is object", any is IOut<object>); W("out is puppy", any is IOut<Puppy>); W("out is string", any is IOut<string>);
    IIn<Puppy> i = new Sink<Animal>(); W("in", i.Put(new Puppy()));
    object sink = new Sink<Dog>(); W("in is puppy", sink is IIn<Puppy>); W("in is animal", sink is IIn<Animal>); W("in is dog", sink is IIn<Dog>);
    IBoth<Puppy, Animal> b = new Map<Animal, Dog>(); W("both", b.Do(new Puppy()).Name); W("both refused", b is IBoth<object, Animal>);
    W("value types", (object)new Source<int>() is IOut<object>); W("value exact", (object)new Source<int>() is IOut<int>);
    W("cast refused", Try(() => { var x = (IOut<Puppy>)any; })); W("cast allowed", Try(() => { var x = (IOut<Animal>)any; }));
    IOut<object> two = new Two(); W("ambiguous", two.Get() is Dog || two.Get() is string); W("ambiguous exact", ((IOut<string>)new Two()).Get());
    Fn<Puppy, object> f = Describe; W("delegate", f(new Puppy())); Fn<string, Animal> g = Born; W("delegate result", g("x").Name);
    Func<Dog> makeDog = () => new Puppy(); Func<Animal> makeAnimal = makeDog; W("func", makeAnimal().Name); W("func same", ReferenceEquals(makeDog, makeAnimal));
    Action<Animal> show = a => W("action", a.Name); Action<Puppy> showPuppy = show; showPuppy(new Puppy());
    IEnumerable<Animal> e = new List<Dog> { new Dog(), new Puppy() }; W("enumerable", string.Join(",", e.Select(x => x.Name)));
    IEnumerable<object> strings = new[] { "a", "b" }; W("array as enumerable", strings.Count());
    IReadOnlyList<object> ro = new List<string> { "p", "q" }; W("readonly list", ro[1]);
    IComparer<Puppy> cmp = Comparer<Animal>.Create((x, y) => string.CompareOrdinal(x.Name, y.Name)); W("comparer", cmp.Compare(new Puppy(), new Puppy()));
    Animal[] dogs = new Dog[2]; dogs[0] = new Puppy(); W("array read", dogs[0].Name); W("array store refused", Try(() => dogs[1] = new Animal())); W("array store", Try(() => dogs[1] = new Dog()));
    object[] objs = new string[] { "s" }; W("objects", Try(() => objs[0] = 5)); W("objects null", Try(() => objs[0] = null)); W("objects type", objs.GetType());
    W("array is", (object)new Dog[0] is Animal[]); W("array is not", (object)new Animal[0] is Dog[]);
    W("array of int", (object)new int[0] is object[]); W("int as uint", (object)new int[0] is uint[]); W("enum as int", (object)new DayOfWeek[0] is int[]); W("ilist", (object)new Dog[0] is IList<Animal>);
    W("ilist refused", (object)new Animal[0] is IList<Dog>); W("ilist int", (object)new int[0] is IList<uint>); W("ienumerable", (object)new Dog[0] is IEnumerable<object>);
    W("assignable", typeof(IEnumerable<object>).IsAssignableFrom(typeof(List<string>))); W("not assignable", typeof(IEnumerable<object>).IsAssignableFrom(typeof(List<int>)));
    W("contra assignable", typeof(IComparer<string>).IsAssignableFrom(typeof(IComparer<object>)));
    IEnumerable<IEnumerable<object>> nested = new List<List<string>> { new List<string> { "deep" } }; W("nested", nested.First().First());
    IEnumerator<Animal> en = ((IEnumerable<Dog>)new[] { new Dog() }).GetEnumerator(); en.MoveNext(); W("enumerator", en.Current.Name);
    Dog[] src = { new Puppy() }; var dst = new Animal[1]; Array.Copy(src, dst, 1); W("copy up", dst[0].Name); W("copy down", Try(() => Array.Copy(new Animal[] { new Animal() }, new Dog[1], 1)));
  }
}
