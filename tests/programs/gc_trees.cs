// args: 12
// move: 101
class Tree { Tree l, r; int v; Tree(int d) { v = d; if (d > 0) { l = new Tree(d - 1); r = new Tree(d - 1); } } int Sum() { return l == null ? 1 : l.Sum() + r.Sum() + v; }
  static void Main(string[] args) { int n = int.Parse(args[0]); Tree old = new Tree(n); int s = 0; for (int d = 4; d <= n; d += 2) for (int i = 0; i < 1 << n - d; i++) s += new Tree(d).Sum(); System.Console.WriteLine(s); System.Console.WriteLine(old.Sum()); object[][] web = new object[100][]; for (int i = 0; i < 100; i++) web[i] = new object[100]; for (int i = 0; i < 30000; i++) web[i * 7 % 100][i * 13 % 100] = i % 3 == 0 ? (object)web[i % 100] : i; long t = 0; foreach (object[] row in web) foreach (object o in row) t += o is int ? (int)o : o == null ? 0 : 1; System.Console.WriteLine(t); } }
