#include "../twin.h"
#include <exception>
#include <stdexcept>

struct Refused : std::exception {
  int code;
  explicit Refused(int c) : code(c) {}
};

[[gnu::noinline]] static int check(int v) {
  if (v % 3 != 0) throw Refused(v);
  return v;
}

static uint32_t attempt(int i) {
  try {
    try {
      return static_cast<uint32_t>(check(i));
    } catch (const std::logic_error&) {
      return 1;
    } catch (const Refused& e) {
      if (e.code % 7 == 0) throw;
      return static_cast<uint32_t>(e.code) * 3;
    }
  } catch (const Refused& e) {
    return static_cast<uint32_t>(e.code) ^ 0x55;
  }
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv) * 100;
  uint32_t sum = 0;
  for (int i = 0; i < rounds; i++) sum = sum * 31 + attempt(i);
  return print_checksum(sum);
}
