#include "../twin.h"
#include <cmath>
#include <vector>

static const int kN = 100;

static double element(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

static void times(const std::vector<double>& v, std::vector<double>& result) {
  for (int i = 0; i < kN; i++) {
    double sum = 0;
    for (int j = 0; j < kN; j++) sum += element(i, j) * v[j];
    result[i] = sum;
  }
}

static void transposed_times(const std::vector<double>& v, std::vector<double>& result) {
  for (int i = 0; i < kN; i++) {
    double sum = 0;
    for (int j = 0; j < kN; j++) sum += element(j, i) * v[j];
    result[i] = sum;
  }
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  std::vector<double> u(kN, 1), v(kN), t(kN);
  for (int r = 0; r < rounds; r++) {
    times(u, t); transposed_times(t, v);
    times(v, t); transposed_times(t, u);
    double largest = 0;
    for (double x : u) if (x > largest) largest = x;
    for (int i = 0; i < kN; i++) u[i] = u[i] / largest + (i == r % kN ? 0.5 : 0.0);
  }
  double uv = 0, vv = 0;
  for (int i = 0; i < kN; i++) { uv += u[i] * v[i]; vv += v[i] * v[i]; }
  return print_checksum(bits_of(std::sqrt(uv / vv)));
}
