// CRC-32 (polynomial 0xedb88320, one table) of a 16 KiB buffer, SIZE times; each result changes the buffer.
using System;

static class Program {
  static readonly uint[] Table = MakeTable();

  static uint[] MakeTable() {
    var table = new uint[256];
    for (uint i = 0; i < 256; i++) {
      uint v = i;
      for (int k = 0; k < 8; k++) v = (v & 1) != 0 ? 0xedb88320 ^ v >> 1 : v >> 1;
      table[i] = v;
    }
    return table;
  }

  static uint Crc(byte[] data) {
    uint crc = 0xffffffff;
    foreach (byte b in data) crc = Table[(crc ^ b) & 0xff] ^ crc >> 8;
    return ~crc;
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    var data = new byte[16384];
    for (int i = 0; i < data.Length; i++) data[i] = (byte)(i * 13 >> 2);
    uint sum = 0;
    for (int r = 0; r < rounds; r++) {
      uint crc = Crc(data);
      data[r % data.Length] ^= (byte)crc;
      sum = sum * 31 + crc;
    }
    Console.WriteLine("checksum: " + sum);
  }
}
