// A program for a terminal: size, colours, lines, keys, cursor, interruption. Used by tests/terminal; here without one.
using System; using System.Threading;
class P { static void Main(string[] a) {
  if (Console.IsInputRedirected) { Console.WriteLine("no terminal " + Console.IsOutputRedirected + " " + Console.OutputEncoding.WebName + " äöü €"); return; }
  Console.WriteLine("size " + Console.WindowWidth + "x" + Console.WindowHeight + " " + Console.BufferWidth + " " + Console.IsInputRedirected + Console.IsOutputRedirected + Console.IsErrorRedirected + " " + Console.OutputEncoding.WebName + " " + Console.InputEncoding.WebName);
  Console.ForegroundColor = ConsoleColor.Red; Console.BackgroundColor = ConsoleColor.Blue; Console.Write("red"); Console.ResetColor(); Console.WriteLine();
  Console.Write("> "); string l = Console.ReadLine(); Console.WriteLine("[" + l + "]");
  var k = Console.ReadKey(true); Console.WriteLine(k.Key + " " + (int)k.KeyChar + " " + k.Modifiers);
  k = Console.ReadKey(true); Console.WriteLine(k.Key + " " + (int)k.KeyChar + " " + k.Modifiers);
  k = Console.ReadKey(); Console.WriteLine(k.Key + " " + (int)k.KeyChar + " " + k.Modifiers);
  Console.WriteLine(Console.KeyAvailable); Console.Title = "t"; Console.CursorVisible = false; Console.SetCursorPosition(3, 1); Console.Write("at"); Console.CursorVisible = true;
  Console.WriteLine(Console.Read()); Console.WriteLine(Console.ReadLine());
  Console.CancelKeyPress += (s, e) => { Console.WriteLine("cancel " + e.SpecialKey); e.Cancel = a.Length > 0; };
  Console.WriteLine("sleeping"); Thread.Sleep(4000); Console.WriteLine("woke");
  Console.WriteLine("äöü €");
} }
