// Locks that one thread takes: an account object with locked methods, recursive locking, Monitor.TryEnter; SIZE * 1000 rounds.
using System;
using System.Runtime.CompilerServices;
using System.Threading;

sealed class Account {
  readonly object gate = new object();
  uint balance;
  public void Deposit(uint v) { lock (gate) balance = balance * 3 + v; }
  public uint Balance { get { lock (gate) return balance; } }
  public void Twice(uint v) { lock (gate) { Deposit(v); Deposit(v ^ 1); } }
  public bool TryDeposit(uint v) {
    if (!Monitor.TryEnter(gate)) return false;
    try {
      balance += v;
      return true;
    } finally {
      Monitor.Exit(gate);
    }
  }
  [MethodImpl(MethodImplOptions.Synchronized)]
  public uint Mixed() { return balance ^ balance >> 7; }
}

static class Program {
  static void Main(string[] args) {
    int rounds = (args.Length > 0 ? int.Parse(args[0]) : 1) * 1000;
    var accounts = new Account[16];
    for (int i = 0; i < accounts.Length; i++) accounts[i] = new Account();
    uint sum = 0;
    for (int r = 0; r < rounds; r++) {
      Account account = accounts[r & 15];
      account.Deposit((uint)r);
      account.Twice(sum);
      if (account.TryDeposit(7)) sum++;
      sum = sum * 31 + account.Balance + account.Mixed();
    }
    Console.WriteLine("checksum: " + sum);
  }
}
