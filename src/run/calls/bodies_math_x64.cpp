#include <cmath>

#include <emmintrin.h>

#include "run/calls/bodies.h"
#include "run/stack/throw.h"

namespace rapgo::run::calls {

using abi::Helper;

namespace {

double fmod_body(double a, double b) { return std::fmod(a, b); }
float fmodf_body(float a, float b) { return std::fmod(a, b); }

// conv.u8: values from 2^63 on by the upper half; what lies outside is undefined by ECMA-335 and truncated as the processor does.
uint64_t double_to_uint64(double d) {
  if (d < 9223372036854775808.0) return static_cast<uint64_t>(_mm_cvttsd_si64(_mm_set_sd(d)));
  return static_cast<uint64_t>(_mm_cvttsd_si64(_mm_set_sd(d - 9223372036854775808.0))) ^ 0x8000000000000000ull;
}
double uint64_to_double(uint64_t v) { return static_cast<double>(v); }

// conv.ovf.* from floating point (III.3.18): truncated towards zero, then in range or OverflowException.
int64_t checked_double_to_int64(double d, int32_t opcode) {
  const double t = std::trunc(d);
  const auto in = [&](double low, double high) { return t >= low && t <= high; };
  bool fits = false;
  switch (opcode) {
    case 0xB3: case 0x82: fits = in(-128, 127); break;                          // conv.ovf.i1[.un]
    case 0xB4: case 0x86: fits = in(0, 255); break;                             // u1
    case 0xB5: case 0x83: fits = in(-32768, 32767); break;                      // i2
    case 0xB6: case 0x87: fits = in(0, 65535); break;                           // u2
    case 0xB7: case 0x84: fits = in(-2147483648.0, 2147483647.0); break;        // i4
    case 0xB8: case 0x88: fits = in(0, 4294967295.0); break;                    // u4
    case 0xB9: case 0x85: case 0xD4: case 0x8A: fits = t >= -9223372036854775808.0 && t < 9223372036854775808.0; break;  // i8, i
    case 0xBA: case 0x89: case 0xD5: case 0x8B: fits = t >= 0 && t < 18446744073709551616.0; break;                      // u8, u
  }
  if (!fits) stack::throw_new("System", "OverflowException");
  switch (opcode) {
    case 0xBA: case 0x89: case 0xD5: case 0x8B: return static_cast<int64_t>(double_to_uint64(t));
    default: return static_cast<int64_t>(t);
  }
}

}  // namespace

void register_math_bodies() {
  set_leaf<&fmod_body>(Helper::FMod);
  set_leaf<&fmodf_body>(Helper::FModF);
  set_leaf<&double_to_uint64>(Helper::DoubleToUInt64);
  set_leaf<&uint64_to_double>(Helper::UInt64ToDouble);
  set_body<&checked_double_to_int64>(Helper::CheckedDoubleToInt64);
}

}  // namespace rapgo::run::calls
