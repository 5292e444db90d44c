// Transfer down: the frames that the program would have in baseline code, built in place of an optimized one.
// The order matters: everything that may collect or throw comes first (versions, landings, virtual objects); then frames are
// staged outside the stack; then restore_frames copies them over the C++ frames and jumps. Nothing here may have a destructor alive at the end.
#include <cstring>
#include <vector>

#include "abi/helpers.h"
#include "abi/stub_protocol.h"
#include "base/clock.h"
#include "base/error.h"
#include "code/maps/maps.h"
#include "code/versions/versions.h"
#include "gc/binding/api.h"
#include "load/types/loader.h"
#include "loop/event.h"
#include "run/calls/class_init.h"
#include "run/calls/compile_hooks.h"
#include "run/stack/border.h"
#include "run/stack/call.h"
#include "run/stack/cursor.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"
#include "run/transfer/internal.h"
#include "run/transfer/kept_return_x64.h"
#include "run/transfer/transfer.h"

namespace rapgo::run::transfer {

using abi::Object;
using code::maps::InstalledCode;
using load::types::Method;
using loop::BaselineFrame;
using loop::FrameState;
using loop::Resume;
using loop::StateValue;
using stack::Registers;
using threads::Thread;

namespace {

// Kept between transfers so that nothing needs freeing when C++ frames are left behind.
struct Scratch {
  std::vector<uint64_t> staged;
  std::vector<Object*> objects;       // while filled, also on the stack: see materialise()
  std::vector<const FrameState*> states;  // outermost first
  std::vector<InstalledCode*> versions;
  std::vector<uint64_t> fps;
  abi::Context context;
};
Scratch& scratch() {
  static thread_local Scratch s;
  return s;
}

struct Source {
  const InstalledCode* code;
  const loop::Exit* exit;
  const uint64_t* buffer;  // on the stack, in the optimized frame
  Object* const* objects;  // on the stack of transfer_down
};

uint64_t word_of(const Source& s, const StateValue& v, uint32_t i) {
  switch (v.where) {
    case StateValue::Where::Buffer: return s.buffer[v.index + i];
    case StateValue::Where::Constant: return i == 0 ? static_cast<uint64_t>(v.constant) : 0;
    case StateValue::Where::Dead: return 0;
    case StateValue::Where::VirtualObject: return reinterpret_cast<uint64_t>(s.objects[v.index]);
    case StateValue::Where::ExposedAddress: return 0;  // needs the frame: see value_word
    case StateValue::Where::Symbol: return resolve_symbol ? resolve_symbol(s.code->code.symbols[v.index]) : 0;
  }
  return 0;
}

uint64_t value_word(const Source& s, const StateValue& v, uint32_t i, uint64_t exposed) {
  if (v.where == StateValue::Where::ExposedAddress) return exposed + static_cast<uint64_t>(v.constant);
  return word_of(s, v, i);
}

// Objects that escape analysis removed. All are made before any is filled: they may refer to each other. May collect.
void materialise(const Source& s, Object** objects) {
  const auto& list = s.exit->objects;
  for (size_t i = 0; i < list.size(); i++) {
    auto* head = load::types::Type::from(list[i].type)->head();
    objects[i] = head->flags & abi::kIsArray ? gc::alloc_vector(head, list[i].array_length) : gc::alloc_object(head);
    if (!objects[i]) base::fatal("out of memory in a transfer");
  }
  for (size_t i = 0; i < list.size(); i++) {
    auto* base = reinterpret_cast<uint8_t*>(objects[i]);
    for (const auto& slot : list[i].slots) {
      if (slot.value.kind == loop::ValueKind::Ref && slot.size == 8) {
        gc::store_ref(reinterpret_cast<Object**>(base + slot.offset), reinterpret_cast<Object*>(word_of(s, slot.value, 0)));
        continue;
      }
      for (uint32_t at = 0; at < slot.size; at += 8) {
        const uint64_t w = word_of(s, slot.value, at / 8);
        if (slot.size - at >= 8) gc::store_ref(reinterpret_cast<Object**>(base + slot.offset + at), reinterpret_cast<Object*>(w));
        else std::memcpy(base + slot.offset + at, &w, slot.size - at);
      }
    }
  }
}

// Where the words of a frame go: to the staged copy of the stack below `limit`, or straight to memory above it.
struct Window {
  uint64_t* staged;
  uint64_t low, limit;
  void put(uint64_t address, uint64_t word) {
    if (address >= low && address < limit) staged[(address - low) / 8] = word;
    else *reinterpret_cast<uint64_t*>(address) = word;
  }
  void put_part(uint64_t address, uint64_t word, uint32_t bytes) {  // fewer than 8 bytes of a block that packs its values
    auto* at = address >= low && address < limit ? reinterpret_cast<uint8_t*>(staged) + (address - low) : reinterpret_cast<uint8_t*>(address);
    std::memcpy(at, &word, bytes);
  }
};

struct Build {
  Source source;
  Window window;
  const FrameState* state;
  const BaselineFrame* frame;
  uint64_t fp;
  uint64_t exposed;       // address of the exposed block, 0 if none
  bool block_is_current;  // the block was kept: its values are up to date
};

void put_values(Build& b, const std::vector<StateValue>& values, const loop::Rows<loop::Home>& homes) {
  for (size_t i = 0; i < homes.size() && i < values.size(); i++) {
    const loop::Home& h = homes[i];
    if (h.exposed && b.block_is_current) continue;
    const uint64_t at = (h.exposed ? b.exposed : b.fp) + static_cast<int64_t>(h.offset);
    for (uint32_t w = 0; w < (h.size + 7) / 8; w++) {
      const uint64_t word = value_word(b.source, values[i], w, b.exposed);
      const uint32_t left = h.size - 8 * w;
      if (h.exposed && left < 8) b.window.put_part(at + 8 * w, word, left);
      else b.window.put(at + 8 * w, word);
    }
  }
}

// Returns the number of evaluation-stack words.
uint32_t put_stack(Build& b) {
  uint32_t word = 0;
  for (const StateValue& v : b.state->stack) {
    const uint32_t words = v.words ? v.words : 1;
    for (uint32_t w = 0; w < words; w++)
      b.window.put(b.fp + static_cast<int64_t>(b.frame->stack_base) + 8 * (word + w), value_word(b.source, v, w, b.exposed));
    word += words;
  }
  return word;
}

uint32_t argument_words(Method* method) {
  uint32_t words = 0;
  for (const abi::ValueShape& shape : stack::layout_of(method).shapes) words += shape.words();
  return words;
}

uint64_t frame_low(const BaselineFrame& f, uint64_t fp) { return fp - f.frame_size; }

void tell(const InstalledCode& code, uint32_t exit_id, const loop::Exit& exit) {
  tally().down.fetch_add(1, std::memory_order_relaxed);
  const FrameState& inner = exit.states[0];
  if (calls::compile_hooks.exit_taken) calls::compile_hooks.exit_taken(code, inner.il_offset, exit.reason);
  loop::Event e;
  e.time_ns = base::monotonic_ns();
  e.kind = loop::EventKind::TransferredDown;
  e.tier = loop::Tier::Optimized;
  e.thread = static_cast<uint16_t>(threads::current_thread()->tid);
  e.method = code.method;
  e.version = code.id;
  e.il = inner.il_offset;
  e.a = exit_id;
  e.b = static_cast<uint64_t>(exit.reason);
  loop::emit(e);
}

// An address inside the version's code that belongs to this IL offset (for unwinding only).
uint64_t place_of(const InstalledCode& code, uint32_t il) {
  for (const loop::IlMapRow& row : code.code.il_map)
    if (row.il_offset == il && row.frame == 0) return code.start + row.pc + 1;
  for (const loop::IlMapRow& row : code.code.il_map)
    if (row.il_offset <= il && row.frame == 0 && row.pc + 1 < code.size) return code.start + row.pc + 1;
  base::fatal("no code for the place of an exception");
}

// Everything that may throw or collect. Fills scratch().states and .versions; the landing address, 0 for Resume::Throw.
uint64_t prepare(const InstalledCode& code, const loop::Exit& exit) {
  Scratch& s = scratch();
  s.states.clear();
  s.versions.clear();
  for (int32_t i = 0; i >= 0; i = exit.states[static_cast<size_t>(i)].caller) s.states.insert(s.states.begin(), &exit.states[static_cast<size_t>(i)]);
  for (const FrameState* f : s.states) {
    const loop::MethodId id = f->frame == 0 || f->frame >= code.code.inlined.size() ? code.method : code.code.inlined[f->frame].method;
    InstalledCode* version = calls::compile_hooks.baseline(Method::from(id));
    s.versions.push_back(version);
    if (f != &exit.states[0] && !version->call_return(f->il_offset)) base::fatal("a caller frame state names no call site");
  }
  const FrameState& inner = exit.states[0];
  return inner.resume == Resume::Throw ? 0 : calls::compile_hooks.landing(s.versions.back(), inner.il_offset, inner.resume);
}

// Baseline code initialises a precise class in its prologue, which no landing runs: done here for exits at the very beginning.
// Returns what the initialiser threw.
Object* initialise_at_entry(const InstalledCode& code, const loop::Exit& exit) {
  const FrameState& inner = exit.states[0];
  if (exit.reason != loop::ExitReason::GuardClassInit || inner.il_offset != 0 || inner.resume != Resume::ReExecute) return nullptr;
  const loop::MethodId id = inner.frame == 0 || inner.frame >= code.code.inlined.size() ? code.method : code.code.inlined[inner.frame].method;
  Object* failure = nullptr;
  try {
    calls::ensure_initialized(Method::from(id)->declaring);
  } catch (const stack::ManagedException& e) {
    failure = e.object();
  } catch (const load::types::LoadError& e) {
    failure = stack::exception_from(e);
  }
  return failure;
}

void transfer_down(abi::Context* context, uint32_t exit_id, uint64_t* buffer) {
  const InstalledCode& code = *code::maps::lookup_return(context->pc);
  const loop::Exit& exit = code.code.exits[exit_id];
  Thread& thread = *threads::current_thread();
  tell(code, exit_id, exit);
  uint64_t landing = 0;
  if (Object* failure = initialise_at_entry(code, exit)) {
    // No handler of the method itself sees what the initialiser of its entry throws.
    stack::Cursor cursor(thread, Registers::from(*context), false);
    cursor.next();
    stack::dispatch(cursor.registers().context(), failure, stack::How::Rethrow);
  }
  try {
    landing = prepare(code, exit);
  } catch (const std::exception& e) {
    base::fatal(e.what());  // baseline code of a method that the optimizer compiled cannot fail to compile
  }
  // On this stack, so that the collector sees them.
  auto** objects = static_cast<Object**>(__builtin_alloca(8 * (exit.objects.size() + 1)));
  std::memset(static_cast<void*>(objects), 0, 8 * (exit.objects.size() + 1));
  const Source source{&code, &exit, buffer, objects};
  if (!exit.objects.empty()) materialise(source, objects);
  // Nothing collects, throws or stops from here on.
  Scratch& s = scratch();
  stack::Cursor cursor(thread, Registers::from(*context), false);
  const uint64_t cfa = cursor.cfa();
  const uint64_t optimized_sp = context->rsp;
  const uint64_t optimized_fp = context->rbp;
  const loop::UnwindRow row = *code.unwind_row(context->pc - 1);
  if (cfa == 0 || !cursor.next()) base::fatal("the caller of an optimized frame cannot be found");
  const Registers caller = cursor.registers();
  const uint64_t return_address = caller.pc;
  const uint64_t osr_return = abi::helper_entry(abi::Helper::OsrReturn);

  // Which memory stays: a baseline frame beneath an OSR entry, or this optimized frame.
  const bool into_kept_baseline = return_address == osr_return;
  bool keep_optimized = false;
  for (const FrameState* f : s.states) {
    const uint64_t block = word_of(source, f->exposed, 0);
    keep_optimized |= f->exposed.where != StateValue::Where::Dead && block >= optimized_sp && block < cfa;
  }
  // Memory from localloc lies in it, and who points there is not known.
  keep_optimized |= !into_kept_baseline && s.versions[0]->code.frame.has_localloc;
  Registers resumed = caller;
  const size_t count = s.states.size();
  s.fps.assign(count, 0);
  // First the places, outermost first.
  uint64_t limit;  // memory below it is free for new frames (C++ frames are there now)
  size_t first_new = 0;
  if (into_kept_baseline) {
    s.fps[0] = caller.fp();
    const BaselineFrame& f = s.versions[0]->code.frame;
    uint64_t sp = frame_low(f, s.fps[0]);
    if (f.has_localloc && f.localloc_sp) {
      const uint64_t saved = *reinterpret_cast<const uint64_t*>(s.fps[0] + static_cast<int64_t>(f.localloc_sp));
      if (saved) sp = saved;
    }
    limit = sp;
    first_new = 1;
    if (keep_optimized) limit = optimized_sp & ~15ull;
  } else if (keep_optimized) {
    limit = optimized_sp & ~15ull;
    const auto& layout = stack::layout_of(Method::from(s.versions[0]->method));
    limit -= 8 * ((layout.stack_words + 1) & ~1u);
    // (The words above `limit` hold the outermost frame's stack arguments.)
  } else {
    limit = cfa;
  }
  uint64_t top = limit;
  for (size_t i = first_new; i < count; i++) {
    s.fps[i] = top - 16;
    top = frame_low(s.versions[i]->code.frame, s.fps[i]);
  }
  const uint64_t low = top;
  s.staged.assign((limit - low) / 8, 0);
  Window window{s.staged.data(), low, limit};
  for (size_t i = 0; i < count; i++) {
    const BaselineFrame& f = s.versions[i]->code.frame;
    Build b{source, window, s.states[i], &f, s.fps[i], 0, false};
    const bool is_new = i >= first_new;
    if (is_new) {
      uint64_t back = return_address, below = caller.fp();
      if (i > 0) {
        back = s.versions[i - 1]->call_return(s.states[i - 1]->il_offset);
        below = s.fps[i - 1];
      } else if (keep_optimized) {
        back = kept_return(row);
        below = optimized_fp;
      }
      window.put(s.fps[i] + 8, back);
      window.put(s.fps[i], below);
    }
    if (f.exposed_base) {
      const uint64_t word = s.fps[i] + static_cast<int64_t>(f.exposed_base);
      if (s.states[i]->exposed.where != StateValue::Where::Dead) {
        b.exposed = word_of(source, s.states[i]->exposed, 0);
        b.block_is_current = true;
      } else if (!is_new) {
        b.exposed = *reinterpret_cast<const uint64_t*>(word);
      } else {
        b.exposed = s.fps[i] + static_cast<int64_t>(f.exposed_block);
      }
      window.put(word, b.exposed);
    }
    put_values(b, s.states[i]->args, f.args);
    put_values(b, s.states[i]->locals, f.locals);
    const uint32_t depth = put_stack(b);
    // An inlined callee with a hidden result stores it where its caller's call leaves the value: behind the call's arguments.
    if (i + 1 < count) {
      const BaselineFrame& inner = s.versions[i + 1]->code.frame;
      if (inner.result_base) {
        const uint32_t word = depth + argument_words(Method::from(s.versions[i + 1]->method));
        window.put(s.fps[i + 1] + static_cast<int64_t>(inner.result_base), s.fps[i] + static_cast<int64_t>(f.stack_base) + 8 * word);
      }
    }
    if (i == 0 && is_new && f.result_base) {
      if (s.states[0]->result.where == StateValue::Where::Dead) base::fatal("an exit does not carry the hidden result address");
      window.put(s.fps[0] + static_cast<int64_t>(f.result_base), word_of(source, s.states[0]->result, 0));
    }
  }
  resumed.saved[1] = s.fps[count - 1];
  s.context = resumed.context();
  const BaselineFrame& inner_frame = s.versions[count - 1]->code.frame;
  s.context.rsp = frame_low(inner_frame, s.fps[count - 1]);
  if (count == 1 && into_kept_baseline) s.context.rsp = limit;
  s.context.pc = landing;
  s.context.rax = 0;
  const FrameState& inner = exit.states[0];
  if (inner.resume == Resume::Throw) {
    stack::arm_throw_in_frame(reinterpret_cast<Object*>(buffer[0]), inner.il_offset);
    s.context.pc = abi::helper_entry(abi::Helper::ResumeUnwind);
    s.context.rax = place_of(*s.versions[count - 1], inner.il_offset);
  }
  if (s.staged.empty()) abi::stub_entries.restore_context(&s.context);
  else abi::stub_entries.restore_frames(&s.context, s.staged.data(), reinterpret_cast<uint64_t*>(low), 8 * s.staged.size());
}

}  // namespace

void register_down() { abi::helper_body(abi::Helper::TransferDown) = reinterpret_cast<void*>(&transfer_down); }

}  // namespace rapgo::run::transfer
