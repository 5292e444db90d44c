// Inlining: who, how far, and how.
#include <algorithm>

#include "compile/il2hir/frame.h"

namespace rapgo::compile::il2hir {

// A constructor of a value type built in a temporary: `this` points into this frame, and no frame state can say so. Bodies that never
// leave need no state.
static bool never_leaves(Method* m, const MethodBody& body) {
  const auto raw = m->il_body();
  if (!raw.clauses.empty()) return false;
  // Whatever else could be stored through may be null.
  for (const Type* t : m->signature().params)
    if (t->element == m->declaring) return false;
  for (const Instruction& i : load::il::Instructions(raw.code)) {
    switch (i.op) {
      case Opcode::Nop: case Opcode::Ldarg: case Opcode::Ldloc: case Opcode::Stloc: case Opcode::LdcI4: case Opcode::LdcI8: case Opcode::LdcR4:
      case Opcode::LdcR8: case Opcode::Ldnull: case Opcode::Dup: case Opcode::Pop: case Opcode::Add: case Opcode::Sub: case Opcode::Mul: case Opcode::And:
      case Opcode::Or: case Opcode::Xor: case Opcode::Shl: case Opcode::Shr: case Opcode::ShrUn: case Opcode::Neg: case Opcode::Not: case Opcode::ConvI1:
      case Opcode::ConvI2: case Opcode::ConvI4: case Opcode::ConvI8: case Opcode::ConvU1: case Opcode::ConvU2: case Opcode::ConvU4: case Opcode::ConvU8:
      case Opcode::ConvR4: case Opcode::ConvR8: case Opcode::ConvI: case Opcode::ConvU: case Opcode::Ret: break;
      case Opcode::Stfld:  // of `this` only
        if (body.field(i.token())->declaring != m->declaring) return false;
        break;
      default: return false;
    }
  }
  return true;
}

bool Frame::worth_inlining(Method* target) const {
  const Limits& limits = u_.options.limits;
  if (!u_.options.inline_calls || target->body != load::types::Body::Il || target->no_inlining() || target->is_synchronized()) return false;
  if (target->intrinsic != load::types::Intrinsic::None || target->contains_vars() || target->signature().vararg) return false;
  if (depth_ + 1 > limits.inline_depth) return false;
  uint32_t recursion = 0;
  for (const Frame* f = this; f; f = f->caller_) recursion += f->method() == target;
  if (recursion > 0) return false;
  const auto raw = target->il_body();
  const auto size = static_cast<uint32_t>(raw.code.size());
  if (!raw.clauses.empty()) return false;
  if (u_.il_total + size > limits.total_il_bytes) return false;
  uint32_t most = limits.inline_il_bytes;
  if (target->aggressive_inlining()) most = limits.hot_inline_il_bytes;
  if (profile_) {
    // Hot: the call's block ran at least as often as the method was entered, or samples sit in it.
    auto it = profile_->hot_il.lower_bound(il_);
    const bool sampled = it != profile_->hot_il.end() && it->first < il_ + 32 && it->second >= 1;
    const auto& counts = profile_->blocks;
    auto block = counts.upper_bound(il_);
    const bool counted = !counts.empty() && block != counts.begin() && std::prev(block)->second > 1000;
    const bool never = profile_->probed && !counts.empty() && block != counts.begin() && std::prev(block)->second == 0;
    if (never) return false;
    if (sampled || counted) most = limits.hot_inline_il_bytes;
  }
  return size <= most;
}

// Inlines if it is worth it. Arguments are popped already; on success `result` is the value (kind Void for none).
bool Frame::try_inline(Method* target, std::vector<Value>& args, Value* result) {
  if (!worth_inlining(target)) return false;
  const bool value_this = target->signature().has_this && target->declaring->is_value_type();
  std::unique_ptr<MethodBody> body;
  try {
    body = MethodBody::load(target);
    if (body->facts().has_localloc) return false;
    if (value_this && args[0].node->op == Op::Slot && args[0].node != exposed_ && !never_leaves(target, *body)) return false;
    const bool any_taken = std::any_of(body->facts().arg_address_taken.begin(), body->facts().arg_address_taken.end(), [](bool b) { return b; }) ||
                           std::any_of(body->facts().local_address_taken.begin(), body->facts().local_address_taken.end(), [](bool b) { return b; });
    if (any_taken && !(u_.options.baseline_frame && u_.options.baseline_frame(target))) return false;
    for (const Instruction& i : body->instructions())
      if (i.op == Opcode::Jmp || i.op == Opcode::Arglist || i.op == Opcode::Localloc) return false;
  } catch (const load::types::LoadError&) {
    return false;  // the call itself will say what is wrong
  }
  // A static method or constructor may be what initialises its class.
  if (starts_class(target)) class_ready(target->declaring);
  u_.graph.assumptions.push_back({loop::AssumptionKind::MethodBody, target->id().value, 0, target->il_hash()});

  const auto index = static_cast<uint32_t>(u_.graph.frames.size());
  u_.graph.frames.push_back({target->id(), index_, il_});
  const hir::FrameState* continuation = has_states() ? state(loop::Resume::ContinueAfter) : nullptr;
  Frame inner(u_, std::move(body), index, this, continuation, covered_here());
  hir::Block* after = u_.graph.new_block();
  const uint32_t il = il_;
  *result = inner.translate_inlined(std::move(args), after);
  b_.set_position(index_, il);
  b_.set_block(after);
  u_.inlined++;
  u_.graph.notes.push_back("inlined " + target->display_name());
  return true;
}

Value Frame::translate_inlined(std::vector<Value> args, hir::Block* after) {
  after_ = after;
  declare_variables();
  for (size_t i = 0; i < args.size(); i++) store_variable(static_cast<uint32_t>(i), args[i]);
  init_locals();
  Type* ret = body_->return_type;
  if (is_struct(ret)) result_pointer_ = struct_slot(ret);
  pred_count_[0]++;  // the call itself comes from outside
  enter(0);
  run();
  if (ret->is_void()) return {StackKind::Void, ret, nullptr};
  if (is_struct(ret)) return {StackKind::Struct, ret, result_pointer_};
  b_.set_block(after);
  Node* phi = b_.phi(hir_type_of(ret));
  for (auto& [block, v] : returns_) phi->operands.push_back(v.node);
  if (returns_.empty()) phi->operands.clear();
  return {ret->stack_kind(), ret, phi};
}

}  // namespace rapgo::compile::il2hir
