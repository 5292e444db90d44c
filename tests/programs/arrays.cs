class P {
  struct Pt { public int X, Y; public Pt(int x, int y) { X = x; Y = y; } }
  static void Main() {
    byte[] b = new byte[5]; sbyte[] sb = { -1, 2 }; short[] s = { 1, -2, 3 }; char[] c = { 'x', 'y' }; long[] l = new long[3]; float[] f = { 1.5f }; double[] d = { 2.5, 3.5 }; bool[] t = { true, false };
    b[4] = 250; b[4] += 10; l[1] = long.MinValue; l[2] = l[1] - 1; f[0] += 1; d[1] *= 2;
    System.Console.WriteLine(b[4] + sb[0] + s[1] + c[1] + (int)(l[2] >> 60) + (int)f[0] + (int)d[1] + (t[0] ? 1 : 0));
    Pt[] p = new Pt[4];
    for (int i = 0; i < p.Length; i++) { p[i].X = i; p[i] = new Pt(p[i].X + 1, i * i); }
    p[2].Y++; Pt q = p[2]; q.X = 99;
    System.Console.WriteLine(p[2].X * 1000 + p[2].Y * 10 + q.X);
    int[][] j = new int[5][];
    for (int i = 0; i < j.Length; i++) { j[i] = new int[i]; for (int k = 0; k < i; k++) j[i][k] = i * k; }
    int sum = 0; foreach (int[] row in j) foreach (int v in row) sum += v; System.Console.WriteLine(sum);
    int[,] m = new int[3, 4]; int[,,] cube = new int[2, 3, 4];
    for (int i = 0; i < 3; i++) for (int k = 0; k < 4; k++) m[i, k] = i * 10 + k;
    m[2, 3] += m[1, 1]; cube[1, 2, 3] = 7; cube[1, 2, 3]++;
    sum = 0; foreach (int v in m) sum = sum * 3 + v; foreach (int v in cube) sum += v;
    System.Console.WriteLine(sum); System.Console.WriteLine(m.Length + m.GetLength(0) * 100 + m.GetLength(1) * 1000 + m.Rank * 10000 + cube.GetUpperBound(2));
    string[,] ms = { { "a", "b" }, { "c", "d" } }; System.Console.WriteLine(ms[1, 0] + ms[0, 1]);
    ref int slot = ref m[0, 2]; slot = 77; System.Console.WriteLine(m[0, 2]);
    int[] src = { 1, 2, 3, 4, 5 }; System.Array.Copy(src, 0, src, 1, 4); System.Console.WriteLine(src[0] + src[1] * 10 + src[4] * 100);
    int[] clone = (int[])src.Clone(); clone[0] = 50; System.Array.Reverse(clone); System.Console.WriteLine(clone[4] + src[0]);
    int[] sorted = { 5, 3, 9, -1, 7 }; System.Array.Sort(sorted); foreach (int v in sorted) System.Console.Write(v + " "); System.Console.WriteLine(System.Array.IndexOf(sorted, 7));
    object[] o = new string[] { "x", null }; int e = 0;
    try { o[0] = new object(); } catch (System.ArrayTypeMismatchException) { e += 1; }
    try { o[1] = "ok"; o[0] = null; } catch (System.ArrayTypeMismatchException) { e += 2; }
    try { m[3, 0] = 1; } catch (System.IndexOutOfRangeException) { e += 4; }
    try { m[0, -1] = 1; } catch (System.IndexOutOfRangeException) { e += 8; }
    try { int n = -1; System.GC.KeepAlive(new int[n]); } catch (System.OverflowException) { e += 16; }
    try { System.GC.KeepAlive(src[src.Length]); } catch (System.IndexOutOfRangeException) { e += 32; }
    try { b[b.Length + 1] = 1; } catch (System.IndexOutOfRangeException) { e += 64; }
    try { ref object r = ref o[0]; } catch (System.ArrayTypeMismatchException) { e += 128; }
    System.Console.WriteLine(e);
    System.Console.WriteLine((o is string[] ? 1 : 0) + (o is object[] ? 2 : 0) + ((object)src is uint[] ? 4 : 0) + ((object)m is int[] ? 8 : 0));
    int[] empty = new int[0]; foreach (int v in empty) System.Console.WriteLine(v); System.Console.WriteLine(empty.Length);
    long big = 1; System.Console.WriteLine(src[big] + src[(uint)2]);
  }
}
