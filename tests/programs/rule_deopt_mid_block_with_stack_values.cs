// Rule: a transfer down in the middle of a block finds the values on the evaluation stack, of every kind.
// The receivers change class three quarters through, while operands wait on the stack.
// Wrong when: a frame state forgets the stack, or baseline code is entered at the block's start.
// args: 40000
// always:
abstract class Op { public abstract int Do(int x); public abstract double Real(double x); public abstract object Obj(object o); }
class Plain : Op { public override int Do(int x) { return x + 1; } public override double Real(double x) { return x * 0.5; } public override object Obj(object o) { return o; } }
class Late : Op { public override int Do(int x) { return x ^ 0x55; } public override double Real(double x) { return x + 3; } public override object Obj(object o) { return null; } }
struct Pair { public long A, B; public static Pair Of(long a, long b) { Pair p; p.A = a; p.B = b; return p; } }
class P {
  static int side;
  static int Side(int v) { side = side * 3 + v; return v; }
  static long Take(int a, long b, double c, object o, Pair p, float f, int last) { return a * 3 + b * 5 + (long)(c * 8) + (o == null ? 1 : ((string)o).Length) + p.A * 7 + p.B + (long)f + last * 11; }
  static void Main(string[] args) {
    int n = int.Parse(args[0]);
    Op[] ops = new Op[16]; for (int i = 0; i < ops.Length; i++) ops[i] = new Plain();
    long h = 0; double r = 1; string text = "text" + n; int[] a = new int[8];
    for (int i = 0; i < n; i++) {
      if (i == n / 4 * 3) ops[3] = new Late();
      Op op = ops[i & 15];
      // int, long and double below the call
      h = h * 31 + (Side(i) + i * (long)(i ^ op.Do(i)));
      r = r * 0.25 + (i + op.Real(r)) * (1.5 - op.Real(i & 3));
      // an array reference, an index and a value below the call; and arguments half evaluated
      a[i & 7] += Side(i & 7) * op.Do(a[(i + 1) & 7]);
      h += Take(Side(1), h, r, op.Obj(text), Pair.Of(i, op.Do(i)), i * 0.5f, op.Do(Side(2)));
      h ^= (i & 1) == 0 ? op.Do(i) + (op.Do(1) << op.Do(2)) : op.Do(op.Do(op.Do(i)));
    }
    System.Console.WriteLine(h); System.Console.WriteLine(side); System.Console.WriteLine(System.BitConverter.DoubleToInt64Bits(r));
    foreach (int v in a) System.Console.WriteLine(v);
  }
}
