#include <string>
#include <vector>

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

// Without managed code: type and message field, and that of the inner exceptions.
std::string plainly(abi::Object* exception) {
  static const auto* fields = load::types::Loader::get().types().exception;
  auto* base = const_cast<load::types::Type*>(fields);
  std::string out = type_of(exception)->full_name();
  if (auto* message = reinterpret_cast<abi::String*>(ref_at(exception, base->find_field("_message")->offset()))) out += ": " + utf8_of(message);
  if (abi::Object* inner = ref_at(exception, base->find_field("_innerException")->offset())) out += " ---> " + plainly(inner);
  abi::Object* trace = ref_at(exception, base->find_field("_stackTrace")->offset());
  for (uint32_t i = 0, n = trace_length(trace); i < n; i++) {
    const TraceFrame f = trace_frame(trace, i);
    char il[24];
    snprintf(il, sizeof il, " [0x%05x]", f.il_offset);
    out += "\n  at " + load::types::Method::from({f.method})->display_name() + il;
  }
  return out;
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
    return plainly(exception) + "\n(its ToString threw " + plainly(e.object()) + ")";
  } catch (const std::exception&) {
  }
  return plainly(exception);
}

// Of a recursion gone wild the beginning and the end are told.
std::string without_the_middle(const std::string& text) {
  constexpr size_t kHead = 60, kTail = 20;
  std::vector<size_t> starts{0};
  for (size_t i = 0; i + 1 < text.size(); i++)
    if (text[i] == '\n') starts.push_back(i + 1);
  if (starts.size() <= 2 * (kHead + kTail)) return text;
  const size_t left_out = starts.size() - kHead - kTail;
  return text.substr(0, starts[kHead]) + "  ... " + std::to_string(left_out) + " lines ...\n" + text.substr(starts[kHead + left_out]);
}

}  // namespace

int report_unhandled(abi::Object* exception, bool handlers_ran) {
  const std::string text = without_the_middle(describe(exception));
  threads::NativeScope native;
  write_all((handlers_ran ? "" : "\nUnhandled Exception:\n" + text + "\n") + "[ERROR] FATAL UNHANDLED EXCEPTION: " + text + "\n");
  return 1;
}

}  // namespace rapgo::run::stack
