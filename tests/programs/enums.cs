using System;
enum Color { Red, Green = 5, Blue } enum Small : byte { A = 1, B = 255 } enum Wide : long { Low = long.MinValue, High = long.MaxValue } [Flags] enum F { None = 0, X = 1, Y = 2, Z = 4, XY = 3 }
class P {
  static string Name(Color c) { switch (c) { case Color.Red: return "r"; case Color.Green: return "g"; default: return "?" + (int)c; } }
  static T Id<T>(T t) where T : struct { return t; }
  static void Main() {
    Color c = Color.Blue; c--; Console.WriteLine(Name(c) + Name((Color)77) + (int)c); Console.WriteLine(Color.Red + " " + c + " " + (Color)77 + " " + Small.B + " " + Wide.Low + " " + (F.X | F.Z) + " " + F.XY + " " + F.None + " " + (F)9);
    Small s = Small.B; s++; Console.WriteLine((byte)s); Console.WriteLine((long)Wide.High); Console.WriteLine(c.Equals(Color.Green) + " " + c.CompareTo(Color.Red) + " " + c.GetHashCode() + " " + (F.XY & ~F.X) + " " + F.XY.HasFlag(F.Y) + " " + F.X.HasFlag(F.Y));
    Console.WriteLine(Enum.Parse(typeof(Color), "Blue") + " " + Enum.IsDefined(typeof(Color), 3) + " " + Enum.GetName(typeof(Color), 5) + " " + string.Join("|", Enum.GetNames(typeof(F)))); Console.WriteLine(Id(Color.Blue) + c.ToString("D") + c.ToString("X")); object o = c; Console.WriteLine((Color)o == Color.Green); Console.WriteLine((int)o + " " + (o is int)); int n = 0; foreach (F f in Enum.GetValues(typeof(F))) n = n * 10 + (int)f; Console.WriteLine(n); Color[] arr = { Color.Blue, Color.Red }; Array.Sort(arr); Console.WriteLine(arr[0]);
    var d = new System.Collections.Generic.Dictionary<Color, int> { { Color.Red, 1 }, { Color.Blue, 2 } }; Console.WriteLine(d[Color.Blue]); Color? q = null; Console.WriteLine((q ?? Color.Green) + "" + q);
  }
}
