#include "../twin.h"
#include <functional>
#include <vector>

using Function = std::function<uint32_t(uint32_t)>;

struct Counter {
  uint32_t value = 0;
  std::vector<std::function<void(uint32_t)>> changed;
  void add(uint32_t v) {
    value += v;
    for (const auto& f : changed) f(v);
  }
  uint32_t scale(uint32_t v) const { return v * 3 + value; }
};

static uint32_t twist(uint32_t v) { return v << 5 ^ v >> 3; }

static Function compose(Function f, Function g) {
  return [f = std::move(f), g = std::move(g)](uint32_t v) { return g(f(v)); };
}

static uint32_t fold(const std::vector<uint32_t>& values, uint32_t start, const std::function<uint32_t(uint32_t, uint32_t)>& f) {
  uint32_t a = start;
  for (uint32_t v : values) a = f(a, v);
  return a;
}

static uint32_t round_of(const std::vector<uint32_t>& values, Counter& counter, uint32_t sum) {
  uint32_t seen = 0;
  sum = fold(values, sum, [](uint32_t a, uint32_t v) { return a * 31 + v; });
  sum = fold(values, sum, [&](uint32_t a, uint32_t v) { seen += v & 1; return a ^ v; });
  const Function pipeline = compose(compose(twist, [&](uint32_t v) { return counter.scale(v); }), [&](uint32_t v) { return v + seen; });
  for (uint32_t i = 0; i < 50; i++) sum = pipeline(sum + i);
  const std::function<Function(uint32_t)> curried = [](uint32_t a) -> Function { return [a](uint32_t b) { return a * 7 + b; }; };
  for (uint32_t i = 0; i < 50; i++) sum = curried(sum)(i);
  for (uint32_t i = 0; i < 20; i++) counter.add(sum & 15);
  return sum + seen;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv) * 100;
  std::vector<uint32_t> values(100);
  for (uint32_t i = 0; i < 100; i++) values[i] = i * 2654435761u;
  Counter counter;
  uint32_t heard = 0, last = 0;
  counter.changed.push_back([&](uint32_t v) { heard += v; });
  counter.changed.push_back([&](uint32_t v) { last = last * 3 + v; });
  uint32_t sum = 1;
  for (int r = 0; r < rounds; r++) sum = round_of(values, counter, sum);
  return print_checksum(sum + heard * 31ull + last * 17ull + counter.value);
}
