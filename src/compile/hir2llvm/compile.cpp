// The module's one entry.
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include "base/clock.h"
#include "compile/hir2llvm/machine_x64.h"
#include "llvm_interface.h"

using namespace rapgo::compile;
using namespace rapgo::compile::hir2llvm;

static void dump(const llvm::Module& m, const char* when, std::string* to) {
  if (!to) return;
  llvm::raw_string_ostream os(*to);
  os << "; ---- " << when << "\n";
  m.print(os, nullptr);
}

static bool compile(const hir::Graph& g, const Options& options, rapgo::loop::CompiledCode* out, std::string* error) {
  if (std::string broken = hir::verify(g); !broken.empty()) {
    *error = "HIR: " + broken;
    return false;
  }
  llvm::LLVMContext context;
  context.setDiscardValueNames(!options.dump_ir);
  llvm::TargetMachine& tm = target_machine(options);
  Lowering lowering(g, context, out);
  lowering.module->setDataLayout(tm.createDataLayout());
  lowering.run();
  llvm::Module& m = *lowering.module;
  dump(m, "lowered", options.dump_ir);
  std::string broken;
  llvm::raw_string_ostream os(broken);
  if (llvm::verifyModule(m, &os)) {
    *error = "LLVM: " + broken;
    return false;
  }
  optimize(m, tm, options);
  dump(m, "optimized", options.dump_ir);
  llvm::SmallVector<char, 0> object;
  emit_object(m, tm, object);
  if (options.dump_object) options.dump_object->assign(object.begin(), object.end());
  return take_object(llvm::StringRef(object.data(), object.size()), lowering.positions, tm, out, error);
}

extern "C" __attribute__((visibility("default"))) const char rapgo_hir2llvm_interface[] = RAPGO_LLVM_INTERFACE;

extern "C" __attribute__((visibility("default"))) bool rapgo_hir2llvm_compile(const hir::Graph* g, const Options* options,
                                                                              rapgo::loop::CompiledCode* out, std::string* error) {
  try {
    uint64_t start = rapgo::base::thread_cpu_ns();
    bool ok = compile(*g, *options, out, error);
    out->compile_ns += rapgo::base::thread_cpu_ns() - start;
    return ok;
  } catch (const Unsupported& u) {
    *error = "not supported yet: " + u.what;
    return false;
  }
}
