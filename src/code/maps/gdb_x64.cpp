#include "code/maps/gdb.h"

#include <elf.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

// The interface's names and layout are the debugger's.
extern "C" {
struct jit_code_entry {
  jit_code_entry* next_entry;
  jit_code_entry* prev_entry;
  const char* symfile_addr;
  uint64_t symfile_size;
};
struct jit_descriptor {
  uint32_t version;
  uint32_t action_flag;  // 0 nothing, 1 register, 2 unregister
  jit_code_entry* relevant_entry;
  jit_code_entry* first_entry;
};
// The debugger has a breakpoint here.
__attribute__((noinline, visibility("default"), used)) void __jit_debug_register_code() { asm volatile("" ::: "memory"); }
__attribute__((visibility("default"), used)) jit_descriptor __jit_debug_descriptor = {1, 0, nullptr, nullptr};
}

namespace rapgo::code::maps {
namespace {

using Bytes = std::vector<uint8_t>;

template <class T>
void add(Bytes& b, T v) {
  const size_t at = b.size();
  b.resize(at + sizeof v);
  memcpy(b.data() + at, &v, sizeof v);
}
void add_uleb(Bytes& b, uint64_t v) {
  for (; v >= 0x80; v >>= 7) b.push_back(static_cast<uint8_t>(v | 0x80));
  b.push_back(static_cast<uint8_t>(v));
}
void add_sleb(Bytes& b, int64_t v) {
  for (;;) {
    const auto byte = static_cast<uint8_t>(v & 0x7F);
    v >>= 7;
    if ((v == 0 && !(byte & 0x40)) || (v == -1 && (byte & 0x40))) return b.push_back(byte);
    b.push_back(byte | 0x80);
  }
}

// Fills the 4-byte length at `at` and pads with DW_CFA_nop.
void close_entry(Bytes& b, size_t at) {
  while ((b.size() - at - 4) % 8 != 4) b.push_back(0);
  const auto length = static_cast<uint32_t>(b.size() - at - 4);
  memcpy(b.data() + at, &length, 4);
}

Bytes frame_information(const InstalledCode& code) {
  enum : uint8_t { kAdvance4 = 0x04, kSameValue = 0x08, kDefCfa = 0x0C, kOffsetExtendedSigned = 0x11, kOffset = 0x80 };
  constexpr uint8_t kRbp = 6, kRsp = 7, kReturn = 16;
  constexpr uint8_t kSaved[loop::kCalleeSaved] = {3, kRbp, 12, 13, 14, 15};  // DWARF numbers of rbx, rbp, r12..r15
  Bytes b;
  add(b, uint32_t{0});
  add(b, uint32_t{0});                      // this is a CIE
  b.insert(b.end(), {1, 0, 1, 0x78, kReturn});  // version, no augmentation, code by 1, data by -8
  b.insert(b.end(), {kDefCfa, kRsp, 8, kOffset | kReturn, 1});
  close_entry(b, 0);
  const size_t entry = b.size();
  add(b, uint32_t{0});
  add(b, static_cast<uint32_t>(b.size()));  // back to the CIE, from here
  add(b, uint64_t{code.start});
  add(b, uint64_t{code.size});
  uint32_t at = 0;
  for (const loop::UnwindRow& row : code.code.unwind) {
    if (row.pc != at) b.push_back(kAdvance4), add(b, row.pc - at), at = row.pc;
    b.push_back(kDefCfa);
    add_uleb(b, row.cfa_is_rbp ? kRbp : kRsp);
    add_uleb(b, static_cast<uint64_t>(row.cfa_offset));
    for (int i = 0; i < loop::kCalleeSaved; i++) {
      int16_t where = row.saved[i];
      if (where == 0 && kSaved[i] == kRbp && row.cfa_is_rbp) where = -16;  // push rbp; mov rbp, rsp
      b.push_back(where ? kOffsetExtendedSigned : kSameValue);
      add_uleb(b, kSaved[i]);
      if (where) add_sleb(b, where / -8);
    }
  }
  close_entry(b, entry);
  add(b, uint32_t{0});
  return b;
}

// An object file with one function: where it is, what it is called, how to unwind it.
Bytes object_file(const InstalledCode& code, std::string_view name) {
  enum { kNull, kText, kFrames, kSymbols, kStrings, kSectionNames, kSections };
  static const char kNames[] = "\0.text\0.eh_frame\0.symtab\0.strtab\0.shstrtab";
  const Bytes frames = frame_information(code);
  Bytes strings(1, 0);
  strings.insert(strings.end(), name.begin(), name.end());
  strings.push_back(0);
  Elf64_Sym symbols[2] = {};
  symbols[1].st_name = 1;
  symbols[1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
  symbols[1].st_shndx = kText;
  symbols[1].st_size = code.size;

  Elf64_Shdr sections[kSections] = {};
  Bytes file(sizeof(Elf64_Ehdr) + sizeof sections);
  auto place = [&](int index, uint32_t name_at, uint32_t type, uint64_t flags, const void* data, size_t size) {
    while (file.size() % 8) file.push_back(0);
    Elf64_Shdr& s = sections[index];
    s.sh_name = name_at, s.sh_type = type, s.sh_flags = flags, s.sh_offset = file.size(), s.sh_size = size, s.sh_addralign = 8;
    auto* from = static_cast<const uint8_t*>(data);
    file.insert(file.end(), from, from + size);
  };
  sections[kText].sh_name = 1, sections[kText].sh_type = SHT_NOBITS, sections[kText].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
  sections[kText].sh_addr = code.start, sections[kText].sh_size = code.size, sections[kText].sh_addralign = 16;
  place(kFrames, 7, SHT_PROGBITS, SHF_ALLOC, frames.data(), frames.size());
  place(kSymbols, 17, SHT_SYMTAB, 0, symbols, sizeof symbols);
  sections[kSymbols].sh_link = kStrings, sections[kSymbols].sh_info = 1, sections[kSymbols].sh_entsize = sizeof(Elf64_Sym);
  place(kStrings, 25, SHT_STRTAB, 0, strings.data(), strings.size());
  place(kSectionNames, 33, SHT_STRTAB, 0, kNames, sizeof kNames);

  Elf64_Ehdr header = {};
  memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64, header.e_ident[EI_DATA] = ELFDATA2LSB, header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL, header.e_machine = EM_X86_64, header.e_version = EV_CURRENT;
  header.e_shoff = sizeof header, header.e_ehsize = sizeof header, header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = kSections, header.e_shstrndx = kSectionNames;
  memcpy(file.data(), &header, sizeof header);
  memcpy(file.data() + sizeof header, sections, sizeof sections);
  // Where the debugger finds the frame information in this process.
  auto* frames_header = reinterpret_cast<Elf64_Shdr*>(file.data() + sizeof header) + kFrames;
  frames_header->sh_addr = reinterpret_cast<uintptr_t>(file.data()) + frames_header->sh_offset;
  return file;
}

struct Registered {
  jit_code_entry entry{};
  Bytes file;
};
struct Debugger {
  std::mutex lock;
  std::unordered_map<const InstalledCode*, std::unique_ptr<Registered>> all;
};
Debugger& debugger() {
  static auto* d = new Debugger;  // never destroyed: the debugger reads it to the end
  return *d;
}

void tell(uint32_t action, jit_code_entry* entry) {
  __jit_debug_descriptor.action_flag = action;
  __jit_debug_descriptor.relevant_entry = entry;
  __jit_debug_register_code();
}

}  // namespace

void gdb_register(const InstalledCode& code, std::string_view name) {
  auto made = std::make_unique<Registered>();
  made->file = object_file(code, name);
  made->entry.symfile_addr = reinterpret_cast<const char*>(made->file.data());
  made->entry.symfile_size = made->file.size();
  Debugger& d = debugger();
  std::lock_guard guard(d.lock);
  jit_code_entry* first = __jit_debug_descriptor.first_entry;
  made->entry.next_entry = first;
  if (first) first->prev_entry = &made->entry;
  __jit_debug_descriptor.first_entry = &made->entry;
  tell(1, &made->entry);
  d.all[&code] = std::move(made);
}

void gdb_unregister(const InstalledCode& code) {
  Debugger& d = debugger();
  std::lock_guard guard(d.lock);
  auto found = d.all.find(&code);
  if (found == d.all.end()) return;
  jit_code_entry& e = found->second->entry;
  if (e.prev_entry) e.prev_entry->next_entry = e.next_entry;
  else __jit_debug_descriptor.first_entry = e.next_entry;
  if (e.next_entry) e.next_entry->prev_entry = e.prev_entry;
  tell(2, &e);
  d.all.erase(found);
}

}  // namespace rapgo::code::maps
