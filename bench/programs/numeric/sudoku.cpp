#include "../twin.h"
#include <algorithm>
#include <string>
#include <vector>

class Solver {
 public:
  int64_t tried = 0;

  uint32_t solve(const std::string& puzzle, int shift) {
    std::fill(cells_.begin(), cells_.end(), 0); std::fill(rows_.begin(), rows_.end(), 0);
    std::fill(columns_.begin(), columns_.end(), 0); std::fill(boxes_.begin(), boxes_.end(), 0);
    for (int i = 0; i < 81; i++)
      if (puzzle[i] != '.') put(i, 1 << (puzzle[i] - '1' + shift) % 9);
    if (!search()) return 0;
    uint32_t sum = 0;
    for (int cell : cells_) sum = sum * 31 + static_cast<uint32_t>(cell);
    return sum;
  }

 private:
  static int bit_count(int v) {
    int n = 0;
    for (; v != 0; v &= v - 1) n++;
    return n;
  }

  void put(int cell, int mask) {
    cells_[cell] |= mask;
    rows_[cell / 9] |= mask;
    columns_[cell % 9] |= mask;
    boxes_[cell / 27 * 3 + cell % 9 / 3] |= mask;
  }

  void take(int cell, int mask) {
    cells_[cell] &= ~mask;
    rows_[cell / 9] &= ~mask;
    columns_[cell % 9] &= ~mask;
    boxes_[cell / 27 * 3 + cell % 9 / 3] &= ~mask;
  }

  bool search() {
    int best = -1, fewest = 10, candidates = 0;
    for (int cell = 0; cell < 81; cell++) {
      if (cells_[cell] != 0) continue;
      const int free = 511 & ~(rows_[cell / 9] | columns_[cell % 9] | boxes_[cell / 27 * 3 + cell % 9 / 3]);
      const int n = bit_count(free);
      if (n < fewest) { fewest = n; best = cell; candidates = free; if (n <= 1) break; }
    }
    if (best < 0) return true;
    while (candidates != 0) {
      const int mask = candidates & -candidates;
      candidates ^= mask;
      tried++;
      put(best, mask);
      if (search()) return true;
      take(best, mask);
    }
    return false;
  }

  std::vector<int> cells_ = std::vector<int>(81), rows_ = std::vector<int>(9), columns_ = rows_, boxes_ = rows_;
};

static std::string make_puzzle(uint32_t seed, int holes) {
  std::string text(81, ' ');
  for (int i = 0; i < 81; i++) text[i] = static_cast<char>('1' + (i % 9 + i / 9 * 3 + i / 27) % 9);
  while (holes > 0) {
    seed = seed * 1664525u + 1013904223u;
    const int at = static_cast<int>(seed >> 8) % 81;
    if (text[at] == '.') continue;
    text[at] = '.';
    holes--;
  }
  return text;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  std::vector<std::string> puzzles;
  for (int i = 0; i < 5; i++) puzzles.push_back(make_puzzle(static_cast<uint32_t>(i) * 77 + 5, 50 + i * 2));
  Solver solver;
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++)
    for (const std::string& puzzle : puzzles) sum = sum * 31 + solver.solve(puzzle, r % 9);
  return print_checksum(sum + static_cast<uint64_t>(solver.tried));
}
