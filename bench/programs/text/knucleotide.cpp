#include "../twin.h"
#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

static std::string make_sequence(int length, uint32_t seed) {
  std::string letters(length, ' ');
  for (char& c : letters) {
    seed = seed * 1664525u + 1013904223u;
    const uint32_t v = (seed >> 16) % 100;
    c = v < 30 ? 'A' : v < 50 ? 'C' : v < 70 ? 'G' : 'T';
  }
  return letters;
}

static uint64_t count_packed(const std::string& sequence, int length) {
  std::unordered_map<int64_t, int> counts;
  const int64_t mask = (int64_t{1} << 2 * length) - 1;
  int64_t piece = 0;
  for (int i = 0; i < static_cast<int>(sequence.size()); i++) {
    int code;
    switch (sequence[i]) {
      case 'A': code = 0; break;
      case 'C': code = 1; break;
      case 'G': code = 2; break;
      default: code = 3; break;
    }
    piece = (piece << 2 | code) & mask;
    if (i >= length - 1) counts[piece]++;
  }
  uint64_t sum = 0;
  for (const auto& [key, n] : counts) sum += static_cast<uint64_t>(key + 1) * static_cast<uint64_t>(n * n);
  return sum;
}

static uint64_t count_strings(const std::string& sequence, int length) {
  std::unordered_map<std::string, int> counts;
  for (size_t i = 0; i + length <= sequence.size(); i++) counts[sequence.substr(i, length)]++;
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second != b.second ? a.second > b.second : a.first < b.first; });
  uint64_t sum = 0;
  for (const auto& [piece, n] : sorted) sum = sum * 31 + static_cast<uint64_t>(n + piece[0]);
  return sum;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    const std::string sequence = make_sequence(20000, static_cast<uint32_t>(r) * 7919 + 42);
    for (int length : {4, 8, 12}) sum = sum * 31 + count_packed(sequence, length);
    for (int length : {1, 2, 4}) sum = sum * 31 + count_strings(sequence, length);
  }
  return print_checksum(sum);
}
