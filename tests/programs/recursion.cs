class P {
  static int Fib(int n) { return n < 2 ? n : Fib(n - 1) + Fib(n - 2); }
  static int Ack(int m, int n) { return m == 0 ? n + 1 : n == 0 ? Ack(m - 1, 1) : Ack(m - 1, Ack(m, n - 1)); }
  static int Deep(int n, long a, double b, string c) { if (n == 0) return c.Length + (int)b; long x = a + n; return Deep(n - 1, x, b + 1, c) + (int)(x & 1); }
  static bool Even(int n) { return n == 0 || Odd(n - 1); } static bool Odd(int n) { return n != 0 && Even(n - 1); }
  static void Hanoi(int n, int a, int b, int c, ref int moves) { if (n == 0) return; Hanoi(n - 1, a, c, b, ref moves); moves = moves * 3 + a * 2 + b; Hanoi(n - 1, c, b, a, ref moves); }
  static int Queens(int row, int cols, int d1, int d2, int n) { if (row == n) return 1; int count = 0; for (int c = 0; c < n; c++) if ((cols >> c & 1) == 0 && (d1 >> row + c & 1) == 0 && (d2 >> row - c + n & 1) == 0) count += Queens(row + 1, cols | 1 << c, d1 | 1 << row + c, d2 | 1 << row - c + n, n); return count; }
  static void Main() { System.Console.WriteLine(Fib(22)); System.Console.WriteLine(Ack(2, 9)); System.Console.WriteLine(Deep(8000, 1, 2, "abc")); System.Console.WriteLine(Even(1001) ? 1 : 0); int m = 0; Hanoi(12, 1, 2, 3, ref m); System.Console.WriteLine(m); System.Console.WriteLine(Queens(0, 0, 0, 0, 7)); }
}
