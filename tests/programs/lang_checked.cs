// Checked and unchecked arithmetic and conversions of every integer type.
using System;

class Program {
  static void W(string k, object v) { Console.WriteLine(k + "=" + v); }
  static string T<R>(Func<R> f) { try { return "" + f(); } catch (OverflowException) { return "overflow"; } catch (DivideByZeroException) { return "div0"; } catch (ArithmeticException e) { return e.GetType().Name; } }
  static readonly int imax = int.MaxValue, imin = int.MinValue, one = 1, m1 = -1, zero = 0;
  static readonly long lmax = long.MaxValue, lmin = long.MinValue, l1 = 1; static readonly uint umax = uint.MaxValue, u0 = 0; static readonly ulong ulmax = ulong.MaxValue, ul0 = 0;
  static readonly double[] ds = { 0.9, -0.9, 127.99, 128, 255.9, 256, -1, 32768, 65536, 2147483647.9, 2147483648.0, -2147483649.0, 4294967296.0, 9.3e18, -9.3e18, 1.9e19, double.NaN, double.PositiveInfinity };
  static readonly long[] ls = { 0, 127, 128, -128, -129, 255, 256, 32767, 32768, 65535, 65536, 2147483647, 2147483648, -2147483648, -2147483649, 4294967295, 4294967296, long.MinValue, long.MaxValue };
  static void Main() {
    W("add", T(() => checked(imax + one))); W("add ok", T(() => checked(imax + m1))); W("sub", T(() => checked(imin - one))); W("mul", T(() => checked(imax * 2))); W("mul min", T(() => checked(imin * m1))); W("neg", T(() => checked(-imin))); W("div", T(() => imin / m1)); W("rem", T(() => imin % m1)); W("div0", T(() => one / zero)); W("rem0", T(() => one % zero));
    W("ladd", T(() => checked(lmax + l1))); W("lsub", T(() => checked(lmin - l1))); W("lmul", T(() => checked(lmax * 2))); W("lneg", T(() => checked(-lmin))); W("ldiv", T(() => lmin / (long)m1)); W("lrem0", T(() => l1 % (long)zero)); W("lmul ok", T(() => checked((lmax / 2) * 2)));
    W("uadd", T(() => checked(umax + 1u))); W("usub", T(() => checked(u0 - 1u))); W("umul", T(() => checked(umax * umax))); W("umul ok", T(() => checked(65535u * 65537u))); W("uladd", T(() => checked(ulmax + 1))); W("ulsub", T(() => checked(ul0 - 1))); W("ulmul", T(() => checked(ulmax * 2))); W("udiv0", T(() => umax / u0));
    W("unchecked", unchecked(imax + one) + " " + unchecked(imin - one) + " " + unchecked(imax * 3) + " " + unchecked(umax + 2) + " " + unchecked(lmax + 1) + " " + unchecked(ul0 - 5));
    for (int i = 0; i < ls.Length; i++) { long v = ls[i]; W("long " + v, T(() => checked((sbyte)v)) + " " + T(() => checked((byte)v)) + " " + T(() => checked((short)v)) + " " + T(() => checked((ushort)v)) + " " + T(() => checked((int)v)) + " " + T(() => checked((uint)v)) + " " + T(() => checked((ulong)v)) + " " + T(() => (int)checked((char)v))); }
    for (int i = 0; i < ls.Length; i++) { long v = ls[i]; W("long un " + v, unchecked((sbyte)v) + " " + unchecked((byte)v) + " " + unchecked((short)v) + " " + unchecked((ushort)v) + " " + unchecked((int)v) + " " + unchecked((uint)v) + " " + unchecked((ulong)v) + " " + (int)unchecked((char)v)); }
    for (int i = 0; i < ds.Length; i++) { double v = ds[i]; W("double " + i, T(() => checked((sbyte)v)) + " " + T(() => checked((byte)v)) + " " + T(() => checked((short)v)) + " " + T(() => checked((ushort)v)) + " " + T(() => checked((int)v)) + " " + T(() => checked((uint)v)) + " " + T(() => checked((long)v)) + " " + T(() => checked((ulong)v))); }
    foreach (ulong v in new ulong[] { 0, 127, 128, 255, 256, 65535, 65536, 2147483647, 2147483648, 4294967295, 4294967296, 9223372036854775807, 9223372036854775808, ulong.MaxValue }) { ulong w = v; W("ulong " + w, T(() => checked((sbyte)w)) + " " + T(() => checked((byte)w)) + " " + T(() => checked((short)w)) + " " + T(() => checked((int)w)) + " " + T(() => checked((uint)w)) + " " + T(() => checked((long)w))); }
    foreach (uint v in new uint[] { 0, 127, 128, 32768, 65536, 2147483648, 4294967295 }) { uint w = v; W("uint " + w, T(() => checked((sbyte)w)) + " " + T(() => checked((short)w)) + " " + T(() => checked((ushort)w)) + " " + T(() => checked((int)w))); }
    checked { byte b = (byte)(254 + one); try { b++; } catch (OverflowException) { W("byte++", "overflow"); } sbyte s = -128; try { s--; } catch (OverflowException) { W("sbyte--", "overflow"); } short h = 32000; try { h += 1000; } catch (OverflowException) { W("short+=", "overflow " + h); } int n = 5; n += 7; W("int+=", n); char c = char.MaxValue; try { c++; } catch (OverflowException) { W("char++", "overflow"); } }
    checked { int sum = 0; string at = "none"; try { for (int i = one; ; i *= 3) { sum += i; at = "" + i; } } catch (OverflowException) { W("loop", sum + " at " + at); } }
    W("array size", T(() => new int[imin / 2].Length)); W("decimal", T(() => decimal.MaxValue + one)); W("decimal to int", T(() => (int)(3000000000m + zero))); W("decimal div", T(() => 1m / (decimal)zero));  W("abs", T(() => Math.Abs(imin))); W("convert", T(() => Convert.ToByte(256)) + " " + T(() => Convert.ToInt32(2.5)) + " " + T(() => Convert.ToInt32(3.5)) + " " + T(() => Convert.ToSByte(-129.0)));
    float f = 3e9f; W("float", T(() => checked((int)f)) + " " + T(() => checked((uint)f)) + " " + T(() => checked((long)f))); float big = 1e20f; W("float big", T(() => checked((long)big)) + " " + T(() => checked((ulong)big)));
  }
}
