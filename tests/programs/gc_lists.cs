// Objects that live long, live short and point at each other, checked all the while.
// args: 2000
// move: 37
class Node { public int V; public Node Next; public object Payload; public Node(int v, Node n) { V = v; Next = n; } }
class P {
  static Node keep; static object[] table = new object[256];
  static int Check(Node n) { int s = 0; for (; n != null; n = n.Next) { s = s * 31 + n.V; if (n.Payload is int[] a) s += a[a.Length - 1]; else if (n.Payload is string t) s += t.Length; } return s; }
  static void Main(string[] args) {
    int rounds = int.Parse(args[0]), h = 0; uint seed = 1;
    for (int r = 0; r < rounds; r++) {
      Node list = null; for (int i = 0; i < 50; i++) { list = new Node(i, list); seed = seed * 1664525 + 1013904223; switch (seed >> 30) { case 0: list.Payload = new int[(seed >> 20) % 64 + 1]; ((int[])list.Payload)[0] = i; break; case 1: list.Payload = "s" + i; break; case 2: list.Payload = list; break; } }
      table[seed >> 24] = list; if (r % 100 == 0) keep = new Node(r, keep) { Payload = list }; object old = table[(seed >> 16) & 255]; if (old != null) h = h * 17 + Check((Node)old);
      if (r % 500 == 0) table[r & 255] = new long[20000];
      if (table[r & 255] is long[]) table[r & 255] = null;
    }
    for (Node n = keep; n != null; n = n.Next) h = h * 13 + Check((Node)n.Payload); System.Console.WriteLine(h);
  }
}
