#include "../twin.h"
#include <vector>

using Grid = std::vector<std::vector<double>>;

static void sweep(Grid& grid, double omega) {
  const double quarter = omega * 0.25, keep = 1 - omega;
  for (size_t i = 1; i < grid.size() - 1; i++) {
    std::vector<double>&row = grid[i], &above = grid[i - 1], &below = grid[i + 1];
    for (size_t j = 1; j < row.size() - 1; j++)
      row[j] = quarter * (above[j] + below[j] + row[j - 1] + row[j + 1]) + keep * row[j];
  }
}

int main(int argc, char** argv) {
  const int sweeps = size_argument(argc, argv);
  Grid grid(100, std::vector<double>(100));
  for (int i = 0; i < 100; i++)
    for (int j = 0; j < 100; j++) grid[i][j] = (i * 7 + j * 3) % 17 * 0.0625;
  for (int s = 0; s < sweeps; s++) {
    sweep(grid, 1.25);
    grid[0][s % 100] = (s & 15) * 0.0625;
  }
  uint64_t sum = 0;
  for (const auto& row : grid)
    for (double v : row) sum = sum * 31 + bits_of(v);
  return print_checksum(sum);
}
