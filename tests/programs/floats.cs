// Floating point by its bits: the same in every tier.
class P {
  static void W(double v) { System.Console.WriteLine(System.BitConverter.DoubleToInt64Bits(v)); }
  static void W(bool v) { System.Console.WriteLine(v ? 1 : 0); }
  static double Add(double a, double b) { return a + b; }
  static float AddF(float a, float b) { return a + b; }
  static void Main() {
    double[] v = { 0.0, -0.0, 1, -1, 0.1, 1e308, 4.9e-324, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, 3.5, -2.25 };
    foreach (double a in v)
      foreach (double b in v) {
        double s = a + b, d = a - b, p = a * b;
        if (!double.IsNaN(s)) W(s);
        if (!double.IsNaN(d)) W(d);
        if (!double.IsNaN(p)) W(p);
        if (b != 0 && !double.IsNaN(a / b)) W(a / b);
        if (!double.IsNaN(a % b)) W(a % b);
        W(a < b); W(a <= b); W(a == b); W(a != b); W(a > b); W(a >= b);
      }
    double nan = Add(double.PositiveInfinity, double.NegativeInfinity);
    W(nan < 1); W(nan > 1); W(nan == nan); W(nan != nan); W(!(nan >= 1)); W(double.IsNaN(nan));
    W(nan < 1 ? 1.0 : 2.0);
    float f = 0; for (int i = 1; i < 1000; i++) f = AddF(f, 1f / i); W(f);
    // No contraction: a * b + c rounds twice.
    double x = 1 + 1e-8, y = 1 - 1e-8, z = -1; W(x * y + z);
    W(System.Math.Sqrt(2)); W(System.Math.Abs(-2.5)); W(System.Math.Floor(-2.5)); W(System.Math.Ceiling(-2.5)); W(System.Math.Truncate(-2.5));
    foreach (double q in new double[] { 0.5, 1.5, 2.5, 3.5, -0.5, -2.5, 2.4, 1e300 }) W(System.Math.Round(q));
    W(System.Math.Max(1.0, 2.0)); W(System.Math.Min(-0.5, 0.25)); W(System.Math.Pow(2, 10)); W(System.Math.Sqrt(-0.0));
  }
}
