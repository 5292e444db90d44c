// Bit-flipped and truncated variants of real assemblies: each must end in a clear error or a correct run.
// Usage: fuzz_variants COUNT SEED FINDINGS-DIR ASSEMBLY...
//          in this process (a fork of it for each): loaded, and a sample of its types compiled
//        fuzz_variants --run COUNT SEED FINDINGS-DIR ASSEMBLY COMMAND...
//          by the command, with the variant as FINDINGS-DIR/variant/NAME: a signal, a report of a crash or a hang is a finding
#include <fcntl.h>
#include <sys/stat.h>

#include <map>

#include "fuzz/inputs.h"

namespace {

using namespace rapgo;
using namespace rapgo::fuzz;

Bytes variant(const Bytes& original, uint64_t seed) {
  std::mt19937_64 random(seed);
  Bytes bytes = original;
  if (random() % 10 == 0) bytes.resize(random() % bytes.size());
  else
    for (size_t n = 1 + (random() % 4 == 0); n > 0; n--) bytes[random() % bytes.size()] ^= static_cast<uint8_t>(1 << random() % 8);
  return bytes;
}

std::string keep(const char* dir, const std::string& name, uint64_t seed, const Bytes& bytes) {
  const std::string file = std::string(dir) + "/variant-" + std::to_string(seed) + "-" + name;
  write_bytes(file, bytes);
  return file;
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

int in_process(int argc, char** argv) {
  const uint64_t count = strtoull(argv[1], nullptr, 10), seed = strtoull(argv[2], nullptr, 10);
  load::types::test_loader().types();
  std::vector<Bytes> originals;
  for (int i = 4; i < argc; i++) originals.push_back(read_bytes(argv[i]));
  uint64_t found = 0;
  for (uint64_t n = 0; n < count; n++) {
    const Bytes bytes = variant(originals[n % originals.size()], seed + n);
    const std::string why = in_child([&] {
      quietly([&] { load_and_compile(load::types::Loader::get().load_bytes(bytes, "damaged"), static_cast<uint32_t>((seed + n) * 2654435761u), 40); });
    });
    if (why.empty()) continue;
    found++;
    printf("%s: %s\n", keep(argv[3], base_name(argv[4 + n % originals.size()]), seed + n, bytes).c_str(), why.c_str());
    fflush(stdout);
  }
  printf("fuzz_variants: %llu variants loaded and compiled, %llu findings\n", static_cast<unsigned long long>(count), static_cast<unsigned long long>(found));
  return found == 0 ? 0 : 1;
}

int by_command(int argc, char** argv) {
  const uint64_t count = strtoull(argv[2], nullptr, 10), seed = strtoull(argv[3], nullptr, 10);
  const std::string dir = argv[4], name = base_name(argv[5]), folder = dir + "/variant", output = dir + "/variant.out";
  mkdir(folder.c_str(), 0700);
  const Bytes original = read_bytes(argv[5]);
  std::map<std::string, uint64_t> ends;
  uint64_t found = 0;
  std::string good;
  for (uint64_t n = 0; n <= count; n++) {  // the first one is sound: what a correct run says
    const Bytes bytes = n == 0 ? original : variant(original, seed + n);
    write_bytes(folder + "/" + name, bytes);
    const pid_t child = fork();
    if (child == 0) {
      const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), in = open("/dev/null", O_RDONLY);
      dup2(in, 0), dup2(out, 1), dup2(out, 2);
      alarm(kSecondsPerInput);
      execvp(argv[6], argv + 6);
      _exit(126);
    }
    int status = 0;
    waitpid(child, &status, 0);
    const Bytes said = read_bytes(output);
    const std::string text(said.begin(), said.end());
    if (n == 0) {
      good = text;
      if (status != 0) return fprintf(stderr, "the sound assembly fails: %s\n", text.c_str()), 2;
      continue;
    }
    std::string end = text == good ? "a correct run" : status == 0 ? "another output" : "an error";
    if (WIFSIGNALED(status)) end = WTERMSIG(status) == SIGALRM ? "hangs" : "signal " + std::to_string(WTERMSIG(status));
    else if (text.find("native code crashed") != text.npos || text.find("terminate called") != text.npos) end = "crash";
    ends[end]++;
    if (end != "hangs" && end != "crash" && !end.starts_with("signal")) continue;
    found++;
    printf("%s: %s\n", keep(argv[4], name, seed + n, bytes).c_str(), end.c_str());
    fflush(stdout);
  }
  for (auto& [end, times] : ends) printf("%6llu %s\n", static_cast<unsigned long long>(times), end.c_str());
  printf("fuzz_variants: %llu variants of %s run, %llu findings\n", static_cast<unsigned long long>(count), name.c_str(), static_cast<unsigned long long>(found));
  return found == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const bool run = argc > 6 && std::string(argv[1]) == "--run";
  if (!run && argc < 5) {
    fprintf(stderr, "usage: fuzz_variants COUNT SEED FINDINGS-DIR ASSEMBLY...\n       fuzz_variants --run COUNT SEED FINDINGS-DIR ASSEMBLY COMMAND...\n");
    return 2;
  }
  return run ? by_command(argc, argv) : in_process(argc, argv);
}
