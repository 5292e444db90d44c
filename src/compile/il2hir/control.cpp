// Branches, switches, leave and finally, return, throw.
#include <algorithm>

#include "compile/il2hir/frame.h"

namespace rapgo::compile::il2hir {

static Op branch_op(Opcode op) {
  switch (op) {
    case Opcode::Beq: return Op::CmpEq;
    case Opcode::BneUn: return Op::CmpNe;
    case Opcode::Blt: return Op::CmpLt;
    case Opcode::Ble: return Op::CmpLe;
    case Opcode::Bgt: return Op::CmpGt;
    case Opcode::Bge: return Op::CmpGe;
    case Opcode::BltUn: return Op::CmpLtUn;
    case Opcode::BleUn: return Op::CmpLeUn;
    case Opcode::BgtUn: return Op::CmpGtUn;
    case Opcode::BgeUn: return Op::CmpGeUn;
    default: return Op::Copy;
  }
}

static uint32_t clamp_weight(uint64_t n, uint64_t scale) {
  return static_cast<uint32_t>(std::min<uint64_t>(n / scale, UINT32_MAX));
}

bool Frame::translate_control(const Instruction& i) {
  switch (i.op) {
    case Opcode::Br: {
      flow_to(i.target());
      BlockState& to = state_of(i.target());
      b_.jump(to.block);
      add_edge_values(to);
      ended_ = true;
      return true;
    }
    case Opcode::Brtrue:
    case Opcode::Brfalse: {
      Value v = pop();
      Node* condition;
      if (v.node->type == hir::Type::I32) condition = v.node;
      else if (v.node->type == hir::Type::I64) condition = b_.binary(Op::CmpNe, v.node, b_.i64(0));
      else condition = b_.binary(Op::CmpNe, v.node, b_.add(Op::Const, v.node->type, {}, 0));
      if (i.op == Opcode::Brtrue) branch(condition, i.target(), i.next_offset);
      else branch(condition, i.next_offset, i.target());
      return true;
    }
    case Opcode::Switch: {
      Node* value = as_int32(pop());
      std::vector<uint32_t> targets;
      for (uint32_t k = 0; k < i.switch_count(); k++) targets.push_back(i.switch_target(k));
      targets.push_back(i.next_offset);
      for (uint32_t t : targets) flow_to(t);
      std::vector<hir::Block*> blocks;
      for (uint32_t t : targets) blocks.push_back(state_of(t).block);
      hir::Block* otherwise = blocks.back();
      blocks.pop_back();
      b_.switch_(value, blocks, otherwise);
      for (uint32_t t : targets) add_edge_values(state_of(t));
      ended_ = true;
      return true;
    }
    case Opcode::Ret: translate_return(); return true;
    case Opcode::Throw:
      if (has_states()) {
        exit_here(loop::ExitReason::ExplicitThrow);
      } else {
        Value v = pop();
        check_null(v);
        throw_here([&] { b_.call_helper(abi::Helper::Throw, {as(v, hir::Type::Ref)}); });
        ended_ = true;
      }
      return true;
    case Opcode::Rethrow: exit_here(loop::ExitReason::ExplicitThrow); return true;
    case Opcode::Leave: translate_leave(i); return true;
    case Opcode::Endfinally: translate_endfinally(); return true;
    case Opcode::Endfilter: unsupported("a filter");
    case Opcode::Jmp: unsupported("jmp");
    default: break;
  }
  const Op op = branch_op(i.op);
  if (op == Op::Copy) return false;
  Value right = pop(), left = pop();
  branch(compare_values(op, left, right), i.target(), i.next_offset);
  return true;
}

void Frame::branch(Node* condition, uint32_t if_true, uint32_t if_false) {
  uint32_t weight_true = 0, weight_false = 0;
  if (profile_ && profile_->probed) {
    auto count = [&](uint32_t to) {
      auto e = profile_->edges.find({il_, to});
      return e == profile_->edges.end() ? uint64_t{0} : e->second;
    };
    const uint64_t t = count(if_true), f = count(if_false);
    if (t + f > 0) {
      const uint64_t scale = std::max<uint64_t>(1, (t + f) >> 30);
      weight_true = clamp_weight(t, scale);
      weight_false = clamp_weight(f, scale);
      if (weight_true == 0 && weight_false == 0) weight_true = weight_false = 1;
    }
  }
  flow_to(if_true);
  if (if_false != if_true) flow_to(if_false);
  hir::Block* t = state_of(if_true).block;
  hir::Block* f = state_of(if_false).block;
  b_.branch(condition, t, f, weight_true, weight_false);
  add_edge_values(state_of(if_true));
  add_edge_values(state_of(if_false));
  ended_ = true;
}

// The finally handlers between here and the target are copied into this path, one after the other (III.3.46).
void Frame::translate_leave(const Instruction& i) {
  stack_.clear();
  const uint32_t target = i.target();
  std::vector<uint32_t> finallys;
  for (uint32_t c = 0; c < body_->clauses.size(); c++) {  // inner ones first
    const auto& clause = body_->clauses[c];
    if (clause.kind == load::il::ClauseKind::Finally && clause.in_try(il_) && !clause.in_try(target)) finallys.push_back(c);
  }
  go_on(context_, std::move(finallys), target);
}

void Frame::translate_endfinally() {
  if (context_ == 0) {  // a fault handler or a finally entered by the unwinder: never reached in this graph
    exit_here(loop::ExitReason::Unreached);
    return;
  }
  const LeaveContext now = contexts_[context_];
  stack_.clear();
  std::vector<uint32_t> rest(now.finallys.begin() + 1, now.finallys.end());
  go_on(now.parent, std::move(rest), now.target);
}

void Frame::go_on(uint32_t parent, std::vector<uint32_t> finallys, uint32_t target) {
  uint32_t il = target;
  const uint32_t here = context_;
  if (finallys.empty()) {
    context_ = parent;
  } else {
    LeaveContext wanted{parent, finallys, target};
    auto found = std::find_if(contexts_.begin() + 1, contexts_.end(), [&](const LeaveContext& c) { return c.key() == wanted.key(); });
    if (found == contexts_.end()) {
      if (contexts_.size() > 64) unsupported("too many ways through finally handlers");
      contexts_.push_back(wanted);
      found = contexts_.end() - 1;
    }
    context_ = static_cast<uint32_t>(found - contexts_.begin());
    il = body_->clauses[finallys[0]].handler_begin;
  }
  flow_to(il);
  BlockState& to = state_of(il);
  b_.jump(to.block);
  add_edge_values(to);
  context_ = here;
  ended_ = true;
}

void Frame::translate_return() {
  Value v;
  const bool has_value = !body_->return_type->is_void();
  if (has_value) {
    v = pop();
    if (!is_struct(body_->return_type)) v.node = narrowed(body_->return_type, as(v, hir_type_of(body_->return_type)));
  }
  ended_ = true;  // nothing fails from here on
  if (caller_) {
    if (has_value && is_struct(body_->return_type)) {
      b_.mem_copy(result_pointer_, v.node, words_of(body_->return_type) * 8, true);
      v.node = result_pointer_;
    }
    returns_.push_back({b_.block(), v});
    b_.jump(after_);
    return;
  }
  if (method()->is_synchronized()) b_.call_helper(abi::Helper::MonitorExit, {lock_object()});
  if (!has_value) b_.ret();
  else if (!is_struct(body_->return_type)) b_.ret({v.node});
  else return_struct(v);
}

}  // namespace rapgo::compile::il2hir
