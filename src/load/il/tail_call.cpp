#include "load/il/tail_call.h"

#include <algorithm>

#include "abi/call_layout.h"
#include "load/types/classify.h"

namespace rapgo::load::il {

bool leaves_frame(const MethodBody& body, const Instruction& i, const Instruction* next, const types::Signature& s, types::StackKind this_kind) {
  if (!i.has(prefix::kTail) || !next || next->op != Opcode::Ret || body.method->is_synchronized() || body.facts().has_localloc || s.vararg) return false;
  // The receiver of a value type's method may lie in this frame.
  if (this_kind == types::StackKind::ByRef) return false;
  const auto any = [](const std::pmr::vector<bool>& taken) { return std::find(taken.begin(), taken.end(), true) != taken.end(); };
  if (any(body.facts().arg_address_taken) || any(body.facts().local_address_taken)) return false;
  if (body.innermost_try(i.offset) >= 0 || body.innermost_handler(i.offset) >= 0) return false;
  const abi::ValueShape result = types::shape_of(s.ret), own_result = types::shape_of(body.return_type);
  if (result.is_void != own_result.is_void || result.kind != own_result.kind || result.size != own_result.size || result.memory != own_result.memory) return false;
  if (result.is_struct() && s.ret != body.return_type) return false;
  abi::ArgAssigner assign(abi::returns_hidden(result)), own(abi::returns_hidden(own_result));
  if (this_kind != types::StackKind::Void && assign.next(abi::ValueShape{}).by_address) return false;
  for (Type* p : s.params)
    if (p->is_byref() || assign.next(types::shape_of(p)).by_address) return false;
  for (Type* a : body.args) own.next(types::shape_of(a));
  return assign.stack_words() <= own.stack_words();
}

}  // namespace rapgo::load::il
