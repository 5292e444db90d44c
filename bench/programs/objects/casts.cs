// Type tests and casts to classes (exact and up the hierarchy), sealed classes, interfaces, arrays; SIZE * 1000 rounds over
// 32 objects.
using System;

interface INamed { int Name { get; } }
interface IWeighed { int Weight { get; } }
abstract class Shape { public int Id; }
class Round : Shape, INamed { public int Name { get { return Id + 1; } } }
sealed class Ball : Round, IWeighed { public int Weight { get { return Id * 3; } } }
class Square : Shape, IWeighed { public int Weight { get { return Id * 5; } } }
sealed class Cube : Square, INamed { public int Name { get { return Id + 7; } } }

static class Program {
  static uint Visit(object[] things, uint sum) {
    foreach (object thing in things) {
      var shape = thing as Shape;
      if (shape != null) sum += (uint)shape.Id;
      if (thing is Ball) sum = sum * 3 + (uint)((Ball)thing).Weight;
      if (thing is Round) sum ^= (uint)((Round)thing).Name;
      var named = thing as INamed;
      if (named != null) sum += (uint)named.Name;
      var weighed = thing as IWeighed;
      if (weighed != null) sum = sum * 5 + (uint)weighed.Weight;
      var numbers = thing as int[];
      if (numbers != null) sum += (uint)numbers.Length;
      if (thing is object[]) sum++;
      if (thing is string) sum += (uint)((string)thing).Length;
    }
    return sum;
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 1000;
    var things = new object[32];
    uint seed = 99;
    for (int i = 0; i < things.Length; i++) {
      seed = seed * 1664525 + 1013904223;
      switch ((seed >> 16) % 8) {
        case 0: things[i] = new Ball { Id = i }; break;
        case 1: things[i] = new Cube { Id = i }; break;
        case 2: things[i] = new Round { Id = i }; break;
        case 3: things[i] = new Square { Id = i }; break;
        case 4: things[i] = new int[i]; break;
        case 5: things[i] = new string[i]; break;
        case 6: things[i] = "name" + i; break;
        default: things[i] = new object(); break;
      }
    }
    uint sum = 0;
    for (int r = 0; r < rounds; r++) sum = Visit(things, sum);
    Console.WriteLine("checksum: " + sum);
  }
}
