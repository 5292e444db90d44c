#include "../twin.h"
#include <algorithm>
#include <vector>

static int count_primes(std::vector<uint8_t>& composite, int limit) {
  std::fill(composite.begin(), composite.begin() + limit, 0);
  int count = 0;
  for (int i = 2; i < limit; i++) {
    if (composite[i]) continue;
    count++;
    for (int k = i + i; k < limit; k += i) composite[k] = 1;
  }
  return count;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  std::vector<uint8_t> composite(20064);
  uint32_t sum = 0;
  for (int r = 0; r < rounds; r++) sum = sum * 31 + static_cast<uint32_t>(count_primes(composite, 20000 + r % 64));
  return print_checksum(sum);
}
