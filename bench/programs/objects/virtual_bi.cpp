#include "../twin.h"
#include <memory>
#include <vector>

struct Step {
  virtual ~Step() = default;
  virtual uint32_t apply(uint32_t v) const = 0;
};

struct Adder : Step {
  uint32_t k;
  explicit Adder(uint32_t k_) : k(k_) {}
  uint32_t apply(uint32_t v) const override { return v + k; }
};

struct Mixer : Step {
  uint32_t k;
  explicit Mixer(uint32_t k_) : k(k_) {}
  uint32_t apply(uint32_t v) const override { return v * 31 ^ k; }
};

static std::unique_ptr<Step> make(uint32_t kind, uint32_t k) {
  switch (kind) {
    case 0: return std::make_unique<Adder>(k);
    default: return std::make_unique<Mixer>(k);
  }
}

static uint32_t round_of(const std::vector<std::unique_ptr<Step>>& steps, uint32_t v) {
  for (const auto& step : steps) v = step->apply(v);
  return v;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv) * 1000;
  std::vector<std::unique_ptr<Step>> steps;
  uint32_t seed = 12345;
  for (int i = 0; i < 64; i++) {
    seed = seed * 1664525u + 1013904223u;
    steps.push_back(make((seed >> 16) % 2, seed >> 20));
  }
  uint32_t v = 1;
  for (int r = 0; r < rounds; r++) v = round_of(steps, v);
  return print_checksum(v);
}
