// Loops over arrays of every shape that bounds-check elimination looks at, with the failing one last.
// args: 3000
class P {
  static int Up(int[] a) { int s = 0; for (int i = 0; i < a.Length; i++) s += a[i] ^ i; return s; }
  static int Down(int[] a) { int s = 0; for (int i = a.Length - 1; i >= 0; i--) s = s * 3 + a[i]; return s; }
  static int Range(int[] a, int lo, int hi) { int s = 0; for (int i = lo; i < hi; i++) s += a[i]; return s; }
  static int Step(int[] a, int by) { int s = 0; for (int i = 0; i < a.Length; i += by) s += a[i]; return s; }
  static int Two(int[] a, byte[] b) { int s = 0; for (int i = 0; i < a.Length && i < b.Length; i++) { s += a[i] * b[i]; b[i] = (byte)s; } return s; }
  static void Swap(int[] a) { for (int i = 0, j = a.Length - 1; i < j; i++, j--) { int t = a[i]; a[i] = a[j]; a[j] = t; } }
  static int Gather(int[] a, int[] index) { int s = 0; foreach (int i in index) s += a[i]; return s; }
  static int Before(int[] a, int n, ref int done) { int s = 0; for (int i = 0; i < n; i++) { s += a[i]; done = i; } return s; }
  static void Main(string[] args) {
    int n = int.Parse(args[0]);
    int[] a = new int[1000], index = new int[100]; byte[] b = new byte[900];
    for (int i = 0; i < a.Length; i++) { a[i] = i * 7919 % 1009; index[i % 100] = i; if (i < 900) b[i] = (byte)i; }
    int h = 0;
    for (int k = 0; k < n; k++) { h = h * 31 + Up(a); h += Down(a) + Range(a, k % 500, 1000 - k % 400) + Step(a, k % 5 + 1) + Two(a, b) + Gather(a, index); Swap(a); }
    System.Console.WriteLine(h);
    int done = -1, caught = 0;
    for (int k = 0; k < 50; k++) try { h += Before(a, 1000 + (k & 1), ref done); } catch (System.IndexOutOfRangeException) { caught += done; }
    System.Console.WriteLine(caught);
    try { Range(a, -1, 5); } catch (System.IndexOutOfRangeException) { System.Console.WriteLine("low"); }
    try { Range(a, int.MaxValue - 1, int.MaxValue); } catch (System.IndexOutOfRangeException) { System.Console.WriteLine("high"); }
    try { Up(null); } catch (System.NullReferenceException) { System.Console.WriteLine("null"); }
  }
}
