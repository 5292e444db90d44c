// System.String: what its managed half leaves to the runtime.
#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

namespace {

String* allocate(int32_t length) {
  if (length < 0) stack::throw_new("System", "OutOfMemoryException");
  String* s = gc::alloc_string(load::types::Loader::get().types().string->head(), length);
  if (!s) stack::throw_out_of_memory();
  return s;
}
String* intern(String* s) { return calls::intern(s); }
String* is_interned(String* s) { return calls::is_interned(s); }

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.String::FastAllocateString", allocate),
    RAPGO_ICALL("System.String::InternalIntern", intern),
    RAPGO_ICALL("System.String::InternalIsInterned", is_interned),
};

}  // namespace

void register_strings() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
