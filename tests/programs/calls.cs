// Calls with many arguments of all kinds: registers, stack, sign extension, and results.
class P {
  static long Many(int a, long b, int c, long d, int e, long f, int g, long h, int i, long j) { return a + b * 2 + c * 3 + d * 5 + e * 7 + f * 11 + g * 13 + h * 17 + i * 19 + j * 23; }
  static double Floats(double a, float b, double c, float d, double e, float f, double g, float h, double i, float j, int k) { return a + b * 2 + c * 3 + d * 5 + e * 7 + f * 11 + g * 13 + h * 17 + i * 19 + j * 23 + k; }
  static double Mixed(int a, double b, string s, float f, long l, double d, byte y, sbyte z, short h, ushort u, char c, bool t, object o, double last) { return a + b + s.Length + f + l + d + y + z + h + u + c + (t ? 1 : 0) + (o == null ? 0.25 : 0.75) + last; }
  static sbyte SB(int v) { return (sbyte)v; } static byte B(int v) { return (byte)v; } static short S(int v) { return (short)v; } static ushort US(int v) { return (ushort)v; } static char C(int v) { return (char)v; } static bool T(int v) { return v > 5; } static float F(int v) { return v / 3f; } static uint U(int v) { return (uint)v; }
  int f; int Inst(int a, int b, int c, int d, int e, int g, int h) { return f + a + b * 2 + c * 3 + d * 4 + e * 5 + g * 6 + h * 7; } virtual protected int Virt(int a, long b, double c, int d, int e, int g, int h, int i) { return f * a + (int)b + (int)c + d + e + g + h * i; }
  static void Main() {
    System.Console.WriteLine(Many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)); System.Console.WriteLine(Many(-1, long.MinValue, int.MinValue, -4, 5, -6, 7, -8, 9, -10)); System.Console.WriteLine(System.BitConverter.DoubleToInt64Bits(Floats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))); System.Console.WriteLine(System.BitConverter.DoubleToInt64Bits(Mixed(1, 2.5, "abc", 0.5f, -7, 1e3, 255, -128, -32768, 65535, 'x', true, null, 0.125)));
    int h = 0; foreach (int v in new int[] { 0, 127, 128, 255, 256, 40000, 70000, -1 }) h = h * 31 + SB(v) + B(v) * 2 + S(v) * 3 + US(v) * 5 + C(v) * 7 + (T(v) ? 11 : 0) + (int)(F(v) * 8) + (int)(U(v) >> 3); System.Console.WriteLine(h); var p = new P { f = 3 }; System.Console.WriteLine(p.Inst(1, 2, 3, 4, 5, 6, 7) + p.Virt(1, 2, 3.5, 4, 5, 6, 7, 8)); System.Console.WriteLine(Many(h = 1, h += 2, h *= 5, h--, h, h++, h, ++h, h << 2, h));
  }
}
