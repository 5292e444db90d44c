// Interlocked operations on shared and on own words by two threads, and a lock-free stack; SIZE * 1000 rounds each.
using System;
using System.Threading;

sealed class Node {
  public Node Next;
  public readonly int Value;
  public Node(int value) { Value = value; }
}

static class Program {
  static int counter;
  static long total;
  static int highest;
  static Node top;

  static void Push(Node node) {
    Node old;
    do {
      old = Volatile.Read(ref top);
      node.Next = old;
    } while (Interlocked.CompareExchange(ref top, node, old) != old);
  }

  static void Work(int id, int rounds) {
    int mine = 0;
    for (int i = 0; i < rounds; i++) {
      Interlocked.Increment(ref counter);
      Interlocked.Add(ref total, i ^ id);
      mine = Interlocked.Exchange(ref mine, mine + 1) + 1;
      int seen = Volatile.Read(ref highest), candidate = (i * 31 + id) & 0xffff;
      while (candidate > seen) {
        int was = Interlocked.CompareExchange(ref highest, candidate, seen);
        if (was == seen) break;
        seen = was;
      }
      if (i % 16 == 0) Push(new Node(i + mine));
    }
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 1000;
    var other = new Thread(() => Work(2, rounds));
    other.Start();
    Work(1, rounds);
    other.Join();
    ulong sum = 0;
    for (Node n = top; n != null; n = n.Next) sum += (ulong)n.Value;
    Console.WriteLine("checksum: " + (sum + (ulong)counter * 31 + (ulong)total * 17 + (ulong)highest));
  }
}
