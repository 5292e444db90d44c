// Two threads hand a token to and fro: by Monitor.Wait/Pulse and by a pair of SemaphoreSlim; SIZE * 10 exchanges each way.
using System;
using System.Threading;

static class Program {
  static readonly object gate = new object();
  static int turn;
  static uint token = 1;

  static void Play(int me, int rounds) {
    for (int i = 0; i < rounds; i++)
      lock (gate) {
        while (turn != me) Monitor.Wait(gate);
        token = token * 31 + (uint)me;
        turn = 1 - me;
        Monitor.Pulse(gate);
      }
  }

  static void Pass(SemaphoreSlim mine, SemaphoreSlim other, uint k, int rounds) {
    for (int i = 0; i < rounds; i++) {
      mine.Wait();
      token = token * 31 + k;
      other.Release();
    }
  }

  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 10;
    var partner = new Thread(() => Play(1, rounds));
    partner.Start();
    Play(0, rounds);
    partner.Join();
    var a = new SemaphoreSlim(1);
    var b = new SemaphoreSlim(0);
    partner = new Thread(() => Pass(b, a, 5, rounds));
    partner.Start();
    Pass(a, b, 3, rounds);
    partner.Join();
    Console.WriteLine("checksum: " + token);
  }
}
