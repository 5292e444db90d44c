// Small questions that several passes ask about nodes.
#pragma once
#include "compile/hir/graph.h"

namespace rapgo::compile::passes {

using hir::Block;
using hir::Graph;
using hir::Node;
using hir::Op;
using hir::Type;

// By construction; what checks established is the passes' own business.
inline bool never_null(const Node* n) {
  switch (n->op) {
    case Op::NewObject: case Op::NewVector: case Op::Symbol: case Op::Slot: return true;
    case Op::FieldAddr: case Op::ElemAddr: return true;  // of checked objects
    default: return false;
  }
}

// The exact type word symbol of a fresh object, or null.
inline const loop::Symbol* exact_type(const Node* n) {
  return n->op == Op::NewObject || n->op == Op::NewVector ? &n->symbol : nullptr;
}

inline bool is_compare(Op op) { return op >= Op::CmpEq && op <= Op::CmpGeUn; }
inline bool is_integer_division(const Node* n) {
  return (n->op == Op::Div || n->op == Op::DivUn || n->op == Op::Rem || n->op == Op::RemUn) && hir::is_int(n->type);
}
// Whether evaluating it where its guards have not run is harmless.
inline bool can_speculate(const Node* n) {
  if (!n->is_pure()) return false;
  if (!is_integer_division(n)) return true;
  const Node* d = n->operands[1];
  return d->is_const() && d->imm != 0 && d->imm != -1;
}

// Never changes while the object lives: may be merged wherever the operands are the same.
inline bool reads_immutable(const Node* n) {
  switch (n->op) {
    case Op::Length: case Op::Bound: case Op::LowerBound: case Op::TypeWord: case Op::IsExact: case Op::IsSubclass: case Op::IsInstance: return true;
    case Op::Load: case Op::LoadElem: return n->mem.immutable && !n->mem.is_volatile;
    default: return false;
  }
}

// May these two accesses touch the same memory, judged by their alias classes?
inline bool may_alias(const hir::Memory& a, const hir::Memory& b) {
  using hir::AliasKind;
  if (a.alias == AliasKind::Any || b.alias == AliasKind::Any)
    return !(a.alias == AliasKind::Slot || b.alias == AliasKind::Slot) || a.alias == b.alias;
  if (a.alias != b.alias) return false;
  switch (a.alias) {
    case AliasKind::Field:
    case AliasKind::Static: return a.alias_id == b.alias_id || a.alias_id == 0 || b.alias_id == 0;
    case AliasKind::Element: return hir::mem_size(a.kind) == hir::mem_size(b.kind) && (a.kind == hir::MemKind::Ref) == (b.kind == hir::MemKind::Ref);
    default: return true;
  }
}

// Does `n` possibly change what a load with `m` reads?
inline bool may_write(const Node* n, const hir::Memory& m) {
  if (n->has(hir::effect::Call)) return !(n->call && n->call->pure_helper);
  if (!n->has(hir::effect::Write)) return false;
  switch (n->op) {
    case Op::Store: case Op::StoreElem: case Op::StoreRef: case Op::StoreRefElem:
      return n->mem.is_volatile || may_alias(n->mem, m);
    default: return true;  // MemCopy, CopyStruct, MemZero, atomics, fences
  }
}

inline bool is_pure_compute(const Node* n) { return n->is_pure() || reads_immutable(n); }

// `base` + constant: follows FieldAddr.
inline const Node* strip_field_address(const Node* n, int64_t* offset) {
  while (n->op == Op::FieldAddr) {
    *offset += n->imm;
    n = n->operands[0];
  }
  return n;
}

}  // namespace rapgo::compile::passes
