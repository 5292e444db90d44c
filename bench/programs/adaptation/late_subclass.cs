// A class that has no subclass for two thirds of the run; then an assembly is loaded that brings one, so that direct calls
// become wrong while a loop runs. SIZE * 1000 turns.
using System;
using System.IO;
using System.Reflection;

public class Step {
  public virtual uint Apply(uint v) { return v * 31 + 7; }
}

static class Program {
  static uint Run(Step[] steps, uint v, int turns, Action late) {
    for (int turn = 0; turn < turns; turn++) {
      if (turn == turns / 3 * 2) late();
      for (int i = 0; i < steps.Length; i++) v = steps[i].Apply(v) ^ (uint)i;
    }
    return v;
  }

  static void Main(string[] args) {
    int turns = (args.Length > 0 ? int.Parse(args[0]) : 1) * 1000;
    var steps = new Step[64];
    for (int i = 0; i < steps.Length; i++) steps[i] = new Step();
    uint v = Run(steps, 1, turns, () => {
      string here = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location);
      Type type = Assembly.LoadFrom(Path.Combine(here, "late_subclass.library.dll")).GetType("OtherStep");
      for (int i = 0; i < steps.Length; i += 4) steps[i] = (Step)Activator.CreateInstance(type);
    });
    Console.WriteLine("checksum: " + v);
  }
}
