#include "../twin.h"
#include <memory>
#include <vector>

struct Frame {
  std::vector<int64_t> slots;
  explicit Frame(int n) : slots(n) {}
};

struct Node {
  virtual ~Node() = default;
  virtual int64_t evaluate(Frame* frame) const = 0;
};
using Ref = std::unique_ptr<Node>;

struct Constant final : Node {
  int64_t value;
  explicit Constant(int64_t v) : value(v) {}
  int64_t evaluate(Frame*) const override { return value; }
};
struct Load final : Node {
  int slot;
  explicit Load(int s) : slot(s) {}
  int64_t evaluate(Frame* frame) const override { return frame->slots[slot]; }
};
struct Store final : Node {
  int slot;
  Ref value;
  Store(int s, Ref v) : slot(s), value(std::move(v)) {}
  int64_t evaluate(Frame* frame) const override { return frame->slots[slot] = value->evaluate(frame); }
};
struct Two : Node {
  Ref left, right;
  Two(Ref l, Ref r) : left(std::move(l)), right(std::move(r)) {}
};
struct Add final : Two {
  using Two::Two;
  int64_t evaluate(Frame* f) const override { return static_cast<int64_t>(static_cast<uint64_t>(left->evaluate(f)) + static_cast<uint64_t>(right->evaluate(f))); }
};
struct Subtract final : Two {
  using Two::Two;
  int64_t evaluate(Frame* f) const override { const uint64_t l = static_cast<uint64_t>(left->evaluate(f)); return static_cast<int64_t>(l - static_cast<uint64_t>(right->evaluate(f))); }
};
struct Multiply final : Two {
  using Two::Two;
  int64_t evaluate(Frame* f) const override { return static_cast<int64_t>(static_cast<uint64_t>(left->evaluate(f)) * static_cast<uint64_t>(right->evaluate(f))); }
};
struct Less final : Two {
  using Two::Two;
  int64_t evaluate(Frame* f) const override { const int64_t l = left->evaluate(f); return l < right->evaluate(f) ? 1 : 0; }
};
struct Mask final : Node {
  Ref left;
  int64_t mask;
  Mask(Ref l, int64_t m) : left(std::move(l)), mask(m) {}
  int64_t evaluate(Frame* f) const override { return left->evaluate(f) & mask; }
};
struct If final : Node {
  Ref condition, then, otherwise;
  If(Ref c, Ref t, Ref o) : condition(std::move(c)), then(std::move(t)), otherwise(std::move(o)) {}
  int64_t evaluate(Frame* f) const override { return (condition->evaluate(f) != 0 ? then : otherwise)->evaluate(f); }
};
struct While final : Node {
  Ref condition, body;
  While(Ref c, Ref b) : condition(std::move(c)), body(std::move(b)) {}
  int64_t evaluate(Frame* f) const override {
    int64_t last = 0;
    while (condition->evaluate(f) != 0) last = body->evaluate(f);
    return last;
  }
};
struct Sequence final : Node {
  std::vector<Ref> nodes;
  template <class... Refs>
  explicit Sequence(Refs... refs) { (nodes.push_back(std::move(refs)), ...); }
  int64_t evaluate(Frame* f) const override {
    int64_t last = 0;
    for (const Ref& node : nodes) last = node->evaluate(f);
    return last;
  }
};
struct Function {
  int slots;
  Ref body;
  explicit Function(int s) : slots(s) {}
};
struct Call final : Node {
  Function* function;
  std::vector<Ref> arguments;
  Call(Function* f, Ref argument) : function(f) { arguments.push_back(std::move(argument)); }
  int64_t evaluate(Frame* frame) const override {
    auto callee = std::make_unique<Frame>(function->slots);
    for (size_t i = 0; i < arguments.size(); i++) callee->slots[i] = arguments[i]->evaluate(frame);
    return function->body->evaluate(callee.get());
  }
};

template <class T, class... Arguments>
static Ref make(Arguments&&... arguments) { return std::make_unique<T>(std::forward<Arguments>(arguments)...); }
static Ref var(int slot) { return make<Load>(slot); }
static Ref num(int64_t value) { return make<Constant>(value); }

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  Function fib(1), main(4);
  fib.body = make<If>(make<Less>(var(0), num(2)), var(0),
                      make<Add>(make<Call>(&fib, make<Subtract>(var(0), num(1))), make<Call>(&fib, make<Subtract>(var(0), num(2)))));
  main.body = make<Sequence>(
    make<Store>(1, num(0)),
    make<Store>(3, var(0)),
    make<While>(make<Less>(var(1), num(60)), make<Sequence>(
      make<Store>(2, num(0)),
      make<While>(make<Less>(var(2), var(1)), make<Sequence>(
        make<Store>(3, make<Mask>(make<Add>(make<Multiply>(var(3), num(3)), make<Multiply>(var(2), var(1))), 0xffffffff)),
        make<Store>(2, make<Add>(var(2), num(1))))),
      make<Store>(1, make<Add>(var(1), num(1))))),
    make<Add>(var(3), make<Call>(&fib, num(12))));
  int64_t sum = 1;
  for (int r = 0; r < rounds; r++) sum = Call(&main, num(sum)).evaluate(nullptr);
  return print_checksum(static_cast<uint64_t>(sum));
}
