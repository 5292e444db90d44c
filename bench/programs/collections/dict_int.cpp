#include "../twin.h"
#include <unordered_map>

static uint64_t round_of(std::unordered_map<int, int>& map, uint32_t seed) {
  map.clear();
  uint64_t sum = 0;
  uint32_t s = seed;
  for (int i = 0; i < 20000; i++) {
    s = s * 1664525u + 1013904223u;
    const int key = static_cast<int>(s >> 12);
    const auto at = map.find(key);
    map[key] = at != map.end() ? at->second + 1 : i;
  }
  uint32_t hit = seed, miss = ~seed;
  for (int i = 0; i < 20000; i++) {
    hit = hit * 1664525u + 1013904223u;
    miss = miss * 1664525u + 1013904223u;
    const auto at = map.find(static_cast<int>(hit >> 12));
    if (at != map.end()) sum += static_cast<uint64_t>(at->second);
    if (map.count(static_cast<int>(miss >> 12))) sum += 7;
  }
  s = seed;
  for (int i = 0; i < 20000; i++) {
    s = s * 1664525u + 1013904223u;
    if ((i & 3) == 0 && map.erase(static_cast<int>(s >> 12))) sum += 3;
  }
  for (const auto& [key, value] : map) sum += static_cast<uint64_t>(static_cast<int64_t>(key) * value);
  return sum + map.size();
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  std::unordered_map<int, int> map;
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) sum = sum * 31 + round_of(map, static_cast<uint32_t>(r) * 2654435761u + 17);
  return print_checksum(sum);
}
