// Object, string and array layout (DESIGN 4.2). Shared by machine code, the collector and internal calls.
// References inside the heap are written through gc (write barrier) only; raw stores are for fresh objects.
#pragma once
#include <cstddef>
#include <cstdint>

namespace rapgo::abi {

struct TypeHead;

struct Object {
  uint32_t type;  // address of the abi::TypeHead
  uint32_t sync;  // see SyncWord
  TypeHead* head() const { return reinterpret_cast<TypeHead*>(static_cast<uintptr_t>(type)); }
};
static_assert(sizeof(Object) == 8);

// sync word: low 2 bits tag. 0: free (all zero), 1: thin lock (owner thread index 16 bits << 2... see run/threads/monitor.h),
// 2: identity hash in the upper 30 bits, 3: index of an inflated monitor (which also keeps the hash).
// The collector keeps its forwarding pointer in `type`/`sync` only while all threads are stopped.
enum SyncTag : uint32_t { kSyncFree = 0, kSyncThin = 1, kSyncHash = 2, kSyncInflated = 3 };

struct String : Object {
  int32_t length;
  char16_t chars[1];  // length characters and a NUL
};
inline constexpr uint32_t kStringLengthOffset = 8, kStringCharsOffset = 12;

// Vectors and multi-dimensional arrays: elements always at 16, so that Array.RawData.Data is element 0.
struct Array : Object {
  int32_t length;          // total number of elements
  uint32_t bounds_offset;  // 0 for vectors; else offset in 8-byte units from the object's start to ArrayBound[rank], behind the elements
  uint8_t* data() { return reinterpret_cast<uint8_t*>(this) + 16; }
  template <class T> T* at(size_t i) { return reinterpret_cast<T*>(data()) + i; }
};
struct ArrayBound { int32_t length, lower; };
inline constexpr uint32_t kArrayLengthOffset = 8, kArrayDataOffset = 16;

inline constexpr size_t kObjectAlign = 8, kMinObjectSize = 16;

}  // namespace rapgo::abi
