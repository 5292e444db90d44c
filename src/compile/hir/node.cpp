#include "compile/hir/node.h"

namespace rapgo::compile::hir {

const OpInfo& op_info(Op op) {
  using namespace effect;
  static const OpInfo table[] = {
#define HIR_OP(name, mnemonic, result, operands, effects, doc) {#name, mnemonic, result, operands, effects, doc},
#include "compile/hir/opcodes.def"
#undef HIR_OP
  };
  return table[static_cast<size_t>(op)];
}

const char* type_name(Type t) {
  static const char* const names[] = {"void", "i32", "i64", "f32", "f64", "ref", "ptr"};
  return names[static_cast<size_t>(t)];
}

const char* mem_kind_name(MemKind k) {
  static const char* const names[] = {"i8", "u8", "i16", "u16", "i32", "i64", "f32", "f64", "ref", "ptr"};
  return names[static_cast<size_t>(k)];
}

uint32_t mem_size(MemKind k) {
  static const uint8_t sizes[] = {1, 1, 2, 2, 4, 8, 4, 8, 8, 8};
  return sizes[static_cast<size_t>(k)];
}

Type mem_type(MemKind k) {
  static const Type types[] = {Type::I32, Type::I32, Type::I32, Type::I32, Type::I32,
                               Type::I64, Type::F32, Type::F64, Type::Ref, Type::Ptr};
  return types[static_cast<size_t>(k)];
}

void Node::replace_by(Node* other) {
  other = other->resolve();
  if (other == this) return;
  op = Op::Copy;
  operands.assign(1, other);
  state = nullptr;
  call = nullptr;
}

}  // namespace rapgo::compile::hir
