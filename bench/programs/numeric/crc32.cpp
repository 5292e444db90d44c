#include "../twin.h"
#include <vector>

static std::vector<uint32_t> make_table() {
  std::vector<uint32_t> table(256);
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t v = i;
    for (int k = 0; k < 8; k++) v = (v & 1) != 0 ? 0xedb88320u ^ v >> 1 : v >> 1;
    table[i] = v;
  }
  return table;
}

static const std::vector<uint32_t> table = make_table();

static uint32_t crc_of(const std::vector<uint8_t>& data) {
  uint32_t crc = 0xffffffff;
  for (uint8_t b : data) crc = table[(crc ^ b) & 0xff] ^ crc >> 8;
  return ~crc;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  std::vector<uint8_t> data(16384);
  for (size_t i = 0; i < data.size(); i++) data[i] = static_cast<uint8_t>(i * 13 >> 2);
  uint32_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    const uint32_t crc = crc_of(data);
    data[r % data.size()] ^= static_cast<uint8_t>(crc);
    sum = sum * 31 + crc;
  }
  return print_checksum(sum);
}
