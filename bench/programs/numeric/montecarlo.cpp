#include "../twin.h"
#include <climits>
#include <vector>

class Generator {
 public:
  explicit Generator(int seed) : table_(17) {
    uint32_t s = static_cast<uint32_t>(seed);
    for (int& entry : table_) {
      s = s * 1664525u + 1013904223u;
      entry = static_cast<int>(s >> 1);
    }
  }

  double next() {
    int k = table_[i_] - table_[j_];
    if (k < 0) k += INT_MAX;
    table_[j_] = k;
    if (i_ == 0) i_ = 16; else i_--;
    if (j_ == 0) j_ = 16; else j_--;
    return k * (1.0 / INT_MAX);
  }

 private:
  std::vector<int> table_;
  int i_ = 4, j_ = 16;
};

int main(int argc, char** argv) {
  const int darts = size_argument(argc, argv) * 1000;
  Generator random(113);
  int inside = 0;
  for (int i = 0; i < darts; i++) {
    const double x = random.next(), y = random.next();
    if (x * x + y * y <= 1.0) inside++;
  }
  return print_checksum(static_cast<uint64_t>(inside));
}
