#include "../twin.h"
#include <vector>

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
static std::vector<uint32_t> constants() {
  std::vector<uint32_t> k;
  for (uint64_t candidate = 2; k.size() < 64; candidate++) {
    bool prime = true;
    for (uint64_t d = 2; d * d <= candidate; d++) if (candidate % d == 0) { prime = false; break; }
    if (!prime) continue;
    // floor(cbrt(v) * 2^32) bit by bit; r^3 / 2^96 against v: 128 bits hold r^2, the third factor is split.
    uint64_t r = 0;
    for (int bit = 35; bit >= 0; bit--) {
      const uint64_t x = r | 1ull << bit;
      const unsigned __int128 square = static_cast<unsigned __int128>(x) * x;  // < 2^72
      const unsigned __int128 low = (square & 0xffffffffull) * x, high = (square >> 32) * x + (low >> 32);
      const unsigned __int128 limit = static_cast<unsigned __int128>(candidate) << 64;
      if (high < limit || (high == limit && (low & 0xffffffffull) == 0)) r = x;
    }
    k.push_back(static_cast<uint32_t>(r));
  }
  return k;
}

class Sha256 {
 public:
  void digest(const std::vector<uint8_t>& message, uint8_t* result) {
    uint32_t state[] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    const size_t whole = message.size() / 64 * 64, rest = message.size() - whole;
    for (size_t at = 0; at < whole; at += 64) block(&message[at], state);
    std::vector<uint8_t> last(rest < 56 ? 64 : 128);
    std::memcpy(last.data(), message.data() + whole, rest);
    last[rest] = 0x80;
    const uint64_t bits = message.size() * 8;
    for (int i = 0; i < 8; i++) last[last.size() - 1 - i] = static_cast<uint8_t>(bits >> 8 * i);
    for (size_t at = 0; at < last.size(); at += 64) block(&last[at], state);
    for (int i = 0; i < 32; i++) result[i] = static_cast<uint8_t>(state[i / 4] >> (24 - i % 4 * 8));
  }

 private:
  static uint32_t rotate(uint32_t v, int n) { return v >> n | v << (32 - n); }

  void block(const uint8_t* data, uint32_t* state) {
    uint32_t w[64];
    for (int i = 0; i < 16; i++)
      w[i] = static_cast<uint32_t>(data[4 * i] << 24 | data[4 * i + 1] << 16 | data[4 * i + 2] << 8 | data[4 * i + 3]);
    for (int i = 16; i < 64; i++) {
      const uint32_t x = w[i - 15], y = w[i - 2];
      const uint32_t s0 = rotate(x, 7) ^ rotate(x, 18) ^ x >> 3, s1 = rotate(y, 17) ^ rotate(y, 19) ^ y >> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
      const uint32_t t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + k_[i] + w[i];
      const uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g; g = f; f = e; e = d + t1; d = c; c = b; b = a; a = t1 + t2;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  const std::vector<uint32_t> k_ = constants();
};

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  Sha256 hash;
  std::vector<uint8_t> message(4096);
  for (size_t i = 0; i < message.size(); i++) message[i] = static_cast<uint8_t>(i * 7);
  uint8_t digest[32] = {};
  for (int r = 0; r < rounds; r++) {
    hash.digest(message, digest);
    std::memcpy(&message[r * 32 % 4096], digest, 32);
  }
  uint64_t sum = 0;
  for (int i = 0; i < 8; i++) sum = sum << 8 | digest[i];
  return print_checksum(sum);
}
