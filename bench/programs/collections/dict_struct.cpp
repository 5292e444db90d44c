#include "../twin.h"
#include <unordered_map>

struct Cell {
  int x, y;
  bool operator==(const Cell&) const = default;
};
struct CellHash {
  size_t operator()(const Cell& c) const { return static_cast<uint32_t>(c.x) * 73856093u ^ static_cast<uint32_t>(c.y) * 19349663u; }
};
template <class T>
using Cells = std::unordered_map<Cell, T, CellHash>;

static Cells<bool> start(uint32_t seed) {
  Cells<bool> cells;
  for (int i = 0; i < 600; i++) {
    seed = seed * 1664525u + 1013904223u;
    cells[{static_cast<int>(seed >> 10) % 40, static_cast<int>(seed >> 18) % 40}] = true;
  }
  return cells;
}

static Cells<bool> next_of(const Cells<bool>& cells) {
  Cells<int> neighbours;
  for (const auto& [cell, _] : cells)
    for (int dy = -1; dy <= 1; dy++)
      for (int dx = -1; dx <= 1; dx++) {
        if (dx == 0 && dy == 0) continue;
        neighbours[{cell.x + dx, cell.y + dy}]++;
      }
  Cells<bool> next;
  for (const auto& [cell, n] : neighbours)
    if (n == 3 || (n == 2 && cells.contains(cell))) next.emplace(cell, true);
  return next;
}

int main(int argc, char** argv) {
  const int generations = size_argument(argc, argv);
  uint64_t sum = 0;
  Cells<bool> cells;
  for (int g = 0; g < generations; g++) {
    if (g % 50 == 0) cells = start(static_cast<uint32_t>(g) + 3);
    cells = next_of(cells);
    uint64_t all = 0;
    for (const auto& [cell, _] : cells) all += static_cast<uint32_t>(cell.x * 31 + cell.y);
    sum = sum * 31 + all + cells.size();
  }
  return print_checksum(sum);
}
