// The process's one loader.
#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
Loader* the_loader = nullptr;
}

Loader& Loader::get() { return *the_loader; }

Type* Loader::corlib_type(std::string_view ns, std::string_view name) {
  Type* t = corlib_->find_type(ns, name);
  if (!t) throw_type_load(std::string(ns) + "." + std::string(name), corlib_);
  return t;
}

void Loader::init(const Options& options) {
  auto* l = new Loader();
  l->impl = new Impl();
  l->impl->options = options;
  the_loader = l;
  Lock lock;
  const std::string path = options.framework_dir + "/mscorlib.dll";
  l->corlib_ = publish_assembly(open_assembly(path));
  l->impl->by_path.emplace(canonical_path(path), l->corlib_);
  l->corlib_->is_corlib = true;
  auto get = [&](const char* name) { return l->corlib_type("System", name); };
  WellKnownTypes& w = l->types_;
  // ValueType and Enum first: kinds of all others are told by them.
  w.object = get("Object"), w.value_type = get("ValueType"), w.enum_ = get("Enum");
  w.void_ = get("Void"), w.boolean = get("Boolean"), w.char_ = get("Char");
  w.i1 = get("SByte"), w.u1 = get("Byte"), w.i2 = get("Int16"), w.u2 = get("UInt16"), w.i4 = get("Int32"), w.u4 = get("UInt32");
  w.i8 = get("Int64"), w.u8 = get("UInt64"), w.r4 = get("Single"), w.r8 = get("Double"), w.i = get("IntPtr"), w.u = get("UIntPtr");
  w.string = get("String"), w.array = get("Array"), w.delegate = get("Delegate"), w.multicast_delegate = get("MulticastDelegate");
  w.exception = get("Exception"), w.runtime_type = get("RuntimeType"), w.type = get("Type"), w.nullable = get("Nullable`1");
  w.typed_reference = get("TypedReference"), w.attribute = get("Attribute");
  w.runtime_type_handle = get("RuntimeTypeHandle"), w.runtime_method_handle = get("RuntimeMethodHandle");
  w.runtime_field_handle = get("RuntimeFieldHandle");
  w.object_array = w.object->make_array(0), w.string_array = w.string->make_array(0);
  w.thread = l->corlib_type("System.Threading", "Thread"), w.internal_thread = l->corlib_type("System.Threading", "InternalThread");
  static constexpr const char* kArrayInterfaces[5] = {"IList`1", "ICollection`1", "IEnumerable`1", "IReadOnlyList`1", "IReadOnlyCollection`1"};
  for (int i = 0; i < 5; ++i) l->impl->array_interfaces[i] = l->corlib_type("System.Collections.Generic", kArrayInterfaces[i]);
}

}  // namespace rapgo::load::types
