// Two-pass exception dispatch (ECMA-335 I.12.4.2.5; conventions 3 and 5).
// Nothing here may have a destructor alive when it jumps: restore_context leaves all C++ frames behind.
#include "abi/helpers.h"
#include "base/error.h"
#include "load/types/method.h"
#include "run/stack/abort.h"
#include "run/stack/border.h"
#include "run/stack/cursor.h"
#include "run/stack/handlers.h"
#include "run/stack/throw.h"
#include "run/stack/trace.h"

// leave_x64.cpp: moves to context->rsp, closes [low, low + bytes), then restore(context).
extern "C" void rapgo_leave_guard_zone(const rapgo::abi::Context* context, uint64_t low, uint64_t bytes, void (*restore)(const rapgo::abi::Context*));

namespace rapgo::run::stack {

using abi::Object;
using loop::ClauseKind;
using loop::HandlerRow;
using threads::Thread;
using threads::UnwindInFlight;

namespace {

constexpr uint32_t kEntryTarget = ~0u, kLandingTarget = ~1u;

struct Target {
  uint64_t sp;      // CFA of the frame, or address of the entry frame
  uint32_t clause;  // index of the handler row, or kEntryTarget, kLandingTarget
};

// Where dispatch begins: a frame, with the IL offset if it is known better than by the pc, and the first clause still to be asked.
struct Origin {
  Registers registers;
  int64_t il = -1;
  uint32_t first_clause = 0;
};

// An exception inside a filter meets only handlers inside that filter: what escapes it counts as "no".
bool reachable(const HandlerRow& h, const HandlerRow* filter) {
  return !filter || (h.try_begin >= filter->filter_begin && h.try_end <= filter->handler_begin);
}

// Carried from a landing pad's frame to the baseline frames that TransferDown builds in its place. sp 0: none.
thread_local Target landing_target{0, 0};

bool is_optimized(const InstalledCode& code) { return code.tier == loop::Tier::Optimized; }

uint32_t run_filter(Thread& thread, const Cursor& c, const HandlerRow& h, Object* exception) {
  threads::FilterActivation activation{c.registers().fp(), 0, thread.filters};
  thread.filters = &activation;
  const uint32_t answer = abi::stub_entries.call_filter(c.code()->start + h.filter_pc, c.registers().fp(), exception, &activation.sp);
  thread.filters = activation.below;
  return answer;
}

// First pass. Runs filters; collects the trace if there is one to collect.
Target find_target(Thread& thread, const Origin& origin, Object* exception, TraceBuilder* trace) {
  Cursor c(thread, origin.registers, false);
  for (int64_t il_known = origin.il;; il_known = -1) {
    switch (c.kind()) {
      case Cursor::Kind::Managed: {
        if (trace) trace->add(c, il_known);
        IlPosition at{0, static_cast<uint32_t>(il_known)};
        if (il_known < 0 && !c.il(at)) break;  // prologue
        const InstalledCode& code = *c.code();
        if (is_optimized(code)) {
          if (code.landing_pad(c.registers().pc) && covering(code, at, exception).catcher) return {c.cfa(), kLandingTarget};
          break;
        }
        const auto rows = code.handlers();
        const HandlerRow* filter = c.running_filter();
        for (uint32_t i = 0; i < rows.size(); i++) {
          const HandlerRow& h = rows[i];
          if (!in_try(h, at.il_offset) || !reachable(h, filter)) continue;
          if (h.kind == ClauseKind::Catch && catches(load::types::Type::from(h.catch_type), exception)) return {c.cfa(), i};
          if (h.kind == ClauseKind::Filter && run_filter(thread, c, h, exception)) return {c.cfa(), i};
        }
        break;
      }
      case Cursor::Kind::Entry:
      case Cursor::Kind::Filter: return {reinterpret_cast<uint64_t>(c.entry()), kEntryTarget};
      case Cursor::Kind::Stub: break;
      case Cursor::Kind::End:
      case Cursor::Kind::Lost: base::fatal("exception dispatch lost its way on the stack");
    }
    c.next();
  }
}

// An unwind in flight ends when control leaves the handler it runs: for a deeper frame, or for a handler of the same frame that does not
// protect code inside that handler.
void forget_unwinds(Thread& thread, uint64_t below, uint64_t frame, const InstalledCode* code, const HandlerRow* entered) {
  auto& list = thread.unwinds;
  while (!list.empty()) {
    const UnwindInFlight& top = list.back();
    if (top.frame >= below) {
      if (top.frame != frame || !code || !entered) return;
      const HandlerRow& running = code->handlers()[top.clause];
      if (entered->try_begin >= running.handler_begin && entered->try_end <= running.handler_end) return;
    }
    list.pop_back();
  }
}

uint64_t body_sp(const InstalledCode& code, uint64_t fp) {
  const loop::BaselineFrame& f = code.code.frame;
  if (f.has_localloc && f.localloc_sp) {
    const uint64_t sp = *reinterpret_cast<const uint64_t*>(fp + static_cast<int64_t>(f.localloc_sp));
    if (sp) return sp;
  }
  return fp - f.frame_size;
}

[[noreturn]] void go(Thread& thread, const Registers& at, uint64_t pc, uint64_t sp, Object* exception) {
  abi::Context context = at.context(reinterpret_cast<uint64_t>(exception));
  context.pc = pc;
  context.rsp = sp;
  uint64_t guard, bytes;
  if (threads::guard_to_close(thread, sp, guard, bytes)) {
    // This very code may stand on the zone, and so does `context`.
    static thread_local abi::Context outside;
    outside = context;
    rapgo_leave_guard_zone(&outside, guard, bytes, abi::stub_entries.restore_context);
  }
  abi::stub_entries.restore_context(&context);
}

// Second pass: runs finally and fault handlers up to the target, each in its own frame; never returns.
[[noreturn]] void unwind_to(Thread& thread, const Origin& origin, Object* exception, Target target) {
  Cursor c(thread, origin.registers, false);
  int64_t il_known = origin.il;
  uint32_t first = origin.first_clause;
  for (;; il_known = -1, first = 0) {
    switch (c.kind()) {
      case Cursor::Kind::Managed: {
        const InstalledCode& code = *c.code();
        const Registers& r = c.registers();
        IlPosition at{0, static_cast<uint32_t>(il_known)};
        const bool placed = il_known >= 0 || c.il(at);
        if (is_optimized(code)) {
          const uintptr_t landing = placed ? code.landing_pad(r.pc) : 0;
          if (landing) {
            const Covering covers = covering(code, at, exception);
            if (covers.catcher || covers.cleanup) {
              // The rebuilt frames go on with the target that is known; only where the catch is among them must it be looked for.
              landing_target = c.cfa() == target.sp ? Target{0, 0} : target;
              forget_unwinds(thread, c.cfa(), 0, nullptr, nullptr);
              go(thread, r, landing, r.sp, exception);
            }
          }
          break;
        }
        const bool last = target.clause != kEntryTarget && c.cfa() == target.sp;
        const auto rows = code.handlers();
        const HandlerRow* filter = c.running_filter();
        const uint32_t end = last ? target.clause : static_cast<uint32_t>(rows.size());
        for (uint32_t i = first; placed && i < end; i++) {
          const HandlerRow& h = rows[i];
          if ((h.kind != ClauseKind::Finally && h.kind != ClauseKind::Fault) || !in_try(h, at.il_offset) || !reachable(h, filter)) continue;
          forget_unwinds(thread, r.fp(), r.fp(), &code, &h);
          thread.unwinds.push_back({exception, r.fp(), at.il_offset, i, target.sp, target.clause});
          *reinterpret_cast<uint64_t*>(r.fp() + static_cast<int64_t>(h.continuation)) = abi::helper_entry(abi::Helper::ResumeUnwind);
          go(thread, r, code.start + h.handler_pc, body_sp(code, r.fp()), nullptr);
        }
        if (last) {
          const HandlerRow& h = rows[target.clause];
          forget_unwinds(thread, r.fp(), r.fp(), &code, &h);
          go(thread, r, code.start + h.handler_pc, body_sp(code, r.fp()), exception);
        }
        break;
      }
      case Cursor::Kind::Entry:
      case Cursor::Kind::Filter: {
        const auto frame = reinterpret_cast<uint64_t>(c.entry());
        forget_unwinds(thread, frame, 0, nullptr, nullptr);
        if (c.kind() == Cursor::Kind::Filter) go(thread, c.registers(), abi::stub_entries.filter_exception, frame, exception);
        go(thread, c.registers(), abi::stub_entries.invoke_exception, frame, exception);
      }
      case Cursor::Kind::Stub: break;
      case Cursor::Kind::End:
      case Cursor::Kind::Lost: base::fatal("exception unwinding lost its way on the stack");
    }
    c.next();
  }
}

thread_local struct {
  Object* exception;  // also in ThreadState::exception, which is the root
  uint32_t il_offset;
} armed_throw;

Object* aborted_by(Thread& thread) {
  try {
    return take_abort(thread);
  } catch (const ManagedException& e) {
    return e.object();
  }
}

}  // namespace

void dispatch(const abi::Context& at, Object* exception, How how) {
  Thread& thread = *threads::current_thread();
  const Origin origin{Registers::from(at)};
  TraceBuilder trace;
  const Target target = find_target(thread, origin, exception, how == How::Silent ? nullptr : &trace);
  if (how != How::Silent) trace.store(exception, how == How::Rethrow);
  unwind_to(thread, origin, exception, target);
}

void dispatch_in_frame(const abi::Context& frame, uint32_t il_offset, Object* exception) {
  Thread& thread = *threads::current_thread();
  const Origin origin{Registers::from(frame), il_offset};
  const Target known = landing_target;
  landing_target = {0, 0};
  unwind_to(thread, origin, exception, known.sp ? known : find_target(thread, origin, exception, nullptr));
}

void arm_throw_in_frame(Object* exception, uint32_t il_offset) {
  abi::current().exception = exception;
  armed_throw = {exception, il_offset};
}

// A finally block that Thread.Abort waited for has ended: the abort is thrown there, or, reset meanwhile, the method goes on.
[[noreturn]] static void end_guarded(Thread& thread, const abi::Context& frame) {
  const uint64_t continuation = thread.abort_guard.continuation;
  thread.abort_guard = {};
  if (thread.abort.load() != Thread::Abort::Wanted) go(thread, Registers::from(frame), continuation, frame.rsp, nullptr);
  Object* exception = aborted_by(thread);
  IlPosition at;
  const InstalledCode* code = code::maps::lookup(frame.pc);
  if (!code || !code->il_at(frame.pc, at)) base::fatal("a handler ended nowhere");
  const Origin origin{Registers::from(frame), at.il_offset};
  TraceBuilder trace;
  const Target target = find_target(thread, origin, exception, &trace);
  trace.store(exception, true);
  unwind_to(thread, origin, exception, target);
}

void resume_unwind(const abi::Context& frame) {
  Thread& thread = *threads::current_thread();
  if (armed_throw.exception) {
    Object* exception = abi::current().exception;
    abi::current().exception = nullptr;
    armed_throw.exception = nullptr;
    dispatch_in_frame(frame, armed_throw.il_offset, exception);
  }
  auto& list = thread.unwinds;
  if (thread.abort_guard.frame == frame.rbp && (list.empty() || list.back().frame != frame.rbp)) end_guarded(thread, frame);
  while (!list.empty() && list.back().frame != frame.rbp) list.pop_back();
  if (list.empty()) base::fatal("a handler ended that no unwinding had entered");
  const UnwindInFlight was = list.back();
  list.pop_back();
  unwind_to(thread, {Registers::from(frame), was.il_offset, was.clause + 1}, was.exception, {was.target_sp, was.target_clause});
}

}  // namespace rapgo::run::stack
