// Many small methods behind virtual and interface calls: an expression tree evaluated and rewritten.
using System.Collections.Generic;

interface IVisitor { void Visit(Node node); }

abstract class Node {
  public abstract int Evaluate(int[] env);
  public abstract void Accept(IVisitor visitor);
}
sealed class Constant : Node {
  public int Value;
  public Constant(int value) { Value = value; }
  public override int Evaluate(int[] env) { return Value; }
  public override void Accept(IVisitor visitor) { visitor.Visit(this); }
}
sealed class Variable : Node {
  readonly int index;
  public Variable(int index) { this.index = index; }
  public override int Evaluate(int[] env) { return env[index]; }
  public override void Accept(IVisitor visitor) { visitor.Visit(this); }
}
abstract class Binary : Node {
  protected readonly Node left, right;
  protected Binary(Node left, Node right) { this.left = left; this.right = right; }
  protected abstract int Apply(int a, int b);
  public override int Evaluate(int[] env) { return Apply(left.Evaluate(env), right.Evaluate(env)); }
  public override void Accept(IVisitor visitor) { left.Accept(visitor); right.Accept(visitor); visitor.Visit(this); }
}
sealed class Add : Binary {
  public Add(Node a, Node b) : base(a, b) {}
  protected override int Apply(int a, int b) { return a + b; }
}
sealed class Mul : Binary {
  public Mul(Node a, Node b) : base(a, b) {}
  protected override int Apply(int a, int b) { return a * b; }
}
sealed class Xor : Binary {
  public Xor(Node a, Node b) : base(a, b) {}
  protected override int Apply(int a, int b) { return a ^ b; }
}
sealed class Counter : IVisitor {
  public int Constants, Others;
  public void Visit(Node node) { if (node is Constant) Constants++; else Others++; }
}
sealed class Bumper : IVisitor {
  public void Visit(Node node) { var c = node as Constant; if (c != null) c.Value++; }
}

static class Program {
  static Node Make(int depth, ref uint seed) {
    seed = seed * 1664525u + 1013904223u;
    if (depth == 0) return (seed >> 30) < 2 ? (Node)new Constant((int)(seed >> 20)) : new Variable((int)(seed >> 29));
    Node a = Make(depth - 1, ref seed), b = Make(depth - 1, ref seed);
    switch ((seed >> 24) % 3) { case 0: return new Add(a, b); case 1: return new Mul(a, b); default: return new Xor(a, b); }
  }

  static void Main(string[] args) {
    int pieces = Clock.Start(args);
    uint seed = 42;
    var trees = new List<Node>();
    for (int i = 0; i < 8; i++) trees.Add(Make(6, ref seed));
    var env = new int[8];
    ulong sum = 0;
    for (int piece = 0; piece < pieces; piece++) {
      for (int turn = 0; turn < 20; turn++) {
        env[turn & 7] = piece ^ turn;
        foreach (Node tree in trees) sum = sum * 31 + (uint)tree.Evaluate(env);
      }
      var counter = new Counter();
      foreach (Node tree in trees) { tree.Accept(counter); tree.Accept(new Bumper()); }
      sum += (ulong)(counter.Constants * 3 + counter.Others);
      Clock.Mark();
    }
    Clock.Print(sum);
  }
}
