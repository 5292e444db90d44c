#include "run/classlib/statements.h"

#include "load/il/stack_typing.h"

namespace rapgo::run::classlib {

namespace il = load::il;

namespace {

// Where a block only throws, Mono makes exceptions of corlib from up to two strings in one step, behind which it knows no place.
bool makes_simple_exception(load::types::Method* method, const il::Instruction& i) {
  load::types::Method* constructor = method->declaring->assembly->resolve_method(i.token(), method->context());
  if (!constructor->declaring->assembly->is_corlib || constructor->signature().params.size() > 2) return false;
  for (load::types::Type* p : constructor->signature().params)
    if (p != load::types::Loader::get().types().string) return false;
  for (load::types::Type* t = constructor->declaring; t; t = t->parent())
    if (t == load::types::Loader::get().types().exception) return true;
  return false;
}

}  // namespace

uint32_t statement_of(load::types::Method* method, uint32_t il_offset) {
  if (method->body != load::types::Body::Il) return il_offset;
  try {
    const auto body = il::MethodBody::load(method);
    il::StackTyping typing(*body);
    uint32_t best = 0;
    for (uint32_t b = 0; b < body->blocks.size(); b++) {
      if (!typing.enter(b)) continue;
      bool after_call = false, throws = false;
      for (const il::Instruction& i : body->instructions(body->blocks[b])) throws = i.op == il::Opcode::Throw;
      for (const il::Instruction& i : body->instructions(body->blocks[b])) {
        if (i.offset <= il_offset && i.offset > best && (after_call || typing.stack().empty())) best = i.offset;
        typing.step(i);
        after_call = i.op == il::Opcode::Call || i.op == il::Opcode::Callvirt ||
                     (i.op == il::Opcode::Newobj && !method->dynamic_body && !(throws && makes_simple_exception(method, i)));
      }
      typing.leave();
    }
    return best;
  } catch (const load::types::LoadError&) {
    return il_offset;
  }
}

}  // namespace rapgo::run::classlib
