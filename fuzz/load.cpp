// Damaged assemblies, all the way through load/: image, metadata, types, IL and its stack types. Whatever the bytes, loading
// throws LoadError or succeeds: a signal, a sanitizer's report or a hang is a finding.
// Usage: fuzz_load SECONDS SEED FINDINGS-DIR ASSEMBLY...
//
// One process holds the loaded class library; each input is tried in a fork of it, so inputs cannot disturb each other.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "load/il/stack_typing.h"
#include "load/types/loader_fixture.h"

namespace {

using namespace rapgo;
using load::types::LoadError;
using Bytes = std::vector<uint8_t>;

constexpr unsigned kSecondsPerInput = 20;

template <class F>
void quietly(F f) {
  try {
    f();
  } catch (const LoadError&) {
  } catch (const load::image::BadImage&) {
  }
}

void load_everything(load::types::Assembly* assembly) {
  const uint32_t rows = assembly->metadata->row_count(load::metadata::Table::TypeDef);
  for (uint32_t row = 1; row <= rows && row <= 300; row++) {
    quietly([&] {
      load::types::Type* type = assembly->type_of_row(row);
      type->full_name();
      if (!type->contains_vars()) quietly([&] { type->head(); });
      for (load::types::Field* field : type->fields()) quietly([&] { field->type(); });
      for (load::types::Method* method : type->methods()) quietly([&] {
          method->signature();
          if (method->body != load::types::Body::Il || type->contains_vars()) return;
          auto body = load::il::MethodBody::load(method);
          load::il::StackTyping typing(*body);
          typing.run();
        });
    });
  }
}

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
        std::copy_n(Bytes(bytes.begin() + from, bytes.begin() + from + count).begin(), count, bytes.begin() + at);
      }
    }
  }
  if (pick(50) == 0) bytes.resize(1 + pick(bytes.size()));
}

// 0, or why the child did not end well.
std::string try_input(const Bytes& bytes) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(kSecondsPerInput);
    quietly([&] { load_everything(load::types::Loader::get().load_bytes(bytes, "damaged")); });
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGALRM ? "hangs" : "signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : "exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: fuzz_load SECONDS SEED FINDINGS-DIR ASSEMBLY...\n");
    return 2;
  }
  const uint64_t until = base::monotonic_ns() + strtoull(argv[1], nullptr, 10) * 1'000'000'000u;
  const uint64_t seed = strtoull(argv[2], nullptr, 10);
  struct Original {
    Bytes bytes;
    size_t metadata_at, metadata_size;
  };
  std::vector<Original> originals;
  load::types::test_loader().types();  // the class library's basics, once for all
  for (int i = 4; i < argc; i++) {
    std::ifstream in(argv[i], std::ios::binary);
    Bytes bytes{std::istreambuf_iterator<char>(in), {}};
    auto image = load::image::Image::from_bytes(bytes, argv[i]);
    originals.push_back({bytes, static_cast<size_t>(image->metadata().data() - image->bytes().data()), image->metadata().size()});
  }
  uint64_t tried = 0, found = 0;
  for (; base::monotonic_ns() < until && found < 20; tried++) {
    std::mt19937_64 random(seed + tried);
    const Original& original = originals[random() % originals.size()];
    Bytes bytes = original.bytes;
    damage(bytes, random, original.metadata_at, original.metadata_size);
    const std::string why = try_input(bytes);
    if (why.empty()) continue;
    found++;
    const std::string file = std::string(argv[3]) + "/load-" + std::to_string(seed + tried) + ".dll";
    std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    printf("%s: %s (seed %llu)\n", file.c_str(), why.c_str(), static_cast<unsigned long long>(seed + tried));
  }
  printf("%llu inputs, %llu findings\n", static_cast<unsigned long long>(tried), static_cast<unsigned long long>(found));
  return found == 0 ? 0 : 1;
}
