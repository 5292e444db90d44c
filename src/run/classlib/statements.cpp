#include "run/classlib/statements.h"

#include "load/il/stack_typing.h"

namespace rapgo::run::classlib {

namespace il = load::il;

uint32_t statement_of(load::types::Method* method, uint32_t il_offset) {
  if (method->body != load::types::Body::Il) return il_offset;
  try {
    const auto body = il::MethodBody::load(method);
    il::StackTyping typing(*body);
    uint32_t best = 0;
    for (uint32_t b = 0; b < body->blocks.size(); b++) {
      if (!typing.enter(b)) continue;
      bool after_call = false;
      for (const il::Instruction& i : body->instructions(body->blocks[b])) {
        if (i.offset <= il_offset && i.offset > best && (after_call || typing.stack().empty())) best = i.offset;
        typing.step(i);
        after_call = i.op == il::Opcode::Call || i.op == il::Opcode::Callvirt;
      }
      typing.leave();
    }
    return best;
  } catch (const load::types::LoadError&) {
    return il_offset;
  }
}

}  // namespace rapgo::run::classlib
