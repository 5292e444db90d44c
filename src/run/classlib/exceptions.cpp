// Stack traces: of exceptions and of the running thread.
#include <mutex>
#include <unordered_map>

#include "gc/binding/api.h"
#include "load/symbols/symbols.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/classlib/statements.h"
#include "run/classlib/type_arrays.h"
#include "run/stack/throw.h"
#include "run/stack/walk.h"

namespace rapgo::run::classlib {

using load::types::Loader;

namespace {

constinit const FieldOffset kIlOffset("System.Diagnostics", "StackFrame", "ilOffset"), kNativeOffset("System.Diagnostics", "StackFrame", "nativeOffset"),
    kAddress("System.Diagnostics", "StackFrame", "methodAddress"), kMethod("System.Diagnostics", "StackFrame", "methodBase"),
    kFile("System.Diagnostics", "StackFrame", "fileName"), kLine("System.Diagnostics", "StackFrame", "lineNumber"),
    kColumn("System.Diagnostics", "StackFrame", "columnNumber"),
    kTrace("System", "Exception", "_stackTrace");

using load::symbols::SourcePlace;
using load::symbols::Symbols;

// Opened when the first trace names a method of the assembly.
const Symbols* symbols_of(load::types::Assembly* assembly) {
  static std::mutex lock;
  static auto* open = new std::unordered_map<load::types::Assembly*, std::unique_ptr<Symbols>>;
  std::lock_guard hold(lock);
  const auto [entry, fresh] = open->try_emplace(assembly);
  if (fresh && assembly->metadata) entry->second = Symbols::open(*assembly->metadata, assembly->path);
  return entry->second.get();
}

// Where symbols know nothing: no file, and the statement as Mono finds it without them.
SourcePlace place_of(Method* method, uint32_t il_offset) {
  if (method->row)
    if (const Symbols* symbols = symbols_of(method->declaring->assembly))
      if (auto place = symbols->find(method->row, il_offset)) return *place;
  SourcePlace place;
  place.il_offset = statement_of(method, il_offset);
  return place;
}

Array* trace_of(Object* exception, int32_t skip, bool with_files) {
  Type* frame_type = Loader::get().corlib_type("System.Diagnostics", "StackFrame");
  Object* trace = kTrace.ref(exception);
  if (!trace) return calls::new_array(frame_type, 0);
  const int32_t all = static_cast<int32_t>(stack::trace_length(trace));
  if (skip < 0) skip = 0;
  Array* frames = calls::new_array(frame_type, skip < all ? all - skip : 0);
  for (int32_t i = skip; i < all; i++) {
    const stack::TraceFrame f = stack::trace_frame(trace, static_cast<uint32_t>(i));
    Object* frame = calls::new_object(frame_type);
    const SourcePlace place = f.method ? place_of(Method::from({f.method}), f.il_offset) : SourcePlace{{}, 0, 0, f.il_offset};
    kIlOffset.in<int32_t>(frame) = static_cast<int32_t>(place.il_offset);
    if (with_files && !place.file.empty()) {
      kLine.in<int32_t>(frame) = static_cast<int32_t>(place.line);
      kColumn.in<int32_t>(frame) = static_cast<int32_t>(place.column);
      kFile.set(frame, calls::new_string(place.file.c_str()));
    }
    kNativeOffset.in<int32_t>(frame) = -1;
    kAddress.in<uint64_t>(frame) = f.pc;
    if (f.method) kMethod.set(frame, method_object(Method::from({f.method}), nullptr));
    gc::store(frames, frames->at<Object*>(static_cast<size_t>(i - skip)), frame);
  }
  return frames;
}

// `skip` counts this internal call as the first frame.
bool frame_info(int32_t skip, bool with_files, Object** method, int32_t* il_offset, int32_t* native_offset, Object** file, int32_t* line, int32_t* column) {
  calls::store_ref(method, nullptr);
  calls::store_ref(file, nullptr);
  *il_offset = -1;
  *native_offset = -1;
  *line = *column = 0;
  bool found = false;
  stack::VirtualFrame frame{};
  int32_t left = skip - 1;
  stack::walk_stack(nullptr, [&](const stack::VirtualFrame& f) {
    if (!f.method) return true;
    if (left-- > 0) return true;
    frame = f;
    found = true;
    return false;
  });
  if (!found) return false;
  const SourcePlace place = place_of(Method::from(frame.method), frame.il_offset);
  *il_offset = static_cast<int32_t>(place.il_offset);
  if (with_files && !place.file.empty()) {
    *line = static_cast<int32_t>(place.line);
    *column = static_cast<int32_t>(place.column);
    calls::store_ref(file, calls::new_string(place.file.c_str()));
  }
  *native_offset = static_cast<int32_t>(frame.native_offset);
  calls::store_ref(method, method_object(Method::from(frame.method), nullptr));
  return true;
}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Diagnostics.StackTrace::get_trace", trace_of),
    RAPGO_ICALL("System.Diagnostics.StackFrame::get_frame_info", frame_info),
};

}  // namespace

void register_exceptions() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
