// Changes what it does halfway: other receivers, other branches; what was optimized for the first half is wrong for the second.
abstract class Shape { public abstract int Step(int v); }
sealed class First : Shape { public override int Step(int v) { return v * 31 + 7; } }
sealed class Second : Shape { public override int Step(int v) { return (v << 3) ^ (v >> 5); } }
sealed class Third : Shape { public override int Step(int v) { return v - (v >> 3) + 1; } }

static class Program {
  static int Work(Shape[] shapes, int v, int mode) {
    for (int turn = 0; turn < 200; turn++)
      for (int i = 0; i < shapes.Length; i++) {
        v = shapes[i].Step(v);
        if (mode == 0) { if ((v & 1) != 0) v ^= 0x55; }
        else { v += (v & 0xff) * i; if ((v & 2) == 0) v = ~v; }
      }
    return v;
  }

  static void Main(string[] args) {
    int pieces = Clock.Start(args), v = 1;
    var shapes = new Shape[64];
    for (int i = 0; i < shapes.Length; i++) shapes[i] = new First();
    for (int piece = 0; piece < pieces; piece++) {
      if (piece == pieces / 2)
        for (int i = 0; i < shapes.Length; i++) shapes[i] = i % 2 == 0 ? (Shape)new Second() : new Third();
      v = Work(shapes, v, piece < pieces / 2 ? 0 : 1);
      Clock.Mark();
    }
    Clock.Print((ulong)(uint)v);
  }
}
