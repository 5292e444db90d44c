#include "../twin.h"
#include <cmath>
#include <vector>

static const int kN = 64;
using Matrix = double[kN][kN];

static void multiply(const Matrix& a, const Matrix& b, Matrix& c) {
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) {
      double sum = 0;
      for (int k = 0; k < kN; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  static Matrix a, b, c;
  for (int i = 0; i < kN; i++)
    for (int j = 0; j < kN; j++) {
      a[i][j] = (i * 3 + j * 7) % 11 * 0.015625;
      b[i][j] = (i * 5 + j * 2) % 13 * 0.03125 - 0.125;
    }
  for (int r = 0; r < rounds; r++) {
    multiply(a, b, c);
    for (int i = 0; i < kN; i++) a[i][r % kN] = c[i][i] * 0.125 - std::floor(c[i][i] * 0.125);
  }
  uint64_t sum = 0;
  for (const auto& row : c) for (double v : row) sum = sum * 31 + bits_of(v);
  return print_checksum(sum);
}
