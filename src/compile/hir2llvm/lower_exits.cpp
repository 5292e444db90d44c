// Checks and exits: a failing check stores the values of its frame states into the buffer and calls TransferDown.
#include <llvm/IR/InlineAsm.h>

#include "abi/type_head.h"
#include "compile/hir2llvm/lowering.h"

namespace rapgo::compile::hir2llvm {

using namespace llvm;
namespace hi = rapgo::compile::hir;
using hi::Op;
using SW = hi::StateOperand::Where;
using LW = loop::StateValue::Where;

// Collects what one exit must store, and describes it for the runtime. Equal values share a word.
struct Lowering::ExitBuilder {
  Lowering& l;
  loop::Exit& exit;
  uint32_t words;
  struct Store { uint32_t word; const hi::Node* value; };
  struct Copy { uint32_t word; const hi::Node* from; uint32_t words; };
  struct Piece { uint32_t word; uint32_t byte; hi::MemKind kind; const hi::Node* value; };
  std::vector<Store> stores;
  std::vector<Copy> copies;
  std::vector<Piece> pieces;
  std::unordered_map<const hi::Node*, uint32_t> seen;
  std::unordered_map<uint32_t, uint32_t> objects;  // Graph::virtuals index -> Exit::objects index

  loop::StateValue convert(const hi::StateOperand& o) {
    loop::StateValue v;
    v.kind = o.kind;
    v.words = o.words;
    switch (o.where) {
      case SW::Dead: v.where = LW::Dead; break;
      case SW::Exposed:
        v.where = LW::ExposedAddress;
        v.constant = o.imm;
        break;
      case SW::Value:
        if (o.value->op == Op::Const) {
          v.where = LW::Constant;
          v.constant = o.value->imm;
        } else if (o.value->op == Op::Symbol && o.value->imm == 0 && hi::is_address(o.value->type)) {
          v.where = LW::Symbol;
          v.index = l.state_symbol(o.value->symbol);
        } else {
          v.where = LW::Buffer;
          auto [it, fresh] = seen.try_emplace(o.value, words);
          if (fresh) stores.push_back({words++, o.value});
          v.index = it->second;
        }
        break;
      case SW::Memory:
        v.where = LW::Buffer;
        v.index = words;
        copies.push_back({words, o.value, o.words});
        words += o.words;
        break;
      case SW::Pieces: {
        v.where = LW::Buffer;
        v.index = words;
        uint32_t base = words;
        words += o.words;
        add_pieces(base, 0, l.g_.virtuals[o.index], o.words);
        break;
      }
      case SW::Virtual:
        v.where = LW::VirtualObject;
        v.index = object(o.index);
        break;
    }
    return v;
  }

  void add_pieces(uint32_t base, uint32_t offset, const hi::VirtualObject& s, uint32_t size_words) {
    for (uint32_t w = 0; w < size_words; w++) pieces.push_back({base + w, 0, hi::MemKind::I64, nullptr});  // zero first
    for (auto& p : s.pieces) {
      if (p.value.where == SW::Value) {
        pieces.push_back({base + (offset + p.offset) / 8, (offset + p.offset) % 8, p.kind, p.value.value});
      } else if (p.value.where != SW::Dead) {
        throw Unsupported{"virtual object inside a dissolved struct"};
      }
    }
  }

  uint32_t object(uint32_t index) {
    auto [it, fresh] = objects.try_emplace(index, static_cast<uint32_t>(exit.objects.size()));
    uint32_t number = it->second;
    if (!fresh) return number;
    exit.objects.emplace_back();
    const hi::VirtualObject& from = l.g_.virtuals[index];
    loop::VirtualObject made;
    made.type = from.type;
    made.array_length = from.array_length;
    for (auto& p : from.pieces) made.slots.push_back({p.offset, hi::mem_size(p.kind), convert(p.value)});
    exit.objects[number] = std::move(made);
    return number;
  }

  // Variables in the exposed block travel with it.
  loop::StateValue variable(const hi::FrameState* s, const hi::StateOperand& o) {
    if (s->exposed && o.where == SW::Memory) {
      const hi::Node* base = o.value;
      while (base->op == Op::FieldAddr) base = base->operands[0];
      if (base == s->exposed) {
        loop::StateValue v;
        v.kind = o.kind;
        v.words = o.words;
        return v;
      }
    }
    return convert(o);
  }

  int32_t state(const hi::FrameState* s) {
    auto index = static_cast<int32_t>(exit.states.size());
    exit.states.emplace_back();
    loop::FrameState f;
    f.frame = s->frame;
    f.il_offset = s->il_offset;
    f.resume = s->resume;
    for (auto& o : s->args) f.args.push_back(variable(s, o));
    for (auto& o : s->locals) f.locals.push_back(variable(s, o));
    for (auto& o : s->stack) f.stack.push_back(convert(o));
    if (s->exposed) {
      hi::StateOperand o;
      o.where = SW::Value;
      o.kind = loop::ValueKind::NativeInt;
      o.value = s->exposed;
      f.exposed = convert(o);
    }
    if (s->result) {
      hi::StateOperand o;
      o.where = SW::Value;
      o.kind = loop::ValueKind::NativeInt;
      o.value = s->result;
      f.result = convert(o);
    }
    if (s->caller) f.caller = state(s->caller);
    exit.states[static_cast<size_t>(index)] = std::move(f);
    return index;
  }
};

uint32_t Lowering::state_symbol(const loop::Symbol& s) {
  for (uint32_t i = 0; i < out_->symbols.size(); i++)
    if (out_->symbols[i] == s) return i;
  out_->symbols.push_back(s);
  return static_cast<uint32_t>(out_->symbols.size() - 1);
}

// The buffer's address, as a value that LLVM cannot look through. All exits of a method store into one buffer: thousands of uses, which
// passes would walk for every change of one of them.
Value* Lowering::exit_buffer() {
  auto* ft = FunctionType::get(b_.getPtrTy(), {b_.getPtrTy()}, false);
  auto* call = b_.CreateCall(ft, InlineAsm::get(ft, "", "=r,0", false), {buffer_});
  call->setDoesNotAccessMemory();
  call->setDoesNotThrow();
  return call;
}

void Lowering::exit_to(const hi::Node* n, V exception) {
  auto id = static_cast<uint32_t>(out_->exits.size());
  out_->exits.emplace_back();
  loop::Exit exit;
  exit.reason = n->reason;
  ExitBuilder e{*this, exit, exception ? 1u : 0u, {}, {}, {}, {}, {}};
  e.state(n->state);
  exit.buffer_words = e.words;
  buffer_words_ = std::max(buffer_words_, e.words);
  V buffer = exit_buffer();
  auto at = [&](uint32_t word, uint32_t byte = 0) { return address(buffer, word * 8 + byte); };
  if (exception) b_.CreateAlignedStore(exception, at(0), Align(8));
  for (auto& s : e.stores) b_.CreateAlignedStore(value(s.value), at(s.word), Align(8));
  // Plain words: source and buffer are this frame's own, and LLVM can then dissolve the source.
  for (auto& c : e.copies)
    for (uint32_t w = 0; w < c.words; w++)
      b_.CreateAlignedStore(b_.CreateAlignedLoad(b_.getInt64Ty(), address(value(c.from), w * 8), Align(8)), at(c.word + w), Align(8));
  for (auto& p : e.pieces) {
    hi::Memory m;
    m.kind = p.kind;
    store(at(p.word, p.byte), p.value ? value(p.value) : b_.getInt64(0), m);
  }
  auto* ft = FunctionType::get(b_.getVoidTy(), {b_.getInt32Ty(), b_.getPtrTy()}, false);
  auto callee = module->getOrInsertFunction(
      symbol_name({loop::SymbolKind::Helper, static_cast<uint32_t>(abi::Helper::TransferDown), 0}), ft);
  cast<Function>(callee.getCallee())->setDSOLocal(true);
  auto* call = b_.CreateCall(ft, callee.getCallee(), {b_.getInt32(id), buffer});
  call->addFnAttr(Attribute::NoMerge);
  call->addFnAttr(Attribute::NoReturn);
  call->addFnAttr(Attribute::Cold);
  call->addFnAttr(Attribute::NoUnwind);
  b_.CreateUnreachable();
  out_->exits[id] = std::move(exit);
}

void Lowering::guard(V ok, const hi::Node* n) {
  auto* on = new_bb("ok");
  auto* off = new_bb("exit");
  b_.CreateCondBr(ok, on, off, likely_);
  b_.SetInsertPoint(off);
  exit_to(n, nullptr);
  b_.SetInsertPoint(on);
}

bool Lowering::lower_check(const hi::Node* n) {
  auto in = [&](size_t i) { return value(n->operands[i]); };
  switch (n->op) {
    case Op::CheckNull: guard(b_.CreateICmpNE(in(0), ConstantPointerNull::get(b_.getPtrTy())), n); return true;
    case Op::CheckBounds: guard(b_.CreateICmpULT(in(0), in(1)), n); return true;
    case Op::GuardType:
      guard(b_.CreateICmpEQ(type_word(in(0)), ConstantExpr::getPtrToInt(symbol_address(n->symbol), b_.getInt32Ty())), n);
      return true;
    case Op::GuardTarget: {
      Constant* want = symbol_address(n->symbol);
      V have = in(0);
      guard(b_.CreateICmpEQ(have, have->getType()->isPointerTy() ? want : ConstantExpr::getPtrToInt(want, have->getType())), n);
      return true;
    }
    case Op::GuardClassInit: {
      V flags = b_.CreateAlignedLoad(b_.getInt32Ty(), address(symbol_address(n->symbol), offsetof(abi::TypeHead, flags)), Align(4));
      guard(b_.CreateICmpNE(b_.CreateAnd(flags, b_.getInt32(abi::kIsInitialized)), b_.getInt32(0)), n);
      return true;
    }
    case Op::Guard: guard(condition(n->operands[0]), n); return true;
    case Op::GuardNot: guard(b_.CreateNot(condition(n->operands[0])), n); return true;
    default: return false;
  }
}

}  // namespace rapgo::compile::hir2llvm
