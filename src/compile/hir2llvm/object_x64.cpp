// The ELF object: sections become bytes, relocations become symbolic ones.
#include <llvm/BinaryFormat/ELF.h>
#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Support/MemoryBuffer.h>

#include <algorithm>

#include "compile/hir2llvm/machine_x64.h"

namespace rapgo::compile::hir2llvm {

using namespace llvm;
using namespace llvm::object;

namespace {

uint32_t intern(loop::CompiledCode* out, const loop::Symbol& s) {
  const auto known = static_cast<uint32_t>(std::find(out->symbols.begin(), out->symbols.end(), s) - out->symbols.begin());
  if (known == out->symbols.size()) out->symbols.push_back(s);
  return known;
}

class ObjectReader {
 public:
  ObjectReader(StringRef object, loop::CompiledCode* out, std::string* error) : bytes_(object), out_(out), error_(error) {}

  bool read() {
    auto file = ELFObjectFile<ELF64LE>::create(MemoryBufferRef(bytes_, "code"));
    if (!file) return fail(toString(file.takeError()));
    file_.emplace(std::move(*file));
    // Text first, then read-only data, each at its alignment.
    for (int pass = 0; pass < 2; pass++)
      for (const SectionRef& s : file_->sections()) {
        if (pass == 0 ? !s.isText() : !is_rodata(s)) continue;
        if (s.getSize() == 0) continue;
        auto contents = s.getContents();
        if (!contents) return fail(toString(contents.takeError()));
        uint64_t align = std::max<uint64_t>(s.getAlignment().value(), 1);
        if (align > 64) return fail("section alignment above 64");
        if (pass == 0 && !bases_.empty()) return fail("more than one text section");
        while (out_->bytes.size() % align) out_->bytes.push_back(pass == 0 ? 0xcc : 0);
        bases_[s.getIndex()] = out_->bytes.size();
        out_->bytes.append(contents->bytes_begin(), contents->size());
        if (pass == 0) out_->code_size = static_cast<uint32_t>(out_->bytes.size());
      }
    if (out_->code_size == 0) return fail("no code in the object");
    for (const SectionRef& s : file_->sections()) {
      auto target = s.getRelocatedSection();
      if (!target) return fail(toString(target.takeError()));
      if (*target == file_->section_end()) continue;
      auto base = bases_.find((*target)->getIndex());
      if (base == bases_.end()) continue;
      for (const RelocationRef& r : s.relocations())
        if (!relocate(r, base->second)) return false;
    }
    return true;
  }

 private:
  bool fail(std::string why) {
    if (error_->empty()) *error_ = "object: " + why;
    return false;
  }

  static bool is_rodata(const SectionRef& s) {
    auto name = s.getName();
    if (!name) { consumeError(name.takeError()); return false; }
    return name->starts_with(".rodata") || name->starts_with(".lrodata") || name->starts_with(".data.rel.ro");
  }

  bool relocate(const RelocationRef& r, uint64_t base) {
    ELFRelocationRef er(r);
    auto addend = er.getAddend();
    if (!addend) return fail(toString(addend.takeError()));
    loop::Reloc made;
    made.offset = static_cast<uint32_t>(base + r.getOffset());
    int64_t a = *addend;
    switch (r.getType()) {
      case ELF::R_X86_64_32:
      case ELF::R_X86_64_32S: made.kind = loop::RelocKind::Abs32; break;
      case ELF::R_X86_64_64: made.kind = loop::RelocKind::Abs64; break;
      case ELF::R_X86_64_PC32:
      case ELF::R_X86_64_PLT32:
        made.kind = loop::RelocKind::Rel32;
        a += 4;  // ours counts from the end of the field
        break;
      default: return fail("relocation type " + std::to_string(r.getType()));
    }
    auto sym = r.getSymbol();
    if (sym == file_->symbol_end()) return fail("relocation without symbol");
    auto section = sym->getSection();
    if (!section) return fail(toString(section.takeError()));
    loop::Symbol s;
    if (*section != file_->section_end()) {
      auto it = bases_.find((*section)->getIndex());
      if (it == bases_.end()) return fail("relocation to an unknown section");
      auto value = sym->getValue();
      if (!value) return fail(toString(value.takeError()));
      a += static_cast<int64_t>(it->second + *value);
      if (made.kind == loop::RelocKind::Rel32) {
        // Both ends move together: final already.
        auto delta = static_cast<int32_t>(a - (static_cast<int64_t>(made.offset) + 4));
        memcpy(&out_->bytes[made.offset], &delta, 4);
        return true;
      }
      s.kind = loop::SymbolKind::Self;
    } else {
      auto name = sym->getName();
      if (!name) return fail(toString(name.takeError()));
      if (!parse_symbol_name(*name, &s)) return fail("unknown symbol " + name->str());
    }
    if (a != static_cast<int32_t>(a)) return fail("addend out of range");
    made.symbol = intern(out_, s);
    made.addend = static_cast<int32_t>(a);
    out_->relocs.push_back(made);
    return true;
  }

  StringRef bytes_;
  loop::CompiledCode* out_;
  std::string* error_;
  std::optional<ELFObjectFile<ELF64LE>> file_;
  std::map<uint64_t, uint64_t> bases_;  // section index -> offset in bytes
};

}  // namespace

bool take_object(StringRef object, const std::vector<Position>& positions, const TargetMachine& tm, loop::CompiledCode* out, std::string* error) {
  if (!ObjectReader(object, out, error).read()) return false;
  std::sort(out->relocs.begin(), out->relocs.end(), [](auto& a, auto& b) { return a.offset < b.offset; });
  if (!take_unwind(object, out, error) || !take_lines(object, positions, out, error)) return false;
  auto file = ELFObjectFile<ELF64LE>::create(MemoryBufferRef(object, "code"));
  if (!file) { *error = toString(file.takeError()); return false; }
  for (const SectionRef& s : file->sections()) {
    auto name = s.getName();
    auto contents = s.getContents();
    if (!name || !contents) { consumeError(name.takeError()); consumeError(contents.takeError()); continue; }
    if (!name->starts_with(".gcc_except_table")) continue;
    ArrayRef<uint8_t> lsda(reinterpret_cast<const uint8_t*>(contents->data()), contents->size());
    if (!take_landing_pads(lsda, tm, out, error)) return false;
  }
  return true;
}

}  // namespace rapgo::compile::hir2llvm
