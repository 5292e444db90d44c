#include "run/stack/cursor.h"

#include <sys/ucontext.h>

namespace rapgo::run::stack {

Cursor::Cursor(threads::Thread& thread, const Registers& registers, bool exact)
    : thread_(&thread), r_(registers), low_(registers.sp - 8), high_(thread.state->stack_high), filters_(thread.filters), exact_(exact) {
  classify();
}

Cursor Cursor::last_managed(threads::Thread& thread) {
  const abi::ThreadState& s = *thread.state;
  Registers r;
  r.pc = s.last_pc;
  r.sp = s.last_sp;
  r.saved[1] = s.last_fp;
  return Cursor(thread, r, false);
}

void Cursor::classify() {
  code_ = nullptr;
  if (r_.pc == 0) {
    kind_ = Kind::End;
    return;
  }
  if (!exact_ && r_.pc == abi::stub_entries.invoke_return) {
    entry_ = abi::invoke_frame(r_.fp());
    kind_ = readable(reinterpret_cast<uint64_t>(entry_)) && readable(r_.fp()) ? Kind::Entry : Kind::Lost;
    return;
  }
  code_ = code::maps::lookup(lookup_pc());
  if (!code_) {
    kind_ = Kind::Lost;
    return;
  }
  kind_ = code_->method ? Kind::Managed : Kind::Stub;
  if (kind_ == Kind::Managed && code_->tier == loop::Tier::Stub) kind_ = Kind::Stub;
}

uint64_t Cursor::cfa() const {
  if (!code_) return 0;
  const loop::UnwindRow* row = code_->unwind_row(lookup_pc());
  if (!row) return 0;
  return (row->cfa_is_rbp ? r_.fp() : r_.sp) + static_cast<int64_t>(row->cfa_offset);
}

// A filter runs with its owner's frame pointer but returns to call_filter.
const loop::HandlerRow* Cursor::running_filter() const {
  if (kind_ != Kind::Managed || !filters_ || filters_->frame != r_.fp() || r_.sp > filters_->sp) return nullptr;
  IlPosition at;
  if (!il(at)) return nullptr;
  for (const loop::HandlerRow& h : code_->handlers())
    if (h.kind == loop::ClauseKind::Filter && at.il_offset >= h.filter_begin && at.il_offset < h.handler_begin) return &h;
  return nullptr;
}

bool Cursor::next() {
  if (kind_ == Kind::End || kind_ == Kind::Lost) return false;
  if (kind_ == Kind::Entry || kind_ == Kind::Filter) {
    const abi::EntryFrame* e = entry_;
    const uint64_t below = e->saved_last_sp;
    r_ = Registers{};
    r_.pc = e->saved_last_pc;
    r_.sp = below;
    r_.saved[1] = e->saved_last_fp;
    exact_ = false;
    if (r_.pc && (below < low_ || below > high_)) {
      kind_ = Kind::Lost;
      return false;
    }
    low_ = below - 8;
    classify();
    return kind_ != Kind::End && kind_ != Kind::Lost;
  }
  if (running_filter()) {
    filter_ = filters_;
    filters_ = filters_->below;
    entry_ = abi::filter_frame(filter_->sp);
    code_ = nullptr;
    kind_ = readable(reinterpret_cast<uint64_t>(entry_)) ? Kind::Filter : Kind::Lost;
    return kind_ == Kind::Filter;
  }
  const loop::UnwindRow* row = code_->unwind_row(lookup_pc());
  if (!row) {
    kind_ = Kind::Lost;
    return false;
  }
  const uint64_t cfa = (row->cfa_is_rbp ? r_.fp() : r_.sp) + static_cast<int64_t>(row->cfa_offset);
  if (!readable(cfa - 8)) {
    kind_ = Kind::Lost;
    return false;
  }
  for (int i = 0; i < loop::kCalleeSaved; i++) {
    if (row->saved[i] == 0) continue;
    const uint64_t at = cfa + static_cast<int64_t>(row->saved[i]);
    if (!readable(at)) {
      kind_ = Kind::Lost;
      return false;
    }
    r_.saved[i] = *reinterpret_cast<const uint64_t*>(at);
  }
  r_.pc = *reinterpret_cast<const uint64_t*>(cfa - 8);
  r_.sp = cfa;
  low_ = cfa - 8;
  exact_ = false;
  classify();
  return kind_ != Kind::End && kind_ != Kind::Lost;
}

Registers registers_of(const void* ucontext) {
  const auto& g = static_cast<const ucontext_t*>(ucontext)->uc_mcontext.gregs;
  Registers r;
  r.pc = static_cast<uint64_t>(g[REG_RIP]);
  r.sp = static_cast<uint64_t>(g[REG_RSP]);
  constexpr int kOrder[] = {REG_RBX, REG_RBP, REG_R12, REG_R13, REG_R14, REG_R15};
  for (int i = 0; i < loop::kCalleeSaved; i++) r.saved[i] = static_cast<uint64_t>(g[kOrder[i]]);
  return r;
}

// In a prologue one frame is missed, which only blurs a sample; leaf helpers that may fault keep a frame (run/calls/memory_x64.cpp).
bool leave_leaf(const abi::ThreadState& state, Registers& r) {
  const auto inside = [&](uint64_t at) { return at >= r.sp && at + 16 <= state.stack_high && !(at & 7); };
  if (inside(r.sp)) {
    const uint64_t word = *reinterpret_cast<const uint64_t*>(r.sp);
    if (code::maps::lookup(word - 1)) {
      r.pc = word;
      r.sp += 8;
      return true;
    }
  }
  uint64_t fp = r.fp();
  for (int i = 0; i < 16 && inside(fp); i++) {
    const auto* pair = reinterpret_cast<const uint64_t*>(fp);
    if (code::maps::lookup(pair[1] - 1)) {
      r.pc = pair[1];
      r.sp = fp + 16;
      r.saved[1] = pair[0];
      return true;
    }
    if (pair[0] <= fp) return false;
    fp = pair[0];
  }
  return false;
}

}  // namespace rapgo::run::stack
