// Arithmetic on bytes, shorts and chars wraps where it is stored.
class P {
  static byte b; static sbyte sb; static short s; static ushort us; static char c;
  static void Main() {
    long h = 0;
    for (int i = -300; i < 300; i += 7) {
      b = (byte)i; sb = (sbyte)i; s = (short)(i * 1000); us = (ushort)(i * 1000); c = (char)(i * 77);
      b += 200; sb -= 100; s *= 3; us <<= 1; c++;
      h = h * 33 + b; h = h * 33 + sb; h = h * 33 + s; h = h * 33 + us; h = h * 33 + c;
      System.Console.WriteLine(h);
    }
    byte x = 255; x++; System.Console.WriteLine(x);
    sbyte y = 127; y++; System.Console.WriteLine(y);
    short z = short.MinValue; z--; System.Console.WriteLine(z);
    bool t = b > 3, f = !t;
    System.Console.WriteLine((t ? 1 : 0) + (f ? 2 : 0) + (t ^ f ? 4 : 0) + (t & f ? 8 : 0) + (t | f ? 16 : 0));
  }
}
