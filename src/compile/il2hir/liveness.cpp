// Backward liveness of arguments and locals over the IL of one body.
#include "compile/il2hir/frame.h"

namespace rapgo::compile::il2hir {

void Frame::step_back(Live& live, const Instruction& i) const {
  switch (i.op) {
    case Opcode::Ldarg: live[arg_var(i.index())] = true; break;
    case Opcode::Ldloc: live[local_var(i.index())] = true; break;
    case Opcode::Starg: live[arg_var(i.index())] = false; break;
    case Opcode::Stloc: live[local_var(i.index())] = false; break;
    default: break;  // an address taken makes a variable exposed: those travel with their block whatever is said here
  }
}

Frame::Live Frame::live_at_end(uint32_t block) const {
  Live live(vars_.size(), false);
  for (uint32_t s : body_->blocks.successors(body_->blocks[block]))
    for (size_t v = 0; v < live.size(); v++)
      if (block_live_[s][v]) live[v] = true;
  return live;
}

void Frame::find_live() {
  if (!body_->clauses.empty()) return;  // handlers may read anything at any instruction
  const auto blocks = body_->blocks.blocks();
  block_live_.assign(blocks.size(), Live(vars_.size(), false));
  std::vector<std::vector<Instruction>> code(blocks.size());
  for (size_t b = 0; b < blocks.size(); b++)
    for (const Instruction& i : body_->instructions(blocks[b])) code[b].push_back(i);
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t b = blocks.size(); b-- > 0;) {
      Live live = live_at_end(static_cast<uint32_t>(b));
      for (size_t k = code[b].size(); k-- > 0;) step_back(live, code[b][k]);
      if (live != block_live_[b]) {
        block_live_[b] = std::move(live);
        changed = true;
      }
    }
  }
}

void Frame::prepare_liveness(uint32_t block) {
  live_before_ = live_after_ = nullptr;
  instruction_live_.clear();
  if (block_live_.empty()) return;
  std::vector<Instruction> code;
  for (const Instruction& i : body_->instructions(body_->blocks[block])) code.push_back(i);
  Live live = live_at_end(block);
  instruction_live_.assign(code.size() + 1, live);
  for (size_t k = code.size(); k-- > 0;) {
    step_back(live, code[k]);
    instruction_live_[k] = live;
  }
  live_before_ = &instruction_live_.front();
  live_after_ = instruction_live_.size() > 1 ? &instruction_live_[1] : live_before_;
}

bool Frame::is_live(size_t variable, loop::Resume resume) const {
  if (vars_[variable].pin) return true;  // baseline code pins it too
  if (variable == 0 && method()->is_synchronized()) return true;  // and unlocks it
  const Live* live = resume == loop::Resume::ContinueAfter ? live_after_ : live_before_;
  if (!live || (*live)[variable]) return true;
  // Baseline code may still hold a stack entry as "same as this variable".
  for (const auto* stack : {&stack_before_, &stack_})
    for (const Value& v : *stack)
      if (v.node == now_[variable]) return true;
  return false;
}

}  // namespace rapgo::compile::il2hir
