// symbols: mdb
// env: MONO_ENV_OPTIONS=--debug
// Stack traces with file and line, as text and as frames: throw, rethrow, nested, captured, inner exceptions, class initialisers,
// reflection, iterators, async methods, generics. Only file names are printed, not folders.
using System; using System.Collections.Generic; using System.Diagnostics; using System.IO; using System.Reflection;
using System.Runtime.CompilerServices; using System.Runtime.ExceptionServices; using System.Text.RegularExpressions; using System.Threading.Tasks;

class G<T> {
  public class In {
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Thrower<U>(T t, ref U u, int[] a, out string s) { s = null; Fail.Now("generic"); }
  }
}
static class Fail {
  // The place of a `throw` itself is left to Mono, which moves such code to the end of the method.
  [MethodImpl(MethodImplOptions.NoInlining)]
  public static void Now(string what) {
    throw new InvalidOperationException(what);
  }
}
class Static {
  static Static() { Fail.Now("cctor"); }
  public static int F = 3;
  [MethodImpl(MethodImplOptions.NoInlining)]
  public static int Get() { return F; }
}
struct S {
  public int X;
  public int Prop { [MethodImpl(MethodImplOptions.NoInlining)] get { Fail.Now("prop"); return X; } }
}

class P {
  [MethodImpl(MethodImplOptions.NoInlining)]
  static int Recurse(int n) {
    if (n == 0)
      Fail.Now("recursion");
    int r = Recurse(n - 1);
    return r + n;
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static int Div(int a, int b) {
    int c = 1;
    c += a / b;
    return c;
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static void Nested() {
    try {
      Recurse(1);
    } catch (Exception e) {
      throw new ApplicationException("outer", e);
    }
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static void Again() {
    try {
      Recurse(1);
    } catch (Exception) {
      Console.WriteLine("caught");
      throw;
    }
  }
  static ExceptionDispatchInfo captured;
  [MethodImpl(MethodImplOptions.NoInlining)]
  static void Captured() {
    try {
      Recurse(0);
    } catch (Exception e) {
      captured = ExceptionDispatchInfo.Capture(e);
    }
    captured.Throw();
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static void Finally() {
    try {
      Div(4, 0);
    } finally {
      Console.WriteLine("finally");
    }
  }
  static async Task<int> Async1() { await Task.Yield(); Div(1, 0); return 1; }
  static async Task<int> Async2() {
    return await Async1() + 1;
  }
  static IEnumerable<int> Iterator() {
    yield return 1;
    Div(2, 0);
    yield return 2;
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static void Invoked(int x) { Div(x, 0); }
  int this[int i] { [MethodImpl(MethodImplOptions.NoInlining)] get { Fail.Now("index"); return 0; } }

  static string Files(string text) { return Regex.Replace(text, @"in /[^ ]*/", "in "); }
  // Frames of the runtime's own wrappers are Mono's alone, and places inside the class library need symbols that Debian does not have.
  static void Print(string text) {
    foreach (var line in Files(text).Split('\n'))
      if (!line.Contains("(wrapper ")) Console.WriteLine(Regex.Replace(line, @"\[0x[0-9a-f]+\] in <[0-9a-f]+>:0", "in the library"));
  }
  [MethodImpl(MethodImplOptions.NoInlining)]
  static void Show(string what, Action a) {
    try {
      a();
    } catch (Exception e) {
      Console.WriteLine("== " + what);
      Print(e.ToString());
      Console.WriteLine(Files(e.StackTrace).Split('\n').Length + " " + (e.TargetSite == null ? "?" : e.TargetSite.Name) + " " + e.Source.StartsWith("traces"));
    }
  }
  static void Main() {
    Show("recursion", () => Recurse(2));
    Show("div", () => Div(1, 0));
    Show("nested", Nested);
    Show("again", Again);
    Show("captured", Captured);
    Show("finally", Finally);
    Show("async wait", () => Async2().Wait());
    Show("async result", () => Async2().GetAwaiter().GetResult());
    Show("iterator", () => { foreach (var i in Iterator()) Console.WriteLine(i); });
    Show("generic", () => { string s; G<int>.In.Thrower<string>(1, ref text, null, out s); });
    Show("property", () => Console.WriteLine(new S().Prop));
    Show("static", () => Console.WriteLine(Static.Get()));
    Show("static again", () => Console.WriteLine(Static.Get()));
    Show("invoke", () => typeof(P).GetMethod("Invoked", BindingFlags.NonPublic | BindingFlags.Static).Invoke(null, new object[] { 1 }));
    Show("index", () => Console.WriteLine(new P()[1]));
    Show("cast", () => { object o = 1; Console.WriteLine((string)o); });
    Show("bounds", () => { var a = new int[1]; int i = 5; a[i] = 1; });
    Show("parse", () => int.Parse("x"));
    Show("dictionary", () => Console.WriteLine(new Dictionary<string, int>()["q"]));
    Show("aggregate", () => Task.WaitAll(Task.Run(() => Recurse(0)), Task.Run(() => Recurse(1))));
    Frames();
  }
  static string text = "";
  [MethodImpl(MethodImplOptions.NoInlining)]
  static void Frames() {
    Console.WriteLine("== frames");
    var here = new StackFrame(0, true);
    Console.WriteLine(here.GetMethod().Name + " " + here.GetFileLineNumber() + " " + Path.GetFileName(here.GetFileName()) + " " + (here.GetILOffset() > 0));
    Console.WriteLine(new StackFrame(1, true).GetMethod().Name + " " + new StackFrame(1, true).GetFileLineNumber() + " " + (new StackFrame(1).GetFileName() ?? "none") + new StackFrame(1).GetFileLineNumber());
    var trace = new StackTrace(true);
    for (int i = 0; i < trace.FrameCount; i++) {
      var f = trace.GetFrame(i);
      Console.WriteLine(f.GetMethod() + " " + f.GetFileLineNumber() + ":" + f.GetFileColumnNumber() + " " + Path.GetFileName(f.GetFileName()));
    }
    Print(trace.ToString());
    try {
      Recurse(1);
    } catch (Exception e) {
      foreach (var f in new StackTrace(e, true).GetFrames()) Console.WriteLine(f.GetMethod() + " " + f.GetFileLineNumber() + " " + f.GetMethod().DeclaringType);
      Console.WriteLine(new StackTrace(e, 1, true).FrameCount + " " + new StackTrace(e).GetFrame(0).GetFileLineNumber() + " " + new StackTrace(e, 99).FrameCount);
    }
    Console.WriteLine(new StackTrace(1).FrameCount);
    Console.WriteLine(Environment.StackTrace.Contains("P.Frames"));
  }
}
