#include "../twin.h"
#include <string>
#include <unordered_map>
#include <vector>

static std::vector<std::string> make_words(int count) {
  std::vector<std::string> words;
  uint32_t s = 4711;
  for (int i = 0; i < count; i++) {
    s = s * 1664525u + 1013904223u;
    uint32_t rank = (s >> 8) % 5000;
    rank = rank * rank / 5000;
    std::string letters(4 + rank % 6, ' ');
    for (uint32_t k = 0; k < letters.size(); k++) { letters[k] = static_cast<char>('a' + (rank * 7 + k * k * 5) % 26); rank = rank * 3 + 1; }
    words.push_back(letters);
  }
  return words;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  const std::vector<std::string> words = make_words(20000);
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    std::unordered_map<std::string, int> counts;
    for (const std::string& word : words) counts[word]++;
    for (size_t i = r % 7; i < words.size(); i += 7) sum = sum * 31 + static_cast<uint64_t>(counts.at(words[i]));
    uint64_t all = 0;
    for (const auto& [word, n] : counts) all += static_cast<uint64_t>(static_cast<int>(word.size()) * n + word[0]);
    sum = sum * 31 + all + counts.size();
  }
  return print_checksum(sum);
}
