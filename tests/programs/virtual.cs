// Virtual calls over a class hierarchy in one method that is entered once; a subclass that did not exist before turns up
// three quarters through, so a guess about receivers fails in mid-loop. The argument is the number of rounds.
// args: 400
// always:
abstract class Shape {
  public int Tag;
  public abstract int Area(int scale);
  public virtual int Edges() { return 0; }
}
class Square : Shape {
  int side;
  public Square(int s) { side = s; }
  public override int Area(int scale) { return side * side * scale; }
  public override int Edges() { return 4; }
}
class Box : Shape {
  int w, h;
  public Box(int a, int b) { w = a; h = b; }
  public override int Area(int scale) { return w * h * scale + Tag; }
  public override int Edges() { return 4 + Tag; }
}
class Late : Square {
  public Late(int s) : base(s) {}
  public override int Area(int scale) { return scale - Tag; }
  public override int Edges() { return 3; }
}

class Virtual {
  static int Parse(string s) {
    int n = 0;
    for (int i = 0; i < s.Length; i++) n = n * 10 + (s[i] - '0');
    return n;
  }

  static int Main(string[] args) {
    int rounds = args.Length > 0 ? Parse(args[0]) : 1500000;
    Shape[] shapes = new Shape[1024];
    for (int i = 0; i < shapes.Length; i++) {
      shapes[i] = i % 16 == 0 ? (Shape)new Box(i % 7 + 1, i % 5 + 1) : new Square(i % 9 + 1);
      shapes[i].Tag = i & 3;
    }
    int sum = 0, edges = 0;
    for (int round = 0; round < rounds; round++) {
      if (round == rounds / 4 * 3)
        for (int i = 5; i < shapes.Length; i += 11) shapes[i] = new Late(i);
      for (int i = 0; i < shapes.Length; i++) {
        Shape s = shapes[i];
        sum = sum * 17 + s.Area(round & 15);
        edges += s.Edges();
      }
    }
    System.Console.WriteLine(sum);
    System.Console.WriteLine(edges);
    return 0;
  }
}
