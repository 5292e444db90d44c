#include "../twin.h"
#include <vector>

static const int kN = 8;

static int flips_of(const std::vector<int>& permutation, std::vector<int>& work) {
  for (size_t i = 0; i < permutation.size(); i++) work[i] = permutation[i];
  int flips = 0;
  for (int first = work[0]; first != 0; first = work[0]) {
    for (int lo = 0, hi = first; lo < hi; lo++, hi--) {
      int t = work[lo]; work[lo] = work[hi]; work[hi] = t;
    }
    flips++;
  }
  return flips;
}

static bool next(std::vector<int>& permutation, std::vector<int>& count) {
  for (int i = 1; i < static_cast<int>(permutation.size()); i++) {
    int first = permutation[0];
    for (int j = 0; j < i; j++) permutation[j] = permutation[j + 1];
    permutation[i] = first;
    if (++count[i] <= i) return true;
    count[i] = 0;
  }
  return false;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  uint32_t sum = 0;
  std::vector<int> permutation(kN), count(kN), work(kN);
  for (int r = 0; r < rounds; r++) {
    for (int i = 0; i < kN; i++) { permutation[i] = (i + r) % kN; count[i] = 0; }
    int most = 0;
    uint32_t sign = 0;
    do {
      const int flips = flips_of(permutation, work);
      if (flips > most) most = flips;
      sum = (sign++ & 1) == 0 ? sum + static_cast<uint32_t>(flips) : sum - static_cast<uint32_t>(flips);
    } while (next(permutation, count));
    sum = sum * 31 + static_cast<uint32_t>(most);
  }
  return print_checksum(sum);
}
