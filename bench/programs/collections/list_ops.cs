// List<T>: growing, indexing, foreach, insertion and removal in the middle, search, ranges, queue and stack; SIZE rounds.
using System;
using System.Collections.Generic;

static class Program {
  static ulong Round(int round) {
    var numbers = new List<int>();
    uint s = (uint)round + 1;
    for (int i = 0; i < 5000; i++) {
      s = s * 1664525 + 1013904223;
      numbers.Add((int)(s >> 16));
    }
    ulong sum = 0;
    for (int i = 0; i < numbers.Count; i++) sum += (ulong)(numbers[i] * (i & 15));
    foreach (int n in numbers) sum ^= (ulong)n;
    for (int i = 0; i < 50; i++) {
      numbers.Insert(i * 37, i);
      numbers.RemoveAt(numbers.Count / 2);
      sum += (ulong)numbers.IndexOf(numbers[i * 20]);
    }
    numbers.RemoveRange(100, 200);
    numbers.Reverse();
    numbers.RemoveAll(n => n % 3 == 0);
    List<int> small = numbers.GetRange(10, 1000);
    sum = sum * 31 + (ulong)small.FindAll(n => n > 30000).Count;
    var queue = new Queue<int>(small);
    var stack = new Stack<int>();
    for (int i = 0; i < 2000; i++) {
      int n = queue.Dequeue();
      stack.Push(n);
      queue.Enqueue(n ^ i);
    }
    while (stack.Count > 0) sum = sum * 31 + (ulong)stack.Pop();
    foreach (int n in queue) sum = sum * 31 + (ulong)n;
    return sum + (ulong)numbers.Count;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    ulong sum = 0;
    for (int r = 0; r < rounds; r++) sum = sum * 31 + Round(r);
    Console.WriteLine("checksum: " + sum);
  }
}
