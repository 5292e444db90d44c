// Large objects: huge arrays of every kind, zeroed when memory is used again, references in them, out of memory as an exception.
// move: 97
// timeout: 120
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Text;

class Item { public int Value; public Item(int v) { Value = v; } }
struct Wide { public long A, B, C; public Item R; }

static class P {
  static int checks, failed;
  static void Check(bool ok, string what) {
    checks++;
    if (ok) return;
    failed++;
    Console.WriteLine("failed: " + what);
  }
  static bool Zero(byte[] a) {
    foreach (byte b in a) if (b != 0) return false;
    return true;
  }

  [MethodImpl(MethodImplOptions.NoInlining)]
  static bool Churn(int round) {
    bool zero = true;
    for (int i = 0; i < 12; i++) {
      var a = new byte[20000 + (i * 37 + round * 11) % 9 * 30000];
      zero &= Zero(a);
      for (int k = 0; k < a.Length; k++) a[k] = 0xA5;
    }
    return zero;
  }

  static void Sizes() {
    // Around every border between small and large.
    bool right = true;
    var kept = new List<byte[]>();
    foreach (int at in new[] { 100, 2048, 4096, 8000, 16384, 32768, 65536, 1 << 20 })
      for (int d = -33; d <= 33; d += 11) {
        var a = new byte[at + d];
        right &= Zero(a) && a.Length == at + d;
        a[0] = 1;
        a[a.Length - 1] = 2;
        kept.Add(a);
      }
    GC.Collect(0);
    GC.Collect();
    foreach (var a in kept) right &= a[0] == 1 && a[a.Length - 1] == 2;
    Check(right, "sizes");
  }

  static void References() {
    var big = new Item[100000];
    var wide = new Wide[5000];
    for (int round = 0; round < 10; round++) {
      for (int i = round; i < big.Length; i += 997) big[i] = new Item(i);
      for (int i = round; i < wide.Length; i += 97) wide[i] = new Wide { A = i, C = -i, R = new Item(i) };
      GC.Collect(round % 3 == 0 ? 1 : 0);
    }
    bool right = true;
    for (int i = 0; i < big.Length; i++) right &= big[i] == null ? i % 997 >= 10 : big[i].Value == i;
    for (int i = 0; i < wide.Length; i++) right &= wide[i].R == null ? wide[i].A == 0 : wide[i].R.Value == i && wide[i].C == -i;
    Check(right, "references in large arrays");
    var copy = (Item[])big.Clone();
    Array.Copy(big, 0, big, 5, big.Length - 5);
    GC.Collect(0);
    right = true;
    for (int i = 5; i < big.Length; i++) right &= big[i] == copy[i - 5];
    Check(right, "copied within itself");
    var dims = new Item[60, 70, 20];
    for (int i = 0; i < 60; i++) dims[i, i, i % 20] = new Item(i);
    var shifted = Array.CreateInstance(typeof(object), new[] { 300, 40 }, new[] { -100, 5 });
    shifted.SetValue("corner", 199, 44);
    GC.Collect(0);
    GC.Collect();
    right = true;
    for (int i = 0; i < 60; i++) right &= dims[i, i, i % 20].Value == i;
    Check(right && (string)shifted.GetValue(199, 44) == "corner", "several dimensions");
  }

  static void Strings() {
    var s = new StringBuilder();
    for (int i = 0; i < 20000; i++) s.Append("line ").Append(i).Append('\n');
    string text = s.ToString();
    GC.Collect();
    string upper = text.ToUpperInvariant();
    Check(text.Length == 208890 && upper.EndsWith("LINE 19999\n") && string.Concat(text, upper).Length == 2 * text.Length, "large strings");
    Check(new string('z', 1 << 20).Substring(1 << 19).Length == 1 << 19, "and parts of them");
  }

  static void TooMuch() {
    int thrown = 0;
    try {
      var a = new long[int.MaxValue, 1000];
      GC.KeepAlive(a);
    } catch (OutOfMemoryException) { thrown++; } catch (OverflowException) { thrown++; }
    try {
      int n = -1;
      GC.KeepAlive(new int[n]);
    } catch (OverflowException) { thrown++; }
    Check(thrown == 2, "impossible sizes: " + thrown);
    // Afterwards all is well.
    GC.Collect();
    Check(Zero(new byte[1 << 20]), "after it");
  }

  static void Main() {
    Sizes();
    bool zero = true;
    for (int round = 0; round < 20; round++) {
      zero &= Churn(round);
      if (round % 5 == 4) GC.Collect();
    }
    Check(zero, "memory used again is zero");
    References();
    Strings();
    TooMuch();
    Console.WriteLine(checks + " checks, " + failed + " failed");
  }
}
