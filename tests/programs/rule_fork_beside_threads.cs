// Rule: a child of fork(2) has one thread: its collections, and its end, wait for none of the others, whatever those ran when it was made.
// rows: baseline adaptive
// peer: none
using System; using System.Runtime.InteropServices; using System.Threading;
class P {
  [DllImport("libc")] static extern int fork();
  [DllImport("libc")] static extern int waitpid(int pid, out int status, int options);
  [DllImport("libc")] static extern void _exit(int status);
  static volatile bool stop, runs;
  static int Busy() { int h = 0; while (!stop) { h = h * 31 + 7; runs = true; } return h; }
  static void Main() {
    var busy = new Thread(() => Busy());  // foreground: in the child, nobody waits for it either
    busy.Start();
    while (!runs) Thread.Sleep(1);
    for (int k = 0; k < 5; k++) {
      int pid = fork();
      if (pid == 0) {
        var keep = new object[100];
        for (int i = 0; i < keep.Length; i++) { keep[i] = new int[i]; if (i % 10 == 0) GC.Collect(); }
        _exit(((int[])keep[40]).Length + k);
      }
      int status;
      waitpid(pid, out status, 0);
      Console.WriteLine((status & 127) == 0 ? "child exit " + (status >> 8 & 255) : "child signal " + (status & 127));
    }
    stop = true;
    busy.Join();
    Console.WriteLine("joined");
  }
}
