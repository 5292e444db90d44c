// Damaged store entries and segments. Entries are damaged behind the checksums' back, as an imported cache could be made:
// decoding refuses or gives a value whose every offset and index is in range. A signal or a sanitizer's report is a finding.
// Usage: fuzz_store SECONDS SEED FINDINGS-DIR
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/clock.h"
#include "code/maps/installed_code.h"
#include "code/store/codec.h"
#include "code/store/segment.h"
#include "code/store/test_names.h"

namespace {

using namespace rapgo;
using namespace rapgo::code::store;
using Bytes = std::vector<uint8_t>;

struct AllNames : NameLookup {
  uint32_t count;
  explicit AllNames(uint32_t n) : count(n) {}
  uint32_t id(uint32_t local, NameKind) override { return local <= count ? local : 0; }
};

void damage(Bytes& bytes, std::mt19937_64& random) {
  const auto pick = [&](size_t n) { return static_cast<size_t>(random() % n); };
  for (size_t n = 1 + pick(4); n > 0 && !bytes.empty(); n--) {
    const size_t at = pick(bytes.size());
    switch (pick(6)) {
      case 0: bytes[at] = static_cast<uint8_t>(random()); break;
      case 1: bytes[at] ^= static_cast<uint8_t>(1 << pick(8)); break;
      case 2: bytes[at] = pick(2) ? 0xFF : 0x7F; break;
      case 3: bytes.resize(at); break;
      case 4: bytes.insert(bytes.begin() + static_cast<ptrdiff_t>(at), 1 + pick(9), static_cast<uint8_t>(random())); break;
      case 5: bytes.erase(bytes.begin() + static_cast<ptrdiff_t>(at), bytes.begin() + static_cast<ptrdiff_t>(std::min(bytes.size(), at + 1 + pick(8)))); break;
    }
  }
}

// What a stack walk would ask of it.
void use(loop::CompiledCode&& value) {
  code::maps::InstalledCode code(std::make_shared<const loop::CompiledCode>(std::move(value)));
  code.start = 0x40000000;
  code.size = static_cast<uint32_t>(code.code.bytes.size());
  for (uintptr_t pc = code.start; pc < code.start + code.size; pc += 3) {
    code::maps::IlPosition at{};
    code.unwind_row(pc);
    if (code.il_at(pc, at) && at.frame >= code.code.inlined.size()) abort();
    if (uintptr_t pad = code.landing_pad(pc); pad && !code.contains(pad)) abort();
  }
  for (const loop::Reloc& r : code.code.relocs)
    if (r.symbol >= code.code.symbols.size() || uint64_t{r.offset} + 4 > code.size) abort();
  for (size_t f = 0; f < code.code.inlined.size(); f++)  // callers end at 0
    for (uint32_t n = static_cast<uint32_t>(f), steps = 0; n; n = code.code.inlined[n].caller)
      if (++steps > code.code.inlined.size()) abort();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return fprintf(stderr, "usage: fuzz_store SECONDS SEED FINDINGS-DIR\n"), 2;
  const uint64_t until = base::monotonic_ns() + strtoull(argv[1], nullptr, 10) * 1'000'000'000;
  const uint64_t seed = strtoull(argv[2], nullptr, 10);
  const std::string finding = std::string(argv[3]) + "/store-" + std::to_string(seed);
  char dir[] = "/tmp/rapgo-fuzz-XXXXXX";
  if (!mkdtemp(dir)) return 2;
  const int directory = open(dir, O_RDONLY | O_DIRECTORY);
  TestNames names;
  NameCache cache;
  SegmentBuilder builder;
  std::vector<Encoded> entries;
  for (uint32_t m = 1; m <= 4; m++) {
    entries.push_back(*encode(full_value(m, 0), names, cache));
    RawEntry raw;
    raw.method = entries.back().method, raw.names = entries.back().names, raw.body = entries.back().body;
    raw.row.key = m;
    builder.add(raw);
  }
  const std::string file = std::string(dir) + "/s.rseg";
  builder.write(directory, "s.rseg", 1, 1);
  std::ifstream in(file, std::ios::binary);
  const Bytes segment{std::istreambuf_iterator<char>(in), {}};

  std::mt19937_64 random(seed);
  uint64_t inputs = 0, accepted = 0;
  for (; base::monotonic_ns() < until; inputs++) {
    const Encoded& entry = entries[random() % entries.size()];
    Bytes body = entry.body;
    damage(body, random);
    std::ofstream(finding, std::ios::binary).write(reinterpret_cast<const char*>(body.data()), static_cast<std::streamsize>(body.size()));
    AllNames lookup(static_cast<uint32_t>(entry.names.size()));
    Reject why{};
    if (auto value = decode(body.data(), body.size(), lookup, why)) use(std::move(*value)), accepted++;
    if (inputs % 8) continue;
    Bytes whole = segment;
    damage(whole, random);
    {
      const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      if (write(fd, whole.data(), whole.size()) < 0) return 2;
      close(fd);
    }
    if (auto s = SegmentReader::open(directory, "s.rseg", why))
      for (const IndexRow& row : s->rows()) raw_entry(*s, row, cache);
  }
  std::filesystem::remove(finding);
  std::filesystem::remove_all(dir);
  printf("fuzz_store: %zu inputs, %zu decoded, seed %zu\n", static_cast<size_t>(inputs), static_cast<size_t>(accepted), static_cast<size_t>(seed));
  return 0;
}
