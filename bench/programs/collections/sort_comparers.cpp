#include "../twin.h"
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

struct Person { int age, number; };

static const int kN = 5000;

static uint64_t round_of(uint32_t s) {
  std::vector<int> numbers(kN);
  std::vector<std::unique_ptr<Person>> people;
  std::vector<std::string> names(kN / 5);
  for (int i = 0; i < kN; i++) {
    s = s * 1664525u + 1013904223u;
    numbers[i] = static_cast<int>(s >> 1);
    people.push_back(std::make_unique<Person>(Person{static_cast<int>(s >> 24), static_cast<int>(s >> 2)}));
    if (i < kN / 5) names[i] = "n" + std::to_string(s >> 8);
  }
  std::vector<int> copy = numbers, items = numbers;
  uint64_t sum = 0;
  std::sort(numbers.begin(), numbers.end());
  std::sort(copy.begin(), copy.end(), [](int a, int b) { return a > b; });
  for (int i = 0; i < kN; i += 50) sum = sum * 31 + static_cast<uint64_t>(numbers[i]) * 3 + static_cast<uint64_t>(copy[i]);
  std::sort(people.begin(), people.end(), [](const auto& a, const auto& b) { return a->age != b->age ? a->age < b->age : a->number < b->number; });
  for (int i = 0; i < kN; i += 50) sum = sum * 31 + static_cast<uint64_t>(people[i]->number);
  std::sort(people.begin(), people.end(), [](const auto& a, const auto& b) { return a->number < b->number; });
  for (int i = 0; i < kN; i += 50) sum = sum * 31 + static_cast<uint64_t>(people[i]->age);
  std::sort(names.begin(), names.end());
  for (size_t i = 0; i < names.size(); i += 10) sum = sum * 31 + static_cast<uint64_t>(names[i].back());
  std::vector<std::pair<int64_t, int>> keyed(kN);
  for (int i = 0; i < kN; i++) keyed[i] = {(static_cast<int64_t>(items[i]) & 0xffff) << 32 | i, items[i]};
  std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (int i = 0; i < kN; i += 50) sum = sum * 31 + static_cast<uint64_t>(keyed[i].second);
  return sum;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) sum = sum * 31 + round_of(static_cast<uint32_t>(r) + 5);
  return print_checksum(sum);
}
