#include <string>

#include <unistd.h>

#include "load/types/loader.h"
#include "run/stack/call.h"
#include "run/stack/objects.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::stack {

namespace {

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(2, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<size_t>(n));
  }
}

std::string describe(abi::Object* exception) {
  load::types::Type* type = type_of(exception);
  try {
    load::types::Method* to_string = load::types::Loader::get().types().object->find_method("ToString", 0);
    load::types::Method* target = to_string ? type->find_virtual(to_string) : nullptr;
    if (target) {
      uint64_t result[2] = {};
      const void* args[] = {&exception};
      call_managed(target, args, result);
      if (auto* text = reinterpret_cast<abi::String*>(result[0])) return utf8_of(text);
    }
  } catch (const ManagedException& e) {
    return type->full_name() + " (its ToString threw " + type_of(e.object())->full_name() + ")";
  } catch (const std::exception&) {
  }
  return type->full_name();
}

}  // namespace

int report_unhandled(abi::Object* exception) {
  const std::string text = describe(exception);
  threads::NativeScope native;
  write_all("\nUnhandled Exception:\n" + text + "\n[ERROR] FATAL UNHANDLED EXCEPTION: " + text + "\n");
  return 1;
}

}  // namespace rapgo::run::stack
