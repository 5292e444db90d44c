#pragma once
// Errors that are the user's to mend: a bad option, a missing file, a damaged main assembly.
// The command prints the one line to stderr, prefixed "rapgo: ", and exits with the status.
#include <stdexcept>
#include <string>

namespace rapgo::base {

class UserError : public std::runtime_error {
 public:
  explicit UserError(const std::string& line, int exit_status = 1) : std::runtime_error(line), status_(exit_status) {}
  int exit_status() const { return status_; }

 private:
  int status_;
};

// Prints "rapgo: internal error: <what>" and aborts. For broken invariants only, never for bad input. Signal-safe.
[[noreturn]] void fatal(const char* what);

}  // namespace rapgo::base
