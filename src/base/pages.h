// Memory that grows at its end, made present ahead of its use: a page fault for each page costs several times as much as a page
// among many. (Huge pages were tried: they come cold, and clearing what is never used of the last one costs what the others save.)
//
// Thread safety: any thread, not from signal handlers. Units: bytes. Errors: none; what the system refuses (MADV_POPULATE_WRITE needs
// Linux 5.14) is not asked for again. errno is kept.
#pragma once
#include <cstdint>

namespace rapgo::base {

// Makes [begin, end) present and writable. REQUIRES: page-aligned, mapped writable.
void make_present(uintptr_t begin, uintptr_t end);

}  // namespace rapgo::base
