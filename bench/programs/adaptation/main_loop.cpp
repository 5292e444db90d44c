#include "../twin.h"
#include <vector>

int main(int argc, char** argv) {
  const int turns = size_argument(argc, argv) * 1000;
  std::vector<uint32_t> table(256);
  for (uint32_t i = 0; i < 256; i++) table[i] = i * 2654435761u;
  uint32_t a = 1, b = 2, c = 3;
  double x = 0.5;
  for (int turn = 0; turn < turns; turn++) {
    for (size_t i = 0; i < table.size(); i++) {
      a = a * 31 + table[i];
      b = b << 3 ^ a >> 5;
      table[i] = c ^ b;
      c += static_cast<uint32_t>(i);
    }
    x = x * 3.75 * (1 - x);
    if (x < 0.25) c ^= static_cast<uint32_t>(x * 1000);
  }
  return print_checksum(a * 31ull + b + c);
}
