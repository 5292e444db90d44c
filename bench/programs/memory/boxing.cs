// Boxing and unboxing: ints, doubles and structs in object variables, an ArrayList, a Hashtable, through interfaces and
// params arrays; SIZE rounds.
using System;
using System.Collections;

interface IArea { int Area { get; } }

struct Rectangle : IArea {
  readonly int width, height;
  public Rectangle(int width, int height) { this.width = width; this.height = height; }
  public int Area { get { return width * height; } }
}

static class Program {
  static object Pick(int i) {
    switch (i % 4) {
      case 0: return i;
      case 1: return (long)i * 3;
      case 2: return i * 0.5;
      default: return new Rectangle(i & 15, i & 7);
    }
  }

  static ulong Weigh(object o) {
    if (o is int) return (ulong)(int)o;
    if (o is long) return (ulong)(long)o;
    if (o is double) return (ulong)(double)o;
    return (ulong)((IArea)o).Area;
  }

  static ulong Sum(params object[] values) {
    ulong sum = 0;
    foreach (object v in values) sum = sum * 3 + Weigh(v);
    return sum;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    ulong sum = 0;
    for (int r = 0; r < rounds; r++) {
      for (int i = 0; i < 2000; i++) sum = sum * 31 + Weigh(Pick(i + r));
      var list = new ArrayList();
      for (int i = 0; i < 1000; i++) list.Add(i ^ r);
      foreach (object o in list) sum += (ulong)(int)o;
      var table = new Hashtable();
      for (int i = 0; i < 500; i++) table[i * 7] = i;
      for (int i = 0; i < 1000; i++) {
        object found = table[i];
        if (found != null) sum += (ulong)(int)found;
      }
      for (int i = 0; i < 500; i++) sum = sum * 31 + Sum(i, 2L * i, i * 0.25, new Rectangle(i, 2));
    }
    Console.WriteLine("checksum: " + sum);
  }
}
