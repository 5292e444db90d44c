// Signature blobs (ECMA-335 II.23.2), parsed but not resolved.
//   SigReader: a cursor that allocates nothing; type resolution walks blobs with it.
//   parse_*:   a neutral tree, for tools, messages and code that wants random access.
// Thread safety: values; no shared state. Errors: BadImage on anything malformed, nesting beyond kMaxSigDepth included.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "load/metadata/blob_reader.h"
#include "load/metadata/token.h"

namespace rapgo::load::metadata {

inline constexpr unsigned kMaxSigDepth = 128;  // nesting of types in one signature
inline constexpr uint32_t kMaxSigParams = 65535;

enum class ElementType : uint8_t {  // II.23.1.16
  End = 0x00, Void = 0x01, Boolean = 0x02, Char = 0x03, I1 = 0x04, U1 = 0x05, I2 = 0x06, U2 = 0x07, I4 = 0x08,
  U4 = 0x09, I8 = 0x0A, U8 = 0x0B, R4 = 0x0C, R8 = 0x0D, String = 0x0E, Ptr = 0x0F, ByRef = 0x10, ValueType = 0x11,
  Class = 0x12, Var = 0x13, Array = 0x14, GenericInst = 0x15, TypedByRef = 0x16, I = 0x18, U = 0x19, FnPtr = 0x1B,
  Object = 0x1C, SzArray = 0x1D, MVar = 0x1E, CModReqd = 0x1F, CModOpt = 0x20, Internal = 0x21, Sentinel = 0x41,
  Pinned = 0x45,
  SystemType = 0x50, Boxed = 0x51, AttrField = 0x53, AttrProperty = 0x54, AttrEnum = 0x55,  // custom attributes only
};

// First byte of a method, field, property, local or methodspec signature.
namespace sig_kind {
inline constexpr uint8_t kKindMask = 0x0F;
inline constexpr uint8_t kDefault = 0x0, kC = 0x1, kStdCall = 0x2, kThisCall = 0x3, kFastCall = 0x4, kVarArg = 0x5,
                         kField = 0x6, kLocalSig = 0x7, kProperty = 0x8, kUnmanaged = 0x9, kGenericInst = 0xA;
inline constexpr uint8_t kGeneric = 0x10, kHasThis = 0x20, kExplicitThis = 0x40;
}  // namespace sig_kind

// Head of a MethodDefSig, MethodRefSig, StandAloneMethodSig or PropertySig; RetType and `param_count` Params follow.
struct MethodSigHeader {
  uint8_t flags = 0;  // first byte as stored
  uint32_t generic_param_count = 0;
  uint32_t param_count = 0;
  uint8_t kind() const { return flags & sig_kind::kKindMask; }
  bool has_this() const { return flags & sig_kind::kHasThis; }
  bool explicit_this() const { return flags & sig_kind::kExplicitThis; }
  bool is_generic() const { return flags & sig_kind::kGeneric; }
  bool is_vararg() const { return kind() == sig_kind::kVarArg; }
};

struct CustomMod {
  bool required = false;
  Token type;  // TypeDef, TypeRef or TypeSpec
};

// Cursor over a signature. The grammar, as read by callers:
//   element() then, by kind:  Class, ValueType: type_token() | Var, MVar: number() | Ptr, ByRef, SzArray, Pinned: a type
//   GenericInst: element() (Class or ValueType), type_token(), number() of arguments, that many types
//   Array: a type, then array_shape() | FnPtr: method_header(), return type, params | CMod*: type_token(), then a type
// Sentinel stands before a vararg call's extra params: element() returns it and the param follows.
class SigReader {
 public:
  SigReader() = default;
  explicit SigReader(image::Bytes blob) : r_(blob) {}

  ElementType peek() const { return static_cast<ElementType>(r_.peek()); }
  ElementType element() { return static_cast<ElementType>(r_.u8()); }
  // Skips custom modifiers, then reads the element. Use next_mod() where a modifier matters (modreq IsVolatile).
  ElementType element_after_mods() { skip_mods(); return element(); }
  bool skip_mods();                  // true if there were any
  bool next_mod(CustomMod& mod);     // reads one modifier if there is one
  bool skip_if(ElementType e) { if (!r_.at_end() && peek() == e) { r_.u8(); return true; } return false; }
  Token type_token();                // TypeDefOrRefOrSpecEncoded, II.23.2.8; never nil
  uint32_t number() { return r_.compressed(); }
  MethodSigHeader method_header();   // also for PropertySig
  void field_header();               // checks the 0x06
  uint32_t local_header();           // checks the 0x07; count of locals
  uint32_t method_spec_header();     // checks the 0x0A; count of arguments
  void skip_type();                  // one whole Type with modifiers, byref, pinned; RetType and Param too
  void skip_array_shape();
  bool at_end() const { return r_.at_end(); }
  size_t offset() const { return r_.offset(); }
  image::Bytes rest() const { return r_.rest(); }
  BlobReader& raw() { return r_; }

 private:
  void skip_type(unsigned depth);
  BlobReader r_;
};

struct ArrayShape {
  uint32_t rank = 0;
  std::vector<uint32_t> sizes;
  std::vector<int32_t> lower_bounds;
};

struct MethodSig;

// One Type, RetType, Param or local variable.
struct SigType {
  ElementType kind = ElementType::End;
  Token token;               // Class, ValueType, and the generic type of GenericInst
  bool is_value_type = false;  // GenericInst of a value type (also set for ValueType)
  uint32_t number = 0;       // Var, MVar
  bool sentinel_before = false;
  std::vector<CustomMod> mods;  // in front of this type
  std::vector<SigType> args;    // Ptr, ByRef, SzArray, Pinned, Array: the one element; GenericInst: the arguments
  ArrayShape shape;             // Array
  std::shared_ptr<MethodSig> function;  // FnPtr
};

struct MethodSig {
  MethodSigHeader header;
  SigType ret;
  std::vector<SigType> params;
  uint32_t fixed_params = 0;  // params before the sentinel; params.size() if there is none
};

SigType parse_type(SigReader& reader);  // also TypeSpec blobs
MethodSig parse_method_sig(image::Bytes blob);    // method, method ref, stand-alone and property signatures
SigType parse_field_sig(image::Bytes blob);
std::vector<SigType> parse_local_sig(image::Bytes blob);
std::vector<SigType> parse_method_spec(image::Bytes blob);
SigType parse_type_spec(image::Bytes blob);

class Metadata;
// ILAsm-like text, "string (object, !!0[])": for messages and dumps; never throws.
std::string to_string(const Metadata& metadata, const SigType& type);
std::string to_string(const Metadata& metadata, const MethodSig& sig);

}  // namespace rapgo::load::metadata
