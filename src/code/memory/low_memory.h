#pragma once
// The low reservation (DESIGN 4.2) and the meta region's allocator.
//
// Thread safety: reserve_low before other threads exist; everything else from any thread, not from signal handlers.
// Units: bytes. May collect: never.
#include <cstddef>
#include <cstdint>

namespace rapgo::code::memory {

// Maps the meta, frozen and code regions of abi/memory_map.h at their fixed addresses and makes the code region's writable
// alias. Idempotent. Throws base::UserError when the addresses are taken or the system refuses.
// Meta and frozen are readable and writable at once, never executable; pages cost nothing until touched.
void reserve_low();
bool low_reserved();

// Zeroed memory in the meta region that is never given back: loader structures, type heads, statics, slots.
// `align` is a power of two up to 4096. base::fatal when the region is full. Plain function, so that it can be handed to load/ as
// its allocator.
void* meta_alloc(size_t size, size_t align = 16);
size_t meta_used();

// Smaller, freeable blocks of the same region (probe counters). Zeroed. `size` must be repeated.
void* meta_block_alloc(size_t size);
void meta_block_free(void* block, size_t size);

}  // namespace rapgo::code::memory
