abstract class Animal {
  protected string name; public static int Count; readonly int id;
  protected Animal(string n) { name = n; id = ++Count; Init(); }
  protected virtual void Init() { name += "!"; }
  public abstract string Sound();
  public virtual string Describe() { return id + ":" + name + ":" + Sound(); }
  public override string ToString() { return "Animal " + name; }
  public int this[int i] { get { return id * i; } set { name += value; } }
  public string Name { get; set; } = "prop";
}
class Dog : Animal {
  int tricks = 5;
  public Dog(string n) : base(n) {}
  public Dog() : this("default") { tricks++; }
  protected override void Init() { base.Init(); name += tricks; }
  public override string Sound() { return "woof" + tricks; }
  public new string Describe() { return "hidden " + base.Describe(); }
}
sealed class Puppy : Dog {
  public Puppy() : base("pup") {}
  public sealed override string Sound() { return "yip" + base.Sound(); }
  public override string ToString() { return "Puppy/" + base.ToString(); }
  public override bool Equals(object o) { return o is Puppy; }
  public override int GetHashCode() { return 42; }
}
struct Money { public int V; public Money(int v) { V = v; } public static Money operator +(Money a, Money b) { return new Money(a.V + b.V); } public static bool operator ==(Money a, Money b) { return a.V == b.V; } public static bool operator !=(Money a, Money b) { return !(a == b); } public static implicit operator Money(int v) { return new Money(v); } public static explicit operator int(Money m) { return m.V; } public override bool Equals(object o) { return o is Money && (Money)o == this; } public override int GetHashCode() { return V; } public override string ToString() { return "$" + V; } }
static class Ext { public static int Twice(this int v) { return v * 2; } }
class P {
  static int Params(params int[] v) { int s = 0; foreach (int x in v) s += x; return s * 10 + v.Length; }
  static int Opt(int a, int b = 5, int c = 7) { return a * 100 + b * 10 + c; }
  static void Main() {
    Animal a = new Dog(), b = new Puppy(); Dog d = (Dog)b;
    System.Console.WriteLine(a.Describe()); System.Console.WriteLine(b.Describe()); System.Console.WriteLine(d.Describe()); System.Console.WriteLine(a); System.Console.WriteLine(b); System.Console.WriteLine(Animal.Count);
    a[3] = 9; System.Console.WriteLine(a[7] + a.ToString()); a.Name += "x"; System.Console.WriteLine(a.Name);
    System.Console.WriteLine((b is Dog) + " " + (a is Puppy) + " " + ((a as Puppy) == null) + " " + b.Equals(new Puppy()) + " " + a.Equals(a) + " " + b.GetHashCode() + " " + (b.GetType() == typeof(Puppy)) + " " + b.GetType().Name);
    Money m = 5; m += 7; System.Console.WriteLine(m + " " + (int)m + " " + (m == 12) + " " + m.Equals(12) + " " + m.Equals((Money)12) + " " + 21.Twice());
    System.Console.WriteLine(Params() + " " + Params(1, 2, 3) + " " + Params(new int[] { 4 }) + " " + Opt(1) + " " + Opt(1, c: 2));
  }
}
