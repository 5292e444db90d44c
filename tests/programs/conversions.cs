class P {
  static void W(long v) { System.Console.WriteLine(v); }
  static long B(double v) { return System.BitConverter.DoubleToInt64Bits(v); }
  static void I(long v) {
    W((sbyte)v); W((byte)v); W((short)v); W((ushort)v); W((int)v); W((uint)v); W((long)(ulong)v);
    W(B((double)v)); W(B((double)(float)v)); W(B((double)(ulong)v)); W(B((double)(uint)v)); W(B((double)(int)v));
    W((char)v);
  }
  static void D(double v) {
    W((int)v); W((long)v); W((short)v); W((sbyte)v); W(B((double)(float)v));
    if (v >= 0) { W((byte)v); W((uint)v); W((long)(ulong)v); }
  }
  static void Main() {
    foreach (long v in new long[] { 0, 1, -1, 127, 128, 255, 256, 32767, 32768, 65535, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 53, (1L << 53) + 1, long.MaxValue, long.MinValue }) I(v);
    foreach (double v in new double[] { 0, 0.5, 0.999, 1.5, 2.5, 100.7, 127.9, -0.5, -1.5, -100.9, 1e-300 }) D(v);
    // An unsigned 64-bit value beyond the signed range, both ways.
    double big = 1.5e19; W((long)(ulong)big); W(B((double)0xfedcba9876543210ul)); W(B((double)(float)0xfedcba9876543210ul));
    W(B(0.1f)); W(B((double)(0.1f + 0.2f))); W(B(0.1 + 0.2));
  }
}
