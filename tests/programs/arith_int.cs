class P {
  static void W(long v) { System.Console.WriteLine(v); }
  static int Div(int a, int b) { return a / b; }
  static int Rem(int a, int b) { return a % b; }
  static long DivL(long a, long b) { return a / b; }
  static long RemL(long a, long b) { return a % b; }
  static void Main() {
    int[] v = { 0, 1, -1, 7, -7, 12345678, int.MaxValue, int.MinValue };
    foreach (int a in v)
      foreach (int b in v) {
        long h = a + b;
        h = h * 31 + (a - b); h = h * 31 + a * b; h = h * 31 + (a & b); h = h * 31 + (a | b); h = h * 31 + (a ^ b);
        h = h * 31 + (a < b ? 1 : 0) + (a <= b ? 2 : 0) + (a == b ? 4 : 0) + ((uint)a < (uint)b ? 8 : 0) + ((uint)a >= (uint)b ? 16 : 0);
        h = h * 31 + ~a; h = h * 31 + -b;
        if (b != 0 && !(a == int.MinValue && b == -1)) { h = h * 31 + Div(a, b); h = h * 31 + Rem(a, b); }
        if (b != 0) { h = h * 31 + (uint)a / (uint)b; h = h * 31 + (uint)a % (uint)b; }
        W(h);
      }
    long[] w = { 0, 1, -1, 10, -10, 1L << 40, -(1L << 40), long.MaxValue, long.MinValue };
    foreach (long a in w)
      foreach (long b in w) {
        long h = a + b;
        h = h * 31 + (a - b); h = h * 31 + a * b; h = h * 31 + (a & b); h = h * 31 + (a | b); h = h * 31 + (a ^ b);
        h = h * 31 + (a < b ? 1 : 0) + ((ulong)a > (ulong)b ? 2 : 0) + (a != b ? 4 : 0);
        if (b != 0 && !(a == long.MinValue && b == -1)) { h = h * 31 + DivL(a, b); h = h * 31 + RemL(a, b); }
        if (b != 0) { h = h * 31 + (long)((ulong)a / (ulong)b); h = h * 31 + (long)((ulong)a % (ulong)b); }
        W(h);
      }
    int e = 0;
    try { W(Div(1, 0)); } catch (System.DivideByZeroException) { e += 1; }
    try { W(Rem(1, 0)); } catch (System.DivideByZeroException) { e += 2; }
    try { W(DivL(1, 0)); } catch (System.DivideByZeroException) { e += 4; }
    try { W(Div(int.MinValue, -1)); } catch (System.OverflowException) { e += 8; }
    try { W(DivL(long.MinValue, -1)); } catch (System.OverflowException) { e += 16; }
    W(e);
    // Division by constants, which compilers strength-reduce.
    for (int i = -20; i <= 20; i++) { int k = i * 1234567; W(k / 3 + k / 7 * 2 + k % 10 + k / 8 + k % 16 + k / -5); }
  }
}
