// Loaded methods: one Method object per distinct method, instantiations included. Low reservation; the address is the
// MethodId and the entry slot (abi::MethodHead) is at offset 0. Thread safety and errors as type.h.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "abi/method_head.h"
#include "load/metadata/method_body.h"
#include "load/types/type.h"

namespace rapgo::load::types {

// A resolved signature. `params` excludes `this`.
struct Signature {
  bool has_this = false;
  bool vararg = false;
  uint32_t generic_params = 0;
  uint8_t call_conv = 0;             // metadata::sig_kind low nibble
  Type* ret = nullptr;               // never null: void is Kind::Void
  std::span<Type* const> params;
  int32_t sentinel = -1;             // call sites that name extra arguments (II.23.2.2): index of the first
};

enum class Body : uint8_t {
  Il,            // has IL
  InternalCall,  // the runtime implements it (or it is a runtime-provided intrinsic, see intrinsic())
  PInvoke,
  Runtime,       // delegate .ctor/Invoke/BeginInvoke/EndInvoke
  ArrayMethod,   // synthesised .ctor/Get/Set/Address of array types
  Abstract,
};

// Methods whose IL is absent or must be replaced by the compilers (special_runtime_methods). None for all others.
enum class Intrinsic : uint16_t {
  None,
  ByReferenceCtor, ByReferenceValue,          // System.ByReference`1
  ArrayGetGeneric, ArraySetGeneric,           // Array.GetGenericValueImpl/SetGenericValueImpl
  StringCtor,                                 // newobj redirected to CreateString
  UnsafeMov,                                  // Array.UnsafeMov: reinterpret
  OffsetToStringData,
  VectorIsHardwareAccelerated,
  IsReferenceOrContainsReferences,            // RuntimeHelpers: of its type argument
};

class alignas(16) Method : public abi::MethodHead {
 public:
  loop::MethodId id() const { return {static_cast<uint32_t>(reinterpret_cast<uintptr_t>(this))}; }
  static Method* from(loop::MethodId i) { return reinterpret_cast<Method*>(static_cast<uintptr_t>(i.value)); }

  Type* declaring = nullptr;
  std::string_view name;
  uint32_t row = 0;                  // MethodDef row in declaring->assembly (0: synthesised array method)
  uint32_t index = 0;                // position in the definition type's methods()
  uint16_t attributes = 0;           // metadata::method_attr
  uint16_t impl_attributes = 0;      // metadata::method_impl_attr
  Method* definition = nullptr;      // instantiated method (or method of an instantiated type): the definition; else this
  std::span<Type* const> generic_args;  // instance: arguments; generic definition: its MethodVars
  int32_t slot = -1;                 // vtable slot, after the declaring type's vtable stage; -1: not virtual
  Body body = Body::Il;
  uint8_t accessor = 0;              // what compile/baseline found its body to do (accessors_x64.cpp); written atomically
  Intrinsic intrinsic = Intrinsic::None;

  bool is_static() const { return attributes & 0x10; }
  bool is_virtual() const { return attributes & 0x40; }
  bool is_abstract() const { return attributes & 0x400; }
  bool is_final() const { return attributes & 0x20; }
  bool is_constructor() const { return (attributes & 0x1000) && name == ".ctor"; }
  bool is_class_constructor() const { return (attributes & 0x1000) && name == ".cctor"; }
  bool is_synchronized() const { return impl_attributes & 0x20; }
  bool no_inlining() const { return impl_attributes & 0x8; }
  bool aggressive_inlining() const { return impl_attributes & 0x100; }
  bool is_generic_definition() const { return definition == this && !generic_args.empty(); }
  bool contains_vars() const;        // declaring type or generic arguments open

  const Signature& signature();      // substituted, resolved
  // Number of arguments and type of argument i, `this` included (byref for value types).
  uint32_t arg_count() { return static_cast<uint32_t>(signature().params.size()) + (signature().has_this ? 1 : 0); }
  Type* arg_type(uint32_t i);
  GenericContext context();          // for resolving tokens in its body
  std::string display_name();        // "Ns.Type.Name(System.Int32,...)"
  uint64_t il_hash();                // structural hash of header, IL and clauses
  // Raw body. REQUIRES: body == Il. Throws BadImage through LoadError.
  metadata::BodyBytes il_body();

  // runtime slots (owned by run/ and vm)
  void* native_code = nullptr;       // internal call or P/Invoke target
  void* runtime_data = nullptr;
  const void* dynamic_body = nullptr;  // of a dynamic method (row 0, body Il): an il::DynamicBody; never stored, never optimized
  const Signature* signature_ = nullptr;
  uint64_t il_hash_ = 0;
};

struct GenericContext {
  std::span<Type* const> type_args, method_args;
};

}  // namespace rapgo::load::types
