#include "../twin.h"
#include <string>

static uint32_t hash_of(const std::u16string& s) {
  uint32_t h = 2166136261u;
  for (char16_t c : s) h = (h ^ c) * 16777619u;
  return h;
}

static void append_number(std::u16string& b, int v) {
  const std::string digits = std::to_string(v);
  b.append(digits.begin(), digits.end());
}

static std::u16string round_of(int round) {
  std::u16string b;
  for (int i = 0; i < 1000; i++) {
    b.push_back(static_cast<char16_t>(u'a' + i % 26));
    b += u"item ";
    append_number(b, i * 7 + round);
    b += i % 3 == 0 ? u", " : u"; ";
  }
  for (int i = 0; i < 20; i++) b.insert(i * 11, u"<<");
  b.erase(100, 50);
  std::u16string replaced;
  for (size_t at = 0;;) {
    const size_t found = b.find(u"item", at);
    if (found == std::u16string::npos) { replaced.append(b, at); break; }
    replaced.append(b, at, found - at);
    replaced += u"thing";
    at = found + 4;
  }
  std::u16string reversed;
  reversed.reserve(replaced.size());
  for (size_t i = replaced.size(); i-- > 0;) reversed.push_back(replaced[i]);
  return reversed;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  uint32_t sum = 0;
  for (int r = 0; r < rounds; r++) sum = sum * 31 + hash_of(round_of(r));
  return print_checksum(sum);
}
