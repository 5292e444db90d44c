// Damaged method bodies: real methods with instructions, operands, branch targets, clauses and locals changed, through stack
// typing, the baseline compiler (landing stubs too) and the optimizer's front end. Each is compiled or refused with LoadError;
// a signal, a sanitizer's report, a graph that does not verify or a hang is a finding.
// Usage: fuzz_il CPU-SECONDS SEED FINDINGS-DIR ASSEMBLY...
//        fuzz_il --replay SEED ASSEMBLY...      one input, in this process (for a debugger)
#include <map>

#include "compile/il2hir/build.h"
#include "fuzz/inputs.h"
#include "load/il/opcode.h"

namespace {

using namespace rapgo;
using namespace rapgo::fuzz;
namespace il = load::il;
using Random = std::mt19937_64;
using load::metadata::Token;

constexpr uint64_t kPerChild = 100;

struct Tokens final : il::TokenResolver {
  explicit Tokens(Method* m) : inner(il::assembly_resolver(m->declaring->assembly, m->context())) {}
  Type* type(Token t) override { return inner->type(t); }
  Method* method(Token t) override { return inner->method(t); }
  load::types::Field* field(Token t) override { return inner->field(t); }
  load::types::Signature signature(Token t) override { return inner->signature(t); }
  TokenKind kind(Token t) override { return inner->kind(t); }
  std::unique_ptr<il::TokenResolver> inner;
};

struct Changed final : il::DynamicBody {
  Bytes code;
  load::metadata::BodyBytes raw;
  std::vector<Type*> args, locals;
  Type* ret = nullptr;
  std::vector<bool> pinned;
  std::unique_ptr<il::MethodBody> load(Method* m) const override {
    return std::make_unique<il::MethodBody>(m, raw, args, ret, locals, pinned, std::make_unique<Tokens>(m));
  }
};

// Opcodes by operand kind and length, so that a replacement keeps the instruction's size.
const std::vector<il::Opcode>& alike(il::Opcode op) {
  static const auto* table = [] {
    auto* t = new std::map<std::pair<int, int>, std::vector<il::Opcode>>;
    for (int n = 0; n < static_cast<int>(il::Opcode::Count); n++) {
      const il::OpcodeInfo& i = il::info(static_cast<il::Opcode>(n));
      (*t)[{static_cast<int>(i.operand), i.code > 0xFF}].push_back(static_cast<il::Opcode>(n));
    }
    return t;
  }();
  const il::OpcodeInfo& i = il::info(op);
  return table->at({static_cast<int>(i.operand), i.code > 0xFF});
}

void put(Bytes& code, size_t at, uint64_t value, size_t size) {
  for (size_t n = 0; n < size && at + n < code.size(); n++) code[at + n] = static_cast<uint8_t>(value >> (8 * n));
}

void change(Changed& body, Random& random) {
  const auto pick = [&](size_t n) { return n ? static_cast<size_t>(random() % n) : 0; };
  std::vector<il::Instruction> all;
  std::vector<uint32_t> tokens;
  try {
    for (const il::Instruction& i : il::Instructions({body.code.data(), body.code.size()})) {
      all.push_back(i);
      if (i.info().operand >= il::OperandKind::Method && i.info().operand <= il::OperandKind::Token) tokens.push_back(i.token().value);
    }
  } catch (const LoadError&) {
  }
  if (all.empty()) return;
  const il::Instruction& i = all[pick(all.size())];
  const il::OpcodeInfo& encoded = il::info(i.encoded);
  switch (pick(12)) {
    case 0: body.code[pick(body.code.size())] = static_cast<uint8_t>(random()); break;
    case 1: body.code[pick(body.code.size())] ^= static_cast<uint8_t>(1 << pick(8)); break;
    case 2: case 3: case 4: {  // another opcode of the same shape
      const auto& choice = alike(i.encoded);
      const uint16_t code = il::info(choice[pick(choice.size())]).code;
      if (i.prefixes) break;
      if (code > 0xFF) put(body.code, i.offset, uint64_t{0xFE} | uint64_t{code & 0xFFu} << 8, 2);
      else put(body.code, i.offset, code, 1);
      break;
    }
    case 5: case 6:  // another token: of this body, or any
      if (i.info().operand >= il::OperandKind::Method && i.info().operand <= il::OperandKind::Token) {
        const uint32_t other = pick(3) && !tokens.empty() ? tokens[pick(tokens.size())] : (i.token().value & 0xFF000000) | static_cast<uint32_t>(pick(3000));
        put(body.code, i.next_offset - 4, other, 4);
      }
      break;
    case 7:  // another branch target
      if (encoded.operand == il::OperandKind::Branch4 || encoded.operand == il::OperandKind::Branch1) {
        const int64_t to = int64_t{all[pick(all.size())].offset} - i.next_offset;
        const size_t size = encoded.operand == il::OperandKind::Branch4 ? 4 : 1;
        put(body.code, i.next_offset - size, static_cast<uint64_t>(to), size);
      }
      break;
    case 8:  // another operand byte
      if (i.next_offset - i.offset > 1) body.code[i.next_offset - 1 - pick(i.next_offset - i.offset - 1)] = static_cast<uint8_t>(pick(20));
      break;
    case 9:  // no operation
      for (uint32_t at = i.offset; at < i.next_offset; at++) body.code[at] = pick(4) ? 0 : 0x26;
      break;
    case 10:
      if (!body.raw.clauses.empty()) {
        auto& c = body.raw.clauses[pick(body.raw.clauses.size())];
        uint32_t* fields[] = {&c.try_offset, &c.try_length, &c.handler_offset, &c.handler_length, &c.filter_offset};
        uint32_t& f = *fields[pick(5)];
        f = pick(2) ? all[pick(all.size())].offset : f + static_cast<uint32_t>(pick(5)) - 2;
        if (pick(4) == 0) c.kind = static_cast<load::metadata::ClauseKind>(uint8_t{1} << pick(3));
        // As the reader of bodies guarantees it (method_body.h).
        const auto size = static_cast<uint32_t>(body.code.size());
        if (c.try_end() > size || c.try_end() < c.try_offset || c.handler_end() > size || c.handler_end() < c.handler_offset || c.filter_offset >= size)
          body.raw.clauses.clear();
        else if (c.kind == load::metadata::ClauseKind::Filter && c.filter_offset >= c.handler_offset) body.raw.clauses.clear();
      } else {
        body.raw.max_stack = static_cast<uint16_t>(pick(6));
      }
      break;
    default:
      if (!body.locals.empty()) {
        auto& w = load::types::Loader::get().types();
        Type* const kinds[] = {w.i4, w.i8, w.r4, w.r8, w.i, w.string, w.object, w.object_array, w.u1, w.runtime_type_handle, w.typed_reference,
                               w.i4->make_byref(), w.i4->make_pointer(), body.locals[pick(body.locals.size())]};
        const size_t n = pick(body.locals.size());
        body.locals[n] = kinds[pick(std::size(kinds))];
        if (pick(4) == 0) body.pinned[n] = !body.pinned[n];
      }
  }
}

Method* pick_method(const std::vector<load::types::Assembly*>& assemblies, Random& random) {
  for (int n = 0; n < 1000; n++) {
    load::types::Assembly* a = assemblies[random() % assemblies.size()];
    const uint32_t rows = a->metadata->row_count(load::metadata::Table::MethodDef);
    if (!rows) continue;
    Method* m = nullptr;
    quietly([&] { m = a->method_of_row(1 + static_cast<uint32_t>(random() % rows)); });
    if (m && m->body == load::types::Body::Il && !m->contains_vars() && m->generic_args.empty() && !m->is_abstract() && m->intrinsic == load::types::Intrinsic::None) return m;
  }
  abort();
}

int compiled, refused;
bool replaying;

void try_seed(const std::vector<load::types::Assembly*>& assemblies, uint64_t seed) {
  Random random(seed);
  Method* method = pick_method(assemblies, random);
  auto* body = new Changed;
  quietly([&] {
    auto good = il::MethodBody::load(method);
    body->code.assign(good->code().begin(), good->code().end());
    body->raw = good->raw, body->ret = good->return_type;
    body->args.assign(good->args.begin(), good->args.end());
    body->locals.assign(good->locals.begin(), good->locals.end());
    body->pinned.assign(good->pinned.begin(), good->pinned.end());
  });
  if (body->code.empty() || body->code.size() > 3000) return;
  for (size_t n = 1 + random() % 3; n > 0; n--) change(*body, random);
  body->raw.code = {body->code.data(), body->code.size()};
  method->dynamic_body = body;
  method->il_hash_ = 0;
  try {
    compile::baseline::Options options;
    options.probes = seed & 1;
    options.stress_osr = seed & 2;
    const loop::SharedCode made = compile::baseline::compile(method, options);
    const loop::CompiledCode& code = *made;
    for (const auto& r : code.relocs)
      if (r.symbol >= code.symbols.size() || uint64_t{r.offset} + 4 > code.bytes.size()) abort();
    for (int n = 0; n < 3; n++)
      quietly([&] {
        compile::baseline::landing(method, options, static_cast<uint32_t>(random() % body->code.size()),
                                   random() % 2 ? loop::Resume::ReExecute : loop::Resume::ContinueAfter, 0x40000000);
      });
    compiled++;
    compile::il2hir::Options o;
    loop::BaselineFrame frame = code.frame;
    o.baseline_frame = [&](Method* m) { return m == method ? &frame : nullptr; };
    try {
      auto graph = compile::il2hir::build(method, o);
      if (const std::string broken = compile::hir::verify(*graph); !broken.empty()) {
        fprintf(stderr, "seed %llu, %s: %s\n", static_cast<unsigned long long>(seed), method->display_name().c_str(), broken.c_str());
        if (replaying) fprintf(stderr, "%s\n", compile::hir::print(*graph).c_str());
        abort();
      }
    } catch (const compile::il2hir::Unsupported&) {
    }
  } catch (const LoadError&) {
    refused++;
  } catch (const load::image::BadImage&) {
    refused++;
  }
  method->dynamic_body = nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  const bool replay = replaying = argc > 3 && std::string(argv[1]) == "--replay";
  if (argc < 5 && !replay) {
    fprintf(stderr, "usage: fuzz_il SECONDS SEED FINDINGS-DIR ASSEMBLY...\n       fuzz_il --replay SEED ASSEMBLY...\n");
    return 2;
  }
  load::types::test_loader().types();
  std::vector<load::types::Assembly*> assemblies{load::types::Loader::get().corlib()};
  for (int i = replay ? 3 : 4; i < argc; i++) assemblies.push_back(load::types::Loader::get().load_file(argv[i]));
  if (replay) {
    try_seed(assemblies, strtoull(argv[2], nullptr, 10));
    printf("%d compiled, %d refused\n", compiled, refused);
    return 0;
  }
  const double until = cpu_seconds() + strtod(argv[1], nullptr);
  const uint64_t first = strtoull(argv[2], nullptr, 10);
  uint64_t tried = 0, found = 0;
  for (; cpu_seconds() < until && found < 20; tried += kPerChild) {
    const uint64_t seed = first + tried;
    if (in_child([&] { for (uint64_t n = 0; n < kPerChild; n++) alarm(kSecondsPerInput), try_seed(assemblies, seed + n); }).empty()) continue;
    for (uint64_t n = 0; n < kPerChild; n++) {
      const std::string why = in_child([&] { try_seed(assemblies, seed + n); });
      if (why.empty()) continue;
      found++;
      printf("seed %llu: %s\n", static_cast<unsigned long long>(seed + n), why.c_str());
      fflush(stdout);
    }
  }
  printf("fuzz_il: %llu inputs, %llu findings, %.0f s of CPU time\n", static_cast<unsigned long long>(tried), static_cast<unsigned long long>(found), cpu_seconds());
  return found == 0 ? 0 : 1;
}
