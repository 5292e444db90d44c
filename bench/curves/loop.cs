// One endless loop in Main: nothing is ever called again, so only a transfer into a running frame helps.
static class Program {
  static void Main(string[] args) {
    int pieces = Clock.Start(args);
    double[] a = new double[512];
    uint[] table = new uint[512];
    for (int i = 0; i < a.Length; i++) { a[i] = 1.0 + i * 0.001; table[i] = (uint)i * 2654435761u; }
    uint mix = 1;
    for (int piece = 0; piece < pieces; piece++) {
      for (int turn = 0; turn < 300; turn++) {
        for (int i = 1; i < a.Length; i++) {
          a[i] = a[i] * 0.75 + a[i - 1] * 0.25 + 1e-9 * turn;
          mix = mix * 1664525u + table[i];
          table[i] ^= mix >> 9;
        }
      }
      Clock.Mark();
    }
    ulong sum = mix;
    for (int i = 0; i < a.Length; i++) sum = sum * 31 + (ulong)System.BitConverter.DoubleToInt64Bits(a[i]);
    Clock.Print(sum);
  }
}
