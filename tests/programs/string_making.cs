// Strings at the edges of what the compilers know of them: lengths around what is allocated fast, indexes out of range, null receivers, blocks of
// memory moved with every length and overlap.
// always
using System;
using System.Runtime.CompilerServices;
using System.Text;

static unsafe class Program {
  static uint Hash(string s) {
    uint h = 2166136261;
    for (int i = 0; i < s.Length; i++) h = (h ^ s[i]) * 16777619;
    return h;
  }

  [MethodImpl(MethodImplOptions.NoInlining)]
  static int At(string s, int i) {
    try {
      return s[i];
    } catch (IndexOutOfRangeException) {
      return -1;
    } catch (NullReferenceException) {
      return -2;
    }
  }

  [MethodImpl(MethodImplOptions.NoInlining)]
  static int LengthOf(string s) {
    try {
      return s.Length;
    } catch (NullReferenceException) {
      return -2;
    }
  }

  static void Lengths() {
    uint sum = 0;
    for (int n = 0; n < 40; n++) {
      string s = new string('x', n) + new string('y', n / 2);
      sum = sum * 31 + Hash(s) + (uint)s.Length;
    }
    foreach (int n in new[] { 3996, 3997, 3998, 3999, 4000, 4001, 4096, 8180, 8192, 16384, 100000 }) {
      string s = new string('a', n);
      string t = s + "b";
      sum = sum * 31 + Hash(t) + (uint)(s.Length ^ t.Length);
      if (t[n] != 'b' || t[n - 1] != 'a') Console.WriteLine("wrong at " + n);
    }
    Console.WriteLine("lengths " + sum);
  }

  static void Edges() {
    string s = "abc";
    Console.WriteLine(At(s, 0) + " " + At(s, 2) + " " + At(s, 3) + " " + At(s, -1) + " " + At(s, int.MinValue) + " " + At(s, int.MaxValue) + " " + At("", 0));
    Console.WriteLine(At(null, 0) + " " + LengthOf(null) + " " + LengthOf("") + " " + LengthOf(s));
    int caught = 0;
    for (int i = 0; i < 200; i++)
      if (At(s, i % 5) < 0) caught++;
    Console.WriteLine("caught " + caught);
    try {
      new string('x', -1);
    } catch (ArgumentOutOfRangeException) {
      Console.WriteLine("no negative length");
    }
  }

  // Every length and distance.
  static void Moves() {
    uint sum = 17;
    var bytes = new byte[700];
    for (int round = 0; round < 2; round++)
      for (int n = 0; n <= 300; n += n < 140 ? 1 : 7)
        for (int d = -70; d <= 70; d += 7) {
          for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)(i * 7 + n);
          fixed (byte* p = bytes) new ReadOnlySpan<byte>(p + 200, n).CopyTo(new Span<byte>(p + 200 + d, 300));
          for (int i = 0; i < n; i++)
            if (bytes[200 + d + i] != (byte)((200 + i) * 7 + n)) Console.WriteLine("moved wrongly: " + n + " by " + d + " at " + i);
          if (bytes[199 + d] != (byte)((199 + d) * 7 + n) || bytes[200 + d + n] != (byte)((200 + d + n) * 7 + n)) Console.WriteLine("too much: " + n + " by " + d);
          sum = sum * 31 + bytes[200 + d + n / 2];
        }
    var large = new byte[9000];
    for (int n = 2000; n < 4100; n += 97)
      for (int d = -130; d <= 130; d += 65) {
        for (int i = 0; i < large.Length; i++) large[i] = (byte)(i * 13 ^ i >> 8);
        fixed (byte* p = large) new ReadOnlySpan<byte>(p + 1000, n).CopyTo(new Span<byte>(p + 1000 + d, 5000));
        for (int i = 0; i < n; i++)
          if (large[1000 + d + i] != (byte)((1000 + i) * 13 ^ (1000 + i) >> 8)) {
            Console.WriteLine("moved wrongly: " + n + " by " + d + " at " + i);
            break;
          }
        sum = sum * 31 + large[1000 + d + n - 1];
      }
    Console.WriteLine("moves " + sum);
  }

  static void Texts() {
    var b = new StringBuilder();
    for (int i = 0; i < 300; i++) b.Append(i).Append(i % 3 == 0 ? ", " : ";").Append((char)('a' + i % 26));
    for (int i = 0; i < 20; i++) b.Insert(i * 11, "<" + i + ">");
    b.Remove(50, 25).Replace("1", "one");
    string text = b.ToString();
    uint sum = Hash(text);
    foreach (string part in text.Split(';', ',')) sum = sum * 31 + Hash(part.Trim()) + Hash(part.ToUpperInvariant()) + (uint)part.IndexOf('a');
    for (int i = 0; i < text.Length; i += 37) sum = sum * 31 + Hash(text.Substring(i, Math.Min(50, text.Length - i)));
    Console.WriteLine("texts " + sum);
  }

  static void Main() {
    for (int i = 0; i < 3; i++) {
      Lengths();
      Edges();
      Moves();
      Texts();
    }
  }
}
