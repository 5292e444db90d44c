#include "load/image/image.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rapgo::load::image {

namespace {

constexpr unsigned kMaxSections = 96;  // the PE loader's own limit
constexpr unsigned kWin32Resources = 2, kCliDirectory = 14;  // of the data directories

// Cursor for the headers; offsets are 64-bit, so that hostile 32-bit sums cannot wrap.
class HeaderReader {
 public:
  HeaderReader(Bytes bytes, uint64_t at) : bytes_(bytes), at_(at) {}
  bool has(uint64_t n) const { return at_ <= bytes_.size() && bytes_.size() - at_ >= n; }
  uint64_t at() const { return at_; }
  void skip(uint64_t n) { at_ += n; }
  template <class T> T read() {  // zero past the end; callers check has() first
    T v{};
    if (has(sizeof(T))) std::memcpy(&v, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return v;
  }
  uint16_t u16() { return read<uint16_t>(); }
  uint32_t u32() { return read<uint32_t>(); }
  Directory directory() {
    Directory d;
    d.rva = u32();
    d.size = u32();
    return d;
  }

 private:
  Bytes bytes_;
  uint64_t at_;
};

struct FileDescriptor {
  int fd;
  ~FileDescriptor() { if (fd >= 0) ::close(fd); }
};

}  // namespace

std::unique_ptr<Image> Image::open(const std::string& path) {
  auto fail = [&](int error) -> CannotOpen { return CannotOpen("cannot open '" + path + "': " + std::strerror(error), error); };
  FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) throw fail(errno);
  struct stat st;
  if (::fstat(file.fd, &st) != 0) throw fail(errno);
  if (S_ISDIR(st.st_mode)) throw fail(EISDIR);

  std::unique_ptr<Image> image(new Image);
  image->path_ = path;
  const auto size = static_cast<size_t>(st.st_size);
  if (!S_ISREG(st.st_mode) || size == 0) {
    image->bad(size == 0 ? "the file is empty" : "not a regular file");
  }
  void* p = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (p == MAP_FAILED) throw fail(errno);
  image->mapping_ = p;
  image->mapping_size_ = size;
  image->bytes_ = {static_cast<const uint8_t*>(p), size};
  image->parse();
  return image;
}

std::unique_ptr<Image> Image::from_bytes(std::vector<uint8_t> bytes, std::string name) {
  std::unique_ptr<Image> image(new Image);
  image->path_ = std::move(name);
  image->owned_ = std::move(bytes);
  image->bytes_ = image->owned_;
  image->parse();
  return image;
}

Image::~Image() {
  if (mapping_) ::munmap(mapping_, mapping_size_);
}

void Image::bad(const std::string& reason) const { throw BadImage("'" + path_ + "': " + reason); }

void Image::parse() {
  HeaderReader dos(bytes_, 0);
  if (!dos.has(64) || dos.u16() != 0x5A4D) bad("not a PE file (no MZ signature)");
  dos.skip(0x3C - 2);
  HeaderReader r(bytes_, dos.u32());
  if (!r.has(24) || r.u32() != 0x00004550) bad("not a PE file (no PE signature)");

  machine_ = r.u16();
  const unsigned section_count = r.u16();
  r.skip(12);
  const unsigned optional_size = r.u16();
  characteristics_ = r.u16();
  if (section_count > kMaxSections) bad("too many sections");
  if (!r.has(optional_size) || optional_size < 96) bad("truncated PE optional header");

  const uint64_t optional_at = r.at();
  const uint16_t magic = r.u16();
  if (magic != 0x10B && magic != 0x20B) bad("unknown PE optional header");
  pe32_plus_ = magic == 0x20B;
  const unsigned count_at = pe32_plus_ ? 108 : 92;  // NumberOfRvaAndSizes; the directories follow
  HeaderReader directories(bytes_, optional_at + count_at);
  const uint32_t directory_count = directories.u32();
  if (directory_count <= kCliDirectory || optional_size < count_at + 4 + (kCliDirectory + 1) * 8) {
    bad("no CLI header: not a managed assembly");
  }
  directories.skip(kWin32Resources * 8);
  win32_resources_ = directories.directory();
  directories.skip((kCliDirectory - kWin32Resources - 1) * 8);
  const Directory cli = directories.directory();
  if (cli.rva == 0) bad("no CLI header: not a managed assembly");

  HeaderReader s(bytes_, optional_at + optional_size);
  if (!s.has(section_count * 40ull)) bad("truncated section table");
  sections_.reserve(section_count);
  for (unsigned i = 0; i < section_count; ++i) {
    Section section{};
    std::memcpy(section.name, bytes_.data() + s.at(), 8);
    s.skip(8);
    section.virtual_size = s.u32();
    section.rva = s.u32();
    section.file_size = s.u32();
    section.file_offset = s.u32();
    s.skip(16);
    // A section that reaches past the end of the file keeps the part that is there; reads beyond fail where they happen.
    if (section.file_offset > bytes_.size()) {
      section.file_size = 0;
    } else if (section.file_size > bytes_.size() - section.file_offset) {
      section.file_size = static_cast<uint32_t>(bytes_.size() - section.file_offset);
    }
    sections_.push_back(section);
  }

  const Bytes header = rva_to_span(cli.rva, 72);
  HeaderReader h(header, 0);
  const uint32_t cb = h.u32();
  if (cb < 72) bad("CLI header too small");
  cli_.major_runtime = h.u16();
  cli_.minor_runtime = h.u16();
  cli_.metadata = h.directory();
  cli_.flags = h.u32();
  cli_.entry_point_token = h.u32();
  cli_.resources = h.directory();
  cli_.strong_name = h.directory();
  h.skip(8);  // code manager table
  cli_.vtable_fixups = h.directory();
  h.skip(8);  // export address table jumps
  cli_.managed_native_header = h.directory();
  metadata_ = rva_to_span(cli_.metadata.rva, cli_.metadata.size);
}

Bytes Image::rva_to_end(uint32_t rva) const {
  for (const Section& s : sections_) {
    if (rva >= s.rva && rva - s.rva < s.file_size) {
      return bytes_.subspan(size_t{s.file_offset} + (rva - s.rva), s.file_size - (rva - s.rva));
    }
  }
  bad("address outside of every section");
}

Bytes Image::rva_to_span(uint32_t rva, uint32_t size) const {
  const Bytes rest = rva_to_end(rva);
  if (rest.size() < size) bad("data runs past the end of its section");
  return rest.first(size);
}

Bytes Image::resource(uint32_t offset) const {
  const Bytes all = rva_to_span(cli_.resources.rva, cli_.resources.size);
  if (offset > all.size() || all.size() - offset < 4) bad("resource outside of the resource directory");
  uint32_t length;
  std::memcpy(&length, all.data() + offset, 4);
  if (all.size() - offset - 4 < length) bad("resource outside of the resource directory");
  return all.subspan(size_t{offset} + 4, length);
}

}  // namespace rapgo::load::image
