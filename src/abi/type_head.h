// TypeHead: the part of a type that machine code and the collector read. Lives below 4 GiB; its address is the type word.
// Written by load/types when a type's layout and vtable are complete; `flags`, `imt` and `vtable` words may change later.
#pragma once
#include <cstddef>
#include <cstdint>

namespace rapgo::abi {

// Where references lie: runs of consecutive 8-byte reference words. For objects offsets are from the object's start
// (header included); for elements of arrays of structs and for statics and boxed payloads from the value's start.
struct GcMap {
  uint32_t run_count;
  struct Run { uint32_t offset, count; } runs[1];
};

enum TypeFlag : uint32_t {
  kHasReferences = 1 << 0,     // instances (or array elements) contain references
  kIsArray = 1 << 1,           // vector or multi-dimensional
  kIsString = 1 << 2,
  kIsValueType = 1 << 3,       // a boxed instance of this type is a value
  kIsInterface = 1 << 4,
  kHasFinalizer = 1 << 5,
  kElementsAreReferences = 1 << 6,
  kIsInitialized = 1 << 7,     // static constructor has run (or there is none)
  kIsNullable = 1 << 8,
  kIsDelegate = 1 << 9,
  kIsMultiDim = 1 << 10,
  kAllocateSlowly = 1 << 11,   // has finalizer or other needs: the allocation stub goes the slow way
  kIsAbstractOrOpen = 1 << 12, // never instantiated
  kIsSealed = 1 << 13,
  kIsEphemeronArray = 1 << 14, // set by gc: instances may be registered as ephemerons, not scanned like other arrays
};

inline constexpr int kDisplaySize = 8;
inline constexpr int kImtSize = 16;

struct TypeHead {
  uint32_t instance_size;   // objects: whole size with header, 8-aligned. Arrays and strings: bytes before element 0 (16 / 12)
  uint32_t element_size;    // arrays: bytes per element; strings: 2 (plus one NUL element); otherwise 0
  uint32_t flags;           // TypeFlag
  uint32_t gc_map;          // address of a GcMap (instances, or one array element of struct type), 0 if no references
  uint32_t type;            // address of load::types::Type (TypeId)
  uint32_t parent;          // TypeHead address or 0
  uint32_t element;         // arrays: TypeHead address of the element type; Nullable<T>: of T; enums: of the underlying type
  uint32_t depth;           // 0 for System.Object and interfaces
  uint32_t display[kDisplaySize];  // display[d] = TypeHead of the ancestor at depth d (self included)
  uint32_t interfaces;      // address of uint32_t[interface_count]: TypeHead addresses of all implemented interfaces
  uint32_t interface_count;
  uint32_t vtable_length;
  uint32_t value_size;      // value types: unboxed size; otherwise 0
  uint32_t statics;         // address of the statics block, 0 if none
  uint32_t rank;            // multi-dimensional arrays: number of dimensions (gc::alloc_multi fills it in if 0); otherwise 0
  uint64_t finalizer_or_zero;
  uint64_t imt[kImtSize];   // interface dispatch: code addresses; slot = imt_slot(method); r10 carries the interface method's address
  uint64_t vtable[1];       // code addresses; kept equal to the entry slot of the method in that slot by publish
};

inline constexpr uint32_t kImtOffset = offsetof(TypeHead, imt);
inline constexpr uint32_t kVtableOffset = offsetof(TypeHead, vtable);
// `method` is the interface method's structure address (MethodId::value), 16-aligned.
inline uint32_t imt_slot(uint32_t method) { return ((method >> 4) ^ (method >> 9)) % kImtSize; }

inline TypeHead* head_at(uint32_t address) { return reinterpret_cast<TypeHead*>(static_cast<uintptr_t>(address)); }

// Exact subclass test, classes only (not interfaces, arrays, variance): true if `head` is `ancestor` or derives from it.
inline bool derives_from(const TypeHead* head, const TypeHead* ancestor) {
  auto word = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(ancestor));
  if (ancestor->depth < kDisplaySize) return head->display[ancestor->depth] == word;
  for (uint32_t h = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(head)); h; h = head_at(h)->parent)
    if (h == word) return true;
  return false;
}

}  // namespace rapgo::abi
