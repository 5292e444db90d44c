// Math, MathF, Interlocked, Volatile.
#include <atomic>
#include <cmath>

#include "gc/binding/barrier.h"
#include "run/calls/icall.h"
#include "run/classlib/classlib.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using abi::Object;

namespace {

double m_sin(double x) { return std::sin(x); }
double m_cos(double x) { return std::cos(x); }
double m_tan(double x) { return std::tan(x); }
double m_asin(double x) { return std::asin(x); }
double m_acos(double x) { return std::acos(x); }
double m_atan(double x) { return std::atan(x); }
double m_atan2(double y, double x) { return std::atan2(y, x); }
double m_sinh(double x) { return std::sinh(x); }
double m_cosh(double x) { return std::cosh(x); }
double m_tanh(double x) { return std::tanh(x); }
double m_exp(double x) { return std::exp(x); }
double m_log(double x) { return std::log(x); }
double m_log10(double x) { return std::log10(x); }
double m_pow(double x, double y) { return std::pow(x, y); }
double m_sqrt(double x) { return std::sqrt(x); }
double m_floor(double x) { return std::floor(x); }
double m_ceil(double x) { return std::ceil(x); }
double m_round(double x) { return std::nearbyint(x); }
double m_abs(double x) { return std::fabs(x); }
float m_absf(float x) { return std::fabs(x); }
double m_fmod(double x, double y) { return std::fmod(x, y); }
double m_modf(double x, double* whole) { return std::modf(x, whole); }
double m_cbrt(double x) { return std::cbrt(x); }
double m_asinh(double x) { return std::asinh(x); }
double m_acosh(double x) { return std::acosh(x); }
double m_atanh(double x) { return std::atanh(x); }
float f_sin(float x) { return std::sin(x); }
float f_cos(float x) { return std::cos(x); }
float f_tan(float x) { return std::tan(x); }
float f_asin(float x) { return std::asin(x); }
float f_acos(float x) { return std::acos(x); }
float f_atan(float x) { return std::atan(x); }
float f_atan2(float y, float x) { return std::atan2(y, x); }
float f_exp(float x) { return std::exp(x); }
float f_log(float x) { return std::log(x); }
float f_log10(float x) { return std::log10(x); }
float f_pow(float x, float y) { return std::pow(x, y); }
float f_sqrt(float x) { return std::sqrt(x); }
float f_floor(float x) { return std::floor(x); }
float f_ceil(float x) { return std::ceil(x); }
float f_fmod(float x, float y) { return std::fmod(x, y); }

template <class T> T* checked(T* p) {
  if (!p) stack::throw_null_reference();
  return p;
}
int32_t inc32(int32_t* p) { return __atomic_add_fetch(checked(p), 1, __ATOMIC_SEQ_CST); }
int64_t inc64(int64_t* p) { return __atomic_add_fetch(checked(p), int64_t{1}, __ATOMIC_SEQ_CST); }
int32_t dec32(int32_t* p) { return __atomic_sub_fetch(checked(p), 1, __ATOMIC_SEQ_CST); }
int64_t dec64(int64_t* p) { return __atomic_sub_fetch(checked(p), int64_t{1}, __ATOMIC_SEQ_CST); }
int32_t add32(int32_t* p, int32_t v) { return __atomic_add_fetch(checked(p), v, __ATOMIC_SEQ_CST); }
int64_t add64(int64_t* p, int64_t v) { return __atomic_add_fetch(checked(p), v, __ATOMIC_SEQ_CST); }
int64_t read64(int64_t* p) { return __atomic_load_n(checked(p), __ATOMIC_SEQ_CST); }
template <class T, class Bits> T exchange_bits(T* p, T v) {
  Bits b;
  __builtin_memcpy(&b, &v, sizeof v);
  Bits old = __atomic_exchange_n(reinterpret_cast<Bits*>(checked(p)), b, __ATOMIC_SEQ_CST);
  __builtin_memcpy(&v, &old, sizeof v);
  return v;
}
template <class T, class Bits> T cas_bits(T* p, T v, T c) {
  Bits b, expected;
  __builtin_memcpy(&b, &v, sizeof v);
  __builtin_memcpy(&expected, &c, sizeof c);
  __atomic_compare_exchange_n(reinterpret_cast<Bits*>(checked(p)), &expected, b, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  __builtin_memcpy(&v, &expected, sizeof v);
  return v;
}
int32_t xchg32(int32_t* p, int32_t v) { return exchange_bits<int32_t, int32_t>(p, v); }
int64_t xchg64(int64_t* p, int64_t v) { return exchange_bits<int64_t, int64_t>(p, v); }
float xchg_f(float* p, float v) { return exchange_bits<float, int32_t>(p, v); }
double xchg_d(double* p, double v) { return exchange_bits<double, int64_t>(p, v); }
int32_t cas32(int32_t* p, int32_t v, int32_t c) { return cas_bits<int32_t, int32_t>(p, v, c); }
int64_t cas64(int64_t* p, int64_t v, int64_t c) { return cas_bits<int64_t, int64_t>(p, v, c); }
float cas_f(float* p, float v, float c) { return cas_bits<float, int32_t>(p, v, c); }
double cas_d(double* p, double v, double c) { return cas_bits<double, int64_t>(p, v, c); }
int32_t cas32_success(int32_t* p, int32_t v, int32_t c, bool* success) {
  const int32_t old = cas32(p, v, c);
  *success = old == c;
  return old;
}
void xchg_object(Object** p, Object** value, Object** result) { *result = gc::exchange_ref(checked(p), *value); }
void cas_object(Object** p, Object** value, Object** comparand, Object** result) { *result = gc::compare_exchange_ref(checked(p), *value, *comparand); }
void barrier() { std::atomic_thread_fence(std::memory_order_seq_cst); }
int64_t volatile_read64(int64_t* p) { return __atomic_load_n(checked(p), __ATOMIC_ACQUIRE); }
void volatile_write64(int64_t* p, int64_t v) { __atomic_store_n(checked(p), v, __ATOMIC_RELEASE); }
double volatile_read_d(double* p) {
  int64_t bits = volatile_read64(reinterpret_cast<int64_t*>(p));
  double d;
  __builtin_memcpy(&d, &bits, 8);
  return d;
}
void volatile_write_d(double* p, double v) {
  int64_t bits;
  __builtin_memcpy(&bits, &v, 8);
  volatile_write64(reinterpret_cast<int64_t*>(p), bits);
}

float sinh_f(float x) { return std::sinh(x); }
float cosh_f(float x) { return std::cosh(x); }
float tanh_f(float x) { return std::tanh(x); }
float asinh_f(float x) { return std::asinh(x); }
float acosh_f(float x) { return std::acosh(x); }
float atanh_f(float x) { return std::atanh(x); }
float cbrt_f(float x) { return std::cbrt(x); }
float modf_f(float x, float* whole) { return std::modf(x, whole); }

#define MATH(name, f) RAPGO_ICALL_LEAF("System.Math::" name, f)
#define MATHF(name, f) RAPGO_ICALL_LEAF("System.MathF::" name, f)
#define LOCKED(name, f) RAPGO_ICALL("System.Threading.Interlocked::" name, f)
const calls::IcallEntry kEntries[] = {
    MATH("Sin", m_sin), MATH("Cos", m_cos), MATH("Tan", m_tan), MATH("Asin", m_asin), MATH("Acos", m_acos), MATH("Atan", m_atan), MATH("Atan2", m_atan2),
    MATH("Sinh", m_sinh), MATH("Cosh", m_cosh), MATH("Tanh", m_tanh), MATH("Exp", m_exp), MATH("Log", m_log), MATH("Log10", m_log10), MATH("Pow", m_pow),
    MATH("Sqrt", m_sqrt), MATH("Floor", m_floor), MATH("Ceiling", m_ceil), MATH("Round", m_round), MATH("Abs(double)", m_abs), MATH("Abs(single)", m_absf), MATH("Abs(float)", m_absf),
    MATH("FMod", m_fmod), MATH("ModF", m_modf), MATH("Cbrt", m_cbrt), MATH("Asinh", m_asinh), MATH("Acosh", m_acosh), MATH("Atanh", m_atanh),
    MATHF("Sin", f_sin), MATHF("Cos", f_cos), MATHF("Tan", f_tan), MATHF("Asin", f_asin), MATHF("Acos", f_acos), MATHF("Atan", f_atan), MATHF("Atan2", f_atan2),
    MATHF("Exp", f_exp), MATHF("Log", f_log), MATHF("Log10", f_log10), MATHF("Pow", f_pow), MATHF("Sqrt", f_sqrt), MATHF("Floor", f_floor), MATHF("Ceiling", f_ceil),
    MATHF("FMod", f_fmod), MATHF("Abs", m_absf), MATHF("Sinh", sinh_f), MATHF("Cosh", cosh_f), MATHF("Tanh", tanh_f), MATHF("Asinh", asinh_f), MATHF("Acosh", acosh_f),
    MATHF("Atanh", atanh_f), MATHF("Cbrt", cbrt_f), MATHF("ModF", modf_f),
    LOCKED("Increment(int&)", inc32), LOCKED("Increment(long&)", inc64), LOCKED("Decrement(int&)", dec32), LOCKED("Decrement(long&)", dec64),
    LOCKED("Add(int&,int)", add32), LOCKED("Add(long&,long)", add64), LOCKED("Read", read64),
    LOCKED("Exchange(int&,int)", xchg32), LOCKED("Exchange(long&,long)", xchg64), LOCKED("Exchange(intptr&,intptr)", xchg64), LOCKED("Exchange(float&,float)", xchg_f),
    LOCKED("Exchange(double&,double)", xchg_d), LOCKED("Exchange(object&,object&,object&)", xchg_object),
    LOCKED("CompareExchange(int&,int,int)", cas32), LOCKED("CompareExchange(long&,long,long)", cas64), LOCKED("CompareExchange(intptr&,intptr,intptr)", cas64),
    LOCKED("CompareExchange(float&,float,float)", cas_f), LOCKED("CompareExchange(double&,double,double)", cas_d), LOCKED("CompareExchange(int&,int,int,bool&)", cas32_success),
    LOCKED("CompareExchange(object&,object&,object&,object&)", cas_object), LOCKED("MemoryBarrierProcessWide", barrier), LOCKED("MemoryBarrier", barrier),
    RAPGO_ICALL_LEAF("System.Threading.Thread::MemoryBarrier", barrier),
    RAPGO_ICALL("System.Threading.Volatile::Read(long&)", volatile_read64), RAPGO_ICALL("System.Threading.Volatile::Read(ulong&)", volatile_read64),
    RAPGO_ICALL("System.Threading.Volatile::Read(double&)", volatile_read_d), RAPGO_ICALL("System.Threading.Volatile::Write(long&,long)", volatile_write64),
    RAPGO_ICALL("System.Threading.Volatile::Write(ulong&,ulong)", volatile_write64), RAPGO_ICALL("System.Threading.Volatile::Write(double&,double)", volatile_write_d),
};

}  // namespace

void register_math() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
