// Explicit implementation, re-implementation, interface maps through inheritance, generic interfaces twice, struct receivers.
using System;
using System.Collections.Generic;

interface IA { string M(); }
interface IB : IA { new string M(); string N(); }
interface IC<T> { string Of(T t); }
class X : IA { string IA.M() => "X.IA"; public string M() => "X.public"; }
class Y : X, IA { public new string M() => "Y.public"; }
class Z : X { public new string M() => "Z.public"; }
class Q : IB { string IA.M() => "Q.IA"; string IB.M() => "Q.IB"; public string N() => "Q.N"; }
abstract class Abs : IA { public abstract string M(); }
class Con : Abs { public override string M() => "Con"; }
class Virt : IA { public virtual string M() => "Virt"; }
class Virt2 : Virt { public override string M() => "Virt2"; }
class Virt3 : Virt2, IA { string IA.M() => "Virt3.IA"; }
class Many : IC<int>, IC<string>, IC<object>, IC<List<int>> {
  string IC<int>.Of(int t) => "int " + t; string IC<string>.Of(string t) => "string " + t; string IC<object>.Of(object t) => "object " + t; string IC<List<int>>.Of(List<int> t) => "list " + t.Count;
}
class Gen<T> : IC<T> { public virtual string Of(T t) => "Gen<" + typeof(T).Name + "> " + t; }
class GenInt : Gen<int>, IC<string> { public override string Of(int t) => "GenInt " + base.Of(t); public string Of(string s) => "GenInt.s " + s; }
struct Tick : IA, IEquatable<Tick> {
  public int N;
  public string M() { N++; return "tick" + N; }
  public bool Equals(Tick o) => o.N == N;
}
interface I1 { int P { get; set; } } interface I2 { int P { get; } event Action E; int this[int i] { get; } }
class Props : I1, I2 { int p; int I1.P { get => p; set => p = value * 2; } int I2.P => p + 100; event Action I2.E { add { p += 1000; value(); } remove { p -= 1; } } int I2.this[int i] => i * p; }
class Wide : I0, I5, I9 { public int F0() => 0; public int F5() => 5; public int F9() => 9; }
interface I0 { int F0(); } interface I5 : I0 { int F5(); } interface I9 : I5 { int F9(); }
class Program {
  static void W(string k, object v) { Console.WriteLine(k + "=" + v); }
  static string Call<T>(T t) where T : IA => t.M() + "," + t.M();
  static void Main() {
    W("X", new X().M() + " " + ((IA)new X()).M()); W("Y", new Y().M() + " " + ((IA)new Y()).M() + " " + ((X)new Y()).M()); W("Z", new Z().M() + " " + ((IA)new Z()).M());
    IB q = new Q(); W("Q", q.M() + " " + ((IA)q).M() + " " + q.N());
    W("abstract", ((IA)new Con()).M()); W("virtual", ((IA)new Virt2()).M() + " " + ((IA)new Virt3()).M() + " " + ((Virt)new Virt3()).M());
    var m = new Many(); W("many int", ((IC<int>)m).Of(1)); W("many string", ((IC<string>)m).Of("s")); W("many object", ((IC<object>)m).Of(2.5)); W("many list", ((IC<List<int>>)m).Of(new List<int> { 1, 2 }));
    W("gen", ((IC<string>)new Gen<string>()).Of("g")); W("genint", ((IC<int>)new GenInt()).Of(4) + "; " + ((IC<string>)new GenInt()).Of("t"));
    var t = new Tick(); W("struct direct", t.M()); W("struct boxed", ((IA)t).M() + " " + t.N); IA boxed = t; boxed.M(); W("boxed twice", boxed.M()); W("generic", Call(t) + " " + t.N); W("generic boxed", Call(boxed)); W("unboxed", ((Tick)boxed).N);
    W("equatable", EqualityComparer<Tick>.Default.Equals(t, new Tick { N = 1 }));
    var p = new Props(); ((I1)p).P = 4; W("P1", ((I1)p).P); W("P2", ((I2)p).P); ((I2)p).E += () => W("event", "added"); W("P3", ((I1)p).P); W("index", ((I2)p)[2]);
    object w = new Wide(); W("wide", ((I0)w).F0() + ((I5)w).F5() + ((I9)w).F9() + ((I5)(I9)w).F0()); W("as", (w as IA) == null);
    W("map", typeof(Y).GetInterfaceMap(typeof(IA)).TargetMethods[0].Name); W("map X", typeof(X).GetInterfaceMap(typeof(IA)).TargetMethods[0].Name.Contains("IA"));
    int total = 0; object[] all = { new X(), new Y(), new Z(), new Q(), new Con(), new Virt(), new Virt2(), new Virt3(), new Tick() };
    for (int i = 0; i < 300; i++) total += ((IA)all[i % all.Length]).M().Length; W("megamorphic", total);
    W("interfaces", typeof(Wide).GetInterfaces().Length + " " + typeof(Many).GetInterfaces().Length);
    try { var bad = (IA)(object)"s"; } catch (InvalidCastException) { W("bad cast", "InvalidCastException"); }
  }
}
