// Getters, setters and empty methods, which baseline code does where they are called: every kind of field, null receivers, values on the
// evaluation stack around the call, receivers of every kind, and loops that enter and leave optimized code in the middle of them.
// move: 50
using System;
enum Small : byte { A = 1, B = 200 }
struct Pair {
  int a; string s; double d;
  public int A { get { return a; } set { a = value; } }
  public string S { get { return s; } set { s = value; } }
  public double D { get { return d; } set { d = value; } }
  public void Nothing() { }
}
class Box<T> {
  T value;
  public T Value { get { return value; } set { this.value = value; } }
}
class Item {
  sbyte i1; byte u1; short i2; ushort u2; char c; bool b; int i4; uint u4; long i8; ulong u8; float f; double d; string s; object o; Small e; Pair p; IntPtr n; Item next;
  public sbyte I1 { get { return i1; } set { i1 = value; } }
  public byte U1 { get { return u1; } set { u1 = value; } }
  public short I2 { get { return i2; } set { i2 = value; } }
  public ushort U2 { get { return u2; } set { u2 = value; } }
  public char C { get { return c; } set { c = value; } }
  public bool B { get { return b; } set { b = value; } }
  public int I4 { get { return i4; } set { i4 = value; } }
  public uint U4 { get { return u4; } set { u4 = value; } }
  public long I8 { get { return i8; } set { i8 = value; } }
  public ulong U8 { get { return u8; } set { u8 = value; } }
  public float F { get { return f; } set { f = value; } }
  public double D { get { return d; } set { d = value; } }
  public string S { get { return s; } set { s = value; } }
  public object O { get { return o; } set { o = value; } }
  public Small E { get { return e; } set { e = value; } }
  public Pair P { get { return p; } set { p = value; } }
  public IntPtr N { get { return n; } set { n = value; } }
  public Item Next { get { return next; } set { next = value; } }
  public void Nothing() { }
  public void Swallow(int a, string b, double c, Pair p) { }
  public static void Static() { }
  public static void StaticSwallow(long a, object b) { }
  public virtual int V { get { return i4; } set { i4 = value; } }
  public int Counted(int by) { calls += by; return by; }
  public static int calls;
}
class Derived : Item {
  int own = 1000;
  public sealed override int V { get { return own; } set { own = value; } }
}
sealed class Last : Item {
  int own = 7;
  public override int V { get { return own; } set { own = value; } }
}
class Big { public long[] padding; Huge h; int after = 5; public int After { get { return after; } set { after = value; } } }
unsafe struct Huge { fixed long room[1000]; }
static class P {
  static int failures;
  static void Check(string what, object got, object want) {
    if (!Equals(got, want)) { failures++; Console.WriteLine(what + ": " + got + ", not " + want); }
  }
  static void Throws(string what, Action a) {
    try { a(); Console.WriteLine(what + ": nothing thrown"); failures++; } catch (NullReferenceException) { }
  }
  static void OneMore(int a) { }
  static int Below(int a) { int b = a; OneMore(b); return b + (a - b); }
  static Item Count(Item i, ref int n) { n++; return i; }
  static void Kinds() {
    var x = new Item();
    x.I1 = -5; x.U1 = 250; x.I2 = -30000; x.U2 = 60000; x.C = '\uffff'; x.B = true; x.I4 = int.MinValue; x.U4 = uint.MaxValue; x.I8 = long.MinValue;
    x.U8 = ulong.MaxValue; x.F = 1.5f; x.D = -2.25; x.S = "text"; x.O = x; x.E = Small.B; x.P = new Pair { A = 3, S = "p", D = 0.5 }; x.N = (IntPtr)(-9); x.Next = x;
    Check("I1", x.I1, (sbyte)-5); Check("U1", x.U1, (byte)250); Check("I2", x.I2, (short)-30000); Check("U2", x.U2, (ushort)60000);
    Check("C", x.C, '\uffff'); Check("B", x.B, true); Check("I4", x.I4, int.MinValue); Check("U4", x.U4, uint.MaxValue); Check("I8", x.I8, long.MinValue);
    Check("U8", x.U8, ulong.MaxValue); Check("F", x.F, 1.5f); Check("D", x.D, -2.25); Check("S", x.S, "text"); Check("O", x.O, x); Check("E", x.E, Small.B);
    Check("P", x.P.A + x.P.S + x.P.D, "3p0.5"); Check("N", x.N, (IntPtr)(-9)); Check("Next", x.Next.Next.Next.I4, int.MinValue);
    // Conversions on the way.
    int wide = 300 + 7; x.U1 = (byte)wide; Check("narrow", x.U1, (byte)51);
    x.I8 = x.I4; Check("widen", x.I8, (long)int.MinValue);
    x.F = (float)x.D; x.D = x.F; Check("float", x.D, -2.25);
    x.D = x.I1; Check("int to double", x.D, -5.0);
  }
  static void Stack() {
    var x = new Item { I4 = 3, D = 4.5, S = "s", I8 = 100 };
    int n = 0;
    Check("mixed", x.I4 + x.D * x.I8 + x.S.Length + x.I4 * 2, 3 + 450.0 + 1 + 6);
    Check("order", Count(x, ref n).I4 * 10 + n + Count(x, ref n).I4 * 100 + n * 1000, 30 + 1 + 300 + 2000);
    Check("arguments", string.Concat(x.S, x.S + x.I4, x.S, x.I4.ToString()), "ss3s3");
    x.Swallow(x.Counted(1), x.S, x.Counted(2), x.P); Check("swallowed", Item.calls, 3);
    Item.StaticSwallow(x.Counted(4), x); Item.Static();
    Check("below", n + Below(x.I4), n + 3); x.Nothing(); Check("called", Item.calls, 7);
    Check("chain", (x.Next = new Item { I4 = 9 }).I4 + x.Next.I4, 18);
    int[] a = { 1, 2, 3 };
    a[x.I4 - 1] += x.I4; Check("element", a[2], 6);
    x.I4 += 5; x.I4++; Check("compound", x.I4, 9);
  }
  static void Receivers() {
    var p = new Pair { A = 1, S = "a", D = 2 };
    p.A += 4; p.S += "b"; p.D *= 3; p.Nothing();
    Check("struct", p.A + p.S + p.D, "5ab6");
    var array = new Pair[3]; array[1].A = 8; array[1].S = "e";
    Check("element", array[1].A + array[1].S + array[0].A, "8e0");
    var b = new Box<string> { Value = "in" }; Check("generic", b.Value, "in");
    var g = new Box<double> { Value = 0.125 }; Check("generic double", g.Value, 0.125);
    var bp = new Box<Pair> { Value = p }; Check("generic struct", bp.Value.A, 5);
    var i = new Box<int> { Value = 6 }; i.Value += 1; Check("generic int", i.Value, 7);
    Item v = new Derived(); Check("virtual", v.V, 1000); v.V = 4; Check("virtual set", v.V, 4);
    var d = new Derived(); d.V = 12; Check("sealed", d.V, 12);
    var l = new Last(); l.V++; Check("sealed class", l.V, 8);
    var big = new Big { After = 6 }; Check("far", big.After, 6);
  }
  static void Null() {
    Item x = null; Box<string> b = null; Last l = null; Derived d = null; Big big = null;
    int sink = 0; string s = "";
    Throws("get", () => sink += x.I4); Throws("get ref", () => s += x.S); Throws("get double", () => sink += (int)x.D); Throws("set", () => x.I4 = 1);
    Throws("set ref", () => x.S = "q"); Throws("set null", () => x.O = null); Throws("nothing", () => x.Nothing()); Throws("swallow", () => x.Swallow(1, "", 2, new Pair()));
    Throws("generic", () => s += b.Value); Throws("sealed", () => sink += l.V); Throws("sealed set", () => d.V = 3); Throws("far", () => sink += big.After);
    Throws("far set", () => big.After = 2);
    int n = 0;
    try { n = 1; sink = x.I4; n = 2; } catch (NullReferenceException) { n += 10; } finally { n += 100; }
    Check("try", n, 111);
  }
  static long Loop(Item[] items, int rounds) {
    long sum = 0;
    for (int r = 0; r < rounds; r++)
      for (int k = 0; k < items.Length; k++) {
        Item x = items[k];
        x.I4 = x.I4 + 1;
        sum += x.I4 * 3 + x.V + (x.S == null ? 0 : x.S.Length) + (long)x.D;
        x.D = x.I4 * 0.5;
        x.Nothing();
        if (x.Next != null) sum ^= x.Next.I8;
      }
    return sum;
  }
  static void Main() {
    for (int i = 0; i < 3; i++) { Item.calls = 0; Kinds(); Stack(); Receivers(); Null(); }
    var items = new Item[8];
    for (int i = 0; i < items.Length; i++) items[i] = i < 6 ? new Item { S = new string('x', i), I8 = i } : i == 6 ? (Item)new Derived() : new Last();
    for (int i = 0; i < items.Length; i++) items[i].Next = i % 3 == 0 ? items[(i + 1) % items.Length] : null;
    Console.WriteLine(Loop(items, 1));
    Console.WriteLine(Loop(items, 20000));
    items[5] = null;
    try { Loop(items, 1); Console.WriteLine("nothing thrown"); } catch (NullReferenceException) { Console.WriteLine(items[4].I4 + " " + items[6].I4); }
    Console.WriteLine(failures == 0 ? "all right" : failures + " wrong");
  }
}
