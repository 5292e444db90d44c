// Rule: an exception thrown by a callee of inlined, optimized code is caught in the frame that its source says, with the
// right values in every local and argument, also where the handler runs in baseline code.
// Wrong when: the exit of the throwing call does not store its frame state, or two exits are merged into one.
// args: 200000
// always:
using System; using System.Runtime.CompilerServices;
class Boom : Exception { public int At; public Boom(int at) { At = at; } }
class P {
  static int period = 1000;
  // The throw itself is inlined, or behind a call.
  static int Thrower(int i) { if (i % period == period - 1) throw new Boom(i); return i & 3; }
  [MethodImpl(MethodImplOptions.NoInlining)] static int Called(int i) { if (i % period == period - 1) throw new Boom(i); return i & 3; }
  static int Middle(int i, int k) { int a = i + k; a += (i & 2) == 0 ? Thrower(i) : Called(i); return a * 2; }               // inlined
  static int Twice(int i, int k) { int before = k ^ 5; int r = Middle(i, k) + Middle(i + 1, before); return r + before; }
  static long Loop(int n, string tag, double scale) {
    long sum = 0; int caught = 0, last = -1, odd = 1; object kept = tag; double d = scale;
    for (int i = 0; i < n; i++) {
      int local = i * 3; long wide = (long)i << 33; string text = tag;
      try {
        odd = -odd;
        local += Twice(i, local);
        wide ^= local;
        sum += wide;
      } catch (Boom e) {
        caught++;
        last = e.At;
        // Everything as it was before the call.
        if (local != i * 3 || wide != (long)i << 33 || !object.ReferenceEquals(text, kept) || d != scale) return -1000 - i;
        sum += local + odd * e.At;
      } finally {
        d += 0.5; d -= 0.5;
      }
    }
    return sum * 31 + caught * 7 + last + odd;
  }
  static void Main(string[] args) {
    int n = int.Parse(args[0]);
    Console.WriteLine(Loop(n, "tag" + n, 2.5));
    period = 7; Console.WriteLine(Loop(n / 20, "t", 1.25));
  }
}
