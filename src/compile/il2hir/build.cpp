// The root of a compilation: entry (ordinary or in mid-loop), the walk, clean-up.
#include "compile/il2hir/build.h"

#include <algorithm>

#include "abi/call_layout.h"
#include "compile/il2hir/frame.h"
#include "load/types/classify.h"

namespace rapgo::compile::il2hir {

// Locals begin as zero (baseline code zeroes them whether or not the header asks for it).
void Frame::init_locals() {
  for (size_t i = body_->args.size(); i < vars_.size(); i++) {
    Variable& v = vars_[i];
    if (!v.in_slot) now_[i] = b_.add(Op::Const, hir_type_of(v.type), {}, 0);
    else if (!v.exposed || caller_ || !u_.options.osr) b_.mem_zero(v.address, is_struct(v.type) ? words_of(v.type) * 8 : 8);
  }
}

// Flows from the current block to the block at `il`, which may be the method's first and a loop header at once.
void Frame::enter(uint32_t il) {
  il_ = il;
  stack_before_ = stack_;
  flow_to(il);
  BlockState& to = state_of(il);
  b_.jump(to.block);
  add_edge_values(to);
}

// As baseline code finds it: what the first argument is by now.
Node* Frame::lock_object() {
  if (method()->is_static()) return b_.symbol({loop::SymbolKind::TypeObject, method()->declaring->id().value, 0}, hir::Type::Ref);
  return load_variable(0);
}

bool Frame::abi_hidden_result() const { return abi::returns_hidden(load::types::shape_of(body_->return_type)); }

// OSR: homes hold args, locals, evaluation stack, each rounded up to words (docs/conventions.md 6).
void Frame::receive_homes() {
  uint32_t word = 0;
  auto take = [&](Type* t, Variable* v, size_t index) {
    const uint32_t words = std::max<uint32_t>(1, words_of(t));
    if (!v->in_slot) {
      now_[index] = b_.osr_home(word, hir_type_of(t));
      if (v->pin) pin(*v, {t->stack_kind(), t, now_[index]});
    } else if (!v->exposed) {
      for (uint32_t k = 0; k < words; k++) {
        hir::Memory m;
        m.kind = hir::MemKind::I64;
        b_.store(v->address, 8 * k, b_.osr_home(word + k, hir::Type::I64), m);
      }
    }
    word += words;
  };
  for (size_t i = 0; i < vars_.size(); i++) take(vars_[i].type, &vars_[i], i);
  const uint32_t block = body_->blocks.index_at(u_.options.osr_il_offset);
  if (block == load::il::kNoBlock || !body_->blocks[block].loop_header || !typing_.reachable(block)) unsupported("an OSR entry that is no loop header");
  if (body_->innermost_handler(u_.options.osr_il_offset) >= 0) unsupported("an OSR entry inside a handler");
  for (const auto& t : typing_.entry(block)) {
    if (t.kind == StackKind::Struct) unsupported("an OSR entry with a struct on the evaluation stack");
    stack_.push_back({t.kind, t.type, b_.osr_home(word++, hir_type(t.kind))});
  }
}

void Frame::translate_root() {
  hir::Graph& g = u_.graph;
  hir::Block* entry = g.new_block();
  b_.set_block(entry);
  b_.set_position(index_, 0);
  if (abi_hidden_result() && g.is_osr) unsupported("an OSR entry with a large struct result");
  find_tail_calls();
  declare_variables();
  receive_arguments();
  if (!g.is_osr) start_class();
  if (!g.is_osr && method()->is_synchronized()) b_.call_helper(abi::Helper::MonitorEnter, {lock_object()});
  // An extra predecessor makes a join of whatever block we enter.
  const uint32_t start = g.is_osr ? u_.options.osr_il_offset : 0;
  const uint32_t block = body_->blocks.index_at(start);
  if (block != load::il::kNoBlock) pred_count_[block]++;
  if (g.is_osr) receive_homes();
  else init_locals();
  enter(start);
  run();
}

// Phis of one value, or of one value and themselves, are that value. Repeated until none is left.
static void remove_trivial_phis(hir::Graph& g) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (hir::Block* block : g.blocks) {
      for (Node* n : block->nodes) {
        if (n->op != Op::Phi) continue;
        Node* only = nullptr;
        bool trivial = true;
        for (Node* o : n->operands) {
          o = o->resolve();
          if (o == n) continue;
          if (only && only != o) {
            trivial = false;
            break;
          }
          only = o;
        }
        if (!trivial || !only) continue;
        n->replace_by(only);
        changed = true;
      }
    }
  }
}

// Checks that builders emit for lack of knowledge and simplify removes: constructors of temporaries count on their absence.
static bool never_fails(const Node* check) {
  if (check->op != Op::CheckNull) return false;
  const Node* address = check->operands[0]->resolve();
  while (address->op == Op::FieldAddr) address = address->operands[0]->resolve();
  return address->op == Op::Slot;
}

// --stress=deopt=N: in front of every check stands one that fails by count, so that every frame state gets used.
static void add_stress_exits(hir::Graph& g) {
  hir::Builder b(g);
  for (hir::Block* block : g.blocks) {
    const std::vector<Node*> nodes = std::move(block->nodes);
    block->nodes.clear();
    for (Node* n : nodes) {
      const bool check = n->has(hir::effect::Exit) && !n->has(hir::effect::Term) && n->state && !never_fails(n);
      if (check) {
        b.set_block(block);
        b.set_position(n->frame, n->il_offset);
        b.guard_not(b.call_helper(abi::Helper::StressGuard, {}), loop::ExitReason::Stress, n->state);
      }
      block->nodes.push_back(n);
    }
  }
}

static void drop_duplicate_assumptions(hir::Graph& g) {
  std::vector<loop::Assumption> unique;
  for (const auto& a : g.assumptions)
    if (std::find(unique.begin(), unique.end(), a) == unique.end()) unique.push_back(a);
  g.assumptions = std::move(unique);
}

std::unique_ptr<hir::Graph> build(Method* method, const Options& options) {
  std::unique_ptr<MethodBody> body;
  try {
    body = MethodBody::load(method);
    if (body->code().size() > options.limits.max_il_bytes) throw Unsupported("the method is too large for the optimizer");
    if (method->signature().vararg) throw Unsupported("a method with a variable argument list");
    auto graph = std::make_unique<hir::Graph>();
    graph->method = method->id();
    graph->is_osr = options.osr;
    graph->osr_il_offset = options.osr_il_offset;
    graph->frames.push_back({method->id(), 0, 0});
    graph->il_bytes = static_cast<uint32_t>(body->code().size());
    Unit unit(*graph, options);
    // A synchronized method's implicit fault handler covers all of it.
    Frame root(unit, std::move(body), 0, nullptr, nullptr, method->is_synchronized());
    root.translate_root();
    remove_trivial_phis(*graph);
    graph->clean();
    if (options.deopt_every) add_stress_exits(*graph);
    drop_duplicate_assumptions(*graph);
    graph->il_bytes = unit.il_total;
    return graph;
  } catch (const load::types::LoadError& e) {
    throw Unsupported(std::string("IL that does not load: ") + e.what());
  }
}

}  // namespace rapgo::compile::il2hir
