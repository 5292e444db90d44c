#include "../twin.h"
#include <string>
#include <vector>

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  std::vector<std::u16string> kept(1024);
  uint32_t s = 9;
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++)
    for (int i = 0; i < 1000; i++) {
      s = s * 1664525u + 1013904223u;
      const std::u16string a((s >> 28) + 1, static_cast<char16_t>(u'a' + s % 26));
      std::u16string b = a + u"-" + kept[(s >> 10) % 1024];
      if (b.size() > 24) b = b.substr(b.size() - 20);
      if (b == kept[(s >> 20) % 1024]) sum++;
      if (a < b) sum += 3;
      kept[(s >> 12) % 1024] = b;
      sum = sum * 31 + b.back();
    }
  return print_checksum(sum);
}
