#include "../twin.h"
#include <algorithm>
#include <deque>
#include <vector>

static uint64_t round_of(int round) {
  std::vector<int> numbers;
  uint32_t s = static_cast<uint32_t>(round) + 1;
  for (int i = 0; i < 5000; i++) {
    s = s * 1664525u + 1013904223u;
    numbers.push_back(static_cast<int>(s >> 16));
  }
  uint64_t sum = 0;
  for (size_t i = 0; i < numbers.size(); i++) sum += static_cast<uint64_t>(numbers[i] * static_cast<int>(i & 15));
  for (int n : numbers) sum ^= static_cast<uint64_t>(n);
  for (int i = 0; i < 50; i++) {
    numbers.insert(numbers.begin() + i * 37, i);
    numbers.erase(numbers.begin() + numbers.size() / 2);
    sum += static_cast<uint64_t>(std::find(numbers.begin(), numbers.end(), numbers[i * 20]) - numbers.begin());
  }
  numbers.erase(numbers.begin() + 100, numbers.begin() + 300);
  std::reverse(numbers.begin(), numbers.end());
  std::erase_if(numbers, [](int n) { return n % 3 == 0; });
  std::vector<int> small(numbers.begin() + 10, numbers.begin() + 1010), large;
  std::copy_if(small.begin(), small.end(), std::back_inserter(large), [](int n) { return n > 30000; });
  sum = sum * 31 + large.size();
  std::deque<int> queue(small.begin(), small.end());
  std::vector<int> stack;
  for (int i = 0; i < 2000; i++) {
    const int n = queue.front();
    queue.pop_front();
    stack.push_back(n);
    queue.push_back(n ^ i);
  }
  for (; !stack.empty(); stack.pop_back()) sum = sum * 31 + static_cast<uint64_t>(stack.back());
  for (int n : queue) sum = sum * 31 + static_cast<uint64_t>(n);
  return sum + numbers.size();
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) sum = sum * 31 + round_of(r);
  return print_checksum(sum);
}
