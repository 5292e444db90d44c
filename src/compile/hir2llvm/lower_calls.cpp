// Calls of methods and helpers, allocation, type tests.
#include <llvm/IR/Intrinsics.h>

#include "abi/type_head.h"
#include "compile/hir2llvm/lowering.h"

namespace rapgo::compile::hir2llvm {

using namespace llvm;
namespace hi = rapgo::compile::hir;
using hi::Op;

Value* Lowering::as_argument(V v, llvm::Type* want) {
  if (v->getType() == want) return v;
  if (want->isPointerTy()) return b_.CreateIntToPtr(v, want);
  if (v->getType()->isPointerTy()) return b_.CreatePtrToInt(v, want);
  return b_.CreateBitCast(v, want);
}

// A call with a state is an invoke: its landing pad stores the state and transfers down. Calls are never merged, so that
// return addresses, positions and exits stay one to one.
Value* Lowering::emit_call(const hi::Node* n, FunctionType* ft, V callee, std::vector<V> args, AttributeList attributes, unsigned cc,
                           bool may_throw) {
  attributes = attributes.addFnAttribute(c_, Attribute::NoMerge);
  CallBase* call;
  if (may_throw && n->state) {
    auto* normal = new_bb("after");
    auto* pad = new_bb("pad");
    call = b_.CreateInvoke(ft, callee, normal, pad, args);
    call->setMetadata(LLVMContext::MD_prof, likely_);
    b_.SetInsertPoint(pad);
    auto* landing = b_.CreateLandingPad(StructType::get(c_, {b_.getPtrTy(), b_.getInt32Ty()}), 0);
    landing->setCleanup(true);
    exit_to(n, b_.CreateExtractValue(landing, 0));
    b_.SetInsertPoint(normal);
  } else {
    call = b_.CreateCall(ft, callee, args);
    if (!may_throw) attributes = attributes.addFnAttribute(c_, Attribute::NoUnwind);
    // Our exceptions unwind by CFI; a plain call must not let LLVM think the frame is dead.
    cast<CallInst>(call)->setTailCallKind(CallInst::TCK_NoTail);
  }
  call->setAttributes(attributes);
  call->setCallingConv(cc);
  return call;
}

static hi::Type helper_type(char c) {
  switch (c) {
    case 'i': return hi::Type::I32;
    case 'l': return hi::Type::I64;
    case 'f': return hi::Type::F32;
    case 'd': return hi::Type::F64;
    case 'v': return hi::Type::Void;
    default: return hi::Type::Ptr;
  }
}

Value* Lowering::call_helper(abi::Helper h, std::vector<V> args, const hi::Node* n) {
  const abi::HelperInfo& info = abi::helper_info(h);
  if (info.cls == abi::HelperClass::Special && h != abi::Helper::TransferDown) throw Unsupported{std::string("helper ") + info.name};
  std::vector<llvm::Type*> params;
  for (const char* a = info.args; *a; a++) params.push_back(type(helper_type(*a)));
  if (params.size() != args.size()) throw Unsupported{std::string("arguments of helper ") + info.name};
  for (size_t i = 0; i < args.size(); i++) args[i] = as_argument(args[i], params[i]);
  // Asm helpers keep all registers but rax and r11. rax is always declared as a result, so that LLVM knows it is gone.
  bool is_asm = info.cls == abi::HelperClass::Asm;
  llvm::Type* result = type(helper_type(info.result));
  if (is_asm && result->isVoidTy()) result = b_.getInt64Ty();
  auto* ft = FunctionType::get(result, params, false);
  AttributeList a;
  bool allocates = h == abi::Helper::NewObject || h == abi::Helper::NewVector || h == abi::Helper::NewString;
  if (allocates) {
    a = a.addRetAttribute(c_, Attribute::NoAlias).addRetAttribute(c_, Attribute::NonNull);
    // Collecting moves only objects that no register or stack word names: nothing this code has loaded changes.
    a = a.addFnAttribute(c_, Attribute::getWithMemoryEffects(c_, MemoryEffects::inaccessibleMemOnly()));
  }
  switch (h) {
    case abi::Helper::FMod: case abi::Helper::FModF: case abi::Helper::DoubleToUInt64: case abi::Helper::UInt64ToDouble:
      a = a.addFnAttribute(c_, Attribute::getWithMemoryEffects(c_, MemoryEffects::none())).addFnAttribute(c_, Attribute::WillReturn);
      break;
    case abi::Helper::StoreRef:
      a = a.addFnAttribute(c_, Attribute::getWithMemoryEffects(
                                   c_, MemoryEffects::argMemOnly() | MemoryEffects::inaccessibleMemOnly()));
      break;
    case abi::Helper::MemCopy: case abi::Helper::MemSet: case abi::Helper::CopyRefs:
      a = a.addFnAttribute(c_, Attribute::getWithMemoryEffects(c_, MemoryEffects::argMemOnly()));
      break;
    case abi::Helper::IsInst:
      a = a.addFnAttribute(c_, Attribute::getWithMemoryEffects(c_, MemoryEffects::readOnly())).addFnAttribute(c_, Attribute::WillReturn);
      break;
    default: break;
  }
  if (info.cls == abi::HelperClass::Throw || h == abi::Helper::TransferDown)
    a = a.addFnAttribute(c_, Attribute::NoReturn).addFnAttribute(c_, Attribute::Cold);
  bool may_throw = info.cls == abi::HelperClass::Full || info.cls == abi::HelperClass::Throw || allocates;
  V callee = module->getOrInsertFunction(symbol_name({loop::SymbolKind::Helper, static_cast<uint32_t>(h), 0}), ft).getCallee();
  if (auto* fn = dyn_cast<Function>(callee)) fn->setDSOLocal(true);
  // Where it throws, the unwinder brings back callee-saved registers only: a landing pad must not expect more.
  const bool keeps_all = is_asm && !(may_throw && n->state);
  return emit_call(n, ft, callee, std::move(args), a, keeps_all ? CallingConv::PreserveMost : CallingConv::C, may_throw);
}

bool Lowering::lower_call(const hi::Node* n) {
  switch (n->op) {
    case Op::CallDirect: case Op::CallSlot: case Op::CallVirtual: case Op::CallInterface: case Op::CallIndirect:
      lower_virtual(n);
      return true;
    case Op::CallHelper: {
      std::vector<V> args;
      for (auto* o : n->operands) args.push_back(value(o));
      V r = call_helper(static_cast<abi::Helper>(n->symbol.id), std::move(args), n);
      if (n->type != hi::Type::Void) define(n, r);
      return true;
    }
    case Op::Result2: define(n, b_.CreateExtractValue(pairs_.at(n->operands[0]), 1)); return true;
    case Op::NewObject: define(n, call_helper(abi::Helper::NewObject, {symbol_address(n->symbol)}, n)); return true;
    case Op::NewVector:
      define(n, call_helper(abi::Helper::NewVector, {symbol_address(n->symbol), b_.CreateZExt(value(n->operands[0]), b_.getInt64Ty())}, n));
      return true;
    case Op::IsExact: case Op::IsSubclass: case Op::IsInstance: define(n, lower_type_test(n)); return true;
    default: return false;
  }
}

// Method calls of every kind: find the code address, pass the ABI values, take the results apart.
void Lowering::lower_virtual(const hi::Node* n) {
  const hi::CallInfo& info = *n->call;
  size_t first = n->op == Op::CallIndirect ? 1 : 0;
  std::vector<llvm::Type*> params;
  std::vector<V> args;
  AttributeList attributes;
  V callee = nullptr;
  auto head_of_this = [&] {
    V word = type_word(value(n->operands[info.this_index]));
    return b_.CreateIntToPtr(b_.CreateZExt(word, b_.getInt64Ty()), b_.getPtrTy());
  };
  auto code_at = [&](V at) {
    auto* l = b_.CreateAlignedLoad(b_.getPtrTy(), at, Align(8));
    l->setAtomic(AtomicOrdering::Unordered);  // publish rewrites it at any time
    return l;
  };
  if (n->op == Op::CallInterface) {
    // r10 carries the interface method.
    params.push_back(b_.getPtrTy());
    args.push_back(symbol_address(n->symbol));
    attributes = attributes.addParamAttribute(c_, 0, Attribute::Nest);
  }
  for (size_t i = 0; i < info.args.size(); i++) {
    params.push_back(type(info.args[i].type));
    args.push_back(as_argument(value(n->operands[i + first]), params.back()));
    if (uint32_t bytes = info.args[i].stack_bytes) {
      AttrBuilder a(c_);
      a.addByValAttr(ArrayType::get(b_.getInt8Ty(), bytes)).addAlignmentAttr(8);
      attributes = attributes.addParamAttributes(c_, static_cast<unsigned>(params.size() - 1), a);
    }
  }
  auto* ft = FunctionType::get(result_type(info.results), params, false);
  switch (n->op) {
    case Op::CallDirect:
      callee = module->getOrInsertFunction(symbol_name(n->symbol), ft).getCallee();
      cast<Function>(callee)->setDSOLocal(true);
      break;
    case Op::CallSlot: callee = code_at(symbol_address(n->symbol)); break;
    case Op::CallVirtual: callee = code_at(address(head_of_this(), abi::kVtableOffset + 8 * n->imm)); break;
    case Op::CallInterface: {
      // The slot follows from the method's address: a displacement by symbol.
      Constant* offset = symbol_address({loop::SymbolKind::ImtOffset, n->symbol.id, 0});
      callee = code_at(b_.CreateGEP(b_.getInt8Ty(), head_of_this(), ConstantExpr::getPtrToInt(offset, b_.getInt64Ty())));
      break;
    }
    default: callee = as_argument(value(n->operands[0]), b_.getPtrTy()); break;
  }
  V r = emit_call(n, ft, callee, std::move(args), attributes, CallingConv::C, !info.no_throw);
  if (n->type == hi::Type::Void) return;
  if (info.results[1] == hi::Type::Void) {
    define(n, r);
  } else {
    pairs_[n] = r;
    define(n, b_.CreateExtractValue(r, 0));
  }
}

// 1 if the object is not null and passes; null never does.
Value* Lowering::lower_type_test(const hi::Node* n) {
  V object = value(n->operands[0]);
  auto* test = new_bb("test");
  auto* done = new_bb("tested");
  auto* from = b_.GetInsertBlock();
  b_.CreateCondBr(b_.CreateICmpNE(object, ConstantPointerNull::get(b_.getPtrTy())), test, done);
  b_.SetInsertPoint(test);
  V ok;
  Constant* head = symbol_address(n->symbol);
  if (n->op == Op::IsInstance) {
    V r = call_helper(abi::Helper::IsInst, {object, head}, n);
    ok = b_.CreateICmpNE(r, ConstantPointerNull::get(b_.getPtrTy()));
  } else {
    V word = type_word(object);
    if (n->op == Op::IsSubclass) {
      if (n->imm < 0 || n->imm >= abi::kDisplaySize) throw Unsupported{"subclass test beyond the display"};
      V their_head = b_.CreateIntToPtr(b_.CreateZExt(word, b_.getInt64Ty()), b_.getPtrTy());
      auto* entry = b_.CreateAlignedLoad(b_.getInt32Ty(), address(their_head, static_cast<int64_t>(offsetof(abi::TypeHead, display)) + 4 * n->imm), Align(4));
      mark_invariant(entry);
      word = entry;
    }
    ok = b_.CreateICmpEQ(word, ConstantExpr::getPtrToInt(head, b_.getInt32Ty()));
  }
  auto* tested_from = b_.GetInsertBlock();
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  auto* bit = b_.CreatePHI(b_.getInt1Ty(), 2);
  bit->addIncoming(b_.getFalse(), from);
  bit->addIncoming(ok, tested_from);
  conditions_[n] = bit;
  return bool_to_i32(bit);
}

}  // namespace rapgo::compile::hir2llvm
