class P {
  static int Sl(int a, int n) { return a << n; }
  static int Sr(int a, int n) { return a >> n; }
  static uint Su(uint a, int n) { return a >> n; }
  static long SlL(long a, int n) { return a << n; }
  static long SrL(long a, int n) { return a >> n; }
  static ulong SuL(ulong a, int n) { return a >> n; }
  static void Main() {
    foreach (int n in new int[] { 0, 1, 5, 31, 32, 33, 63, 64, -1 }) {
      System.Console.WriteLine(Sl(-123456789, n)); System.Console.WriteLine(Sr(-123456789, n)); System.Console.WriteLine(Su(0x89abcdef, n));
      System.Console.WriteLine(SlL(-1234567890123456789, n)); System.Console.WriteLine(SrL(-1234567890123456789, n)); System.Console.WriteLine(SuL(0x89abcdef01234567, n));
    }
    uint h = 1; for (int i = 0; i < 100; i++) h = (h << 5 | h >> 27) ^ (uint)i * 0x9e3779b9; System.Console.WriteLine(h);
    System.Console.WriteLine(-1 >> 31); System.Console.WriteLine(1 << 31); System.Console.WriteLine(1L << 63);
  }
}
