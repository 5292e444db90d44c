// args: one two 3
class P {
  static int Main(string[] args) { foreach (string a in args) System.Console.WriteLine(a); return 40 + args.Length; }
}
