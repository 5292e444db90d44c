// One-way constraint solving by local propagation (the DeltaBlue algorithm of Freeman-Benson, Maloney and Borning):
// chains of equalities and a projection, planned and replanned. SIZE rounds.
using System;
using System.Collections.Generic;

static class Strength {  // smaller is stronger
  public const int Required = 0, Preferred = 2, Default = 4, Weakest = 6;
  public static int Weaker(int a, int b) { return a > b ? a : b; }
}

sealed class Variable {
  public int Value, Mark, WalkStrength = Strength.Weakest;
  public Constraint DeterminedBy;
  public bool Stay = true;
  public readonly List<Constraint> Constraints = new List<Constraint>();
  public Variable(int value) { Value = value; }
}

abstract class Constraint {
  public readonly int Power;
  protected Constraint(int power) { Power = power; }
  public abstract bool IsSatisfied { get; }
  public abstract void AddToGraph();
  public abstract void RemoveFromGraph();
  public abstract void ChooseMethod(int mark);
  public abstract void MarkInputs(int mark);
  public abstract bool InputsKnown(int mark);
  public abstract Variable Output { get; }
  public abstract void MarkUnsatisfied();
  public abstract void Recalculate();
  public abstract void Execute();
  public virtual bool IsInput { get { return false; } }

  public Constraint Satisfy(int mark, Planner planner) {
    ChooseMethod(mark);
    if (!IsSatisfied) {
      if (Power == Strength.Required) throw new InvalidOperationException("a required constraint cannot be satisfied");
      return null;
    }
    MarkInputs(mark);
    Variable output = Output;
    Constraint overridden = output.DeterminedBy;
    if (overridden != null) overridden.MarkUnsatisfied();
    output.DeterminedBy = this;
    if (!planner.AddPropagate(this, mark)) throw new InvalidOperationException("cycle");
    output.Mark = mark;
    return overridden;
  }

  public void Add(Planner planner) {
    AddToGraph();
    planner.IncrementalAdd(this);
  }

  public void Destroy(Planner planner) {
    if (IsSatisfied) planner.IncrementalRemove(this);
    RemoveFromGraph();
  }
}

abstract class Unary : Constraint {
  protected readonly Variable output;
  bool satisfied;
  protected Unary(Variable output, int power, Planner planner) : base(power) { this.output = output; Add(planner); }
  public override bool IsSatisfied { get { return satisfied; } }
  public override void AddToGraph() { output.Constraints.Add(this); satisfied = false; }
  public override void RemoveFromGraph() { output.Constraints.Remove(this); satisfied = false; }
  public override void ChooseMethod(int mark) { satisfied = output.Mark != mark && Power < output.WalkStrength; }
  public override void MarkInputs(int mark) { }
  public override bool InputsKnown(int mark) { return true; }
  public override Variable Output { get { return output; } }
  public override void MarkUnsatisfied() { satisfied = false; }
  public override void Recalculate() {
    output.WalkStrength = Power;
    output.Stay = !IsInput;
    if (output.Stay) Execute();
  }
}

sealed class StayConstraint : Unary {
  public StayConstraint(Variable v, int power, Planner planner) : base(v, power, planner) { }
  public override void Execute() { }
}

sealed class EditConstraint : Unary {
  public EditConstraint(Variable v, int power, Planner planner) : base(v, power, planner) { }
  public override bool IsInput { get { return true; } }
  public override void Execute() { }
}

abstract class Binary : Constraint {
  protected readonly Variable first, second;
  protected int direction;  // 0: unsatisfied, 1: first to second, -1: second to first
  protected Binary(Variable first, Variable second, int power) : base(power) { this.first = first; this.second = second; }
  public override bool IsSatisfied { get { return direction != 0; } }
  public override void AddToGraph() { first.Constraints.Add(this); second.Constraints.Add(this); direction = 0; }
  public override void RemoveFromGraph() { first.Constraints.Remove(this); second.Constraints.Remove(this); direction = 0; }
  protected Variable Input { get { return direction > 0 ? first : second; } }
  public override Variable Output { get { return direction > 0 ? second : first; } }
  public override void MarkInputs(int mark) { Input.Mark = mark; }
  public override void MarkUnsatisfied() { direction = 0; }

  public override void ChooseMethod(int mark) {
    if (first.Mark == mark) {
      direction = second.Mark != mark && Power < second.WalkStrength ? 1 : 0;
    } else if (second.Mark == mark) {
      direction = Power < first.WalkStrength ? -1 : 0;
    } else if (first.WalkStrength > second.WalkStrength) {
      direction = Power < first.WalkStrength ? -1 : 0;
    } else {
      direction = Power < second.WalkStrength ? 1 : 0;
    }
  }

  public override bool InputsKnown(int mark) {
    Variable input = Input;
    return input.Mark == mark || input.Stay || input.DeterminedBy == null;
  }

  public override void Recalculate() {
    Variable input = Input, output = Output;
    output.WalkStrength = Strength.Weaker(Power, input.WalkStrength);
    output.Stay = input.Stay;
    if (output.Stay) Execute();
  }
}

sealed class EqualConstraint : Binary {
  public EqualConstraint(Variable a, Variable b, int power, Planner planner) : base(a, b, power) { Add(planner); }
  public override void Execute() { Output.Value = Input.Value; }
}

sealed class ScaleConstraint : Binary {
  readonly Variable scale, offset;
  public ScaleConstraint(Variable from, Variable scale, Variable offset, Variable to, int power, Planner planner) : base(from, to, power) {
    this.scale = scale; this.offset = offset;
    Add(planner);
  }
  public override void AddToGraph() { base.AddToGraph(); scale.Constraints.Add(this); offset.Constraints.Add(this); }
  public override void RemoveFromGraph() { base.RemoveFromGraph(); scale.Constraints.Remove(this); offset.Constraints.Remove(this); }
  public override void MarkInputs(int mark) { base.MarkInputs(mark); scale.Mark = offset.Mark = mark; }
  public override void Execute() {
    if (direction > 0) second.Value = first.Value * scale.Value + offset.Value;
    else first.Value = (second.Value - offset.Value) / scale.Value;
  }
  public override void Recalculate() {
    Variable input = Input, output = Output;
    output.WalkStrength = Strength.Weaker(Power, input.WalkStrength);
    output.Stay = input.Stay && scale.Stay && offset.Stay;
    if (output.Stay) Execute();
  }
}

sealed class Planner {
  int mark;

  public void IncrementalAdd(Constraint c) {
    int m = ++mark;
    for (Constraint overridden = c.Satisfy(m, this); overridden != null;) overridden = overridden.Satisfy(m, this);
  }

  public void IncrementalRemove(Constraint c) {
    Variable output = c.Output;
    c.MarkUnsatisfied();
    c.RemoveFromGraph();
    List<Constraint> unsatisfied = RemovePropagate(output);
    for (int strength = Strength.Required; strength <= Strength.Weakest; strength++)
      foreach (Constraint u in unsatisfied) if (u.Power == strength) IncrementalAdd(u);
  }

  static void AddConsumers(Variable v, List<Constraint> list) {
    Constraint determining = v.DeterminedBy;
    foreach (Constraint c in v.Constraints) if (c != determining && c.IsSatisfied) list.Add(c);
  }

  public bool AddPropagate(Constraint c, int m) {
    var todo = new List<Constraint>();
    todo.Add(c);
    while (todo.Count > 0) {
      Constraint d = todo[todo.Count - 1];
      todo.RemoveAt(todo.Count - 1);
      if (d.Output.Mark == m) { IncrementalRemove(c); return false; }
      d.Recalculate();
      AddConsumers(d.Output, todo);
    }
    return true;
  }

  static List<Constraint> RemovePropagate(Variable output) {
    output.DeterminedBy = null;
    output.WalkStrength = Strength.Weakest;
    output.Stay = true;
    var unsatisfied = new List<Constraint>();
    var todo = new List<Variable>();
    todo.Add(output);
    while (todo.Count > 0) {
      Variable v = todo[todo.Count - 1];
      todo.RemoveAt(todo.Count - 1);
      foreach (Constraint c in v.Constraints) if (!c.IsSatisfied) unsatisfied.Add(c);
      Constraint determining = v.DeterminedBy;
      foreach (Constraint next in v.Constraints)
        if (next != determining && next.IsSatisfied) { next.Recalculate(); todo.Add(next.Output); }
    }
    return unsatisfied;
  }

  public List<Constraint> ExtractPlan(List<Constraint> sources) {
    int m = ++mark;
    var plan = new List<Constraint>();
    var todo = new List<Constraint>();
    foreach (Constraint c in sources) if (c.IsInput && c.IsSatisfied) todo.Add(c);
    while (todo.Count > 0) {
      Constraint c = todo[todo.Count - 1];
      todo.RemoveAt(todo.Count - 1);
      if (c.Output.Mark == m || !c.InputsKnown(m)) continue;
      plan.Add(c);
      c.Output.Mark = m;
      AddConsumers(c.Output, todo);
    }
    return plan;
  }
}

static class Program {
  static void Change(Planner planner, Variable v, int value) {
    var edit = new EditConstraint(v, Strength.Preferred, planner);
    var edits = new List<Constraint>();
    edits.Add(edit);
    List<Constraint> plan = planner.ExtractPlan(edits);
    for (int i = 0; i < 10; i++) {
      v.Value = value + i;
      foreach (Constraint c in plan) c.Execute();
    }
    edit.Destroy(planner);
  }

  static ulong Chain(int n, int round) {
    var planner = new Planner();
    var variables = new Variable[n + 1];
    for (int i = 0; i <= n; i++) variables[i] = new Variable(0);
    for (int i = 0; i < n; i++) new EqualConstraint(variables[i], variables[i + 1], Strength.Required, planner);
    new StayConstraint(variables[n], Strength.Default, planner);
    var edit = new EditConstraint(variables[0], Strength.Preferred, planner);
    var edits = new List<Constraint>();
    edits.Add(edit);
    List<Constraint> plan = planner.ExtractPlan(edits);
    ulong sum = (ulong)plan.Count;
    for (int i = 0; i < 20; i++) {
      variables[0].Value = round + i;
      foreach (Constraint c in plan) c.Execute();
      sum = sum * 31 + (ulong)variables[n].Value;
    }
    edit.Destroy(planner);
    return sum;
  }

  static ulong Projection(int n, int round) {
    var planner = new Planner();
    Variable scale = new Variable(10), offset = new Variable(1000 + round % 5), from = null, to = null;
    var targets = new Variable[n];
    for (int i = 0; i < n; i++) {
      from = new Variable(i);
      to = new Variable(i);
      targets[i] = to;
      new StayConstraint(from, Strength.Default, planner);
      new ScaleConstraint(from, scale, offset, to, Strength.Required, planner);
    }
    ulong sum = 0;
    Change(planner, from, 17);
    sum = sum * 31 + (ulong)to.Value;
    Change(planner, to, 1050);
    sum = sum * 31 + (ulong)(uint)from.Value;
    Change(planner, scale, 5);
    foreach (Variable v in targets) sum = sum * 31 + (ulong)(uint)v.Value;
    Change(planner, offset, 2000);
    foreach (Variable v in targets) sum = sum * 31 + (ulong)(uint)v.Value;
    return sum;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    ulong sum = 0;
    for (int r = 0; r < rounds; r++) {
      sum = sum * 31 + Chain(100, r);
      sum = sum * 31 + Projection(100, r);
    }
    Console.WriteLine("checksum: " + sum);
  }
}
