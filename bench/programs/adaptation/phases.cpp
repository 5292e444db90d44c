#include "../twin.h"
#include <memory>
#include <vector>

struct Source {
  virtual ~Source() = default;
  virtual uint32_t next(uint32_t v) const = 0;
};
struct Linear final : Source {
  uint32_t next(uint32_t v) const override { return v * 1664525u + 1013904223u; }
};
struct Shifted final : Source {
  uint32_t next(uint32_t v) const override { v ^= v << 13; v ^= v >> 17; return v ^ v << 5; }
};
struct Squared final : Source {
  uint32_t next(uint32_t v) const override { return static_cast<uint32_t>((static_cast<uint64_t>(v) * v) >> 16) + 12345; }
};
struct Table final : Source {
  std::vector<uint32_t> values = std::vector<uint32_t>(64);
  Table() { for (uint32_t i = 0; i < 64; i++) values[i] = i * i * 40503u + 7; }
  uint32_t next(uint32_t v) const override { return values[v & 63] + (v >> 3); }
};

static uint32_t mix(const Source& source, std::vector<uint32_t>& data, uint32_t v, int phase) {
  for (size_t i = 0; i < data.size(); i++) {
    v = source.next(v);
    if (phase < 2) data[i] += v;
    else if (phase == 2) data[i] = data[i] * 3 ^ v;
    else data[data[i] % static_cast<uint32_t>(data.size())] ^= v;
  }
  return v;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv) * 250;
  std::vector<std::unique_ptr<Source>> sources;
  sources.push_back(std::make_unique<Linear>());
  sources.push_back(std::make_unique<Shifted>());
  sources.push_back(std::make_unique<Squared>());
  sources.push_back(std::make_unique<Table>());
  uint32_t v = 1, sum = 0;
  for (int phase = 0; phase < 4; phase++) {
    std::vector<uint32_t> data(64 << phase);
    for (int r = 0; r < rounds >> phase; r++) v = mix(*sources[phase], data, v, phase);
    for (uint32_t d : data) sum = sum * 31 + d;
  }
  return print_checksum(static_cast<uint64_t>(sum) + v);
}
