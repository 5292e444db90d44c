#include "../twin.h"
#include <algorithm>
#include <vector>

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  std::vector<std::vector<int64_t>> kept(8);
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    const int length = 8192 << r % 5;
    std::vector<int64_t> a(length);
    for (int i = 0; i < length; i += 8) a[i] = i ^ r;
    std::vector<int64_t> b(length);
    std::copy(a.begin() + 1, a.end(), b.begin());
    int64_t total = 0;
    for (int64_t v : kept[r % 8]) total += v;
    sum = sum * 31 + static_cast<uint64_t>(total) + static_cast<uint64_t>(b[length / 2 - 1]);
    kept[r % 8] = std::move(b);
  }
  return print_checksum(sum);
}
