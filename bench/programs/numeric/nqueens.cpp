#include "../twin.h"
#include <vector>

class Board {
 public:
  uint32_t sum = 0;

  int place(int row) {
    if (row == kN) {
      for (int i = 0; i < kN; i++) sum = sum * 31 + static_cast<uint32_t>(queens_[i]);
      return 1;
    }
    int solutions = 0;
    for (int c = 0; c < kN; c++) {
      if (columns_[c] || rising_[row + c] || falling_[row - c + kN]) continue;
      columns_[c] = rising_[row + c] = falling_[row - c + kN] = 1;
      queens_[row] = c;
      solutions += place(row + 1);
      columns_[c] = rising_[row + c] = falling_[row - c + kN] = 0;
    }
    return solutions;
  }

 private:
  static const int kN = 8;
  std::vector<uint8_t> columns_ = std::vector<uint8_t>(kN), rising_ = std::vector<uint8_t>(2 * kN), falling_ = rising_;
  std::vector<int> queens_ = std::vector<int>(kN);
};

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  Board board;
  int64_t solutions = 0;
  for (int r = 0; r < rounds; r++) solutions += board.place(0);
  return print_checksum(static_cast<uint64_t>(solutions * 1000003 + board.sum));
}
