#include "../twin.h"
#include <cmath>
#include <utility>
#include <vector>

static const int kN = 64;
using Matrix = std::vector<std::vector<double>>;

static int factor(Matrix& a, std::vector<int>& pivots) {
  int swaps = 0;
  for (int j = 0; j < kN; j++) {
    int p = j;
    double largest = std::fabs(a[j][j]);
    for (int i = j + 1; i < kN; i++) {
      const double v = std::fabs(a[i][j]);
      if (v > largest) { largest = v; p = i; }
    }
    pivots[j] = p;
    if (p != j) { std::swap(a[p], a[j]); swaps++; }
    const double inverse = 1.0 / a[j][j];
    for (int i = j + 1; i < kN; i++) a[i][j] *= inverse;
    const std::vector<double>& pivot = a[j];
    for (int i = j + 1; i < kN; i++) {
      std::vector<double>& row = a[i];
      const double f = row[j];
      for (int k = j + 1; k < kN; k++) row[k] -= f * pivot[k];
    }
  }
  return swaps;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  Matrix original(kN, std::vector<double>(kN)), work = original;
  uint32_t seed = 42;
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) {
      seed = seed * 1664525u + 1013904223u;
      original[i][j] = (seed >> 8) * (1.0 / 16777216) - 0.5;
    }
  std::vector<int> pivots(kN);
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    original[r % kN][(r / kN) % kN] += 0.125;
    for (int i = 0; i < kN; i++) work[i] = original[i];
    sum = sum * 31 + static_cast<uint64_t>(factor(work, pivots));
    sum = sum * 31 + bits_of(work[kN - 1][kN - 1]);
  }
  for (int p : pivots) sum = sum * 31 + static_cast<uint64_t>(p);
  return print_checksum(sum);
}
