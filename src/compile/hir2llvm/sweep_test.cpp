// The class library through the whole optimizer: every graph must survive the passes, and what LLVM makes of a sample must have
// complete tables. RAPGO_SWEEP=n takes every n-th method through LLVM (default 160; 1 takes minutes), every 8th at most through passes.
#include <map>

#include "compile/hir/analysis.h"
#include "compile/hir2llvm/harness.h"
#include "compile/il2hir/build.h"
#include "compile/passes/optimization.h"
#include "load/types/loader_fixture.h"

using namespace rapgo;
using namespace rapgo::compile;
using load::types::Method;
using load::types::Type;

// A layout like the baseline compiler's, with everything in the exposed block.
static const loop::BaselineFrame* layout(Method* m) {
  static std::map<Method*, loop::BaselineFrame> frames;
  auto [it, fresh] = frames.try_emplace(m);
  if (fresh) {
    for (int i = 0; i < 256; i++) {
      loop::Home h;
      h.offset = i * 64;
      h.size = 64;
      h.exposed = true;
      it->second.args.push_back(h);
      h.offset += 256 * 64;
      it->second.locals.push_back(h);
    }
    it->second.exposed_size = 512 * 64;
  }
  return &it->second;
}

static void check_tables(const loop::CompiledCode& c, const std::string& name) {
  ASSERT_FALSE(c.unwind.empty()) << name;
  for (size_t i = 1; i < c.unwind.size(); i++) ASSERT_LT(c.unwind[i - 1].pc, c.unwind[i].pc) << name;
  ASSERT_FALSE(c.il_map.empty()) << name;
  ASSERT_EQ(c.il_map[0].pc, 0u) << name;
  for (auto& r : c.relocs) ASSERT_LE(r.offset + 4, c.bytes.size()) << name;
  for (auto& p : c.landing_pads) ASSERT_LT(p.landing_pc, c.code_size) << name;
  for (auto& e : c.exits)
    for (auto& s : e.states) {
      ASSERT_LT(s.frame, c.inlined.size()) << name;
      for (auto* list : {&s.args, &s.locals, &s.stack})
        for (auto& v : *list) {
          if (v.where == loop::StateValue::Where::Buffer) { ASSERT_LE(v.index + v.words, e.buffer_words) << name; }
          if (v.where == loop::StateValue::Where::VirtualObject) { ASSERT_LT(v.index, e.objects.size()) << name; }
        }
    }
}

namespace {

struct Sweep {
  hir2llvm::CompileFunction* generate = hir2llvm::test::compile_function();
  int every = getenv("RAPGO_SWEEP") ? atoi(getenv("RAPGO_SWEEP")) : 160;
  const char* only = getenv("RAPGO_SWEEP_ONLY");
  int built = 0, broken = 0, compiled = 0;
  size_t bytes = 0;
  uint64_t ns = 0;
  std::map<std::string, int> refused;

  void graph(Method* m, const il2hir::Options& options, std::vector<uint32_t>* loop_headers) {
    std::string name = m->display_name() + (options.osr ? " from " + std::to_string(options.osr_il_offset) : "");
    auto g = il2hir::build(m, options);
    if (!hir::verify(*g).empty()) return;  // the front end's tests
    built++;
    if (loop_headers) {
      hir::Dominators dom(*g);
      for (auto* b : dom.reverse_postorder())
        for (auto* pred : b->preds)
          if (b->entry_state && !b->entry_state->caller && dom.dominates(b, pred)) loop_headers->push_back(b->entry_state->il_offset);
    }
    if (!only && built % std::min(every, 8) != 0) return;
    passes::PipelineOptions p;
    p.verify = true;
    if (only && getenv("RAPGO_SWEEP_DUMP")) {
      p.after_pass = [](const char* pass, const hir::Graph& x) { printf("---- %s\n%s", pass, hir::print(x).c_str()); };
      p.after_pass("build", *g);
    }
    std::string error;
    if (!passes::optimize(*g, p, &error)) {
      broken++;
      ADD_FAILURE() << name << ": " << error;
      return;
    }
    if (!only && built % every != 0) return;
    hir2llvm::Options o;
    loop::CompiledCode code;
    if (generate(g.get(), &o, &code, &error)) {
      compiled++;
      bytes += code.bytes.size();
      ns += code.compile_ns;
      check_tables(code, name);
    } else if (error.starts_with("not supported yet")) {
      refused[error]++;
    } else {
      broken++;
      ADD_FAILURE() << name << ": " << error;
    }
  }

  void method(Method* m) {
    if (m->body != load::types::Body::Il || m->is_generic_definition() || m->contains_vars()) return;
    if (only && m->display_name().find(only) == std::string::npos) return;
    try {
      il2hir::Options options;
      options.baseline_frame = layout;
      std::vector<uint32_t> headers;
      graph(m, options, &headers);
      if (headers.empty()) return;
      options.osr = true;
      options.osr_il_offset = headers[0];
      graph(m, options, nullptr);
    } catch (const il2hir::Unsupported& e) {
      const std::string why = e.what();
      refused[why.substr(0, why.find(" in "))]++;
    } catch (const load::types::LoadError&) {
    }
  }
};

}  // namespace

TEST(Sweep, ClassLibrary) {
  load::types::test_loader();
  Sweep s;
  ASSERT_TRUE(s.generate);
  auto* corlib = load::types::Loader::get().corlib();
  const uint32_t types = corlib->metadata->row_count(load::metadata::Table::TypeDef);
  for (uint32_t row = 2; row <= types && s.broken < 20; row++) {
    Type* t = nullptr;
    try {
      t = corlib->type_of_row(row);
    } catch (const load::types::LoadError&) {
      continue;
    }
    if (t->is_generic_definition() || t->contains_vars()) continue;
    for (Method* m : t->methods()) s.method(m);
  }
  for (auto& [why, n] : s.refused) printf("  %5d %s\n", n, why.c_str());
  printf("graphs %d, compiled %d, %zu bytes, %.2f ms each\n", s.built, s.compiled, s.bytes, s.compiled ? s.ns * 1e-6 / s.compiled : 0.0);
}
