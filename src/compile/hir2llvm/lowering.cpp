#include "compile/hir2llvm/lowering.h"

#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/MDBuilder.h>

namespace rapgo::compile::hir2llvm {

using namespace llvm;
namespace hi = rapgo::compile::hir;

std::string symbol_name(const loop::Symbol& s) {
  return "rg." + std::to_string(static_cast<int>(s.kind)) + "." + std::to_string(s.id) + "." + std::to_string(s.extra);
}

bool parse_symbol_name(StringRef name, loop::Symbol* out) {
  // What LLVM calls of its own accord.
  auto helper = [&](abi::Helper h) {
    *out = {loop::SymbolKind::Helper, static_cast<uint32_t>(h), 0};
    return true;
  };
  if (name == "memcpy" || name == "memmove") return helper(abi::Helper::MemCopy);
  if (name == "memset") return helper(abi::Helper::MemSet);
  if (name == "fmod") return helper(abi::Helper::FMod);
  if (name == "fmodf") return helper(abi::Helper::FModF);
  if (!name.consume_front("rg.")) return false;
  unsigned kind;
  if (name.consumeInteger(10, kind) || !name.consume_front(".") || name.consumeInteger(10, out->id) ||
      !name.consume_front(".") || name.consumeInteger(10, out->extra))
    return false;
  out->kind = static_cast<loop::SymbolKind>(kind);
  return true;
}

Lowering::Lowering(const hi::Graph& g, LLVMContext& c, loop::CompiledCode* out)
    : module(std::make_unique<Module>("rapgo", c)), g_(g), c_(c), out_(out), b_(c), dom_(g), loops_(g, dom_) {
  likely_ = MDBuilder(c).createBranchWeights(1u << 20, 1);
}

llvm::Type* Lowering::type(hi::Type t) {
  switch (t) {
    case hi::Type::Void: return b_.getVoidTy();
    case hi::Type::I32: return b_.getInt32Ty();
    case hi::Type::I64: return b_.getInt64Ty();
    case hi::Type::F32: return b_.getFloatTy();
    case hi::Type::F64: return b_.getDoubleTy();
    case hi::Type::Ref:
    case hi::Type::Ptr: return b_.getPtrTy();
  }
  return nullptr;
}

llvm::Type* Lowering::result_type(const hi::Type results[2]) {
  if (results[1] == hi::Type::Void) return type(results[0]);
  return StructType::get(c_, {type(results[0]), type(results[1])});
}

BasicBlock* Lowering::new_bb(const char* name) { return BasicBlock::Create(c_, name, f_); }

void Lowering::make_function() {
  std::vector<llvm::Type*> params;
  if (g_.is_osr) {
    params.assign(3, b_.getPtrTy());
  } else {
    for (auto& p : g_.params) params.push_back(type(p.type));
  }
  auto* ft = FunctionType::get(result_type(g_.results), params, false);
  f_ = Function::Create(ft, GlobalValue::ExternalLinkage, "rapgo_method", *module);
  if (!g_.is_osr)
    for (unsigned i = 0; i < g_.params.size(); i++)
      if (uint32_t bytes = g_.params[i].stack_bytes) {
        AttrBuilder a(c_);
        a.addByValAttr(ArrayType::get(b_.getInt8Ty(), bytes)).addAlignmentAttr(8);
        f_->addParamAttrs(i, a);
      }
  f_->addFnAttr("frame-pointer", "all");
  f_->addFnAttr(Attribute::NoRedZone);
  f_->addFnAttr(Attribute::get(c_, Attribute::UWTable, static_cast<uint64_t>(UWTableKind::Async)));
  f_->addFnAttr("probe-stack", "inline-asm");
  f_->addFnAttr("stack-probe-size", "4096");
  f_->addFnAttr("no-builtins");  // no loop becomes a memcpy of references
  f_->addFnAttr("no-trapping-math", "true");
  f_->addFnAttr(Attribute::NullPointerIsValid);
  f_->addFnAttr(Attribute::DisableSanitizerInstrumentation);
  auto* personality_type = FunctionType::get(b_.getInt32Ty(), true);
  f_->setPersonalityFn(cast<Constant>(module->getOrInsertFunction("__gxx_personality_v0", personality_type).getCallee()));

  DIBuilder di(*module);
  auto* file = di.createFile("m", ".");
  di.createCompileUnit(dwarf::DW_LANG_C, file, "rapgo", true, "", 0, "", DICompileUnit::LineTablesOnly);
  subprogram_ = di.createFunction(file, "m", "", file, 1, di.createSubroutineType(di.getOrCreateTypeArray({})), 1,
                                  DINode::FlagZero, DISubprogram::SPFlagDefinition);
  f_->setSubprogram(subprogram_);
  di.finalize();
  module->addModuleFlag(Module::Warning, "Debug Info Version", DEBUG_METADATA_VERSION);
  module->addModuleFlag(Module::Max, "Dwarf Version", 4);
}

void Lowering::set_location(const hi::Node* n) {
  auto [it, fresh] = position_index_.try_emplace({n->frame, n->il_offset}, 0);
  if (fresh) {
    positions.push_back({n->frame, n->il_offset});
    it->second = static_cast<uint32_t>(positions.size());
  }
  b_.SetCurrentDebugLocation(DILocation::get(c_, it->second, 0, subprogram_));
}

Constant* Lowering::symbol_address(const loop::Symbol& s) {
  std::string name = symbol_name(s);
  if (auto* g = module->getNamedValue(name)) return g;
  if (s.kind == loop::SymbolKind::TlsOffset) throw Unsupported{"thread-local addresses in optimized code"};
  auto* g = new GlobalVariable(*module, b_.getInt8Ty(), false, GlobalValue::ExternalLinkage, nullptr, name);
  g->setDSOLocal(true);
  g->setAlignment(Align(1));
  // Everything lies below 2 GiB: addresses may be immediates of any instruction.
  auto* range = MDNode::get(c_, {ConstantAsMetadata::get(b_.getInt64(1)), ConstantAsMetadata::get(b_.getInt64(0x7fff8000))});
  g->setMetadata(LLVMContext::MD_absolute_symbol, range);
  return g;
}

Value* Lowering::value(const hi::Node* n) {
  auto it = values_.find(n);
  if (it == values_.end()) throw Unsupported{"use before definition: " + hi::print(*n)};
  return it->second;
}

void Lowering::run() {
  make_function();
  out_->method = g_.method;
  out_->tier = loop::Tier::Optimized;
  out_->is_osr = g_.is_osr;
  out_->osr_il_offset = g_.osr_il_offset;
  out_->inlined = g_.frames;
  out_->assumptions = g_.assumptions;
  out_->notes = g_.notes;
  out_->il_bytes = g_.il_bytes;
  for (auto* b : dom_.reverse_postorder()) starts_[b] = new_bb("b");
  find_loop_bases();
  b_.SetInsertPoint(starts_[g_.entry()]);
  set_location(g_.entry()->nodes.front());
  // The exits' buffer is sized when all exits are known.
  buffer_ = b_.CreateAlloca(b_.getInt64Ty(), b_.getInt32(1), "exit_state");
  buffer_->setAlignment(Align(16));
  for (auto* b : dom_.reverse_postorder()) lower_block(b);
  fill_phis();
  buffer_->setOperand(0, b_.getInt32(std::max(buffer_words_, 1u)));
}

void Lowering::lower_block(const hi::Block* b) {
  b_.SetInsertPoint(starts_[b]);
  for (auto* n : b->nodes) {
    set_location(n);
    lower(n);
  }
}

void Lowering::lower(const hi::Node* n) {
  switch (n->op) {
    case hi::Op::Phi:
      define(n, b_.CreatePHI(type(n->type), static_cast<unsigned>(n->operands.size())));
      return;
    case hi::Op::Const: define(n, constant(n)); return;
    case hi::Op::Symbol: {
      Constant* a = symbol_address(n->symbol);
      if (n->imm) a = ConstantExpr::getGetElementPtr(b_.getInt8Ty(), a, b_.getInt64(static_cast<uint64_t>(n->imm)));
      define(n, hi::is_int(n->type) ? ConstantExpr::getPtrToInt(a, type(n->type)) : a);
      return;
    }
    case hi::Op::Param: define(n, f_->getArg(static_cast<unsigned>(n->imm))); return;
    case hi::Op::OsrHome: {
      V at = address(f_->getArg(0), n->imm * 8);
      define(n, b_.CreateAlignedLoad(type(n->type), at, Align(hi::size_of(n->type))));
      return;
    }
    case hi::Op::OsrExposed: define(n, f_->getArg(1)); return;
    case hi::Op::OsrResult: define(n, f_->getArg(2)); return;
    case hi::Op::Slot: {
      auto* a = b_.CreateAlloca(ArrayType::get(b_.getInt8Ty(), static_cast<uint64_t>(n->imm)));
      a->setAlignment(Align(n->imm2 ? static_cast<uint64_t>(n->imm2) : 8));
      define(n, a);
      return;
    }
    case hi::Op::LocalAlloc: define(n, local_alloc(n)); return;
    case hi::Op::Copy: define(n, value(n->operands[0])); return;
    case hi::Op::KeepAlive: keep_alive(value(n->operands[0])); return;
    case hi::Op::Pin: b_.CreateStore(value(n->operands[1]), value(n->operands[0]))->setVolatile(true); return;
    default: break;
  }
  if (lower_arith(n) || lower_memory(n) || lower_check(n) || lower_call(n) || lower_control(n)) return;
  throw Unsupported{std::string("operation ") + n->info().mnemonic};
}

// A constant size outside of loops is part of the fixed frame.
Value* Lowering::local_alloc(const hi::Node* n) {
  const hi::Node* size = n->operands[0]->is_const() ? n->operands[0] : nullptr;
  if (size && size->imm == 0) return ConstantPointerNull::get(b_.getPtrTy());
  if (size && size->imm > 0 && size->imm <= 8192 && !loops_.innermost(n->block)) {
    IRBuilder<> at(&f_->getEntryBlock(), f_->getEntryBlock().begin());
    auto* a = at.CreateAlloca(ArrayType::get(b_.getInt8Ty(), static_cast<uint64_t>(size->imm)));
    a->setAlignment(Align(16));
    call_helper(abi::Helper::MemSet, {a, b_.getInt32(0), b_.getInt64(static_cast<uint64_t>(size->imm))}, n);
    return a;
  }
  V bytes = b_.CreateAnd(b_.CreateAdd(value(n->operands[0]), b_.getInt64(15)), b_.getInt64(~15ull));
  auto* a = b_.CreateAlloca(b_.getInt8Ty(), bytes);
  a->setAlignment(Align(16));
  call_helper(abi::Helper::MemSet, {a, b_.getInt32(0), bytes}, n);
  return b_.CreateSelect(b_.CreateICmpEQ(bytes, b_.getInt64(0)), ConstantPointerNull::get(b_.getPtrTy()), a);
}

void Lowering::fill_phis() {
  for (auto* b : dom_.reverse_postorder())
    for (auto* n : b->nodes) {
      if (n->op != hi::Op::Phi) break;
      auto* phi = cast<PHINode>(value(n));
      std::unordered_map<const hi::Block*, size_t> nth;
      for (size_t k = 0; k < b->preds.size(); k++) {
        auto it = edge_from_.find({b->preds[k], b, nth[b->preds[k]]++});
        if (it == edge_from_.end()) throw Unsupported{"phi over an unreachable edge"};
        phi->addIncoming(value(n->operands[k]), it->second);
      }
    }
}

}  // namespace rapgo::compile::hir2llvm
