// Exceptions that the runtime throws: null reference, index out of range, division by zero, bad cast, overflow; some
// attempts of each kind succeed. SIZE * 100 rounds.
using System;

sealed class Holder { public int Value = 3; }

static class Program {
  static int Act(int i, Holder holder, int[] array, object o) {
    switch (i % 5) {
      case 0: return holder.Value + i;
      case 1: return array[i % 7];
      case 2: return i / (i % 4 - 2 + (i & 1));
      case 3: return ((string)o).Length;
      default: return checked(i * (i % 3 == 0 ? 1 : int.MaxValue / 2));
    }
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 100;
    var holder = new Holder();
    var array = new int[] { 5, 6, 7, 8 };
    uint sum = 0;
    for (int i = 0; i < rounds; i++) {
      int result;
      try {
        result = Act(i, i % 3 == 0 ? holder : null, array, i % 2 == 0 ? (object)"text" : holder);
      } catch (NullReferenceException) {
        result = 1001;
      } catch (IndexOutOfRangeException) {
        result = 1002;
      } catch (DivideByZeroException) {
        result = 1003;
      } catch (InvalidCastException) {
        result = 1004;
      } catch (OverflowException) {
        result = 1005;
      }
      sum = sum * 31 + (uint)result;
    }
    Console.WriteLine("checksum: " + sum);
  }
}
