#include "../twin.h"
#include <memory>
#include <vector>

struct Node;
struct Edge {
  Node* to;
  int weight;
  std::unique_ptr<Edge> next;
};
struct Node {
  std::unique_ptr<Edge> edges;
  int mark = 0, degree = 0;
};

static const uint32_t kN = 20000;

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  std::vector<std::unique_ptr<Node>> nodes;
  for (uint32_t i = 0; i < kN; i++) nodes.push_back(std::make_unique<Node>());
  std::vector<Node*> queue(kN);
  uint32_t s = 5;
  uint64_t sum = 0;
  for (int r = 1; r <= rounds; r++) {
    for (uint32_t i = 0; i < kN; i++) {
      s = s * 1664525u + 1013904223u;
      Node* from = nodes[(s >> 8) % kN].get();
      s = s * 1664525u + 1013904223u;
      auto edge = std::make_unique<Edge>(nodes[(s >> 8) % kN].get(), static_cast<int>(s >> 24), std::move(from->edges));
      from->edges = std::move(edge);
      if (++from->degree > 4) {
        from->edges->next->next.reset();
        from->degree = 2;
      }
    }
    uint32_t head = 0, tail = 0;
    Node* start = nodes[static_cast<uint32_t>(r) * 7919u % kN].get();
    start->mark = r;
    queue[tail++] = start;
    uint32_t weight = 0;
    while (head < tail) {
      Node* node = queue[head++];
      for (Edge* e = node->edges.get(); e != nullptr; e = e->next.get()) {
        weight = weight * 3 + static_cast<uint32_t>(e->weight);
        if (e->to->mark == r) continue;
        e->to->mark = r;
        queue[tail++] = e->to;
      }
    }
    sum = sum * 31 + weight + tail;
  }
  return print_checksum(sum);
}
