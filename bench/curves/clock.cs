// What the programs of this folder share. They do SIZE equal pieces of work and note when each is done, in microseconds
// since the process was started (BENCH_START, which the harness's launcher sets); one run gives a whole curve.
// Prints "checksum: ..." and "marks: ...".
using System;
using System.Diagnostics;
using System.Globalization;
using System.Text;

static class Clock {
  static long[] marks;
  static int count;
  static long origin;  // of the stopwatch, in microseconds since the process's start

  static long Micros() { return (long)(Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency)); }

  public static int Start(string[] args) {
    string start = Environment.GetEnvironmentVariable("BENCH_START");
    long now = (DateTime.UtcNow.Ticks - new DateTime(1970, 1, 1).Ticks) / 10;
    long since = start == null ? 0 : now - long.Parse(start, CultureInfo.InvariantCulture);
    origin = since - Micros();
    int pieces = int.Parse(args[0], CultureInfo.InvariantCulture);
    marks = new long[pieces];
    return pieces;
  }

  public static void Mark() { marks[count++] = Micros() + origin; }

  public static void Print(ulong checksum) {
    var text = new StringBuilder("checksum: ").Append(checksum.ToString(CultureInfo.InvariantCulture)).Append("\nmarks:");
    for (int i = 0; i < count; i++) text.Append(' ').Append(marks[i].ToString(CultureInfo.InvariantCulture));
    Console.WriteLine(text.ToString());
  }
}
