// SHA-256 (FIPS 180-4) of a 4 KiB message, SIZE times; each digest is written into the next message.
using System;

sealed class Sha256 {
  static readonly uint[] K = Constants();
  readonly uint[] w = new uint[64];

  // The first 32 bits of the fractional parts of the cube roots of the first 64 primes, by integer arithmetic.
  static uint[] Constants() {
    var k = new uint[64];
    int n = 0;
    for (ulong candidate = 2; n < 64; candidate++) {
      bool prime = true;
      for (ulong d = 2; d * d <= candidate; d++) if (candidate % d == 0) { prime = false; break; }
      if (prime) k[n++] = (uint)CubeRoot(candidate);
    }
    return k;
  }

  // floor(cbrt(v) * 2^32), low 32 bits: the largest r with r^3 <= v * 2^96, by long multiplication in base 2^16.
  static ulong CubeRoot(ulong v) {
    ulong r = 0;
    for (int bit = 35; bit >= 0; bit--) {
      ulong candidate = r | 1UL << bit;
      if (CubeAtMost(candidate, v)) r = candidate;
    }
    return r & 0xffffffff;
  }

  static bool CubeAtMost(ulong x, ulong v) {
    var parts = new ulong[4];
    for (int i = 0; i < 4; i++) parts[i] = x >> 16 * i & 0xffff;
    ulong[] cube = Product(Product(parts, parts), parts);
    // v * 2^96 has v in digits 6 and 7 and nothing below.
    for (int i = cube.Length - 1; i >= 8; i--) if (cube[i] != 0) return false;
    ulong high = cube[7] << 16 | cube[6];
    if (high != v) return high < v;
    for (int i = 5; i >= 0; i--) if (cube[i] != 0) return false;
    return true;
  }

  static ulong[] Product(ulong[] a, ulong[] b) {
    var result = new ulong[a.Length + b.Length];
    for (int i = 0; i < a.Length; i++) {
      ulong carry = 0;
      for (int j = 0; j < b.Length; j++) {
        ulong t = result[i + j] + a[i] * b[j] + carry;
        result[i + j] = t & 0xffff;
        carry = t >> 16;
      }
      result[i + b.Length] += carry;
    }
    return result;
  }

  static uint Rotate(uint v, int n) { return v >> n | v << 32 - n; }

  void Block(byte[] data, int at, uint[] state) {
    for (int i = 0; i < 16; i++, at += 4)
      w[i] = (uint)(data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3]);
    for (int i = 16; i < 64; i++) {
      uint x = w[i - 15], y = w[i - 2];
      uint s0 = Rotate(x, 7) ^ Rotate(x, 18) ^ x >> 3, s1 = Rotate(y, 17) ^ Rotate(y, 19) ^ y >> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
      uint t1 = h + (Rotate(e, 6) ^ Rotate(e, 11) ^ Rotate(e, 25)) + (e & f ^ ~e & g) + K[i] + w[i];
      uint t2 = (Rotate(a, 2) ^ Rotate(a, 13) ^ Rotate(a, 22)) + (a & b ^ a & c ^ b & c);
      h = g; g = f; f = e; e = d + t1; d = c; c = b; b = a; a = t1 + t2;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  public void Digest(byte[] message, byte[] result) {
    var state = new uint[] { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    int whole = message.Length / 64 * 64;
    for (int at = 0; at < whole; at += 64) Block(message, at, state);
    int rest = message.Length - whole;
    var last = new byte[rest < 56 ? 64 : 128];
    Array.Copy(message, whole, last, 0, rest);
    last[rest] = 0x80;
    ulong bits = (ulong)message.Length * 8;
    for (int i = 0; i < 8; i++) last[last.Length - 1 - i] = (byte)(bits >> 8 * i);
    for (int at = 0; at < last.Length; at += 64) Block(last, at, state);
    for (int i = 0; i < 32; i++) result[i] = (byte)(state[i / 4] >> 24 - i % 4 * 8);
  }
}

static class Program {
  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var hash = new Sha256();
    var message = new byte[4096];
    for (int i = 0; i < message.Length; i++) message[i] = (byte)(i * 7);
    var digest = new byte[32];
    for (int r = 0; r < rounds; r++) {
      hash.Digest(message, digest);
      Array.Copy(digest, 0, message, r * 32 % 4096, 32);
    }
    ulong sum = 0;
    for (int i = 0; i < 8; i++) sum = sum << 8 | digest[i];
    Console.WriteLine("checksum: " + sum);
  }
}
