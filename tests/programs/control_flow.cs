class P {
  static int Dense(int v) {
    switch (v) { case 0: return 10; case 1: return 11; case 2: case 3: return 12; case 5: return 15; case 6: goto case 0; default: return -1; }
  }
  static int Sparse(int v) {
    switch (v) { case -1000000: return 1; case 7: return 2; case 1 << 30: return 3; case int.MinValue: return 4; } return 0;
  }
  static int Text(string s) {
    switch (s) { case "a": return 1; case "bb": return 2; case "ccc": return 3; case "d": return 4; case "e": return 5; case "ff": return 6; case "g": return 7; case null: return 8; default: return 0; }
  }
  static int Long(long v) { switch (v) { case 1: return 1; case 1L << 40: return 2; case -1: return 3; } return 0; }
  static int Nested(int n) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      int j = 0;
      while (true) {
        if (++j > i) break;
        if (j % 3 == 0) continue;
        do { sum += j; if (sum % 11 == 0) goto done; } while (sum % 2 == 1 && j++ < i);
      }
      sum += i;
      done: ;
    }
    return sum;
  }
  static bool And(ref int n, bool v) { n++; return v; }
  static void Main() {
    for (int i = -1; i < 9; i++) System.Console.WriteLine(Dense(i));
    foreach (int i in new int[] { -1000000, 7, 1 << 30, int.MinValue, 0 }) System.Console.WriteLine(Sparse(i));
    foreach (string s in new string[] { "a", "bb", "ccc", "d", "e", "ff", "g", null, "x", "" }) System.Console.WriteLine(Text(s));
    foreach (long v in new long[] { 1, 1L << 40, -1, 0 }) System.Console.WriteLine(Long(v));
    System.Console.WriteLine(Nested(50));
    int n = 0;
    bool r = And(ref n, false) && And(ref n, true) || And(ref n, true) && And(ref n, false) || And(ref n, true);
    System.Console.WriteLine(n + (r ? 100 : 0));
    int k = 10, total = 0; while (k-- > 0) total += k > 5 ? k : -k; System.Console.WriteLine(total);
    System.Console.WriteLine(n > 3 ? n > 4 ? 1 : 2 : 3);
  }
}
