#pragma once
// GC handles: how native structures hold references, and what System.Runtime.InteropServices.GCHandle is made of.
//
// Thread safety: all functions from any thread in Mode::Runtime. get is lock-free. None collects.
#include <cstdint>
#include <utility>

#include "abi/object.h"

namespace rapgo::gc {

using abi::Object;

// Values as in System.Runtime.InteropServices.GCHandleType.
enum class HandleKind : uint8_t {
  Weak = 0,                   // cleared when the object is unreachable, before its finalizer runs
  WeakTrackResurrection = 1,  // cleared when the object is really gone
  Normal = 2,
  Pinned = 3,                 // also keeps the object in place
};

// 0 is no handle. Positive when seen as int32. The kind is in the low bits.
using HandleId = uint32_t;

HandleId handle_new(Object* target, HandleKind kind);  // aborts with a message at 16 million handles of a kind
void handle_free(HandleId);                            // 0 is ignored; an id that is not in use is ignored too
Object* handle_get(HandleId);                          // null if cleared, or not in use
void handle_set(HandleId, Object* target);
bool handle_valid(HandleId);                           // in use
inline HandleKind handle_kind(HandleId id) { return static_cast<HandleKind>(id & 3); }

// Owner of one handle.
class Handle {
 public:
  Handle() = default;
  explicit Handle(Object* target, HandleKind kind = HandleKind::Normal) : id_(handle_new(target, kind)) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, 0)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() { handle_free(id_); }
  Object* get() const { return handle_get(id_); }
  // Creates the handle if there is none.
  void set(Object* target) { id_ ? handle_set(id_, target) : void(id_ = handle_new(target, HandleKind::Normal)); }
  HandleId id() const { return id_; }
  explicit operator bool() const { return id_ != 0; }

 private:
  HandleId id_ = 0;
};

}  // namespace rapgo::gc
