// The text form. See docs/hir.md for the grammar; parse.cpp reads what this writes.
#include <bit>
#include <cmath>
#include <cstdio>
#include <map>

#include "compile/hir/graph.h"
#include "compile/hir/names.h"

namespace rapgo::compile::hir {

namespace {

class Printer {
 public:
  std::string out;

  template <class... A>
  void f(const char* format, A... a) {
    char buffer[256];
    snprintf(buffer, sizeof buffer, format, a...);
    out += buffer;
  }
  void sv(std::string_view s) { out += s; }

  void value(const Node* n) { n ? f("v%u", n->id) : f("v?"); }

  void constant(const Node* n) {
    if (n->type == Type::F32 || n->type == Type::F64) {
      double d = n->type == Type::F64 ? std::bit_cast<double>(n->imm) : std::bit_cast<float>(static_cast<uint32_t>(n->imm));
      if (std::isfinite(d)) {
        f(" #%.17g", d);
      } else {
        f(" #0x%llx", static_cast<unsigned long long>(n->imm));
      }
    } else {
      f(" #%lld", static_cast<long long>(n->imm));
    }
  }

  void passes(const std::vector<ArgPass>& args) {
    f("(");
    for (size_t i = 0; i < args.size(); i++) {
      if (i) f(", ");
      if (args[i].stack_bytes) f("stack:%u", args[i].stack_bytes);
      else f("%s", type_name(args[i].type));
    }
    f(")");
  }
  void results(const Type* r) {
    f("(");
    if (r[0] != Type::Void) f("%s", type_name(r[0]));
    if (r[1] != Type::Void) f(", %s", type_name(r[1]));
    f(")");
  }

  void symbol(const loop::Symbol& s) {
    sv(spell(s.kind));
    f(":%u", s.id);
    if (s.extra) f(":%u", s.extra);
  }

  void node(const Node* n) {
    const OpInfo& info = n->info();
    if (n->type != Type::Void) f("v%u:%s = ", n->id, type_name(n->type));
    f("%s", info.mnemonic);
    for (size_t i = 0; i < n->operands.size(); i++) {
      f(i ? ", " : " ");
      value(n->operands[i]);
    }
    bool wants_imm = n->op == Op::Param || n->op == Op::OsrHome || n->op == Op::Slot;
    if (n->op == Op::Const) constant(n);
    else if (n->imm || wants_imm) f(" #%lld", static_cast<long long>(n->imm));
    if (n->imm2) f(" imm2=%lld", static_cast<long long>(n->imm2));
    if (n->symbol != loop::Symbol{}) {
      f(" sym=");
      symbol(n->symbol);
    }
    bool memory = n->has(effect::Read) || n->has(effect::Write);
    if (memory && n->mem != Memory{}) {
      f(" mem=%s/", mem_kind_name(n->mem.kind));
      sv(spell(n->mem.alias));
      if (n->mem.alias_id) f(":%u", n->mem.alias_id);
      if (n->mem.is_volatile) f("/volatile");
      if (n->mem.poll) f("/poll");
      if (n->mem.unaligned) f("/unaligned");
      if (n->mem.immutable) f("/immutable");
    }
    if (n->call) {
      f(" call=");
      passes(n->call->args);
      results(n->call->results);
      if (n->call->this_index) f(" this=%u", n->call->this_index);
      if (n->call->no_throw) f(" nothrow");
      if (n->call->pure_helper) f(" pure");
    }
    if (n->has(effect::Exit) || n->op == Op::Exit) {
      f(" reason=");
      sv(spell(n->reason));
    }
    if (n->state) f(" state=s%u", n->state->id);
    if (n->has(effect::Term) && n->block && !n->block->succs.empty()) {
      f(" ->");
      for (const Block* s : n->block->succs) f(" b%u", s->id);
    }
    if (!n->weights.empty()) {
      f(" weights=");
      for (size_t i = 0; i < n->weights.size(); i++) f(i ? ":%u" : "%u", n->weights[i]);
    }
    if (n->frame || n->il_offset) f(" @%u:%u", n->frame, n->il_offset);
  }

  void operand(const StateOperand& o) {
    using W = StateOperand::Where;
    switch (o.where) {
      case W::Dead: f("dead"); return;
      case W::Value: value(o.value); break;
      case W::Memory: f("mem "); value(o.value); break;
      case W::Pieces: f("pieces o%u", o.index); break;
      case W::Virtual: f("virtual o%u", o.index); break;
      case W::Exposed: f("exposed%+lld", static_cast<long long>(o.imm)); break;
    }
    f(":");
    sv(spell(o.kind));
    if (o.words != 1) f(" x%u", o.words);
  }

  void operands(const char* name, const std::vector<StateOperand>& list) {
    f(" %s [", name);
    for (size_t i = 0; i < list.size(); i++) {
      if (i) f(", ");
      operand(list[i]);
    }
    f("]");
  }

  void state(const FrameState* s) {
    f("s%u = frame %u il %u ", s->id, s->frame, s->il_offset);
    sv(spell(s->resume));
    operands("args", s->args);
    operands("locals", s->locals);
    operands("stack", s->stack);
    if (s->exposed) {
      f(" exposed ");
      value(s->exposed);
    }
    if (s->result) {
      f(" result ");
      value(s->result);
    }
    if (s->caller) f(" caller s%u", s->caller->id);
    f("\n");
  }

  void graph(const Graph& g) {
    f("graph method=%u", g.method.value);
    if (g.is_osr) f(" osr=%u", g.osr_il_offset);
    f(" params");
    passes(g.params);
    f(" returns");
    results(g.results);
    f("\n");
    for (size_t i = 1; i < g.frames.size(); i++)
      f("frame %zu method=%u caller=%u il=%u\n", i, g.frames[i].method.value, g.frames[i].caller, g.frames[i].caller_il_offset);
    for (auto& a : g.assumptions)
      f("assume %u %u %u %llu\n", static_cast<unsigned>(a.kind), a.id, a.extra, static_cast<unsigned long long>(a.value));
    std::map<uint32_t, const FrameState*> used;
    auto use = [&](const FrameState* s) {
      for (; s; s = s->caller) used[s->id] = s;
    };
    for (const Block* b : g.blocks) {
      f("b%u:", b->id);
      if (!b->preds.empty()) {
        f(" preds");
        for (const Block* p : b->preds) f(" b%u", p->id);
      }
      if (b->entry_state) f(" entry=s%u", b->entry_state->id);
      if (b->no_hoist) f(" nohoist");
      f("\n");
      use(b->entry_state);
      for (const Node* n : b->nodes) {
        f("  ");
        node(n);
        f("\n");
        use(n->state);
      }
    }
    for (auto& [id, s] : used) state(s);
    for (size_t i = 0; i < g.virtuals.size(); i++) {
      const VirtualObject& v = g.virtuals[i];
      f("o%zu = type %u length %u {", i, v.type.value, v.array_length);
      for (size_t k = 0; k < v.pieces.size(); k++) {
        f("%s%u %s ", k ? ", " : "", v.pieces[k].offset, mem_kind_name(v.pieces[k].kind));
        operand(v.pieces[k].value);
      }
      f("}\n");
    }
  }
};

}  // namespace

std::string print(const Graph& g) {
  Printer p;
  p.graph(g);
  return std::move(p.out);
}

std::string print(const Node& n) {
  Printer p;
  p.node(&n);
  return std::move(p.out);
}

}  // namespace rapgo::compile::hir
