// The target, LLVM's pass pipeline, and emission of an object into memory.
#include "compile/hir2llvm/machine_x64.h"

#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Host.h>

#include <map>
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

// What this machine has and its processor's name does not say, or the other way round (a hypervisor hides features). The whole list would be
// parsed for every function, and compared as text whenever a pass asks for the subtarget.
static std::string host_features(const Target* target, const std::string& triple, const std::string& cpu) {
  std::string all, different;
  const std::unique_ptr<MCSubtargetInfo> plain(target->createMCSubtargetInfo(triple, cpu, ""));
  for (auto& f : sys::getHostCPUFeatures()) {
    const std::string feature = (f.second ? "+" : "-") + f.first().str();
    all += (all.empty() ? "" : ",") + feature;
    if (!plain->checkFeatures(feature)) different += (different.empty() ? "" : ",") + feature;
  }
  const std::unique_ptr<MCSubtargetInfo> whole(target->createMCSubtargetInfo(triple, cpu, all)), brief(target->createMCSubtargetInfo(triple, cpu, different));
  return whole->getFeatureBits() == brief->getFeatureBits() ? different : all;
}

static std::unique_ptr<TargetMachine> make_target_machine(const Options& options) {
  initialize();
  const std::string triple = "x86_64-unknown-linux-gnu";
  std::string error;
  const Target* target = TargetRegistry::lookupTarget(triple, error);
  if (!target) throw Unsupported{"LLVM without x86-64: " + error};
  std::string cpu = "x86-64", features;
  if (options.native_cpu) {
    static const std::string host_cpu = sys::getHostCPUName().str(), host = host_features(target, triple, host_cpu);
    cpu = host_cpu;
    features = host;
  }
  TargetOptions to;
  to.AllowFPOpFusion = FPOpFusion::Strict;  // the same bits in every tier: no FMA contraction
  to.ExceptionModel = ExceptionHandling::DwarfCFI;
  to.NoTrapAfterNoreturn = true;
  auto level = options.level >= 3 ? CodeGenOptLevel::Aggressive : options.level == 0 ? CodeGenOptLevel::None : CodeGenOptLevel::Default;
  return std::unique_ptr<TargetMachine>(
      target->createTargetMachine(triple, cpu, features, to, Reloc::Static, CodeModel::Small, level, /*JIT=*/true));
}

// One for each thread and kind: making it, and the subtarget that it makes at first use, costs as much as compiling a small method.
TargetMachine& target_machine(const Options& options) {
  thread_local std::map<std::pair<int, bool>, std::unique_ptr<TargetMachine>> made;
  auto& tm = made[{options.level, options.native_cpu}];
  if (!tm) tm = make_target_machine(options);
  return *tm;
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
