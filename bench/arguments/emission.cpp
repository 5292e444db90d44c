// Argument (c): direct emission into mapped memory against emit-and-copy.
//   copy    asmjit writes into a private buffer that stays warm; the finished bytes are copied to the writable alias
//   direct  asmjit writes to the writable alias (shared pages, mapped twice); room is taken for the largest that may come
// Each method is the same stream of instructions with branches in it, of a typical method's size; memory is used up as a
// compiler uses it: every method lies on ground that nobody touched before.
#include <asmjit/x86.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cstring>

#include "code/memory/code_memory.h"
#include "code/memory/low_memory.h"
#include "contest.h"

using namespace rapgo;
using namespace asmjit;
using namespace asmjit::x86;
namespace memory = code::memory;

namespace {

void emit_method(Assembler& a, int blocks) {
  a.push(rbp);
  a.mov(rbp, rsp);
  a.sub(rsp, 96);
  Label out = a.newLabel();
  for (int i = 0; i < blocks; i++) {
    Label skip = a.newLabel();
    a.mov(eax, dword_ptr(rbp, -8 - 8 * (i % 8)));
    a.cmp(eax, dword_ptr(rbp, -16));
    a.jge(skip);
    a.mov(rdi, qword_ptr(rbp, -24));
    a.mov(ecx, dword_ptr(rdi, 8));
    a.cmp(eax, ecx);
    a.jae(out);
    a.add(eax, dword_ptr(rdi, rax, 2, 16));
    a.mov(dword_ptr(rbp, -8 - 8 * (i % 8)), eax);
    a.call(qword_ptr(uint64_t{0x20000000} + 8 * static_cast<uint64_t>(i)));
    a.bind(skip);
  }
  a.bind(out);
  a.leave();
  a.ret();
}

intptr_t alias_offset() {  // found as a debugger would: the alias is private to code/memory
  const uintptr_t at = memory::allocate(memory::Area::Stub, 16);
  static const uint8_t mark[16] = {0x9e, 0x37, 0x79, 0xb9, 0x7f, 0x4a, 0x7c, 0x15, 0xf3, 0x9c, 0xc0, 0x60, 0x5c, 0xed, 0xc8, 0x34};
  memory::write(at, mark);
  FILE* maps = std::fopen("/proc/self/maps", "r");
  char line[512];
  intptr_t found = 0;
  while (std::fgets(line, sizeof line, maps)) {
    unsigned long begin, end;
    char rights[5];
    if (std::sscanf(line, "%lx-%lx %4s", &begin, &end, rights) != 3 || std::strcmp(rights, "rw-s") != 0) continue;
    const uintptr_t candidate = begin + (at - abi::kCodeBase);
    if (end - begin == abi::kCodeEnd - abi::kCodeBase && std::memcmp(reinterpret_cast<void*>(candidate), mark, 16) == 0) found = static_cast<intptr_t>(candidate - at);
  }
  std::fclose(maps);
  return found;
}

constexpr size_t kLargest = 4096;  // what a direct emitter reserves before it knows the size

double copied(int methods, int blocks) {
  CodeHolder holder;
  Assembler a;
  const double began = arguments::cpu_ns();
  for (int i = 0; i < methods; i++) {
    holder.init(Environment::host());
    holder.attach(&a);
    emit_method(a, blocks);
    const size_t size = holder.codeSize();
    const uintptr_t at = memory::allocate(memory::Area::Baseline, size);
    memory::write(at, {holder.textSection()->data(), size});
    holder.reset(ResetPolicy::kSoft);  // keeps its memory: a compiler does
  }
  return (arguments::cpu_ns() - began) / methods;
}

double emitted_in_place(int methods, int blocks, intptr_t alias) {
  CodeHolder holder;
  Assembler a;
  // Room for one after the other, as large as needed; what a method leaves over goes to the next.
  const size_t room = static_cast<size_t>(methods) * kLargest;
  uintptr_t at = memory::allocate(memory::Area::Baseline, room), end = at + room;
  const double began = arguments::cpu_ns();
  for (int i = 0; i < methods; i++) {
    holder.init(Environment::host());
    CodeBuffer& buffer = holder.textSection()->buffer();
    buffer._data = reinterpret_cast<uint8_t*>(at + static_cast<uintptr_t>(alias));
    buffer._capacity = kLargest;
    buffer._flags = CodeBufferFlags::kIsExternal | CodeBufferFlags::kIsFixed;
    holder.attach(&a);
    emit_method(a, blocks);
    at = (at + holder.codeSize() + 15) & ~uintptr_t{15};
    if (at + kLargest > end) break;
    holder.reset(ResetPolicy::kSoft);
  }
  return (arguments::cpu_ns() - began) / methods;
}

double assembled_only(int methods, int blocks) {
  CodeHolder holder;
  Assembler a;
  const double began = arguments::cpu_ns();
  for (int i = 0; i < methods; i++) {
    holder.init(Environment::host());
    holder.attach(&a);
    emit_method(a, blocks);
    holder.reset(ResetPolicy::kSoft);
  }
  return (arguments::cpu_ns() - began) / methods;
}

// Without an assembler: a stream of bytes, four to eight at a time, straight to where it goes, or to a buffer and then copied.
double raw(uint8_t* target, size_t bytes, uint8_t* buffer) {
  const double began = arguments::cpu_ns();
  uint8_t* to = buffer ? buffer : target;
  uint64_t word = 0x0011223344556677;
  for (size_t i = 0; i + 8 <= bytes; i += 5) std::memcpy(to + i, &word, 8), word = word * 5 + 1;
  if (buffer) std::memcpy(target, buffer, bytes);
  return (arguments::cpu_ns() - began) / static_cast<double>(bytes);
}

}  // namespace

int main() {
  memory::reserve_low();
  const intptr_t alias = alias_offset();
  if (alias == 0) return std::puts("the writable alias was not found"), 1;
  std::puts("Argument (c): direct emission into mapped memory against emit-and-copy");
  for (int blocks : {4, 16, 64}) {
    CodeHolder holder;
    holder.init(Environment::host());
    Assembler a(&holder);
    emit_method(a, blocks);
    const int methods = 200;
    arguments::contest("methods of " + std::to_string(holder.codeSize()) + " bytes", "ns per method",
                       {{"copy", [=] { return copied(methods, blocks); }},
                        {"direct", [=] { return emitted_in_place(methods, blocks, alias); }},
                        {"neither: assembled and thrown away", [=] { return assembled_only(methods, blocks); }}});
  }
  // The stores alone, on fresh ground (every page faults in once) and on ground that was touched before.
  const size_t bytes = 256 << 10;
  std::vector<uint8_t> buffer(bytes + 16);
  const auto ground = [&] { return reinterpret_cast<uint8_t*>(memory::allocate(memory::Area::Optimized, bytes + 16) + static_cast<uintptr_t>(alias)); };
  uint8_t* touched = ground();
  std::memset(touched, 1, bytes);
  arguments::contest("the stores alone", "ns per byte",
                     {{"copy, fresh pages", [&] { return raw(ground(), bytes, buffer.data()); }},
                      {"direct, fresh pages", [&] { return raw(ground(), bytes, nullptr); }},
                      {"copy, touched pages", [&] { return raw(touched, bytes, buffer.data()); }},
                      {"direct, touched pages", [&] { return raw(touched, bytes, nullptr); }}}, 21);
}
