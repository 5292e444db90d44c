class P {
  static int n;
  delegate long F();
  static void Try(F f) {
    try { System.Console.WriteLine(f()); }
    catch (System.OverflowException) { System.Console.WriteLine("overflow"); n++; }
  }
  static int i(int v) { return v; }
  static long l(long v) { return v; }
  static double d(double v) { return v; }
  static void Main() {
    checked {
      Try(() => i(int.MaxValue) + i(1)); Try(() => i(int.MaxValue) + i(0));
      Try(() => i(int.MinValue) - i(1)); Try(() => i(65536) * i(65536)); Try(() => i(46340) * i(46340));
      Try(() => l(long.MaxValue) + l(1)); Try(() => l(long.MinValue) - l(1)); Try(() => l(1L << 32) * l(1L << 32));
      Try(() => l(3037000499) * l(3037000499)); Try(() => -i(int.MinValue));
      Try(() => (uint)i(-1)); Try(() => (byte)i(256)); Try(() => (byte)i(255)); Try(() => (sbyte)i(128)); Try(() => (sbyte)i(-128));
      Try(() => (short)i(32768)); Try(() => (ushort)i(-1)); Try(() => (char)i(65535)); Try(() => (int)l(1L << 31)); Try(() => (int)l(-(1L << 31)));
      Try(() => (uint)l(1L << 32)); Try(() => (uint)l((1L << 32) - 1)); Try(() => (long)(ulong)l(-1)); Try(() => (int)(uint)i(5));
      Try(() => (int)d(2147483648.0)); Try(() => (int)d(-2147483648.9)); Try(() => (int)d(double.NaN)); Try(() => (long)d(1e19)); Try(() => (long)d(9e18));
      Try(() => (uint)d(-1.0)); Try(() => (uint)d(4294967295.5)); Try(() => (byte)d(255.9)); Try(() => (byte)d(256));
      Try(() => (long)((uint)i(3) - (uint)i(4))); Try(() => (uint)i(int.MaxValue) * (uint)i(2)); Try(() => (uint)i(int.MaxValue) * (uint)i(3));
      Try(() => (long)((ulong)l(3) - (ulong)l(2))); Try(() => (long)((ulong)l(2) - (ulong)l(3)));
    }
    System.Console.WriteLine(n);
  }
}
