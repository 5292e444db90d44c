// How deep calls nest before the stack overflows. Argument: the thread's stack in KiB, 0 for the main
// thread, -1 for a thread with the default size.
using System;
using System.Threading;
static class Recursion {
  static int depth;
  static int Down(int a, int b) {
    depth++;
    return Down(a + 1, b) + b;
  }
  static void Run() {
    try {
      Down(0, 1);
    } catch (StackOverflowException) {
      Console.WriteLine(depth);
    }
  }
  static void Main(string[] args) {
    int kib = int.Parse(args[0]);
    if (kib == 0) {
      Run();
      return;
    }
    Thread t = kib < 0 ? new Thread(Run) : new Thread(Run, kib * 1024);
    t.Start();
    t.Join();
  }
}
