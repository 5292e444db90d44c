// Test harness: compiles HIR text through rapgo-llvm.so, maps the code below 2 GiB, resolves symbols to mocks and runs it.
#pragma once
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <setjmp.h>
#include <sys/mman.h>

#include <cstring>
#include <functional>
#include <map>

#include "abi/helpers.h"
#include "compile/hir/graph.h"
#include "compile/hir2llvm/hir2llvm.h"

namespace rapgo::compile::hir2llvm::test {

inline CompileFunction* compile_function() {
  static auto* f = [] {
    void* module = dlopen(RAPGO_LLVM_MODULE, RTLD_NOW | RTLD_LOCAL);
    if (!module) fprintf(stderr, "%s\n", dlerror());
    return module ? reinterpret_cast<CompileFunction*>(dlsym(module, kEntryName)) : nullptr;
  }();
  return f;
}

// What the last transfer down brought.
struct Transfer {
  uint32_t id = ~0u;
  uint64_t buffer[64] = {};
  jmp_buf back;
};
inline Transfer transfer;
extern "C" inline void mock_transfer_down(uint32_t id, uint64_t* buffer) {
  transfer.id = id;
  memcpy(transfer.buffer, buffer, sizeof transfer.buffer);  // may read beyond: it is the stack
  longjmp(transfer.back, 1);
}

class Low {  // memory below 2 GiB, readable, writable and executable: only for tests
 public:
  explicit Low(size_t size) {
    at_ = static_cast<uint8_t*>(mmap(nullptr, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
    EXPECT_NE(at_, MAP_FAILED);
  }
  uint8_t* take(size_t bytes) {
    used_ = (used_ + 63) & ~size_t{63};
    uint8_t* p = at_ + used_;
    used_ += bytes;
    return p;
  }
  void reset() { used_ = 0; }
  uint64_t thunk(void* target) {  // movabs rax, target; jmp rax
    uint8_t* p = take(12);
    p[0] = 0x48; p[1] = 0xb8;
    memcpy(p + 2, &target, 8);
    p[10] = 0xff; p[11] = 0xe0;
    return reinterpret_cast<uint64_t>(p);
  }

 private:
  uint8_t* at_;
  size_t used_ = 0;
};

class Harness : public ::testing::Test {
 protected:
  Low low{1 << 20};
  loop::CompiledCode code;
  std::unique_ptr<hir::Graph> graph;
  std::string ir, object;
  Options options;
  std::map<std::pair<loop::SymbolKind, uint32_t>, uint64_t> symbols;
  uint8_t* base = nullptr;

  Harness() { helper(abi::Helper::TransferDown, reinterpret_cast<void*>(mock_transfer_down)); }
  void helper(abi::Helper h, void* f) { symbols[{loop::SymbolKind::Helper, static_cast<uint32_t>(h)}] = low.thunk(f); }
  void symbol(loop::SymbolKind k, uint32_t id, const void* at) { symbols[{k, id}] = reinterpret_cast<uint64_t>(at); }

  void* build(std::string_view text, const std::function<void(hir::Graph&)>& passes = {}) {
    std::string error;
    graph = hir::parse(text, &error);
    if (!graph) { ADD_FAILURE() << error; return nullptr; }
    if (passes) passes(*graph);
    auto* f = compile_function();
    if (!f) { ADD_FAILURE() << "no module"; return nullptr; }
    if (getenv("DUMP_IR")) options.dump_ir = &ir;
    options.dump_object = &object;
    code = {};
    bool ok = f(graph.get(), &options, &code, &error);
    if (getenv("DUMP_IR")) fprintf(stderr, "%s\n", ir.c_str());
    if (getenv("DUMP_OBJECT")) { FILE* o = fopen(getenv("DUMP_OBJECT"), "wb"); fwrite(object.data(), 1, object.size(), o); fclose(o); }
    if (!ok) { ADD_FAILURE() << error; return nullptr; }
    return install();
  }

  void* install() {
    base = low.take(code.bytes.size());
    memcpy(base, code.bytes.data(), code.bytes.size());
    for (auto& r : code.relocs) {
      const loop::Symbol& s = code.symbols[r.symbol];
      int64_t v;
      if (s.kind == loop::SymbolKind::Self) v = reinterpret_cast<int64_t>(base);
      else {
        auto it = symbols.find({s.kind, s.id});
        if (it == symbols.end()) { ADD_FAILURE() << "no mock for symbol " << int(s.kind) << ":" << s.id; return nullptr; }
        v = static_cast<int64_t>(it->second);
      }
      v += r.addend;
      uint8_t* field = base + r.offset;
      if (r.kind == loop::RelocKind::Abs64) { memcpy(field, &v, 8); continue; }
      if (r.kind == loop::RelocKind::Rel32) v -= reinterpret_cast<int64_t>(field) + 4;
      int32_t w = static_cast<int32_t>(v);
      EXPECT_EQ(w, v);
      memcpy(field, &w, 4);
    }
    return base + code.entry;
  }

  // Runs `f`; true if it transferred down.
  bool transferred(const std::function<void()>& f) {
    transfer.id = ~0u;
    if (setjmp(transfer.back) == 0) { f(); return false; }
    return true;
  }
  // A value of the exit's state as 64 bits.
  uint64_t read(const loop::StateValue& v) {
    if (v.where == loop::StateValue::Where::Constant) return static_cast<uint64_t>(v.constant);
    EXPECT_EQ(v.where, loop::StateValue::Where::Buffer);
    return transfer.buffer[v.index];
  }
  const loop::Exit& exit_taken() { return code.exits.at(transfer.id); }
};

template <class T>
struct Vector {  // as abi::Array
  uint32_t type = 0, sync = 0;
  int32_t length;
  uint32_t bounds = 0;
  T data[1024];
  explicit Vector(int n = 1024) : length(n) { memset(data, 0, sizeof data); }
};

}  // namespace rapgo::compile::hir2llvm::test
