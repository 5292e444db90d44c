#include "run/stack/abort.h"

#include <memory>
#include <vector>

#include <sys/ucontext.h>

#include "abi/abort_flag.h"
#include "abi/helpers.h"
#include "abi/type_head.h"
#include "base/found.h"
#include "gc/binding/handle.h"
#include "load/types/loader.h"
#include "run/stack/cursor.h"
#include "run/stack/handlers.h"
#include "run/stack/throw.h"

namespace rapgo::run::stack {

using load::types::Method;
using loop::ClauseKind;
using threads::Thread;
using Abort = Thread::Abort;

namespace {

enum : uint8_t { kRet = 0x2A, kJmp = 0x27 };  // IL

bool is_cleanup(ClauseKind k) { return k == ClauseKind::Finally || k == ClauseKind::Fault; }

// What is at a place: of the method itself and of all that is inlined there.
struct Place {
  bool handler = false;      // inside a finally, fault or filter block
  bool initializer = false;  // a static constructor
  bool covered = false;      // optimized code: inside a try block, or of a synchronized method
};
// Methods met while the world was stopped whose clauses nobody has read yet: deliver_abort must not take the loader's lock.
std::vector<Method*>& unread() {
  static auto* v = new std::vector<Method*>;
  return *v;
}
struct Unread {};

Place place_of(const InstalledCode& code, IlPosition at, bool stopped) {
  Place p;
  if (code.tier != loop::Tier::Optimized) {
    Method* method = Method::from(code.method);
    p.initializer = method->is_class_constructor();
    for (const loop::HandlerRow& h : code.handlers()) {
      p.handler |= is_cleanup(h.kind) && at.il_offset >= h.handler_begin && at.il_offset < h.handler_end;
      p.handler |= h.kind == ClauseKind::Filter && at.il_offset >= h.filter_begin && at.il_offset < h.handler_begin;
    }
    return p;
  }
  uint32_t frame = at.frame, il = at.il_offset;
  for (;;) {
    const bool outermost = frame == 0 || frame >= code.code.inlined.size();
    Method* method = Method::from(outermost ? code.method : code.code.inlined[frame].method);
    p.initializer |= method->is_class_constructor();
    p.covered |= method->is_synchronized();
    const std::vector<Region>* regions = stopped ? known_regions(method) : &regions_of(method);
    if (!regions) {
      unread().push_back(method);
      throw Unread{};
    }
    for (const Region& r : *regions) {
      p.covered |= il >= r.try_begin && il < r.try_end;
      p.handler |= is_cleanup(r.kind) && il >= r.handler_begin && il < r.handler_end;
      p.handler |= r.kind == ClauseKind::Filter && il >= r.filter_begin && il < r.handler_begin;
    }
    if (outermost) break;
    il = code.code.inlined[frame].caller_il_offset;
    frame = code.code.inlined[frame].caller;
  }
  return p;
}

// A synchronized method's lock is given back at these.
bool gives_lock_back(const InstalledCode& code, uint32_t il) {
  Method* m = Method::from(code.method);
  if (!m->is_synchronized() || m->body != load::types::Body::Il) return false;
  const auto bytes = m->il_body().code;
  return il >= bytes.size() || bytes[il] == kRet || bytes[il] == kJmp;
}

// Optimized code at any instruction of its body: frame set up, callee-saved registers not given back.
bool in_body(const InstalledCode& code, uint64_t pc) {
  const loop::UnwindRow* row = code.unwind_row(pc);
  if (!row || !row->cfa_is_rbp || row->cfa_offset != 16) return false;
  const auto* b = reinterpret_cast<const uint8_t*>(pc);
  const uint8_t op = (b[0] & 0xF0) == 0x40 ? b[1] : b[0];  // behind a REX prefix
  if ((op & 0xF8) == 0x58 || (op & 0xF8) == 0x50 || op == 0xC3 || op == 0xC9) return false;  // pop, push, ret, leave
  const bool adjusts = (b[0] & 0xF8) == 0x48 && (b[1] == 0x83 || b[1] == 0x81 || b[1] == 0x8D || b[1] == 0x89 || b[1] == 0x8B);
  if (!adjusts) return true;
  const int to = b[1] == 0x8D || b[1] == 0x8B ? (b[2] >> 3 & 7) : (b[2] & 7);
  return to != 4 && to != 5;  // rsp, rbp
}

struct Verdict {
  bool permitted = true;
  // The outermost handler in the way: a finally block of baseline code, and nothing but handlers stands in the way.
  uint64_t guard_frame = 0;
  int32_t guard_word = 0;
};

Verdict judge(Thread& thread, Cursor c, bool stopped) {
  Verdict v;
  if (thread.shields) return {false};
  for (bool top = true; c.kind() != Cursor::Kind::End && c.kind() != Cursor::Kind::Lost; c.next()) {
    if (c.kind() == Cursor::Kind::Filter) return {false};
    if (c.kind() != Cursor::Kind::Managed) continue;
    const InstalledCode& code = *c.code();
    IlPosition at;
    if (!c.il(at)) {
      if (top) return {false};  // in its prologue
      continue;
    }
    const Place p = place_of(code, at, stopped);
    if (p.initializer) return {false};
    if (top) {
      top = false;
      const bool optimized = code.tier == loop::Tier::Optimized;
      if (!optimized && gives_lock_back(code, at.il_offset)) return {false};
      if (optimized && c.exact() && (p.covered || !in_body(code, c.registers().pc))) return {false};
      if (optimized && !c.exact() && p.covered && !code.landing_pad(c.registers().pc)) return {false};
    }
    if (!p.handler) continue;
    v.permitted = false;
    v.guard_frame = 0;
    if (code.tier == loop::Tier::Optimized || c.running_filter()) continue;
    for (const loop::HandlerRow& h : code.handlers()) {
      if (at.il_offset < h.handler_begin || at.il_offset >= h.handler_end || h.kind != ClauseKind::Finally) continue;
      v.guard_frame = c.registers().fp();
      v.guard_word = h.continuation;  // the last one contains the others
    }
  }
  return v;
}

Verdict judge_caller(Thread& thread) {
  try {
    return judge(thread, Cursor::last_managed(thread), false);
  } catch (...) {
    return {false};  // a clause's type cannot be loaded, or a handler of AssemblyResolve threw
  }
}

// Where the block goes on is kept; its end comes to resume_unwind instead.
void arm(Thread& thread, const Verdict& v) {
  if (!v.guard_frame) return;
  auto& word = *reinterpret_cast<uint64_t*>(v.guard_frame + static_cast<int64_t>(v.guard_word));
  const uint64_t resume = abi::helper_entry(abi::Helper::ResumeUnwind);
  if (word == resume) return;  // another exception is on its way, or armed already
  thread.abort_guard = {v.guard_frame, word};
  word = resume;
}

// As if the instruction had called the stub: its return address is one past it (faults_x64.cpp).
void divert(ucontext_t* uc) {
  auto& g = uc->uc_mcontext.gregs;
  const auto pc = static_cast<uint64_t>(g[REG_RIP]), sp = static_cast<uint64_t>(g[REG_RSP]) - 8;
  *reinterpret_cast<uint64_t*>(sp) = pc + 1;
  g[REG_RSP] = static_cast<greg_t>(sp);
  g[REG_RIP] = static_cast<greg_t>(abi::helper_entry(abi::Helper::ThrowAbort));
  g[REG_EFL] &= ~0x400;
}

}  // namespace

abi::Object* take_abort(Thread& thread) {
  thread.abort = Abort::Thrown;
  thread.abort_signal = false;
  thread.state->pending.fetch_and(~abi::kPendingAbort);
  abi::Object* exception = make_exception("System.Threading", "ThreadAbortException");
  thread.abort_exception = std::make_shared<gc::Handle>(exception);
  return exception;
}

bool abort_permitted(Thread& thread) {
  const Verdict v = judge_caller(thread);
  if (!v.permitted) arm(thread, v);
  return v.permitted;
}

void leave_catch() {
  Thread& thread = *threads::current_thread();
  if (thread.abort.load() != Abort::Thrown || !thread.abort_exception || !judge_caller(thread).permitted) return;
  abi::Object* exception = static_cast<gc::Handle*>(thread.abort_exception.get())->get();
  forget_trace(exception);
  throw ManagedException(exception);
}

void remind_of_abort() {
  Thread* thread = threads::current_thread();
  if (thread && thread->abort.load() == Abort::Wanted) thread->state->pending.fetch_or(abi::kPendingAbort);
}

AbortShield::AbortShield() { threads::current_thread()->shields++; }
AbortShield::~AbortShield() {
  if (--threads::current_thread()->shields == 0) remind_of_abort();
}

void forget_abort(Thread& thread) {
  thread.abort = Abort::None;
  thread.abort_signal = false;
  thread.abort_exception = nullptr;
  thread.abort_state = nullptr;
  if (thread.state) thread.state->pending.fetch_and(~abi::kPendingAbort);
}

void deliver_abort(Thread& thread) {
  abi::ThreadState& s = *thread.state;
  s.pending.fetch_or(abi::kPendingAbort);  // the next way back to managed code looks for itself
  thread.abort_in_loop = false;
  try {
    if (s.mode.load() == abi::Mode::Managed) {
      thread.abort_in_loop = true;  // it may be one
      auto* uc = static_cast<ucontext_t*>(thread.stopped_context);
      const Registers r = uc ? registers_of(uc) : Registers{};
      const InstalledCode* code = uc ? code::maps::lookup(r.pc) : nullptr;
      if (!code || !code->method || code->tier == loop::Tier::Stub) return;
      const Verdict v = judge(thread, Cursor(thread, r, true), true);
      thread.abort_in_loop = !v.permitted;
      if (v.permitted) divert(uc);
      else arm(thread, v);
    } else if (s.last_pc) {
      const Verdict v = judge(thread, Cursor::last_managed(thread), true);
      if (v.permitted) thread.abort_signal = true;
      else arm(thread, v);
    }
  } catch (...) {  // Unread, or a body that cannot be read: tried again, and the world must run on
  }
}

void round_done() {
  static constinit base::Found<abi::TypeHead*> found;
  abi::TypeHead* const head = found.get([] {
    load::types::Type* t = load::types::Loader::get().corlib_type("System.Threading", "ThreadAbortException");
    t->head();
    return t->head();
  });
  bool left = false;
  threads::for_each_thread([&](Thread& t) { left |= t.abort.load() == Abort::Wanted && t.abort_in_loop; });
  if (left) __atomic_fetch_or(&head->flags, abi::kAbortsWanted, __ATOMIC_SEQ_CST);
  else __atomic_fetch_and(&head->flags, ~abi::kAbortsWanted, __ATOMIC_SEQ_CST);
  std::vector<Method*> list;
  list.swap(unread());
  for (Method* m : list) try {
      regions_of(m);
    } catch (...) {  // a clause's type cannot be loaded: that code is left at its calls only
    }
}

}  // namespace rapgo::run::stack
