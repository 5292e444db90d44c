// Rule: after fork(2) through P/Invoke, managed code runs in the child: it compiles new methods, allocates, collects,
// throws and catches; the parent goes on as if nothing was. (Code pages' writable alias is not inherited.)
// move: 20
// always:
using System; using System.Runtime.InteropServices;
class P {
  [DllImport("libc")] static extern int fork();
  [DllImport("libc")] static extern int waitpid(int pid, out int status, int options);
  [DllImport("libc")] static extern void _exit(int status);
  static int Thrown(int n) { int c = 0; for (int i = 0; i < n; i++) try { if (i % 2 == 0) throw new InvalidOperationException(); c++; } catch (InvalidOperationException) { c += 2; } return c; }
  static int Allocating(int n) { object[] keep = new object[64]; int s = 0; for (int i = 0; i < n; i++) { keep[i & 63] = new int[i & 255]; if (i % 1000 == 0) GC.Collect(0); s += ((int[])keep[(i * 7) & 63] ?? new int[1]).Length; } return s; }
  static int OnlyInChild(int n) { var l = new System.Collections.Generic.List<long>(); for (int i = 0; i < n; i++) l.Add(i * 3L); long s = 0; foreach (long v in l) s += v; return (int)(s % 97); }
  static int Hot(int n) { int h = 0; for (int i = 0; i < n; i++) h = h * 31 + (h >> 3) + i; return h; }
  static void Main() {
    int warm = Hot(200000), expected = Thrown(10) + Allocating(5000) % 50;
    for (int k = 0; k < 3; k++) {
      int pid = fork();
      if (pid == 0) { int r = 99; try { r = Thrown(10) + Allocating(5000) % 50 == expected && Hot(200000) == warm ? OnlyInChild(100 + k) : 98; } catch (Exception) { r = 97; } _exit(r); }
      int status; waitpid(pid, out status, 0); Console.WriteLine((status & 127) == 0 ? "child exit " + (status >> 8 & 255) : "child signal " + (status & 127));
    }
    Console.WriteLine(Hot(1000) + Thrown(5)); Console.WriteLine(warm);
  }
}
