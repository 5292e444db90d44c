// SigReader: the allocation-free walk. Trees: signature_tree.cpp.
#include "load/metadata/signature.h"

namespace rapgo::load::metadata {

using image::BadImage;

Token SigReader::type_token() {
  const uint32_t coded = r_.compressed();
  constexpr Table kTables[3] = {Table::TypeDef, Table::TypeRef, Table::TypeSpec};
  if ((coded & 3) == 3 || coded >> 2 == 0 || coded >> 2 > 0xFFFFFF) throw BadImage("malformed type token in a signature");
  return Token(kTables[coded & 3], coded >> 2);
}

bool SigReader::next_mod(CustomMod& mod) {
  const ElementType e = peek();
  if (e != ElementType::CModReqd && e != ElementType::CModOpt) return false;
  r_.u8();
  mod.required = e == ElementType::CModReqd;
  mod.type = type_token();
  return true;
}

bool SigReader::skip_mods() {
  CustomMod mod;
  bool any = false;
  while (next_mod(mod)) any = true;
  return any;
}

MethodSigHeader SigReader::method_header() {
  MethodSigHeader h;
  h.flags = r_.u8();
  const uint8_t kind = h.kind();
  if (kind == sig_kind::kField || kind == sig_kind::kLocalSig || kind > sig_kind::kUnmanaged) {
    throw BadImage("not a method signature");
  }
  if (h.is_generic()) h.generic_param_count = r_.compressed();
  h.param_count = r_.compressed();
  if (h.param_count > r_.remaining() || h.param_count > kMaxSigParams) throw BadImage("more parameters than a signature can hold");
  if (h.generic_param_count > kMaxSigParams) throw BadImage("too many generic parameters");
  return h;
}

void SigReader::field_header() {
  if ((r_.u8() & sig_kind::kKindMask) != sig_kind::kField) throw BadImage("not a field signature");
}

uint32_t SigReader::local_header() {
  if (r_.u8() != sig_kind::kLocalSig) throw BadImage("not a local variable signature");
  const uint32_t count = r_.compressed();
  if (count > kMaxSigParams || count > r_.remaining()) throw BadImage("more locals than a signature can hold");
  return count;
}

uint32_t SigReader::method_spec_header() {
  if (r_.u8() != sig_kind::kGenericInst) throw BadImage("not a method instantiation");
  const uint32_t count = r_.compressed();
  if (count == 0 || count > r_.remaining()) throw BadImage("malformed method instantiation");
  return count;
}

void SigReader::skip_array_shape() {
  const uint32_t rank = r_.compressed();
  if (rank == 0 || rank > 32) throw BadImage("array rank out of range");
  const uint32_t sizes = r_.compressed();
  if (sizes > rank) throw BadImage("malformed array shape");
  for (uint32_t i = 0; i < sizes; ++i) r_.compressed();
  const uint32_t bounds = r_.compressed();
  if (bounds > rank) throw BadImage("malformed array shape");
  for (uint32_t i = 0; i < bounds; ++i) r_.compressed_signed();
}

void SigReader::skip_type() { skip_type(0); }

void SigReader::skip_type(unsigned depth) {
  for (;; ++depth) {
    if (depth > kMaxSigDepth) throw BadImage("signature nested too deeply");
    skip_mods();
    switch (element()) {
      case ElementType::Void: case ElementType::Boolean: case ElementType::Char: case ElementType::I1:
      case ElementType::U1: case ElementType::I2: case ElementType::U2: case ElementType::I4: case ElementType::U4:
      case ElementType::I8: case ElementType::U8: case ElementType::R4: case ElementType::R8: case ElementType::String:
      case ElementType::TypedByRef: case ElementType::I: case ElementType::U: case ElementType::Object:
        return;
      case ElementType::Ptr: case ElementType::ByRef: case ElementType::SzArray: case ElementType::Pinned:
      case ElementType::Sentinel:
        continue;  // the one element follows
      case ElementType::ValueType: case ElementType::Class:
        type_token();
        return;
      case ElementType::Var: case ElementType::MVar:
        r_.compressed();
        return;
      case ElementType::Array:
        skip_type(depth + 1);
        skip_array_shape();
        return;
      case ElementType::GenericInst: {
        r_.u8();
        type_token();
        for (uint32_t n = r_.compressed(); n > 0; --n) skip_type(depth + 1);
        return;
      }
      case ElementType::FnPtr: {
        const MethodSigHeader h = method_header();
        for (uint32_t n = h.param_count + 1; n > 0; --n) skip_type(depth + 1);
        return;
      }
      default:
        throw BadImage("unknown element type in a signature");
    }
  }
}

}  // namespace rapgo::load::metadata
