#pragma once
// Bump allocation for data that lives as long as its owner.
//
// Thread safety: none; guard one arena by its owner's lock.
// Memory is zeroed. Destructors never run: put only trivially destructible data here.
// A growing arena takes chunks from malloc and frees them all at once. A fixed arena hands out a caller's zeroed range
// (the low 2 GB reservation, say), never frees it, and reports exhaustion as fatal unless try_allocate is used.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rapgo::base {

class Arena {
 public:
  static constexpr size_t kDefaultChunk = 64 * 1024;

  explicit Arena(size_t chunk_bytes = kDefaultChunk) : chunk_bytes_(chunk_bytes) {}
  Arena(void* begin, size_t bytes)
      : cursor_(static_cast<char*>(begin)), limit_(static_cast<char*>(begin) + bytes), fixed_(true) {}
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  Arena(Arena&& other) noexcept { swap(other); }
  Arena& operator=(Arena&& other) noexcept {
    swap(other);
    return *this;
  }

  // REQUIRES: align is a power of two.
  void* allocate(size_t bytes, size_t align = alignof(std::max_align_t)) {
    char* at = aligned(cursor_, align);
    if (cursor_ == nullptr || at > limit_ || static_cast<size_t>(limit_ - at) < bytes) return allocate_slow(bytes, align);
    return bump(at, bytes);
  }

  // nullptr where a fixed arena is full.
  void* try_allocate(size_t bytes, size_t align = alignof(std::max_align_t));

  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
  }

  // Zeroed elements; T must be fine with that.
  template <class T>
  std::span<T> make_array(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    if (count > SIZE_MAX / sizeof(T)) exhausted();
    return {static_cast<T*>(allocate(count * sizeof(T), alignof(T))), count};
  }

  template <class T>
  std::span<T> copy(std::span<const T> source) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::span<T> out = make_array<T>(source.size());
    if (!source.empty()) std::memcpy(out.data(), source.data(), source.size_bytes());
    return out;
  }

  // The copy is followed by a NUL, so data() works as a C string.
  std::string_view copy(std::string_view text);

  size_t bytes_used() const { return used_; }
  // Bytes taken from malloc (growing) or left in the range (fixed).
  size_t bytes_reserved() const { return reserved_; }
  size_t bytes_left() const { return cursor_ == nullptr ? 0 : static_cast<size_t>(limit_ - cursor_); }

 private:
  struct Chunk {
    Chunk* next;
  };

  static char* aligned(char* at, size_t align) {
    return reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(at) + (align - 1)) & ~static_cast<uintptr_t>(align - 1));
  }
  void* bump(char* at, size_t bytes) {
    used_ += static_cast<size_t>(at + bytes - cursor_);
    cursor_ = at + bytes;
    return at;
  }
  void* allocate_slow(size_t bytes, size_t align);
  [[noreturn]] void exhausted() const;
  void swap(Arena& other) noexcept;

  char* cursor_ = nullptr;
  char* limit_ = nullptr;
  Chunk* chunks_ = nullptr;
  size_t chunk_bytes_ = kDefaultChunk;
  size_t used_ = 0;
  size_t reserved_ = 0;
  bool fixed_ = false;
};

}  // namespace rapgo::base
