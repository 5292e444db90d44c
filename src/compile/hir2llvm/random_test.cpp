// Random programs for a small register machine: interpreted, and compiled through all passes. Where compiled code leaves by an
// exit, the interpreter goes on from the frame state; result and memory must be the same as if interpreted throughout.
// RAPGO_RANDOM=n runs n programs (default 120), RAPGO_SEED=s starts from there.
#include <random>

#include "compile/hir/builder.h"
#include "compile/hir2llvm/harness.h"
#include "compile/passes/optimization.h"

using namespace rapgo;
using namespace rapgo::compile;
using namespace rapgo::compile::hir2llvm::test;
using hir::Node;
using hir::Op;
using hir::Type;

namespace {

constexpr int kLocals = 8, kRefs = 2, kElements = 24;
constexpr int kOutOfBounds = -1000001, kDivideByZero = -1000002, kNull = -1000003;

enum class Do { Const, Binary, Load, Store, Less, Truth, Jump, New, GetField, SetField, CopyRef, Call, Return };
struct Instr {
  Do what;
  Op op = Op::Add;
  int a = 0, b = 0, c = 0;  // locals; Const: a := b; branches: to c
};

struct Object { uint32_t type, sync; int32_t field; };
struct State {
  int32_t locals[kLocals] = {};
  Object* refs[kRefs] = {};
};
using Array = Vector<int>;

std::vector<std::unique_ptr<Object>> heap;
Object* make_object(int32_t field = 0) {
  heap.push_back(std::make_unique<Object>(Object{0, 0, field}));
  return heap.back().get();
}
Array* called_array;
int mix(int x) {  // what a call does: reads and writes the array
  int i = static_cast<unsigned>(x) % kElements;
  called_array->data[i] ^= x;
  return called_array->data[(i + 1) % kElements] + 1;
}

int interpret(const std::vector<Instr>& code, size_t pc, State s, Array& array, long* fuel) {
  for (;; pc++) {
    if ((*fuel)-- < 0) return -1;
    const Instr& i = code[pc];
    int32_t* l = s.locals;
    auto wrap = [](int64_t v) { return static_cast<int32_t>(static_cast<uint32_t>(v)); };
    switch (i.what) {
      case Do::Const: l[i.a] = i.b; break;
      case Do::Binary: {
        int64_t x = l[i.b], y = l[i.c];
        switch (i.op) {
          case Op::Add: l[i.a] = wrap(x + y); break;
          case Op::Sub: l[i.a] = wrap(x - y); break;
          case Op::Mul: l[i.a] = wrap(x * y); break;
          case Op::And: l[i.a] = wrap(x & y); break;
          case Op::Xor: l[i.a] = wrap(x ^ y); break;
          case Op::Shl: l[i.a] = wrap(x << (y & 31)); break;
          case Op::Shr: l[i.a] = wrap(x >> (y & 31)); break;
          case Op::DivUn:
            if (y == 0) return kDivideByZero;
            l[i.a] = wrap(static_cast<uint32_t>(x) / static_cast<uint32_t>(y));
            break;
          default: abort();
        }
        break;
      }
      case Do::Load:
        if (static_cast<uint32_t>(l[i.b]) >= static_cast<uint32_t>(array.length)) return kOutOfBounds;
        l[i.a] = array.data[l[i.b]];
        break;
      case Do::Store:
        if (static_cast<uint32_t>(l[i.b]) >= static_cast<uint32_t>(array.length)) return kOutOfBounds;
        array.data[l[i.b]] = l[i.a];
        break;
      case Do::Less: if (l[i.a] < l[i.b]) pc = static_cast<size_t>(i.c) - 1; break;
      case Do::Truth: if (l[i.a]) pc = static_cast<size_t>(i.c) - 1; break;
      case Do::Jump: pc = static_cast<size_t>(i.c) - 1; break;
      case Do::New: s.refs[i.a] = make_object(); break;
      case Do::GetField:
        if (!s.refs[i.b]) return kNull;
        l[i.a] = s.refs[i.b]->field;
        break;
      case Do::SetField:
        if (!s.refs[i.b]) return kNull;
        s.refs[i.b]->field = l[i.a];
        break;
      case Do::CopyRef: s.refs[i.a] = s.refs[i.b]; break;
      case Do::Call: l[i.a] = mix(l[i.b]); break;
      case Do::Return: return l[i.a];
    }
  }
}

// ---- programs --------------------------------------------------------------------------------------------------------
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}
  std::vector<Instr> program() {
    for (int r = 0; r < kRefs; r++) if (pick(2)) emit({Do::New, Op::Add, r});
    body(0, 3 + pick(5));
    emit({Do::Return, Op::Add, pick(kLocals)});
    return std::move(code_);
  }
  int pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

 private:
  void emit(Instr i) { code_.push_back(i); }
  int here() const { return static_cast<int>(code_.size()); }
  // Local 0..3 are the loops' own by depth, so that loops end.
  int writable(int depth) { return depth + pick(kLocals - depth); }

  void body(int depth, int statements) {
    for (int i = 0; i < statements; i++) statement(depth);
  }
  void statement(int depth) {
    static const Op ops[] = {Op::Add, Op::Add, Op::Add, Op::Sub, Op::Sub, Op::Mul, Op::And, Op::Xor, Op::Shl, Op::Shr, Op::DivUn};
    switch (pick(14)) {
      case 0: emit({Do::Const, Op::Add, writable(depth), pick(2) ? pick(kElements) : pick(7) - 3}); break;
      case 1: case 2: emit({Do::Binary, ops[pick(11)], writable(depth), pick(kLocals), pick(kLocals)}); break;
      case 3: case 4: {  // an index near a loop variable
        int t = kLocals - 1;
        if (pick(3)) {
          emit({Do::Const, Op::Add, t, pick(4)});
          emit({Do::Binary, pick(3) ? Op::Add : Op::Sub, t, depth ? pick(depth) : pick(kLocals), t});
        } else {
          t = depth ? pick(depth) : pick(kLocals);
        }
        emit({pick(3) ? Do::Load : Do::Store, Op::Add, writable(depth), t});
        if (code_.back().what == Do::Store) code_.back().a = pick(kLocals);
        break;
      }
      case 5: case 6: case 7: if (depth < 3) loop(depth); break;
      case 8: {
        int at = here();
        emit({pick(2) ? Do::Less : Do::Truth, Op::Add, pick(kLocals), pick(kLocals), 0});
        body(depth, 1 + pick(2));
        if (pick(2)) {
          int over = here();
          emit({Do::Jump});
          code_[static_cast<size_t>(at)].c = here();
          body(depth, 1 + pick(2));
          code_[static_cast<size_t>(over)].c = here();
        } else {
          code_[static_cast<size_t>(at)].c = here();
        }
        break;
      }
      case 9: emit({Do::New, Op::Add, pick(kRefs)}); break;
      case 10: emit({Do::GetField, Op::Add, writable(depth), pick(kRefs)}); break;
      case 11: emit({Do::SetField, Op::Add, pick(kLocals), pick(kRefs)}); break;
      case 12: emit({Do::CopyRef, Op::Add, pick(kRefs), pick(kRefs)}); break;
      case 13: if (pick(3) == 0) emit({Do::Call, Op::Add, writable(depth), pick(kLocals)}); break;
    }
  }
  // for (i = from; i < limit; i += step), tested before or behind; or downwards.
  void loop(int depth) {
    int i = depth, limit = kLocals - 2, step = kLocals - 3;
    bool down = pick(4) == 0;
    emit({Do::Const, Op::Add, i, down ? kElements - 1 - pick(4) : pick(3)});
    int size = 1 + pick(3);
    int test_first = pick(3);
    int at_jump = here();
    if (test_first) emit({Do::Jump});
    int top = here();
    body(depth + 1, size);
    emit({Do::Const, Op::Add, step, 1 + (pick(4) == 0)});
    emit({Do::Binary, down ? Op::Sub : Op::Add, i, i, step});
    if (test_first) code_[static_cast<size_t>(at_jump)].c = here();
    emit({Do::Const, Op::Add, limit, down ? pick(3) - 1 : kElements - 2 + pick(4)});
    if (down) emit({Do::Less, Op::Add, limit, i, top});
    else emit({Do::Less, Op::Add, i, limit, top});
  }

  std::mt19937 random_;
  std::vector<Instr> code_;
};

// ---- to HIR: a phi per variable and block, cleaned up afterwards -----------------------------------------------------
class ToHir {
 public:
  ToHir(const std::vector<Instr>& code, hir::Graph& g) : code_(code), g_(g), b_(g) {}

  void run() {
    g_.method.value = 16;
    g_.frames.push_back({g_.method});
    g_.params = {{Type::Ref}, {Type::Ptr}};
    g_.results[0] = Type::I32;
    hir::Block* entry = g_.new_block();
    b_.set_block(entry);
    array_ = b_.param(0, Type::Ref);
    Node* input = b_.param(1, Type::Ptr);
    std::vector<Node*> vars;
    for (int i = 0; i < kLocals; i++) vars.push_back(b_.load(input, 4 * i, {hir::MemKind::I32}));
    for (int r = 0; r < kRefs; r++) vars.push_back(b_.null());
    // Every instruction that is jumped to starts a block.
    starts_.assign(code_.size() + 1, nullptr);
    std::vector<bool> leader(code_.size() + 1);
    leader[0] = true;
    for (size_t i = 0; i < code_.size(); i++)
      if (code_[i].what == Do::Less || code_[i].what == Do::Truth || code_[i].what == Do::Jump) leader[i + 1] = leader[static_cast<size_t>(code_[i].c)] = true;
    for (size_t i = 0; i < code_.size(); i++)
      if (leader[i]) starts_[i] = g_.new_block();
    jump(starts_[0], vars);
    for (size_t i = 0; i < code_.size(); i++) {
      if (starts_[i]) {
        if (!b_.terminated()) jump(starts_[i], vars_);
        begin(i);
      }
      b_.set_position(0, static_cast<uint32_t>(i));
      instruction(static_cast<uint32_t>(i));
    }
    for (auto& [block, phis] : phis_)
      for (size_t v = 0; v < phis.size(); v++)
        for (hir::Block* p : block->preds) phis[v]->operands.push_back(out_.at(p)[v]);
    g_.clean();
  }

 private:
  void begin(size_t i) {
    b_.set_block(starts_[i]);
    b_.set_position(0, static_cast<uint32_t>(i));
    vars_.clear();
    for (int v = 0; v < kLocals + kRefs; v++) vars_.push_back(b_.phi(v < kLocals ? Type::I32 : Type::Ref));
    phis_[starts_[i]] = vars_;
    starts_[i]->entry_state = state(static_cast<uint32_t>(i));
  }
  void jump(hir::Block* to, const std::vector<Node*>& vars) {
    out_[b_.block()] = vars;
    b_.jump(to);
  }
  const hir::FrameState* state(uint32_t il) {
    hir::FrameState* s = g_.new_state();
    s->il_offset = il;
    s->args.push_back(hir::state_value(array_, loop::ValueKind::Ref));
    for (Node* v : vars_) s->locals.push_back(hir::state_value(v, v->type == Type::Ref ? loop::ValueKind::Ref : loop::ValueKind::Int32));
    return s;
  }
  void instruction(uint32_t il) {
    const Instr& i = code_[il];
    auto& l = vars_;
    auto at = [&](int v) -> Node*& { return l[static_cast<size_t>(v)]; };
    auto ref = [&](int r) -> Node*& { return l[static_cast<size_t>(kLocals + r)]; };
    hir::Memory element{hir::MemKind::I32, hir::AliasKind::Element};
    hir::Memory field{hir::MemKind::I32, hir::AliasKind::Field, 5};
    auto checked_index = [&] {
      Node* index = at(i.b);
      b_.check_bounds(index, b_.length(array_), state(il));
      return index;
    };
    switch (i.what) {
      case Do::Const: at(i.a) = b_.i32(i.b); break;
      case Do::Binary:
        if (i.op == Op::DivUn) b_.guard(b_.binary(Op::CmpNe, at(i.c), b_.i32(0)), loop::ExitReason::DivideByZero, state(il));
        at(i.a) = b_.binary(i.op, at(i.b), at(i.c));
        break;
      case Do::Load: { Node* x = checked_index(); at(i.a) = b_.load_elem(array_, x, element); break; }
      case Do::Store: { Node* x = checked_index(); b_.store_elem(array_, x, at(i.a), element); break; }
      case Do::Less: {
        out_[b_.block()] = vars_;
        b_.branch(b_.binary(Op::CmpLt, at(i.a), at(i.b)), starts_[static_cast<size_t>(i.c)], starts_[il + 1]);
        break;
      }
      case Do::Truth:
        out_[b_.block()] = vars_;
        b_.branch(at(i.a), starts_[static_cast<size_t>(i.c)], starts_[il + 1]);
        break;
      case Do::Jump: jump(starts_[static_cast<size_t>(i.c)], vars_); break;
      case Do::New: ref(i.a) = b_.new_object({loop::SymbolKind::TypeWord, 80, 0}, 16, nullptr); break;
      case Do::GetField:
        b_.check_null(ref(i.b), state(il));
        at(i.a) = b_.load(ref(i.b), 8, field);
        break;
      case Do::SetField:
        b_.check_null(ref(i.b), state(il));
        b_.store(ref(i.b), 8, at(i.a), field);
        break;
      case Do::CopyRef: ref(i.a) = ref(i.b); break;
      case Do::Call: {
        auto* ci = g_.new_call_info();
        ci->args = {{Type::I32}};
        ci->results[0] = Type::I32;
        at(i.a) = b_.call(Op::CallDirect, {loop::SymbolKind::MethodDirect, 32, 0}, ci, {at(i.b)}, nullptr);
        break;
      }
      case Do::Return: b_.ret({at(i.a)}); break;
    }
  }

  const std::vector<Instr>& code_;
  hir::Graph& g_;
  hir::Builder b_;
  Node* array_ = nullptr;
  std::vector<hir::Block*> starts_;
  std::vector<Node*> vars_;
  std::map<hir::Block*, std::vector<Node*>> phis_, out_;
};

extern "C" void* random_new(void*) { return make_object(); }

}  // namespace

asm(R"(
.text
random_new_stub:
  push %rdi
  push %rsi
  push %rdx
  push %rcx
  push %r8
  push %r9
  push %r10
  call random_new
  pop %r10
  pop %r9
  pop %r8
  pop %rcx
  pop %rdx
  pop %rsi
  pop %rdi
  ret
)");
extern "C" void random_new_stub();

class Random : public Harness {};

TEST_F(Random, CompiledLikeInterpreted) {
  int programs = getenv("RAPGO_RANDOM") ? atoi(getenv("RAPGO_RANDOM")) : 120;
  unsigned seed = getenv("RAPGO_SEED") ? static_cast<unsigned>(atoi(getenv("RAPGO_SEED"))) : 1;
  int exits = 0, returns = 0, removed = 0;
  for (int p = 0; p < programs; p++, seed++) {
    low.reset();
    helper(rapgo::abi::Helper::TransferDown, reinterpret_cast<void*>(mock_transfer_down));
    helper(rapgo::abi::Helper::NewObject, reinterpret_cast<void*>(random_new_stub));
    symbols[{loop::SymbolKind::MethodDirect, 32}] = low.thunk(reinterpret_cast<void*>(mix));
    symbol(loop::SymbolKind::TypeWord, 80, low.take(16));
    Generator generator(seed);
    std::vector<Instr> program = generator.program();
    graph = std::make_unique<hir::Graph>();
    ToHir(program, *graph).run();
    ASSERT_EQ(hir::verify(*graph), "") << "seed " << seed;
    std::string before = hir::print(*graph), error;
    passes::PipelineOptions o;
    o.verify = true;
    ASSERT_TRUE(passes::optimize(*graph, o, &error)) << error << "\nseed " << seed << "\n" << before;
    removed += !graph->notes.empty();
    code = {};
    ASSERT_TRUE(compile_function()(graph.get(), &options, &code, &error)) << error << "\nseed " << seed;
    auto* f = reinterpret_cast<int (*)(void*, const int*)>(install());
    for (int run = 0; run < 4; run++) {
      State s;
      for (int& l : s.locals) l = generator.pick(3) ? generator.pick(kElements) : generator.pick(9) - 4;
      static Array plain, compiled;
      plain.length = compiled.length = kElements;
      for (int i = 0; i < kElements; i++) plain.data[i] = compiled.data[i] = generator.pick(40) - 8;
      heap.clear();
      long fuel = 200000;
      called_array = &plain;
      int want = interpret(program, 0, s, plain, &fuel);
      if (fuel < 0) continue;
      called_array = &compiled;
      volatile int got = 0;
      if (transferred([&] { got = f(&compiled, s.locals); })) {
        exits++;
        const loop::FrameState& state = exit_taken().states[0];
        State at;
        std::map<uint32_t, Object*> made;
        for (int v = 0; v < kLocals + kRefs; v++) {
          const auto& x = state.locals[static_cast<size_t>(v)];
          if (v < kLocals) {
            at.locals[v] = static_cast<int32_t>(read(x));
          } else if (x.where == loop::StateValue::Where::VirtualObject) {
            Object*& object = made[x.index];
            if (!object) {
              object = make_object();
              for (auto& slot : exit_taken().objects[x.index].slots) {
                EXPECT_EQ(slot.offset, 8u);
                object->field = static_cast<int32_t>(read(slot.value));
              }
            }
            at.refs[v - kLocals] = object;
          } else {
            at.refs[v - kLocals] = reinterpret_cast<Object*>(read(x));
          }
        }
        fuel = 400000;
        got = interpret(program, state.il_offset, at, compiled, &fuel);
      } else {
        returns++;
      }
      ASSERT_EQ(got, want) << "seed " << seed << " run " << run << "\n" << before << "\n=> " << hir::print(*graph);
      ASSERT_EQ(memcmp(plain.data, compiled.data, sizeof(int) * kElements), 0) << "seed " << seed << " run " << run << "\n" << before << "\n=> " << hir::print(*graph);
    }
  }
  printf("%d returned, %d left by exits, %d programs with removed checks or objects\n", returns, exits, removed);
}
