// Loaded types (ECMA-335 I.8, II.9-II.10, II.12): one Type object per distinct type, instantiations included, so that
// pointer equality is type identity. Type objects live in the low reservation; their address is the TypeId.
//
// Stages, each done on demand under the loader lock, in order, and idempotent:
//   named      -> name, namespace, attributes, generic arguments, element, enclosing type
//   hierarchy  -> parent(), interfaces()
//   members    -> fields(), methods() (as declared, substituted for instantiations)
//   layout     -> value_size, alignment, instance size, field offsets, GC maps, statics block
//   vtable     -> vtable slots, interface map; head() becomes valid and is the type word
// Thread safety: every function is callable from any thread in Mode::Runtime (may block on the loader lock; never
// collects). Once a stage is reached reads need no lock. Errors: LoadError (loader.h), never a crash on bad metadata.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "abi/type_head.h"
#include "load/metadata/metadata.h"
#include "loop/compiled_code.h"
#include "loop/ids.h"

namespace rapgo::load::types {

class Assembly;
class Type;
class Method;
class Field;
struct GenericContext;
struct Signature;

enum class Kind : uint8_t {
  Void, Boolean, Char, I1, U1, I2, U2, I4, U4, I8, U8, R4, R8, I, U,  // primitives (the struct types of corlib)
  Enum, Struct, Class, Interface, Delegate, String, Object,            // from type definitions
  SzArray, Array, Ptr, ByRef, FnPtr, TypeVar, MethodVar, TypedByRef,
};

// What a value is on the evaluation stack (III.1.1).
enum class StackKind : uint8_t { Void, Int32, Int64, NativeInt, Float32, Float64, Ref, ByRef, Struct };

// How the class library and the runtime treat this type specially; set for types of corlib by name.
enum class WellKnown : uint8_t { None, Nullable, ByReference, Span, ReadOnlySpan, ArrayRawData, RuntimeType, Exception, ValueType,
                                 EnumBase, ArrayBase, DelegateBase, MulticastDelegate, RuntimeTypeHandle, RuntimeMethodHandle,
                                 RuntimeFieldHandle, IntPtr, UIntPtr, TypedReference, Thread, WeakReferenceOfT };

class alignas(16) Type {
 public:
  // ---- named ----
  loop::TypeId id() const { return {static_cast<uint32_t>(reinterpret_cast<uintptr_t>(this))}; }
  static Type* from(loop::TypeId i) { return reinterpret_cast<Type*>(static_cast<uintptr_t>(i.value)); }
  Kind kind;
  WellKnown well_known = WellKnown::None;
  Assembly* assembly = nullptr;      // of the definition; element type's assembly for arrays, pointers
  uint32_t typedef_row = 0;          // 0 for constructed types (instances share their definition's row)
  uint32_t attributes = 0;           // metadata::type_attr
  std::string_view name, name_space; // of the definition; arrays etc.: empty, use full_name()
  Type* enclosing = nullptr;         // enclosing definition of a nested type
  Type* definition = nullptr;        // generic instance: its definition; otherwise this
  std::span<Type* const> generic_args;  // instance: arguments; generic definition: its own TypeVars
  Type* element = nullptr;           // array, pointer, byref: element; enum: underlying type (after members); Nullable<T>: T
  uint32_t rank = 0;                 // Array
  uint32_t var_index = 0;            // TypeVar, MethodVar
  Method* var_owner = nullptr;       // MethodVar: declaring method; TypeVar: use enclosing
  uint32_t var_flags = 0;            // metadata::generic_param_attr (variance, constraints)

  bool is_generic_definition() const { return definition == this && !generic_args.empty(); }
  bool is_generic_instance() const { return definition != this && definition != nullptr; }
  bool contains_vars() const { return contains_vars_; }  // open: TypeVar/MethodVar anywhere inside
  bool is_value_type() const { return kind <= Kind::Struct || kind == Kind::TypedByRef; }  // Void counts; see is_void
  bool is_void() const { return kind == Kind::Void; }
  bool is_primitive() const { return kind >= Kind::Boolean && kind <= Kind::U; }
  bool is_enum() const { return kind == Kind::Enum; }
  bool is_interface() const { return kind == Kind::Interface; }
  bool is_array() const { return kind == Kind::SzArray || kind == Kind::Array; }
  bool is_reference() const { return (kind >= Kind::Class && kind <= Kind::Array); }
  bool is_byref() const { return kind == Kind::ByRef; }
  bool is_nullable() const { return well_known == WellKnown::Nullable; }
  bool is_delegate() const { return kind == Kind::Delegate; }
  bool is_sealed() const { return attributes & 0x100; }
  bool is_abstract() const { return attributes & 0x80; }
  bool before_field_init() const { return attributes & 0x100000; }
  StackKind stack_kind();            // enums and bool/char/small ints: Int32 (I8/U8 enums Int64); needs members for enums
  loop::ValueKind value_kind();      // the same in loop's words
  Type* underlying();                // enum -> its primitive; others this
  std::string full_name();           // "Ns.Outer+Inner`1[System.Int32]" as Type.ToString() shows it

  // ---- hierarchy ----
  Type* parent();                            // nullptr for System.Object and interfaces
  std::span<Type* const> interfaces();       // all, transitively, each once
  bool derives_from(Type* ancestor);         // class chain only, reflexive
  bool implements(Type* interface);          // exact, without variance
  // I.8.7: castclass/isinst of an object of exactly this type. Variance, arrays, enums-as-underlying arrays, nullable.
  bool is_assignable_to(Type* target);

  // ---- members ----
  std::span<Field* const> fields();          // declared here, statics included
  std::span<Method* const> methods();        // declared here, in table order
  Field* find_field(std::string_view name);  // declared here; nullptr if none
  // Declared here, by name and (optional) parameter count / exact parameter types. nullptr if none.
  Method* find_method(std::string_view name, int param_count = -1);
  Method* find_method(std::string_view name, std::span<Type* const> params);
  Method* static_constructor();              // .cctor or nullptr

  // ---- layout ----
  uint32_t value_size();                     // unboxed bytes of a value of this type (8 for references)
  uint32_t value_align();
  bool has_references();                     // value types: the value contains references; reference types: instances do
  const abi::GcMap* value_gc_map();          // value types: offsets from the value's start (no header); null if none
  uint8_t* statics();                        // non-thread statics block (zeroed), nullptr if none
  const abi::GcMap* statics_gc_map();
  uint64_t layout_hash();

  // ---- vtable ----
  abi::TypeHead* head();                     // completes everything; the type word. REQUIRES: !contains_vars()
  std::span<Method* const> vtable();         // method in each slot (most derived)
  Method* find_virtual(Method* declared);    // implementation of a virtual or interface method for this exact type
                                             // (variance and generic virtual methods included); nullptr if none
  bool is_initialized() const;               // static constructor done or not needed
  bool needs_class_init();                   // has a .cctor (or a precise-init reason) that has not completed

  // ---- related types (cached) ----
  Type* make_array(uint32_t rank);           // rank 0: vector
  Type* make_pointer();
  Type* make_byref();
  Type* boxed_element() const { return element; }
  const Signature* function_signature() const;  // FnPtr; else nullptr

  // ---- runtime slots (owned by run/) ----
  void* type_object = nullptr;               // frozen System.RuntimeType, made at first request (run/classlib)
  uint32_t init_state = 0;                   // run/calls: class initialisation state machine
  void* init_owner = nullptr;
  loop::MethodId first_subclass_watch;       // scratch for code::versions glue
  // Types whose head() is complete and that derive from or implement exactly this type (through variance: not counted).
  uint32_t subclass_count = 0;               // all of them (assumption NotSubclassed)
  uint32_t concrete_count = 0;               // those that can be instantiated (assumption UniqueImplementor), and
  Type* last_concrete = nullptr;             // the newest of them

  struct Impl;                               // stage data, load/types private
  Impl* impl = nullptr;
  bool contains_vars_ = false;
};

class alignas(16) Field {
 public:
  loop::FieldId id() const { return {static_cast<uint32_t>(reinterpret_cast<uintptr_t>(this))}; }
  static Field* from(loop::FieldId i) { return reinterpret_cast<Field*>(static_cast<uintptr_t>(i.value)); }
  Type* declaring = nullptr;
  std::string_view name;
  uint32_t row = 0;                  // in the definition's module
  uint16_t attributes = 0;           // metadata::field_attr
  bool is_thread_static = false;
  bool is_volatile = false;          // modreq(IsVolatile)
  Type* type();                      // substituted
  // Instance fields: from the object's start, header included (value types: from the value's start; add 8 if boxed).
  // Statics: from statics(). Thread statics: first 8-byte word in the thread's table of thread statics
  // (Loader::thread_static_words), value_size rounded up to whole words.
  uint32_t offset();
  bool is_static() const { return attributes & 0x10; }
  bool is_literal() const { return attributes & 0x40; }
  bool is_init_only() const { return attributes & 0x20; }
  std::span<const uint8_t> rva_data();  // empty if no RVA
  uint32_t index = 0;                // position in declaring->fields()
  uint32_t thread_word = 0;          // abi/field_head.h; run/calls writes it, atomically
  Field* definition = nullptr;       // field of an instantiated type: the definition's; otherwise this
  Type* type_ = nullptr;
  uint32_t offset_ = ~0u;
};

}  // namespace rapgo::load::types
