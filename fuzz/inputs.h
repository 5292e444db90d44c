// What the fuzzers of images, of IL and of variants share: the damage, and "load and compile everything" in a child process.
#pragma once
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "compile/baseline/baseline.h"
#include "load/il/method_body.h"
#include "load/types/loader_fixture.h"

namespace rapgo::fuzz {

using load::types::LoadError;
using load::types::Method;
using load::types::Type;
using Bytes = std::vector<uint8_t>;

constexpr unsigned kSecondsPerInput = 60;  // of the clock on the wall, on a machine that may be busy

// CPU time of this process and its children so far.
inline double cpu_seconds() {
  double sum = 0;
  for (int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage u{};
    getrusage(who, &u);
    sum += static_cast<double>(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + static_cast<double>(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
  }
  return sum;
}

inline Bytes read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes{std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::string& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

template <class F>
void quietly(F f) {
  try {
    f();
  } catch (const LoadError&) {
  } catch (const load::image::BadImage&) {
  }
}

// A closed instance of a definition: reference parameters become strings, the others integers.
inline Type* closed(Type* type) {
  auto& loader = load::types::Loader::get();
  if (!type->is_generic_definition()) return type;
  std::vector<Type*> args;
  for (Type* v : type->generic_args) args.push_back(v->var_flags & 8 ? loader.types().i4 : loader.types().string);
  return loader.instantiate(type, args);
}

inline void compile_method(Method* method) {
  auto& loader = load::types::Loader::get();
  if (method->is_generic_definition()) {
    std::vector<Type*> args;
    for (Type* v : method->generic_args) args.push_back(v->var_flags & 8 ? loader.types().i4 : loader.types().string);
    method = loader.instantiate(method, args);
  }
  if (method->contains_vars() || method->is_abstract() || !compile::baseline::compilable(method)) return;
  const loop::SharedCode made = compile::baseline::compile(method);
  const loop::CompiledCode& code = *made;
  for (const auto& r : code.relocs)
    if (r.symbol >= code.symbols.size() || uint64_t{r.offset} + 4 > code.bytes.size()) abort();
}

// Types `from` to `from + count` of an assembly through every stage, their methods compiled, virtual calls looked up.
inline void load_and_compile(load::types::Assembly* assembly, uint32_t from, uint32_t count) {
  const uint32_t rows = assembly->metadata->row_count(load::metadata::Table::TypeDef);
  quietly([&] { assembly->entry_point(); });
  for (uint32_t n = 0; n < std::min(rows, count); n++) {
    quietly([&] {
      Type* type = closed(assembly->type_of_row(1 + (from + n) % rows));
      type->full_name();
      quietly([&] { type->head(); });
      for (load::types::Field* field : type->fields()) quietly([&] { field->type(), field->rva_data(); });
      for (Method* method : type->methods()) quietly([&] { compile_method(method); });
      for (Type* i : type->interfaces())
        for (Method* declared : i->methods()) quietly([&] { type->find_virtual(declared); });
      for (Method* method : type->vtable()) quietly([&] { type->find_virtual(method); });
    });
  }
}

// "" or how a child that does `work` ended badly.
inline std::string in_child(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(kSecondsPerInput);
    work();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGALRM ? "hangs" : "signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : "exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace rapgo::fuzz
