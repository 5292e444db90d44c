using System; using System.Collections;
struct V : IComparable { public int X; public V(int x) { X = x; } public int CompareTo(object o) { return X - ((V)o).X; } public override string ToString() { return "V" + X; } public void Inc() { X++; } }
struct Plain { public int A; public byte B; }
interface IInc { void Inc(); int Get(); } struct Stepper : IInc { int n; public void Step() { n++; } void IInc.Inc() { n++; } public int Get() { return n; } }
class P {
  static string Kind(object o) { return o.GetType().Name + ":" + o; }
  static void Main() {
    object[] all = { (sbyte)-1, (byte)2, (short)-3, (ushort)4, 5, 6u, -7L, 8ul, 'c', true, 1.5f, 2.25, new V(9), DayOfWeek.Monday, null, "s" };
    foreach (object o in all) Console.WriteLine(o == null ? "null" : Kind(o));
    object a = 5, b = 5; Console.WriteLine((a == b) + " " + a.Equals(b) + " " + a.GetHashCode() + " " + a.Equals(5L)); object v = new V(3); V u = (V)v; u.Inc(); ((V)v).Inc(); Console.WriteLine(v + " " + u + " " + ((IComparable)v).CompareTo(new V(1)));
    IInc i = new Stepper(); i.Inc(); i.Inc(); object io = i; ((IInc)io).Inc(); Console.WriteLine(i.Get()); Stepper raw = (Stepper)i; raw.Step(); Console.WriteLine(i.Get() + " " + raw.Get());
    var list = new ArrayList(); for (int k = 0; k < 100; k++) list.Add(k); int sum = 0; foreach (int k in list) sum += k; Console.WriteLine(sum); Console.WriteLine(new Plain { A = 1, B = 2 }.Equals(new Plain { A = 1, B = 2 }) + " " + new Plain { A = 1 }.Equals(new Plain { A = 2 }) + " " + new Plain().ToString());
    long total = 0; for (int k = 0; k < 20000; k++) { object o = k; total += (int)o; IComparable<int> c = k; total += c.CompareTo(50); } Console.WriteLine(total); Console.WriteLine(string.Format("{0}{1}{2}", 1, 'x', 2L)); Console.WriteLine(Convert.ToInt64((object)42) + Convert.ToInt32("17") + ((IConvertible)3.7).ToInt32(null));
  }
}
