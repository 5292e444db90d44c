// Stack traces: of exceptions and of the running thread.
#include "gc/binding/api.h"
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
    kTrace("System", "Exception", "_stackTrace");

Array* trace_of(Object* exception, int32_t skip, bool) {
  Type* frame_type = Loader::get().corlib_type("System.Diagnostics", "StackFrame");
  Object* trace = kTrace.ref(exception);
  if (!trace) return calls::new_array(frame_type, 0);
  const int32_t all = static_cast<int32_t>(stack::trace_length(trace));
  if (skip < 0) skip = 0;
  Array* frames = calls::new_array(frame_type, skip < all ? all - skip : 0);
  for (int32_t i = skip; i < all; i++) {
    const stack::TraceFrame f = stack::trace_frame(trace, static_cast<uint32_t>(i));
    Object* frame = calls::new_object(frame_type);
    kIlOffset.in<int32_t>(frame) = static_cast<int32_t>(f.method ? statement_of(Method::from({f.method}), f.il_offset) : f.il_offset);
    kNativeOffset.in<int32_t>(frame) = -1;
    kAddress.in<uint64_t>(frame) = f.pc;
    if (f.method) kMethod.set(frame, method_object(Method::from({f.method}), nullptr));
    gc::store(frames, frames->at<Object*>(static_cast<size_t>(i - skip)), frame);
  }
  return frames;
}

// `skip` counts this internal call as the first frame.
bool frame_info(int32_t skip, bool, Object** method, int32_t* il_offset, int32_t* native_offset, Object** file, int32_t* line, int32_t* column) {
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
  *il_offset = static_cast<int32_t>(statement_of(Method::from(frame.method), frame.il_offset));
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
