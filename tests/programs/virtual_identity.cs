// Objects that optimized code keeps in registers, one inside the other, and the way out of it in the middle of the inlined constructors of the
// outer one: every frame that is built must see the same two objects.
// deopt: 3
// always:
using System;
using System.Runtime.CompilerServices;
class Inner {
  public int N;
  [MethodImpl(MethodImplOptions.AggressiveInlining)]
  public Inner(int n) { N = n; }
}
class Base {
  public readonly Inner Held;
  public int Power;
  [MethodImpl(MethodImplOptions.AggressiveInlining)]
  protected Base(Inner held, int power) { Held = held; Power = power; }
}
class Outer : Base {
  public int X, Y;
  [MethodImpl(MethodImplOptions.AggressiveInlining)]
  public Outer(Inner held, int[] a, int k) : base(held, a[k]) {
    X = a[k + 1];
    Held.N += X;
    Y = a[k + 2] + Held.N;
  }
}
class Outermost : Outer {
  public int Z;
  [MethodImpl(MethodImplOptions.AggressiveInlining)]
  public Outermost(Inner held, int[] a, int k) : base(held, a, k) { Z = a[k] / a[k + 1] + Power; Power = Z; }
}
static class P {
  static int Two(int[] a, int k) {
    var inner = new Inner(k);
    var outer = new Outer(inner, a, k);
    inner.N++;
    int seen = a[k + 3];
    outer.Held.N += seen;
    return outer.X * 100 + outer.Y * 10 + outer.Power + inner.N + outer.Held.N;
  }
  static int Three(int[] a, int k) {
    var inner = new Inner(2 * k);
    var outer = new Outermost(inner, a, k);
    outer.Held.N += a[k + 1];
    return outer.Z * 1000 + outer.Power + outer.X + outer.Y + inner.N * 7 + (ReferenceEquals(inner, outer.Held) ? 1 : 0);
  }
  static int Nested(int[] a, int k) {
    var first = new Outer(new Inner(k), a, k);
    var second = new Outer(first.Held, a, k + 1);
    second.Held.N += a[k];
    return first.Held.N * 10 + second.Y + first.Y;
  }
  static void Main() {
    int[] a = { 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8 };
    long sum = 0;
    for (int round = 0; round < 200; round++)
      for (int k = 0; k < 8; k++) sum = sum * 31 + Two(a, k) * 3 + Three(a, k) * 5 + Nested(a, k);
    Console.WriteLine(sum);
    for (int k = 0; k < 8; k++) Console.WriteLine(Two(a, k) + " " + Three(a, k) + " " + Nested(a, k));
    try { Two(a, 10); Console.WriteLine("nothing thrown"); } catch (IndexOutOfRangeException) { Console.WriteLine("out of range"); }
  }
}
