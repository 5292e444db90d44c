// What compiled code depends on besides the program: which runtime made it, and for which processor.
#include <elf.h>
#include <link.h>
#include <sys/platform/x86.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>

#include "code/store/store.h"

namespace rapgo::code::store {
namespace {

// The linker's build id of the executable (the first object that is reported).
int find_build_id(dl_phdr_info* info, size_t, void* out) {
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const auto& p = info->dlpi_phdr[i];
    if (p.p_type != PT_NOTE) continue;
    auto* at = reinterpret_cast<const char*>(info->dlpi_addr + p.p_vaddr);
    const char* end = at + p.p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      ElfW(Nhdr) note;
      memcpy(&note, at, sizeof note);
      const char* name = at + sizeof note;
      const char* data = name + ((note.n_namesz + 3) & ~3u);
      if (data + note.n_descsz > end) break;
      if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(name, "GNU", 4) == 0)
        *static_cast<uint64_t*>(out) = XXH3_64bits(data, note.n_descsz);
      at = data + ((note.n_descsz + 3) & ~3u);
    }
  }
  return 1;
}

}  // namespace

Environment Environment::current() {
  Environment e;
  dl_iterate_phdr(find_build_id, &e.build);
  struct stat st;
  if (e.build == 0 && stat("/proc/self/exe", &st) == 0) {
    const uint64_t parts[] = {st.st_ino, static_cast<uint64_t>(st.st_size), static_cast<uint64_t>(st.st_mtim.tv_sec),
                              static_cast<uint64_t>(st.st_mtim.tv_nsec)};
    e.build = XXH3_64bits(parts, sizeof parts);
  }
  // What the C library found usable at start: no CPUID here, which is slow in virtual machines.
  constexpr unsigned kLeaves = 16;  // more than there are; the rest reads as zeros
  XXH64_hash_t hash = 0;
  for (unsigned leaf = 0; leaf < kLeaves; leaf++)
    hash = XXH3_64bits_withSeed(__x86_get_cpuid_feature_leaf(leaf)->active_array, sizeof(uint32_t) * 4, hash);
  e.cpu = hash;
  return e;
}

}  // namespace rapgo::code::store
