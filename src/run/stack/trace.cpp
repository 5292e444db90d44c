#include "run/stack/trace.h"

#include <vector>

#include "base/found.h"
#include "gc/binding/api.h"
#include "load/types/loader.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::stack {

namespace {

constexpr uint32_t kInitializerFailed = 3;  // Type::init_state

thread_local std::vector<uint64_t> collected;  // pairs, as in the array

uint32_t trace_offset() {
  static constinit base::Found<uint32_t> found;
  return found.get([] { return load::types::Loader::get().types().exception->find_field("_stackTrace")->offset(); });
}
abi::TypeHead* trace_array_head() {
  static constinit base::Found<abi::TypeHead*> found;
  return found.get([] { return load::types::Loader::get().types().i8->make_array(0)->head(); });
}
bool is_exception(abi::Object* o) {
  static constinit base::Found<abi::TypeHead*> found;
  return abi::derives_from(o->head(), found.get([] { return load::types::Loader::get().types().exception->head(); }));
}

}  // namespace

TraceBuilder::TraceBuilder() { collected.clear(); }

void TraceBuilder::push(uint32_t method, uint32_t il, uint64_t pc) {
  if (skip_) {
    skip_ = false;
    return;
  }
  if (collected.size() >= 2 * kMaxFrames) return;
  // Nobody gets into a method of a class whose initialiser failed: optimized code asks at entry, in the name of the first instruction.
  if (collected.empty() && il == 0 && load::types::Method::from({method})->declaring->init_state == kInitializerFailed) return;
  collected.push_back(method | static_cast<uint64_t>(il) << 32);
  collected.push_back(pc);
}

void TraceBuilder::add(const Cursor& c, int64_t known_il) {
  const InstalledCode& code = *c.code();
  IlPosition at{0, 0};
  // What a prologue or an initialiser called at entry throws is the caller's.
  if (known_il < 0 && (!c.il(at) || (code.tier == loop::Tier::Baseline && at.il_offset > code.code.il_bytes))) return;
  uint32_t frame = known_il >= 0 ? 0 : at.frame, il = known_il >= 0 ? static_cast<uint32_t>(known_il) : at.il_offset;
  for (;;) {
    const bool outermost = frame == 0 || frame >= code.code.inlined.size();
    push((outermost ? code.method : code.code.inlined[frame].method).value, il, c.registers().pc);
    if (outermost) return;
    il = code.code.inlined[frame].caller_il_offset;
    frame = code.code.inlined[frame].caller;
  }
}

void TraceBuilder::store(abi::Object* exception, bool append) {
  if (!is_exception(exception) || collected.empty()) return;
  auto* old = append ? static_cast<abi::Array*>(ref_at(exception, trace_offset())) : nullptr;
  if (old && old->head() != trace_array_head()) old = nullptr;
  size_t before = old ? static_cast<size_t>(old->length) : 0;
  // A rethrow begins in the frame where the trace so far ends: that frame is told once, with the place of the rethrow.
  if (before >= 2 && static_cast<uint32_t>(old->at<uint64_t>(before)[-2]) == static_cast<uint32_t>(collected[0])) before -= 2;
  abi::Array* array = gc::alloc_vector(trace_array_head(), static_cast<int64_t>(before + collected.size()));
  if (!array) return;
  if (old) std::memcpy(array->data(), old->data(), before * 8);
  std::memcpy(array->at<uint64_t>(before), collected.data(), collected.size() * 8);
  gc::store_ref(&ref_at(exception, trace_offset()), array);
}

void forget_trace(abi::Object* exception) { gc::store_ref(&ref_at(exception, trace_offset()), nullptr); }
uint32_t trace_length(abi::Object* trace) {
  return trace && trace->head() == trace_array_head() ? static_cast<uint32_t>(static_cast<abi::Array*>(trace)->length / 2) : 0;
}
TraceFrame trace_frame(abi::Object* trace, uint32_t index) {
  const uint64_t* pair = static_cast<abi::Array*>(trace)->at<uint64_t>(size_t{2} * index);
  return {static_cast<uint32_t>(pair[0]), static_cast<uint32_t>(pair[0] >> 32), pair[1]};
}

}  // namespace rapgo::run::stack
