#include "../twin.h"
#include <stdexcept>

static uint32_t sum;

struct Finally {
  int depth, i;
  ~Finally() { sum = sum * 31 + static_cast<uint32_t>(depth ^ i); }
};

[[gnu::noinline]] static int down(int depth, int i) {
  Finally finally{depth, i};
  if (depth == 0) throw std::logic_error("");
  return down(depth - 1, i) + 1;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv) * 10;
  for (int i = 0; i < rounds; i++) {
    try {
      sum += static_cast<uint32_t>(down(20, i));
    } catch (const std::logic_error&) {
      sum++;
    }
  }
  return print_checksum(sum);
}
