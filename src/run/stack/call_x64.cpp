#include "run/stack/call.h"

#include <alloca.h>
#include <cstring>
#include <mutex>

#include "abi/stub_protocol.h"
#include "load/types/classify.h"
#include "run/stack/throw.h"

namespace rapgo::run::stack {

using abi::ArgLocation;
using abi::CallLayout;
using abi::Eightbyte;
using abi::ValueShape;
using load::types::Method;
using load::types::Signature;
using load::types::shape_of;
using load::types::Type;

namespace {

std::mutex runtime_lock;  // short, no marked point inside

bool is_signed(Type* t) {
  using K = load::types::Kind;
  switch (t->underlying()->kind) {
    case K::I1: case K::I2: case K::I4: case K::I8: case K::I: return true;
    default: return false;
  }
}

uint64_t word_of(const uint8_t* value, uint32_t offset, uint32_t size, bool scalar, bool sign) {
  uint64_t w = 0;
  const uint32_t n = size > offset ? (size - offset < 8 ? size - offset : 8) : 0;
  std::memcpy(&w, value + offset, n);
  if (scalar && sign && n < 8) {
    const int shift = 64 - 8 * static_cast<int>(n);
    w = static_cast<uint64_t>(static_cast<int64_t>(w << shift) >> shift);
  }
  return w;
}

}  // namespace

MethodRuntime& runtime_of(Method* method) {
  if (void* known = __atomic_load_n(&method->runtime_data, __ATOMIC_ACQUIRE)) return *static_cast<MethodRuntime*>(known);
  auto* fresh = new MethodRuntime;
  void* expected = nullptr;
  if (__atomic_compare_exchange_n(&method->runtime_data, &expected, static_cast<void*>(fresh), false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return *fresh;
  delete fresh;
  return *static_cast<MethodRuntime*>(expected);
}

CallLayout layout_of(const Signature& s) {
  std::vector<ValueShape> shapes;
  if (s.has_this) shapes.push_back(ValueShape::scalar(loop::ValueKind::Ref, 8));
  for (Type* p : s.params) shapes.push_back(shape_of(p));
  return abi::make_call_layout(s.ret->is_void() ? ValueShape::nothing() : shape_of(s.ret), shapes);
}

const CallLayout& layout_of(Method* method) {
  MethodRuntime& r = runtime_of(method);
  {
    std::lock_guard hold(runtime_lock);
    if (r.layout) return *r.layout;
  }
  const Signature& s = method->signature();
  auto fresh = std::make_unique<CallLayout>(layout_of(s));  // may load types: not under the lock
  std::vector<bool> sign;
  if (s.has_this) sign.push_back(false);
  for (Type* p : s.params) sign.push_back(is_signed(p));
  std::lock_guard hold(runtime_lock);
  if (!r.layout) {
    r.sign_extend = std::move(sign);
    r.layout = std::move(fresh);
  }
  return *r.layout;
}

void call_code(uint64_t entry, const CallLayout& layout, const std::vector<bool>& sign_extend, const void* const* args, void* result) {
  abi::InvokeBlock block;
  // Copies and stack words lie on this stack: they may hold references, and only stacks are scanned.
  auto* words = static_cast<uint64_t*>(alloca(8 * (layout.stack_words + 1)));
  alignas(16) uint64_t small_result[2] = {};
  uint8_t* hidden = nullptr;
  if (layout.hidden_result) {
    hidden = static_cast<uint8_t*>(alloca(layout.result_shape.size + 8));
    std::memset(hidden, 0, layout.result_shape.size);
    block.ints[0] = reinterpret_cast<uint64_t>(hidden);
  }
  for (size_t i = 0; i < layout.args.size(); i++) {
    const ArgLocation& to = layout.args[i];
    const ValueShape& shape = layout.shapes[i];
    const auto* value = static_cast<const uint8_t*>(args[i]);
    const void* copy = nullptr;
    if (to.by_address) {
      copy = std::memcpy(alloca(shape.size + 8), value, shape.size);
      value = reinterpret_cast<const uint8_t*>(&copy);
    }
    const uint32_t size = to.by_address ? 8 : shape.size;
    const bool scalar = !shape.is_struct();
    const bool sign = i < sign_extend.size() && sign_extend[i];
    if (to.in_registers) {
      for (int p = 0; p < to.pieces; p++) {
        const uint64_t w = word_of(value, static_cast<uint32_t>(8 * p), size, scalar, sign);
        if (to.cls[p] == Eightbyte::Integer) block.ints[to.reg[p]] = w;
        else std::memcpy(&block.sses[to.reg[p]], &w, 8);
      }
    } else {
      for (uint32_t k = 0; k < to.words; k++) words[to.stack_word + k] = word_of(value, 8 * k, size, scalar, sign);
    }
  }
  block.stack = words;
  block.stack_words = layout.stack_words;
  abi::stub_entries.invoke(entry, &block);
  if (block.exception) throw ManagedException(block.exception);
  if (layout.result_shape.is_void || !result) return;
  if (hidden) {
    std::memcpy(result, hidden, layout.result_shape.size);
    return;
  }
  for (int p = 0; p < layout.result.pieces; p++) {
    const int reg = layout.result.reg[p];
    if (layout.result.cls[p] == Eightbyte::Integer) small_result[p] = block.result_ints[reg];
    else std::memcpy(&small_result[p], &block.result_sses[reg], 8);
  }
  std::memcpy(result, small_result, size_t{8} * layout.result.pieces);
}

void call_managed(Method* method, const void* const* args, void* result) {
  const CallLayout& layout = layout_of(method);
  call_code(__atomic_load_n(&method->entry, __ATOMIC_ACQUIRE), layout, runtime_of(method).sign_extend, args, result);
}

}  // namespace rapgo::run::stack
