#include "compile/baseline/baseline.h"

#include <algorithm>

#include "compile/baseline/compiler_x64.h"
#include "load/il/stack_typing.h"

namespace rapgo::compile::baseline {

namespace {

using types::Body;
using types::Intrinsic;

bool made_here(Method* m) {
  if (m->body == Body::ArrayMethod) return m->name != ".ctor";
  return m->intrinsic != Intrinsic::None && m->intrinsic != Intrinsic::StringCtor;
}

// A body of `ret` for methods whose code is made here: it gives arguments and result their places.
il::MethodBody empty_body(Method* m) {
  static const uint8_t code[] = {0x2A};
  load::metadata::BodyBytes raw;
  raw.code = {code, 1};
  std::vector<Type*> args(m->arg_count());
  for (uint32_t i = 0; i < args.size(); ++i) args[i] = m->arg_type(i);
  return il::MethodBody(m, std::move(raw), args, m->signature().ret, {}, {}, nullptr);
}

// A guess of the words that the evaluation stack needs; too small a one costs a second run.
Sizes first_guess(const il::MethodBody& body) {
  uint32_t widest = 1;
  const auto look = [&](Type* t) {
    if (t->stack_kind() == StackKind::Struct) widest = std::max(widest, (t->value_size() + 7) / 8);
  };
  for (Type* t : body.args) look(t);
  for (Type* t : body.locals) look(t);
  look(body.return_type);
  Sizes s;
  s.stack_words = body.raw.max_stack + 2u + (widest > 1 ? std::min(3 * widest, 64u) : 0u);
  return s;
}

loop::SharedCode compile_body(const il::MethodBody& body, const Options& options, Snapshot* snapshot) {
  Sizes sizes = first_guess(body);
  for (;;) {
    if (snapshot) {
      const uint32_t il = snapshot->il;
      *snapshot = {};
      snapshot->il = il;
    }
    Compiler c(body, options, sizes, snapshot);
    try {
      return made_here(body.method) ? c.run_intrinsic() : c.run();
    } catch (const Restart&) {
      sizes = c.needed;
    }
  }
}

template <class F>
auto with_body(Method* m, F use) {
  if (made_here(m)) {
    const il::MethodBody body = empty_body(m);
    return use(body);
  }
  const std::unique_ptr<il::MethodBody> body = il::MethodBody::load(m);
  return use(*body);
}

}  // namespace

bool compilable(Method* m) { return m->body == Body::Il || made_here(m); }

loop::SharedCode compile(const il::MethodBody& body, const Options& options) { return compile_body(body, options, nullptr); }

loop::SharedCode compile(Method* method, const Options& options) {
  return with_body(method, [&](const il::MethodBody& body) {
    if (!made_here(method) && (method->dynamic_body || !method->declaring->assembly->is_framework)) il::StackTyping(body).check();
    return compile_body(body, options, nullptr);
  });
}

loop::CompiledCode landing(Method* method, const Options& options, uint32_t il_offset, loop::Resume resume, uint64_t owner_start) {
  using namespace x86;
  Snapshot place;
  place.il = il_offset;
  const loop::SharedCode packed = with_body(method, [&](const il::MethodBody& body) {
    if (il_offset >= body.code().size() || !body.blocks.is_instruction(il_offset)) throw il::InvalidProgram(il_offset, "landing at no instruction");
    if (resume == loop::Resume::ContinueAfter) place.il = il::decode(body.code(), il_offset).next_offset;
    return compile_body(body, options, &place);
  });
  if (!place.found) throw il::InvalidProgram(il_offset, "landing in code that cannot be reached");
  const loop::CompiledCode& main = *packed;

  loop::CompiledCode code;
  code.method = method->id();
  code.tier = main.tier;
  code.inlined = main.inlined;
  code.frame = main.frame;
  stubs::Emitter e(code);
  auto& a = e.a;
  a.int3();  // an address just entered is looked up one byte earlier
  e.frame_at_rbp();
  code.unwind.back().pc = 0;
  code.entry = e.pc();
  code.il_map.push_back({0, il_offset});
  const auto go = [&](uint32_t pc) {
    a.mov(r11d, static_cast<uint32_t>(owner_start + pc));
    a.jmp(r11);
  };
  if (resume == loop::Resume::Throw) {
    // As if the instruction had called: the return address is inside of it.
    a.mov(rdi, rax);
    a.mov(r11d, static_cast<uint32_t>(owner_start + place.pc + 1));
    a.push(r11);
    e.jmp(Helper::Rethrow);
    e.finish();
    return code;
  }
  const auto at = [&](const Entry& v, uint32_t size) { return ptr(rbp, main.frame.stack_base + static_cast<int32_t>(8 * v.word), size); };
  if (place.fused_branch) {
    Label no = a.newLabel();
    a.cmp(at(place.stack.back(), 4), 0);
    if (place.branch_if_true) a.je(no); else a.jne(no);
    go(place.taken_pc);
    a.bind(no);
    go(place.next_pc);
    e.finish();
    return code;
  }
  for (const Entry& v : place.stack) {
    if (v.in == Entry::In::Gp) {
      if (v.is64()) a.mov(gpq(v.reg), at(v, 8)); else a.mov(gpd(v.reg), at(v, 4));
    } else if (v.in == Entry::In::Xmm) {
      if (v.kind == StackKind::Float32) a.movss(x86::xmm(v.reg), at(v, 4)); else a.movsd(x86::xmm(v.reg), at(v, 8));
    }
  }
  go(place.pc);
  e.finish();
  return code;
}

}  // namespace rapgo::compile::baseline
