#include "../twin.h"
#include <cmath>
#include <vector>

static const int kN = 64;

static void multiply(const std::vector<double>& a, const std::vector<double>& b, std::vector<double>& c) {
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) {
      double sum = 0;
      for (int k = 0; k < kN; k++) sum += a[i * kN + k] * b[k * kN + j];
      c[i * kN + j] = sum;
    }
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  std::vector<double> a(kN * kN), b(kN * kN), c(kN * kN);
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) {
      a[i * kN + j] = (i * 3 + j * 7) % 11 * 0.015625;
      b[i * kN + j] = (i * 5 + j * 2) % 13 * 0.03125 - 0.125;
    }
  for (int r = 0; r < rounds; r++) {
    multiply(a, b, c);
    for (int i = 0; i < kN; i++) a[i * kN + r % kN] = c[i * kN + i] * 0.125 - std::floor(c[i * kN + i] * 0.125);
  }
  uint64_t sum = 0;
  for (double v : c) sum = sum * 31 + bits_of(v);
  return print_checksum(sum);
}
