using System;
class Node { public int V; public long Pad0, Pad1; public Node Next; public virtual int Get() { return V; } public int Direct() { return 5; } public int Field() { return V; } }
class Big { public Blob B; public int After; } struct Blob { public long A0, A1, A2, A3, A4, A5, A6, A7, A8, A9; }
class Other : Node { public override int Get() { return -V; } }
interface I { int M(); }
class P {
  static int n;
  static void T(Action a) { try { a(); Console.WriteLine(n + " fine"); } catch (NullReferenceException) { Console.WriteLine(n + " null"); } catch (InvalidCastException) { Console.WriteLine(n + " cast"); } catch (IndexOutOfRangeException) { Console.WriteLine(n + " index"); } catch (ArgumentNullException) { Console.WriteLine(n + " argument"); } n++; }
  static Node nothing; static int[] noInts; static object[] noObjects; static I noI; static Big noBig; static string noString; static object o = "text", boxed = 5;
  static void RefNull() { ref int r = ref nothing.V; n++; r = 1; }
  static void Main() {
    int sink = 0; long lsink = 0; object osink;
    T(() => sink = nothing.V); T(() => nothing.V = 1); T(() => osink = nothing.Next); T(() => nothing.Next = new Node()); T(() => sink = nothing.Get()); T(() => sink = nothing.Direct()); T(() => sink = nothing.Field());
    T(() => sink = noInts[0]); T(() => noInts[0] = 1); T(() => sink = noInts.Length); T(() => osink = noObjects[3]); T(() => noObjects[3] = o); T(() => sink = noI.M()); T(() => lsink = noBig.B.A9); T(() => sink = noBig.After); T(() => { Blob b = noBig.B; lsink = b.A5; }); T(() => sink = noString.Length); T(RefNull);
    T(() => { int u = (int)(object)null; }); T(() => { lock (nothing) { } }); T(() => nothing.GetType()); T(() => { foreach (int v in noInts) sink += v; });
    T(() => osink = (Node)o); T(() => osink = (string)o); T(() => osink = (Node)(object)null); T(() => sink = (int)boxed); T(() => lsink = (long)boxed); T(() => lsink = (uint)boxed); T(() => osink = (I)o); T(() => osink = (IComparable)o); T(() => osink = (Other)new Node()); T(() => osink = (Node)new Other()); T(() => osink = (int[])(object)new uint[1]); T(() => osink = (object[])(object)new string[1]); T(() => osink = (string[])new object[1]); T(() => osink = (DayOfWeek)boxed); T(() => sink = (int)(object)DayOfWeek.Friday);
    Console.WriteLine((o as Node == null) + " " + (o as string) + " " + (boxed is int) + (boxed is long) + (boxed is IComparable<int>) + ((object)null is string)); if (boxed is int k && k > 3) Console.WriteLine(k);
    int chain = 0; Node list = null; for (int i = 0; i < 5; i++) list = new Node { V = i, Next = list }; try { for (Node p = list; ; p = p.Next) chain = chain * 10 + p.V; } catch (NullReferenceException) { Console.WriteLine(chain); }
  }
}
