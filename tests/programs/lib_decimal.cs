// System.Decimal: arithmetic, rounding, scale, parsing, formatting, conversions, limits.
using System;
using System.Globalization;

class Program {
  static decimal Z(decimal d) => d; static double D(double d) => d;
  static void W(string k, object v) { Console.WriteLine(k + "=" + Convert.ToString(v, CultureInfo.InvariantCulture)); }
  static string T<R>(Func<R> f) { try { return Convert.ToString(f(), CultureInfo.InvariantCulture); } catch (Exception e) { return e.GetType().Name; } }
  static void Main() {
    decimal[] v = { 0m, 1m, -1m, 0.1m, 1.10m, -2.5m, 3.14159265358979323846264338m, 100.000m, 79228162514264337593543950335m, 0.0000000000000000000000000001m, 12345.6789m };
    for (int i = 0; i < v.Length; i++) W("value " + i, v[i]);
    for (int i = 0; i < v.Length; i++) { decimal a = v[i], b = v[(i * 3 + 1) % v.Length]; W("add " + i, T(() => a + b)); W("sub " + i, T(() => a - b)); W("mul " + i, T(() => a * b)); W("div " + i, T(() => a / b)); W("rem " + i, T(() => a % b)); W("cmp " + i, a.CompareTo(b) + " " + (a == b) + " " + (a < b)); }
    foreach (decimal d in new[] { 2.5m, 3.5m, -2.5m, 2.345m, 2.355m, 1.005m }) W("round " + d, Math.Round(d) + " " + Math.Round(d, 2) + " " + Math.Round(d, 1, MidpointRounding.AwayFromZero) + " " + decimal.Floor(d) + " " + decimal.Ceiling(d) + " " + decimal.Truncate(d));
    foreach (string s in new[] { "1", "-1.50", "1e3", "1,234.5", "  7  ", "(5)", "abc", "", "79228162514264337593543950336", ".5", "5.", "+3" }) W("parse '" + s + "'", T(() => decimal.Parse(s, NumberStyles.Any, CultureInfo.InvariantCulture)));
    foreach (string f in new[] { "F2", "N1", "C", "E3", "G5", "P1", "0.00##", "#,##0.0", "000.0", "G" }) W("format " + f, 12345.678m.ToString(f, CultureInfo.InvariantCulture) + " " + (-0.5m).ToString(f, CultureInfo.InvariantCulture));
    W("bits", string.Join(",", decimal.GetBits(-1.5m))); W("from bits", new decimal(new[] { 15, 0, 0, 65536 })); W("ctor", new decimal(1, 2, 3, true, 5)); W("equal scale", 1.0m == 1.00m); W("hash scale", 1.0m.GetHashCode() == 1.00m.GetHashCode()); W("text scale", 1.0m + " " + 1.00m + " " + (1.0m + 1.00m) + " " + 1.0m * 1.00m);
    W("to int", T(() => (int)Z(2.9m)) + " " + T(() => (int)-2.9m) + " " + T(() => (byte)Z(256)) + " " + T(() => (long)9e18m) + " " + T(() => decimal.ToUInt32(-1m))); W("to double", (double)0.1m + " " + (float)1.5m + " " + (double)79228162514264337593543950335m); W("from double", T(() => (decimal)0.1) + " " + T(() => (decimal)1e20) + " " + T(() => (decimal)D(1e30)) + " " + T(() => (decimal)D(double.NaN)) + " " + T(() => (decimal)0.1f) + " " + T(() => (decimal)123456789.123456789)); W("from int", (decimal)int.MinValue + " " + (decimal)ulong.MaxValue + " " + (decimal)'a');
    W("negate", -v[6] + " " + decimal.Negate(0m) + " " + Math.Abs(-3.5m) + " " + Math.Sign(-0.1m) + " " + Math.Max(1m, 2m)); W("remainder", decimal.Remainder(10m, 3m) + " " + -7.5m % 2m); W("divide", decimal.Divide(1, 3) + " " + 2m / 3m + " " + 1m / 7m); decimal sum = 0; for (int i = 0; i < 1000; i++) sum += 0.01m; W("sum", sum); decimal f2 = 1; for (int i = 1; i <= 27; i++) f2 *= i; W("factorial", f2); decimal x = 2m; for (int i = 0; i < 8; i++) x = (x + 2m / x) / 2m; W("sqrt", x); W("oa", decimal.FromOACurrency(123456) + " " + decimal.ToOACurrency(12.5m)); W("tryparse", decimal.TryParse("bad", out decimal r) + " " + r); decimal? n = null; W("nullable", (n + 1).HasValue + " " + (n ?? 5m)); W("switch", 1.0m.Equals(1m) + " " + 1m.Equals(1) + " " + ((object)1m).Equals(1)); decimal inc = 0.5m; inc++; W("increment", inc);
  }
}
