#include "run/stack/walk.h"

#include "load/types/method.h"
#include "run/stack/cursor.h"

namespace rapgo::run::stack {

using threads::Thread;

namespace {

Cursor start_of(Thread& thread) {
  if (thread.stopped_context) return Cursor(thread, registers_of(thread.stopped_context), true);
  return Cursor::last_managed(thread);
}

// The method and everything inlined into it at this place, innermost first. false: visit wants no more.
bool visit_frame(const Cursor& c, const std::function<bool(const VirtualFrame&)>& visit) {
  const InstalledCode& code = *c.code();
  VirtualFrame f;
  f.version = code.id;
  f.tier = code.tier;
  f.native_offset = code.offset(c.registers().pc);
  f.pc = c.registers().pc;
  IlPosition at;
  if (!c.il(at)) {
    f.method = code.method;
    return visit(f);
  }
  uint32_t frame = at.frame, il = at.il_offset;
  for (;;) {
    const bool outermost = frame == 0 || frame >= code.code.inlined.size();
    f.method = outermost ? code.method : code.code.inlined[frame].method;
    f.il_offset = il;
    f.inlined = !outermost;
    if (!visit(f)) return false;
    if (outermost) return true;
    il = code.code.inlined[frame].caller_il_offset;
    frame = code.code.inlined[frame].caller;
  }
}

}  // namespace

void walk_stack(Thread* thread, const std::function<bool(const VirtualFrame&)>& visit) {
  if (!thread) thread = threads::current_thread();
  if (!thread || !thread->state) return;
  Cursor c = start_of(*thread);
  while (c.kind() != Cursor::Kind::End && c.kind() != Cursor::Kind::Lost) {
    if (c.kind() == Cursor::Kind::Managed && !visit_frame(c, visit)) return;
    if (!c.next()) return;
  }
}

std::vector<VirtualFrame> capture_stack(Thread* thread, int skip) {
  std::vector<VirtualFrame> frames;
  walk_stack(thread, [&](const VirtualFrame& f) {
    if (skip-- <= 0) frames.push_back(f);
    return true;
  });
  return frames;
}

loop::MethodId calling_method(int skip) {
  loop::MethodId found;
  walk_stack(nullptr, [&](const VirtualFrame& f) {
    if (skip-- > 0) return true;
    found = f.method;
    return false;
  });
  return found;
}

std::string format_stack(const std::vector<VirtualFrame>& frames) {
  std::string out;
  for (const VirtualFrame& f : frames) {
    out += "  at ";
    out += load::types::Method::from(f.method)->display_name();
    if (f.il_offset != ~0u) {
      char text[32];
      snprintf(text, sizeof text, " [0x%05x]", f.il_offset);
      out += text;
    }
    out += " (";
    out += loop::tier_name(f.tier);
    out += f.inlined ? ", inlined)\n" : ")\n";
  }
  return out;
}

}  // namespace rapgo::run::stack
