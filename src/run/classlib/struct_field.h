// Fields of managed structs that native code fills in place, by name.
#pragma once
#include "run/calls/invoke.h"
#include "run/classlib/objects.h"

namespace rapgo::run::classlib {

// Like FieldOffset, for a struct that lies anywhere (a `ref` argument): offsets from the value's start.
class StructField {
 public:
  constexpr StructField(const char* name_space, const char* type, const char* field) : boxed_(name_space, type, field) {}
  template <class T>
  void put(void* at, T value) const { *reinterpret_cast<T*>(place(at)) = value; }
  template <class T>
  T get(const void* at) const { return *reinterpret_cast<const T*>(place(const_cast<void*>(at))); }
  void put_ref(void* at, Object* value) const { calls::store_ref(place(at), value); }

 private:
  uint8_t* place(void* at) const { return static_cast<uint8_t*>(at) + boxed_.get() - sizeof(Object); }
  FieldOffset boxed_;
};

}  // namespace rapgo::run::classlib
