struct Small { public int A; public short B; public byte C; public int Sum() { return A + B + C; } public void Inc() { A++; } }
struct Two { public long A, B; }
struct Mixed { public double D; public int I; }
struct Floats { public float X, Y; }
struct Doubles { public double X, Y; }
struct Big { public long A, B, C, D; public Small S; public string T; public Big(int n) { A = n; B = n * 2; C = n * 3; D = n * 4; S = new Small { A = n, B = 2, C = 3 }; T = "t" + n; } }
struct Ref { public object O; public string S; }
struct Outer { public Small S; public Two T; public int[] Arr; }
struct Empty { }
class P {
  static Small MakeSmall(int n) { return new Small { A = n, B = (short)(n + 1), C = (byte)(n + 2) }; }
  static Two MakeTwo(long n) { return new Two { A = n, B = -n }; }
  static Mixed MakeMixed(int n) { return new Mixed { D = n / 2.0, I = n }; }
  static Floats MakeFloats(float n) { return new Floats { X = n, Y = -n }; }
  static Doubles MakeDoubles(double n) { return new Doubles { X = n, Y = -n }; }
  static Big MakeBig(int n) { return new Big(n); }
  static Ref MakeRef(string s) { return new Ref { O = s, S = s + s }; }
  static long Take(Small s, Two t, Mixed m, Floats f, Doubles d, Big b, Ref r, int last) {
    s.A++; t.A++; b.A += 100; r.S = null;
    return s.Sum() + t.A * 3 + t.B + (long)(m.D * 4) + m.I + (long)f.X - (long)f.Y + (long)d.X * 2 + (long)d.Y + b.A + b.D + b.S.Sum() + b.T.Length + ((string)r.O).Length + last;
  }
  static Big PassThrough(Big b) { b.B = -b.B; return b; }
  static void ByRef(ref Big b, out Small s, in Two t) { b.C = t.A; s = b.S; s.Inc(); }
  Big field; static Big stat; Small small;
  Empty Nothing(Empty e) { return e; }
  static void Main() {
    long h = 0;
    for (int i = 0; i < 20; i++) {
      Small s = MakeSmall(i); Two t = MakeTwo(i * 1000000007L); Mixed m = MakeMixed(i); Floats f = MakeFloats(i); Doubles d = MakeDoubles(i); Big b = MakeBig(i); Ref r = MakeRef("r" + i);
      h = h * 31 + Take(s, t, m, f, d, b, r, i); h = h * 31 + s.A + t.A + b.A + r.S.Length;
      Big c = b; c.A = 5; c.S.A = 6; h = h * 31 + b.A + b.S.A + PassThrough(c).B + c.B;
      ByRef(ref b, out s, t); h = h * 31 + b.C + s.A + MakeBig(i).S.Sum() + MakeSmall(i).Sum();
      System.Console.WriteLine(h);
    }
    var p = new P(); p.field = new Big(3); p.field.S.Inc(); p.field.S.B = 9; stat = p.field; stat.S.Inc(); p.small.Inc(); p.Nothing(new Empty());
    System.Console.WriteLine(p.field.S.A + " " + p.field.S.B + " " + stat.S.A + " " + stat.T + " " + p.small.A);
    Outer o = new Outer(), o2; o.S.A = 1; o.T.B = 2; o.Arr = new int[] { 3 }; o2 = o; o2.S.A = 10; o2.Arr[0] = 30; System.Console.WriteLine(o.S.A + o.T.B + o.Arr[0] + o2.S.A);
    Big[] arr = new Big[3]; arr[1] = new Big(7); arr[1].S.Inc(); arr[2] = arr[1]; arr[2].S.Inc(); System.Console.WriteLine(arr[0].A + arr[1].S.A * 10 + arr[2].S.A * 100 + (arr[0].T == null ? 1000 : 0));
    object boxed = arr[1]; Big un = (Big)boxed; un.A = 0; System.Console.WriteLine(((Big)boxed).A + " " + boxed.Equals(arr[1]) + " " + boxed.Equals(un) + " " + default(Big).Equals(arr[0]));
  }
}
