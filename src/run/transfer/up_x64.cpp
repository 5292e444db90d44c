// Transfer up: the homes of a baseline frame, handed to the OSR version of its loop.
#include <atomic>
#include <cstring>
#include <mutex>

#include "abi/helpers.h"
#include "abi/stub_protocol.h"
#include "base/clock.h"
#include "code/maps/maps.h"
#include "code/versions/versions.h"
#include "load/types/method.h"
#include "loop/event.h"
#include "run/calls/compile_hooks.h"
#include "run/calls/icall.h"
#include "run/threads/suspend.h"
#include "run/threads/thread.h"
#include "run/transfer/back_off.h"
#include "run/transfer/internal.h"
#include "run/transfer/transfer.h"

namespace rapgo::run::transfer {

using code::maps::InstalledCode;

namespace {

// OSR code has no place for a handler's continuation or its exception: loops inside handlers stay where they are.
bool inside_handler(const InstalledCode& code, uint32_t il) {
  for (const loop::HandlerRow& h : code.handlers()) {
    if (il >= h.handler_begin && il < h.handler_end) return true;
    if (h.kind == loop::ClauseKind::Filter && il >= h.filter_begin && il < h.handler_begin) return true;
  }
  return false;
}

uint64_t word_at(uint64_t address) { return *reinterpret_cast<const uint64_t*>(address); }

// Whole words of each value, in IL order.
uint64_t* copy(uint64_t* to, const loop::Rows<loop::Home>& homes, uint64_t fp, uint64_t exposed) {
  for (const loop::Home& h : homes) {
    const uint64_t from = (h.exposed ? exposed : fp) + static_cast<int64_t>(h.offset);
    const uint32_t words = (h.size + 7) / 8;
    std::memcpy(to, reinterpret_cast<const void*>(from), size_t{8} * words);
    to += words;
  }
  return to;
}

size_t words_of(const loop::Rows<loop::Home>& homes) {
  size_t n = 0;
  for (const loop::Home& h : homes) n += (h.size + 7) / 8;
  return n;
}

abi::TransferUpTarget* refuse() {
  tally().up_refused.fetch_add(1, std::memory_order_relaxed);
  return nullptr;
}

// How often loops were entered, by method; see entered_often.
struct Entered {
  std::atomic<uint32_t> method{0};
  std::atomic<uint32_t> times{0};
};
Entered entered[256];
// And how fast, by loop.
struct Paced {
  std::atomic<uint64_t> loop{0};
  BackOff back_off;
};
Paced paced[256];

struct Paused {
  loop::MethodId method;
  uint32_t il;
  uint64_t until_ns;
};
std::mutex paused_lock;
std::vector<Paused> paused;

void count_entry(loop::MethodId method, uint32_t il, uint64_t now) {
  Entered& slot = entered[(method.value * 0x9e3779b97f4a7c15u) >> 56];
  if (slot.method.load(std::memory_order_relaxed) == method.value) {
    slot.times.store(slot.times.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  } else {
    slot.times.store(1, std::memory_order_relaxed);
    slot.method.store(method.value, std::memory_order_relaxed);
  }
  const uint64_t loop = uint64_t{method.value} << 32 | il;
  Paced& pace = paced[(loop * 0x9e3779b97f4a7c15u) >> 56];
  if (pace.loop.load(std::memory_order_relaxed) != loop) {
    pace.loop.store(loop, std::memory_order_relaxed);
    pace.back_off.reset();
  }
  if (!pace.back_off.entered(now) || calls::compile_hooks.osr_wanted) return;  // --stress=osr wants every entry
  const uint64_t until = now + pace.back_off.pause();
  code::versions::disarm(method, il);
  std::lock_guard hold(paused_lock);
  paused.push_back({method, il, until});
}

abi::TransferUpTarget* transfer_up(uint64_t return_address, uint64_t fp) {
  const InstalledCode* from = code::maps::lookup_return(return_address);
  const loop::OsrPoint* point = from ? from->osr_point_at(return_address) : nullptr;
  if (!point || inside_handler(*from, point->il_offset)) return refuse();
  const uint32_t il = point->il_offset;
  InstalledCode* target = code::versions::find_osr(from->method, il);
  if (!target && calls::compile_hooks.osr_wanted)
    target = calls::compile_hooks.osr_wanted(load::types::Method::from(from->method), il);
  if (!target) return refuse();
  // No marked point from here on: nothing else keeps `target` from being reclaimed until it stands in the transfer buffer.
  const loop::BaselineFrame& frame = from->code.frame;
  const uint64_t exposed = frame.exposed_base ? word_at(fp + static_cast<int64_t>(frame.exposed_base)) : 0;
  abi::ThreadState& state = abi::current();
  constexpr size_t kHead = (sizeof(abi::TransferUpTarget) + 7) / 8;
  const size_t stack_words = frame.stack_base < 0 ? static_cast<size_t>(-frame.stack_base) / 8 : 0;
  const size_t fixed = kHead + words_of(frame.args) + words_of(frame.locals);
  if (fixed + 64 > abi::kTransferWords) return refuse();
  auto* up = reinterpret_cast<abi::TransferUpTarget*>(state.transfer_buffer);
  uint64_t* homes = state.transfer_buffer + kHead;
  uint64_t* end = copy(homes, frame.args, fp, exposed);
  end = copy(end, frame.locals, fp, exposed);
  // The frame does not say how deep the evaluation stack is here; the version knows and reads no more than that.
  size_t depth = stack_words;
  if (fixed + depth > abi::kTransferWords) depth = abi::kTransferWords - fixed;
  std::memcpy(end, reinterpret_cast<const void*>(fp + static_cast<int64_t>(frame.stack_base)), 8 * depth);
  end += depth;
  // What others point at stays: the frame is kept beneath, unless its exposed block lies elsewhere already.
  const uint64_t low = fp - frame.frame_size;
  const bool owns_block = exposed >= low && exposed < fp;
  up->entry = target->entry();
  up->homes = homes;
  up->exposed = exposed;
  up->result = frame.result_base ? word_at(fp + static_cast<int64_t>(frame.result_base)) : 0;
  up->keep_frame = owns_block || frame.has_localloc;
  threads::current_thread()->transfer = {return_address, target->entry(), static_cast<uint32_t>(end - state.transfer_buffer)};
  tally().up.fetch_add(1, std::memory_order_relaxed);
  const uint64_t now = base::monotonic_ns();
  count_entry(from->method, il, now);
  loop::Event e;
  e.time_ns = now;
  e.kind = loop::EventKind::TransferredUp;
  e.tier = loop::Tier::Optimized;
  e.thread = static_cast<uint16_t>(threads::current_thread()->tid);
  e.method = from->method;
  e.version = target->id;
  e.il = il;
  e.a = from->id.value;
  loop::emit(e);
  return up;
}

}  // namespace

Tally& tally() {
  static Tally t;
  return t;
}
std::vector<loop::MethodId> entered_often(uint32_t least) {
  std::vector<loop::MethodId> often;
  for (Entered& slot : entered) {
    if (slot.times.load(std::memory_order_relaxed) < least) continue;
    slot.times.store(0, std::memory_order_relaxed);
    if (const loop::MethodId method{slot.method.load(std::memory_order_relaxed)}) often.push_back(method);
  }
  return often;
}

void before_fork() { paused_lock.lock(); }
void after_fork() { paused_lock.unlock(); }

void resume_entering(uint64_t now_ns) {
  std::vector<Paused> due;
  {
    std::lock_guard hold(paused_lock);
    std::erase_if(paused, [&](const Paused& p) {
      if (p.until_ns > now_ns) return false;
      due.push_back(p);
      return true;
    });
  }
  for (const Paused& p : due) {
    if (!code::versions::find_osr(p.method, p.il)) continue;
    code::versions::arm(p.method, p.il);
    if (!code::versions::find_osr(p.method, p.il)) code::versions::disarm(p.method, p.il);  // retired in between
  }
}

Counts counts() { return {tally().up.load(), tally().down.load(), tally().up_refused.load()}; }

uint64_t (*resolve_symbol)(const loop::Symbol&) = nullptr;

void register_helpers() {
  abi::helper_body(abi::Helper::TransferUp) = calls::detail::bordered<&transfer_up>();
  register_down();
}

}  // namespace rapgo::run::transfer
