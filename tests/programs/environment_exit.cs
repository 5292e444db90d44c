class P {
  static void Main() { try { System.Console.WriteLine("leaving"); System.Environment.Exit(7); } finally { System.Console.WriteLine("not here"); } }
}
