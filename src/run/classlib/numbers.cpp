// Digits of floating-point numbers.
#include <cstdio>

#include "run/calls/icall.h"
#include "run/classlib/classlib.h"

namespace rapgo::run::classlib {

namespace {

// snprintf with a format for one double that the class library made; the locale of the process stays "C".
int32_t double_to_string(double value, const char* format, char* buffer, int32_t size) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  return std::snprintf(buffer, static_cast<size_t>(size), format, value);
#pragma GCC diagnostic pop
}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("Interop/Sys::DoubleToString", double_to_string),
};

}  // namespace

void register_numbers() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
