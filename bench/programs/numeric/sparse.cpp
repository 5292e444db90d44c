#include "../twin.h"
#include <utility>
#include <vector>

static const int kN = 1000, kPerRow = 5;

static void multiply(const std::vector<double>& values, const std::vector<int>& columns, const std::vector<int>& rows,
                     const std::vector<double>& x, std::vector<double>& y) {
  for (size_t r = 0; r < y.size(); r++) {
    double sum = 0;
    for (int i = rows[r]; i < rows[r + 1]; i++) sum += x[columns[i]] * values[i];
    y[r] = sum;
  }
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  std::vector<double> values(kN * kPerRow), x(kN, 1), y(kN);
  std::vector<int> columns(kN * kPerRow), rows(kN + 1);
  uint32_t seed = 7;
  for (int r = 0; r < kN; r++) {
    rows[r] = r * kPerRow;
    for (int k = 0; k < kPerRow; k++) {
      seed = seed * 1664525u + 1013904223u;
      columns[r * kPerRow + k] = static_cast<int>((seed >> 8) % kN);
      values[r * kPerRow + k] = ((seed >> 4) & 255) * (1.0 / 640);
    }
  }
  rows[kN] = kN * kPerRow;
  for (int r = 0; r < rounds; r++) {
    multiply(values, columns, rows, x, y);
    y[r % kN] += 1;
    std::swap(x, y);
  }
  uint64_t sum = 0;
  for (double v : x) sum = sum * 31 + bits_of(v);
  return print_checksum(sum);
}
