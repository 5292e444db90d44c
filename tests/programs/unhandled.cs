// An exception that nobody catches: the finally blocks' fate aside, output so far is printed and the exit status is 1.
class P {
  static void Main() { System.Console.WriteLine("before"); Inner(0); }
  static int Inner(int z) { return 10 / z; }
}
