// The target, LLVM's pass pipeline, and emission of an object into memory.
#include "compile/hir2llvm/machine_x64.h"

#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Host.h>

#include <mutex>

namespace rapgo::compile::hir2llvm {

using namespace llvm;

static void initialize() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
    InitializeNativeTargetAsmParser();
    InitializeNativeTargetDisassembler();
  });
}

std::unique_ptr<TargetMachine> make_target_machine(const Options& options) {
  initialize();
  const std::string triple = "x86_64-unknown-linux-gnu";
  std::string error;
  const Target* target = TargetRegistry::lookupTarget(triple, error);
  if (!target) throw Unsupported{"LLVM without x86-64: " + error};
  std::string cpu = "x86-64", features;
  if (options.native_cpu) {
    cpu = sys::getHostCPUName().str();
    for (auto& f : sys::getHostCPUFeatures()) {
      if (!features.empty()) features += ',';
      features += (f.second ? "+" : "-") + f.first().str();
    }
  }
  TargetOptions to;
  to.AllowFPOpFusion = FPOpFusion::Strict;  // the same bits in every tier: no FMA contraction
  to.ExceptionModel = ExceptionHandling::DwarfCFI;
  to.NoTrapAfterNoreturn = true;
  auto level = options.level >= 3 ? CodeGenOptLevel::Aggressive : options.level == 0 ? CodeGenOptLevel::None : CodeGenOptLevel::Default;
  return std::unique_ptr<TargetMachine>(
      target->createTargetMachine(triple, cpu, features, to, Reloc::Static, CodeModel::Small, level, /*JIT=*/true));
}

void optimize(Module& m, TargetMachine& tm, const Options& options) {
  m.setDataLayout(tm.createDataLayout());
  m.setTargetTriple(tm.getTargetTriple().str());
  for (Function& f : m) {
    if (f.isDeclaration()) continue;
    f.addFnAttr("target-cpu", tm.getTargetCPU());
    f.addFnAttr("target-features", tm.getTargetFeatureString());
  }
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = true;
  tuning.SLPVectorization = true;
  tuning.LoopUnrolling = true;
  tuning.MergeFunctions = false;
  PassBuilder pb(&tm, tuning);
  LoopAnalysisManager lam;
  FunctionAnalysisManager fam;
  CGSCCAnalysisManager cgam;
  ModuleAnalysisManager mam;
  TargetLibraryInfoImpl tlii(tm.getTargetTriple());
  tlii.disableAllFunctions();  // names mean nothing here: no idiom becomes a call that we do not know
  fam.registerPass([&] { return TargetLibraryAnalysis(tlii); });
  pb.registerModuleAnalyses(mam);
  pb.registerCGSCCAnalyses(cgam);
  pb.registerFunctionAnalyses(fam);
  pb.registerLoopAnalyses(lam);
  pb.crossRegisterProxies(lam, fam, cgam, mam);
  auto level = options.level <= 0 ? OptimizationLevel::O0 : options.level == 1 ? OptimizationLevel::O1 : options.level == 2 ? OptimizationLevel::O2 : OptimizationLevel::O3;
  ModulePassManager mpm = level == OptimizationLevel::O0 ? pb.buildO0DefaultPipeline(level) : pb.buildPerModuleDefaultPipeline(level);
  mpm.run(m, mam);
}

void emit_object(Module& m, TargetMachine& tm, SmallVectorImpl<char>& object) {
  raw_svector_ostream os(object);
  legacy::PassManager pm;
  TargetLibraryInfoImpl tlii(tm.getTargetTriple());
  tlii.disableAllFunctions();
  pm.add(new TargetLibraryInfoWrapperPass(tlii));
  if (tm.addPassesToEmitFile(pm, os, nullptr, CodeGenFileType::ObjectFile)) throw Unsupported{"object emission"};
  pm.run(m);
}

}  // namespace rapgo::compile::hir2llvm
