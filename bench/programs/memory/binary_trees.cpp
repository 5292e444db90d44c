#include "../twin.h"
#include <memory>

struct Node {
  std::unique_ptr<Node> left, right;
  static std::unique_ptr<Node> build(int depth) {
    auto node = std::make_unique<Node>();
    if (depth > 0) {
      node->left = build(depth - 1);
      node->right = build(depth - 1);
    }
    return node;
  }
  int count() const { return left == nullptr ? 1 : 1 + left->count() + right->count(); }
};

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  const auto lasting = Node::build(14);
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++)
    for (int depth = 6; depth <= 12; depth += 2)
      for (int i = 0; i < 1 << (14 - depth); i += 4) sum = sum * 3 + static_cast<uint64_t>(Node::build(depth)->count());
  return print_checksum(sum + static_cast<uint64_t>(lasting->count()));
}
