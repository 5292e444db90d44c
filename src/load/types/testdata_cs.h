// C# for dispatch_test: the awkward corners of class and interface dispatch.
#pragma once
namespace rapgo::load::types {
inline constexpr const char* kDispatchSource = R"cs(
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
public interface I { string M(); }
public interface J<T> { T Get(T t); string Name(); }
public interface IGen { string G<T>(T t); }
public class A : I { string I.M() { return "A.I.M"; } public virtual string M() { return "A.M"; } }
public class B : A, I { }                         // re-declares I, nothing new: A's explicit one stands
public class C : A, I { public new string M() { return "C.M"; } }   // re-implements
public class D : C { public new virtual string M() { return "D.M"; } }
public class Base<T> { public virtual string F(T t) { return "T"; } public virtual string F(int t) { return "int"; } }
public class Derived : Base<int> { public override string ToString() { return ""; } }
public class Derived2<U> : Base<List<U>> { public override string F(List<U> t) { return "list"; } }
public class Both : J<int>, J<string> {
  public int Get(int t) { return t; }  string J<string>.Get(string t) { return t; }
  string J<int>.Name() { return "int"; }  string J<string>.Name() { return "string"; } }
public class Gen : IGen { public virtual string G<T>(T t) { return typeof(T).Name; } }
public class Gen2 : Gen { public override string G<T>(T t) { return "2" + typeof(T).Name; } }
public class ExplicitGen : IGen { string IGen.G<X>(X t) { return "explicit"; } }
public abstract class Abs : I { public abstract string M(); }
public class Con : Abs { public override string M() { return "Con"; } }
public class Inherits { public string M() { return "Inherits"; } }
public class UsesInherited : Inherits, I { }
public class Node<T> : IComparable<Node<T>> where T : IComparable<T> { public Node<Node2<T>> next; public T value; public int CompareTo(Node<T> o) { return 0; } }
public class Node2<T> : IComparable<Node2<T>> where T : IComparable<T> { public Node<T> back; public int CompareTo(Node2<T> o) { return 0; } }
public struct SelfArray { public SelfArray[] items; public static SelfArray Default; public int n; }
public struct Grow<T> { public Grow<Grow<T>>[] next; public T value; }
public class Curious<T> where T : Curious<T> { public static T instance; }
public class Cur : Curious<Cur> { public int x; }
public class Statics { [ThreadStatic] public static long t1; [ThreadStatic] public static Guid t2; [ThreadStatic] public static string t3;
  public static byte b; public static string s; public static int i; public static KeyValuePair<string, int> kv; public const int K = 3; public static object o; }
public class StaticsOf<T> { public static T value; [ThreadStatic] public static T local; public static int count; static StaticsOf() { count = 1; } }
[StructLayout(LayoutKind.Explicit)] public struct Union { [FieldOffset(0)] public int i; [FieldOffset(0)] public float f; [FieldOffset(8)] public object o; }
[StructLayout(LayoutKind.Sequential, Pack = 1)] public struct Packed { public byte a; public int b; public short c; }
[StructLayout(LayoutKind.Sequential, Size = 100)] public struct Sized { public int a; }
public class Mixed { public byte a; public object o1; public int i; public object o2; public short s; public long l; public bool z; }
public class MixedChild : Mixed { public byte more; public object o3; }
public class Fin { ~Fin() { } }
public class FinChild : Fin { }
public enum E8 : byte { X } public enum E64 : long { X }
public static class Data { public static readonly int[] table = { 1, 2, 3, 4, 5, 6, 7, 8 }; public static volatile int v; }
public delegate TR Fn<in TA, out TR>(TA a);
public interface ICo<out T> { T Get(); }  public interface IContra<in T> { void Put(T t); }
public class Co : ICo<string> { public string Get() { return ""; } }
public class Contra : IContra<object> { public void Put(object o) { } }
public struct Val : I, IEquatable<Val> { public int x; public string M() { return "Val"; } public bool Equals(Val o) { return true; } public override string ToString() { return "v"; } }
public class Params { public static void V(int a, __arglist) { } public static void Call() { V(1, __arglist(2, "x")); } }
public class Outer<T> { public class Inner { public T t; public enum Kind { A } public Kind k; } public class Inner2<U> : Inner { public U u; } }
public interface IDeep : IList<int> { }
public class Deep : List<int>, IDeep { }
public class Program { public static int Main() { return 0; } }
)cs";
}  // namespace rapgo::load::types
