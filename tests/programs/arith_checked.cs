class P {
  static int n;
  delegate long F();
  static void Try(F f) {
    try { System.Console.WriteLine(f()); }
    catch (System.OverflowException) { System.Console.WriteLine("overflow"); n++; }
  }
  static int i(int v) { return v; }
  static long l(long v) { return v; }
  // mcs forgets "checked" for conversions from double inside lambdas.
  static int DI(double v) { return checked((int)v); }
  static long DL(double v) { return checked((long)v); }
  static uint DU(double v) { return checked((uint)v); }
  static byte DB(double v) { return checked((byte)v); }
  static sbyte DS(double v) { return checked((sbyte)v); }
  static void Main() {
    checked {
      Try(() => i(int.MaxValue) + i(1)); Try(() => i(int.MaxValue) + i(0));
      Try(() => i(int.MinValue) - i(1)); Try(() => i(65536) * i(65536)); Try(() => i(46340) * i(46340));
      Try(() => l(long.MaxValue) + l(1)); Try(() => l(long.MinValue) - l(1)); Try(() => l(1L << 32) * l(1L << 32));
      Try(() => l(3037000499) * l(3037000499)); Try(() => -i(int.MinValue));
      Try(() => (uint)i(-1)); Try(() => (byte)i(256)); Try(() => (byte)i(255)); Try(() => (sbyte)i(128)); Try(() => (sbyte)i(-128));
      Try(() => (short)i(32768)); Try(() => (ushort)i(-1)); Try(() => (char)i(65535)); Try(() => (int)l(1L << 31)); Try(() => (int)l(-(1L << 31)));
      Try(() => (uint)l(1L << 32)); Try(() => (uint)l((1L << 32) - 1)); Try(() => (long)(ulong)l(-1)); Try(() => (int)(uint)i(5));
      Try(() => DI(2147483648.0)); Try(() => DI(-2147483648.0)); Try(() => DI(double.NaN)); Try(() => DL(1e19)); Try(() => DL(9e18));
      Try(() => DU(-1.0)); Try(() => DU(4294967295.0)); Try(() => DB(255.0)); Try(() => DB(256)); Try(() => DS(-128)); Try(() => DS(-129));
      Try(() => (long)((uint)i(3) - (uint)i(4))); Try(() => (uint)i(int.MaxValue) * (uint)i(2)); Try(() => (uint)i(int.MaxValue) * (uint)i(3));
      Try(() => (long)((ulong)l(3) - (ulong)l(2))); Try(() => (long)((ulong)l(2) - (ulong)l(3)));
    }
    System.Console.WriteLine(n);
  }
}
