// A qemu-user plugin that counts the instructions a program executes: those of compiled code (in the code region) and all
// others, the runtime's own. Printed to the file named by COUNT_FILE at exit: "compiled N", "runtime N".
// Debian ships no header for plugins, so the few functions of QEMU's plugin API (version 1) that are used stand here.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "abi/memory_map.h"

extern "C" {
struct qemu_plugin_tb;
using qemu_plugin_id_t = uint64_t;
__attribute__((visibility("default"))) int qemu_plugin_version = 1;
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, void (*callback)(qemu_plugin_id_t, qemu_plugin_tb*));
void qemu_plugin_register_vcpu_tb_exec_inline(qemu_plugin_tb* block, int operation, void* counter, uint64_t addend);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*callback)(qemu_plugin_id_t, void*), void* data);
size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb* block);
uint64_t qemu_plugin_tb_vaddr(const qemu_plugin_tb* block);
}

static constexpr int kAdd = 0;  // QEMU_PLUGIN_INLINE_ADD_U64
static uint64_t compiled, runtime;

static void translated(qemu_plugin_id_t, qemu_plugin_tb* block) {
  using namespace rapgo::abi;
  const bool in_code = qemu_plugin_tb_vaddr(block) - kCodeBase < kCodeEnd - kCodeBase;
  qemu_plugin_register_vcpu_tb_exec_inline(block, kAdd, in_code ? &compiled : &runtime, qemu_plugin_tb_n_insns(block));
}

static void finished(qemu_plugin_id_t, void*) {
  const char* path = std::getenv("COUNT_FILE");
  FILE* file = path ? std::fopen(path, "w") : stderr;
  if (!file) return;
  std::fprintf(file, "compiled %llu\nruntime %llu\n", static_cast<unsigned long long>(compiled), static_cast<unsigned long long>(runtime));
  if (path) std::fclose(file);
}

extern "C" __attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const void*, int, char**) {
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, finished, nullptr);
  return 0;
}
