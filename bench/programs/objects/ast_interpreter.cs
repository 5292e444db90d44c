// A tree-walking interpreter: nodes with a virtual Evaluate run a small program (nested loops, a recursive function,
// integer arithmetic) SIZE times.
using System;

sealed class Frame {
  public readonly long[] Slots;
  public Frame(int slots) { Slots = new long[slots]; }
}

abstract class Node {
  public abstract long Evaluate(Frame frame);
}

sealed class Constant : Node {
  readonly long value;
  public Constant(long value) { this.value = value; }
  public override long Evaluate(Frame frame) { return value; }
}

sealed class Load : Node {
  readonly int slot;
  public Load(int slot) { this.slot = slot; }
  public override long Evaluate(Frame frame) { return frame.Slots[slot]; }
}

sealed class Store : Node {
  readonly int slot;
  readonly Node value;
  public Store(int slot, Node value) { this.slot = slot; this.value = value; }
  public override long Evaluate(Frame frame) { return frame.Slots[slot] = value.Evaluate(frame); }
}

sealed class Add : Node {
  readonly Node left, right;
  public Add(Node left, Node right) { this.left = left; this.right = right; }
  public override long Evaluate(Frame frame) { return left.Evaluate(frame) + right.Evaluate(frame); }
}

sealed class Subtract : Node {
  readonly Node left, right;
  public Subtract(Node left, Node right) { this.left = left; this.right = right; }
  public override long Evaluate(Frame frame) { return left.Evaluate(frame) - right.Evaluate(frame); }
}

sealed class Multiply : Node {
  readonly Node left, right;
  public Multiply(Node left, Node right) { this.left = left; this.right = right; }
  public override long Evaluate(Frame frame) { return left.Evaluate(frame) * right.Evaluate(frame); }
}

sealed class Mask : Node {
  readonly Node left;
  readonly long mask;
  public Mask(Node left, long mask) { this.left = left; this.mask = mask; }
  public override long Evaluate(Frame frame) { return left.Evaluate(frame) & mask; }
}

sealed class Less : Node {
  readonly Node left, right;
  public Less(Node left, Node right) { this.left = left; this.right = right; }
  public override long Evaluate(Frame frame) { return left.Evaluate(frame) < right.Evaluate(frame) ? 1 : 0; }
}

sealed class If : Node {
  readonly Node condition, then, otherwise;
  public If(Node condition, Node then, Node otherwise) { this.condition = condition; this.then = then; this.otherwise = otherwise; }
  public override long Evaluate(Frame frame) { return (condition.Evaluate(frame) != 0 ? then : otherwise).Evaluate(frame); }
}

sealed class While : Node {
  readonly Node condition, body;
  public While(Node condition, Node body) { this.condition = condition; this.body = body; }
  public override long Evaluate(Frame frame) {
    long last = 0;
    while (condition.Evaluate(frame) != 0) last = body.Evaluate(frame);
    return last;
  }
}

sealed class Sequence : Node {
  readonly Node[] nodes;
  public Sequence(params Node[] nodes) { this.nodes = nodes; }
  public override long Evaluate(Frame frame) {
    long last = 0;
    foreach (Node node in nodes) last = node.Evaluate(frame);
    return last;
  }
}

sealed class Function {
  public readonly int Slots;
  public Node Body;
  public Function(int slots) { Slots = slots; }
}

sealed class Call : Node {
  readonly Function function;
  readonly Node[] arguments;
  public Call(Function function, params Node[] arguments) { this.function = function; this.arguments = arguments; }
  public override long Evaluate(Frame frame) {
    var callee = new Frame(function.Slots);
    for (int i = 0; i < arguments.Length; i++) callee.Slots[i] = arguments[i].Evaluate(frame);
    return function.Body.Evaluate(callee);
  }
}

static class Program {
  static Node Var(int slot) { return new Load(slot); }
  static Node Num(long value) { return new Constant(value); }

  // fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2)
  static Function Fibonacci() {
    var fib = new Function(1);
    fib.Body = new If(new Less(Var(0), Num(2)), Var(0),
                      new Add(new Call(fib, new Subtract(Var(0), Num(1))), new Call(fib, new Subtract(Var(0), Num(2)))));
    return fib;
  }

  // main(seed): i = 0; sum = seed; while (i < 60) { j = 0; while (j < i) { sum = (sum * 3 + j * i) & mask; j = j + 1 }
  //             i = i + 1 }; sum + fib(12)
  static Function MainFunction() {
    var main = new Function(4);
    main.Body = new Sequence(
      new Store(1, Num(0)),
      new Store(3, Var(0)),
      new While(new Less(Var(1), Num(60)), new Sequence(
        new Store(2, Num(0)),
        new While(new Less(Var(2), Var(1)), new Sequence(
          new Store(3, new Mask(new Add(new Multiply(Var(3), Num(3)), new Multiply(Var(2), Var(1))), 0xffffffff)),
          new Store(2, new Add(Var(2), Num(1))))),
        new Store(1, new Add(Var(1), Num(1))))),
      new Add(Var(3), new Call(Fibonacci(), Num(12))));
    return main;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    Function main = MainFunction();
    long sum = 1;
    for (int r = 0; r < rounds; r++) sum = new Call(main, Num(sum)).Evaluate(null);
    Console.WriteLine("checksum: " + sum);
  }
}
