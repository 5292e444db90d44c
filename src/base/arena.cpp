#include "base/arena.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"

namespace rapgo::base {

Arena::~Arena() {
  for (Chunk* chunk = chunks_; chunk != nullptr;) {
    Chunk* next = chunk->next;
    free(chunk);
    chunk = next;
  }
}

void Arena::swap(Arena& other) noexcept {
  std::swap(cursor_, other.cursor_);
  std::swap(limit_, other.limit_);
  std::swap(chunks_, other.chunks_);
  std::swap(chunk_bytes_, other.chunk_bytes_);
  std::swap(used_, other.used_);
  std::swap(reserved_, other.reserved_);
  std::swap(fixed_, other.fixed_);
}

void* Arena::try_allocate(size_t bytes, size_t align) {
  if (!fixed_) return allocate(bytes, align);
  char* at = aligned(cursor_, align);
  if (at > limit_ || static_cast<size_t>(limit_ - at) < bytes) return nullptr;
  return bump(at, bytes);
}

void* Arena::allocate_slow(size_t bytes, size_t align) {
  if (fixed_ || bytes > SIZE_MAX / 2) exhausted();
  // A large block gets a chunk of its own and leaves the current one in use, so that it wastes nothing.
  const size_t need = sizeof(Chunk) + align + bytes;
  const bool own_chunk = cursor_ != nullptr && need > chunk_bytes_ / 4;
  const size_t size = own_chunk ? need : std::max(need, chunk_bytes_);
  auto* chunk = static_cast<Chunk*>(calloc(1, size));
  if (chunk == nullptr) exhausted();
  chunk->next = chunks_;
  chunks_ = chunk;
  reserved_ += size;
  char* at = aligned(reinterpret_cast<char*>(chunk + 1), align);
  used_ += bytes;
  if (!own_chunk) {
    cursor_ = at + bytes;
    limit_ = reinterpret_cast<char*>(chunk) + size;
  }
  return at;
}

void Arena::exhausted() const { fatal(fixed_ ? "a fixed arena is full" : "out of native memory"); }

std::string_view Arena::copy(std::string_view text) {
  char* out = static_cast<char*>(allocate(text.size() + 1, 1));
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  return {out, text.size()};
}

}  // namespace rapgo::base
