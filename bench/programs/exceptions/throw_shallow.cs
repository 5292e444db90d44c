// An exception thrown and caught one frame up, with a filter by type and a rethrow now and then; SIZE * 100 throws.
using System;

sealed class Refused : Exception {
  public readonly int Code;
  public Refused(int code) { Code = code; }
}

static class Program {
  static int Check(int v) {
    if (v % 3 != 0) throw new Refused(v);
    return v;
  }

  static uint Try(int i) {
    try {
      try {
        return (uint)Check(i);
      } catch (InvalidOperationException) {
        return 1;
      } catch (Refused e) {
        if (e.Code % 7 == 0) throw;
        return (uint)e.Code * 3;
      }
    } catch (Refused e) {
      return (uint)e.Code ^ 0x55;
    }
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 100;
    uint sum = 0;
    for (int i = 0; i < rounds; i++) sum = sum * 31 + Try(i);
    Console.WriteLine("checksum: " + sum);
  }
}
