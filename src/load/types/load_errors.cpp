#include "load/types/load_errors.h"

#include <deque>
#include <mutex>

namespace rapgo::load::types {

namespace {
std::mutex lock;
std::deque<LoadError>& errors() {
  static auto* e = new std::deque<LoadError>;  // outlives everybody
  return *e;
}
}  // namespace

uint32_t record_load_error(const LoadError& error) {
  std::lock_guard hold(lock);
  // The same missing member is met again and again when code is compiled anew.
  for (size_t i = 0; i < errors().size(); ++i)
    if (errors()[i].kind == error.kind && errors()[i].name == error.name && std::string_view(errors()[i].what()) == error.what()) return static_cast<uint32_t>(i);
  errors().push_back(error);
  return static_cast<uint32_t>(errors().size() - 1);
}

const LoadError& recorded_load_error(uint32_t index) {
  std::lock_guard hold(lock);
  return errors().at(index);
}

}  // namespace rapgo::load::types
