// Damaged assemblies, all the way through load/ and the baseline compiler: image, metadata, types, IL and its stack types.
// Whatever the bytes, loading throws LoadError or succeeds: a signal, a sanitizer's report or a hang is a finding.
// Usage: fuzz_load CPU-SECONDS SEED FINDINGS-DIR ASSEMBLY...
//        fuzz_load --replay FILE...     each file as it is: a regression test of earlier findings
//
// One process holds the loaded class library; each input is tried in a fork of it, so inputs cannot disturb each other.
#include "fuzz/inputs.h"

namespace {

using namespace rapgo;
using namespace rapgo::fuzz;

void damage(Bytes& bytes, std::mt19937_64& random, size_t metadata_at, size_t metadata_size) {
  const auto pick = [&](size_t n) { return static_cast<size_t>(random() % n); };
  for (size_t n = 1 + pick(6); n > 0; n--) {
    // Headers and tables are small and matter most; code and heaps get their share.
    const size_t where = pick(10);
    const size_t at = where < 2   ? pick(std::min<size_t>(bytes.size(), 1024))
                      : where < 8 ? metadata_at + pick(metadata_size)
                                  : pick(bytes.size());
    switch (pick(6)) {
      case 0: bytes[at] = static_cast<uint8_t>(random()); break;
      case 1: bytes[at] ^= static_cast<uint8_t>(1 << pick(8)); break;
      case 2: bytes[at] = pick(2) ? 0xff : 0; break;
      case 3: bytes[at]++; break;
      case 4:
        for (size_t i = 0; i < 4 && at + i < bytes.size(); i++) bytes[at + i] = static_cast<uint8_t>(random());
        break;
      case 5: {
        const size_t from = pick(bytes.size()), count = std::min({pick(32) + 1, bytes.size() - at, bytes.size() - from});
        std::copy_n(Bytes(bytes.begin() + static_cast<ptrdiff_t>(from), bytes.begin() + static_cast<ptrdiff_t>(from + count)).begin(), count,
                    bytes.begin() + static_cast<ptrdiff_t>(at));
      }
    }
  }
  if (pick(50) == 0) bytes.resize(1 + pick(bytes.size()));
}

std::string try_input(const Bytes& bytes, uint32_t from, uint32_t types) {
  return in_child([&] { quietly([&] { load_and_compile(load::types::Loader::get().load_bytes(bytes, "damaged"), from, types); }); });
}

int replay(int count, char** files) {
  int bad = 0;
  for (int i = 0; i < count; i++) {
    const std::string why = try_input(read_bytes(files[i]), 0, ~0u);
    if (!why.empty()) printf("%s: %s\n", files[i], why.c_str()), bad++;
  }
  printf("%d inputs, %d findings\n", count, bad);
  return bad == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  load::types::test_loader().types();  // the class library's basics, once for all
  if (argc > 2 && std::string(argv[1]) == "--replay") return replay(argc - 2, argv + 2);
  if (argc < 5) {
    fprintf(stderr, "usage: fuzz_load SECONDS SEED FINDINGS-DIR ASSEMBLY...\n       fuzz_load --replay FILE...\n");
    return 2;
  }
  const double until = cpu_seconds() + strtod(argv[1], nullptr);
  const uint64_t seed = strtoull(argv[2], nullptr, 10);
  struct Original {
    Bytes bytes;
    size_t metadata_at, metadata_size;
  };
  std::vector<Original> originals;
  for (int i = 4; i < argc; i++) {
    Bytes bytes = read_bytes(argv[i]);
    auto image = load::image::Image::from_bytes(bytes, argv[i]);
    originals.push_back({bytes, static_cast<size_t>(image->metadata().data() - image->bytes().data()), image->metadata().size()});
  }
  uint64_t tried = 0, found = 0;
  for (; cpu_seconds() < until && found < 20; tried++) {
    std::mt19937_64 random(seed + tried);
    const Original& original = originals[random() % originals.size()];
    Bytes bytes = original.bytes;
    damage(bytes, random, original.metadata_at, original.metadata_size);
    const std::string why = try_input(bytes, static_cast<uint32_t>(random() % 100000), 60);
    if (why.empty()) continue;
    found++;
    const std::string file = std::string(argv[3]) + "/load-" + std::to_string(seed + tried) + ".dll";
    write_bytes(file, bytes);
    printf("%s: %s (seed %llu)\n", file.c_str(), why.c_str(), static_cast<unsigned long long>(seed + tried));
    fflush(stdout);
  }
  printf("fuzz_load: %llu inputs, %llu findings, %.0f s of CPU time\n", static_cast<unsigned long long>(tried), static_cast<unsigned long long>(found), cpu_seconds());
  return found == 0 ? 0 : 1;
}
