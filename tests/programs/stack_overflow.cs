// Endless recursion ends in a StackOverflowException that can be caught, and the program goes on.
class P {
  static int depth;
  static int Down(int n) { depth++; return Down(n + 1) + n; }
  static void Main() {
    for (int i = 0; i < 2; i++) { depth = 0; try { Down(0); } catch (System.StackOverflowException) { System.Console.WriteLine(depth > 5000 ? "deep enough" : "too shallow"); } }
    System.Console.WriteLine("alive");
  }
}
