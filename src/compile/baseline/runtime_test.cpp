// The small runtime of test_runtime.h.
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <utility>

#include "abi/memory_map.h"
#include "abi/thread_state.h"
#include "abi/type_head.h"
#include "compile/baseline/test_runtime.h"
#include "compile/stubs/test_memory.h"
#include "load/types/classify.h"
#include "load/types/load_errors.h"

namespace rapgo::compile::baseline::testing {

using namespace load::types;
using abi::Helper;
using abi::Object;
using loop::SymbolKind;

Options options;
const void* hop;
abi::TransferUpTarget* (*on_transfer_up)(uint64_t, uint64_t);

namespace {

std::map<Method*, Installed> versions;
std::map<uint64_t, Installed*> by_start;
std::map<Method*, uint64_t> first_calls, unboxing, native;
std::set<Type*> filled;
std::map<std::string, Object*> literals;

abi::ThreadState& t() { return abi::current(); }

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "test runtime: %s\n", what.c_str());
  std::abort();
}

uint64_t first_call(Method* m) {
  uint64_t& at = first_calls[m];
  if (!at) {
    uint8_t* p = stubs::testing::low_memory(16);
    at = reinterpret_cast<uint64_t>(p);
    stubs::write_first_call_stub(p, at, m->id());
  }
  return at;
}
uint64_t entry_of(Method* m) {
  if (!m->entry) m->entry = first_call(m);
  return m->entry;
}
uint64_t unbox_entry(Method* m) {
  uint64_t& at = unboxing[m];
  if (!at) {
    entry_of(m);
    at = stubs::testing::install(stubs::unbox_stub(m->id(), abi::returns_hidden(shape_of(m->signature().ret))));
  }
  return at;
}
void fill(Type* type) {
  if (!filled.insert(type).second) return;
  abi::TypeHead* head = type->head();
  for (auto& w : head->imt) w = abi::helper_entry(Helper::InterfaceMiss);
  const auto table = type->vtable();
  for (size_t i = 0; i < table.size(); ++i)
    if (table[i]) head->vtable[i] = table[i]->declaring->is_value_type() ? unbox_entry(table[i]) : first_call(table[i]);
}
Object* allocate(Type* type) {
  fill(type);
  abi::TypeHead* head = type->head();
  auto* o = reinterpret_cast<Object*>(t().alloc_cursor);
  t().alloc_cursor += head->instance_size;
  o->type = static_cast<uint32_t>(reinterpret_cast<uint64_t>(head));
  return o;
}
abi::String* new_string(const char16_t* chars, int32_t n) {
  fill(loader().types().string);
  auto* s = reinterpret_cast<abi::String*>(t().alloc_cursor);
  t().alloc_cursor += (12 + 2 * static_cast<uint64_t>(n) + 2 + 7) & ~7ull;
  s->type = static_cast<uint32_t>(reinterpret_cast<uint64_t>(loader().types().string->head()));
  s->length = n;
  if (chars) std::memcpy(s->chars, chars, 2 * static_cast<size_t>(n));
  return s;
}
Type* type_of(Object* o) { return Type::from({o->head()->type}); }

uint64_t resolve(const loop::Symbol& s) {
  switch (s.kind) {
    case SymbolKind::TypeWord: {
      Type* type = Type::from({s.id});
      fill(type);
      return reinterpret_cast<uint64_t>(type->head());
    }
    case SymbolKind::StaticsBase: return reinterpret_cast<uint64_t>(Type::from({s.id})->statics());
    case SymbolKind::MethodStub: return first_call(Method::from({s.id}));
    case SymbolKind::ImtOffset: return abi::kImtOffset + 8 * abi::imt_slot(s.id);
    case SymbolKind::ProbeCounters: return reinterpret_cast<uint64_t>(alloc_low_words(256));
    case SymbolKind::StringLiteral: {
      Assembly* a = Assembly::from({s.id});
      const auto bytes = a->metadata->user_string(load::metadata::Token(s.extra));
      Object*& o = literals[std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())];
      if (!o) {
        auto* p = reinterpret_cast<abi::String*>(alloc_low_words(bytes.size() / 8 + 4));
        abi::String* made = new_string(nullptr, static_cast<int32_t>(bytes.size() / 2));
        std::memcpy(p, made, 12);
        std::memcpy(p->chars, bytes.data(), bytes.size());
        o = p;
      }
      return reinterpret_cast<uint64_t>(o);
    }
    case SymbolKind::TypeObject: {
      Type* type = Type::from({s.id});
      if (!type->type_object) {
        auto* p = alloc_low_words(16);
        Object* made = allocate(loader().types().runtime_type);
        std::memcpy(p, made, 8);
        p[loader().types().type->find_field("_impl")->offset() / 8] = s.id;
        type->type_object = p;
      }
      return reinterpret_cast<uint64_t>(type->type_object);
    }
    default: die("symbol kind " + std::to_string(static_cast<int>(s.kind)));
  }
}

uint64_t install(const loop::CompiledCode& code) {
  for (const loop::Symbol& s : code.symbols)
    if (s.kind == SymbolKind::EntrySlot) entry_of(Method::from({s.id}));
  return stubs::testing::install(code, resolve);
}

// ---- exceptions ----
Object* pending_exception;
Object* body_pending(uint32_t at_entry) {
  t().pending = 0;
  return at_entry ? nullptr : std::exchange(pending_exception, nullptr);
}
void raise_later(Object* e) {
  pending_exception = e;
  t().pending = abi::kPendingException;
}
void raise_later(const char* name) { raise_later(allocate(loader().corlib_type("System", name))); }

const Installed* lookup(uint64_t pc) {
  auto i = by_start.upper_bound(pc);
  if (i == by_start.begin()) return nullptr;
  --i;
  return pc - i->first < i->second->code.bytes.size() ? i->second : nullptr;
}
uint32_t il_of(const Installed& v, uint64_t pc) {
  uint32_t il = ~0u;
  for (const auto& row : v.code.il_map)
    if (row.pc <= pc - v.start) il = row.il_offset;
  return il;
}
struct Unwind {
  Object* exception;
  uint64_t pc, rbp;          // frame being unwound
  size_t next;               // its next clause
  uint64_t target_rbp;       // 0: the invoke frame
  size_t target_clause;
};
std::vector<Unwind> unwinds;

[[noreturn]] void go_on() {
  Unwind& u = unwinds.back();
  abi::Context c{};
  for (;;) {
    if (u.pc == abi::stub_entries.invoke_return) {
      c.rbp = u.rbp;
      c.rsp = u.rbp - 200;
      c.pc = abi::stub_entries.invoke_exception;
      c.rax = reinterpret_cast<uint64_t>(u.exception);
      unwinds.pop_back();
      abi::stub_entries.restore_context(&c);
    }
    const Installed* v = lookup(u.pc - 1);
    if (v) {
      const uint32_t il = il_of(*v, u.pc - 1);
      for (; u.next < v->code.handlers.size(); ++u.next) {
        const loop::HandlerRow& h = v->code.handlers[u.next];
        if (il < h.try_begin || il >= h.try_end) continue;
        c.rbp = u.rbp;
        c.rsp = v->code.frame.localloc_sp ? *reinterpret_cast<uint64_t*>(u.rbp + static_cast<int64_t>(v->code.frame.localloc_sp)) : u.rbp - v->code.frame.frame_size;
        c.pc = v->start + h.handler_pc;
        c.rax = reinterpret_cast<uint64_t>(u.exception);
        if (u.rbp == u.target_rbp && u.next == u.target_clause) {
          unwinds.pop_back();
          abi::stub_entries.restore_context(&c);
        }
        if (h.kind == loop::ClauseKind::Finally || h.kind == loop::ClauseKind::Fault) {
          *reinterpret_cast<uint64_t*>(u.rbp + static_cast<int64_t>(h.continuation)) = abi::helper_entry(Helper::ResumeUnwind);
          ++u.next;
          abi::stub_entries.restore_context(&c);
        }
      }
    }
    u.pc = reinterpret_cast<uint64_t*>(u.rbp)[1];
    u.rbp = reinterpret_cast<uint64_t*>(u.rbp)[0];
    u.next = 0;
  }
}
void body_raise(abi::Context* ctx, Object* e) {
  Unwind u{e, ctx->pc, ctx->rbp, 0, 0, 0};
  // First pass.
  uint64_t pc = ctx->pc, rbp = ctx->rbp;
  while (pc != abi::stub_entries.invoke_return && !u.target_rbp) {
    const Installed* v = lookup(pc - 1);
    if (v) {
      const uint32_t il = il_of(*v, pc - 1);
      for (size_t c = 0; c < v->code.handlers.size() && !u.target_rbp; ++c) {
        const loop::HandlerRow& h = v->code.handlers[c];
        if (il < h.try_begin || il >= h.try_end) continue;
        bool match = false;
        if (h.kind == loop::ClauseKind::Catch) match = type_of(e)->is_assignable_to(Type::from(h.catch_type));
        uint64_t sp;
        if (h.kind == loop::ClauseKind::Filter) match = abi::stub_entries.call_filter(v->start + h.filter_pc, rbp, e, &sp) != 0;
        if (match) u.target_rbp = rbp, u.target_clause = c;
      }
    }
    pc = reinterpret_cast<uint64_t*>(rbp)[1];
    rbp = reinterpret_cast<uint64_t*>(rbp)[0];
  }
  unwinds.push_back(u);
  go_on();
}
void body_resume(abi::Context*) { go_on(); }
void body_throw(Object* e, abi::Context*) {
  if (e) raise_later(e); else raise_later("NullReferenceException");
}

// ---- helper bodies ----
Object* body_new_object(abi::TypeHead* h) { return allocate(Type::from({h->type})); }
Object* body_new_vector(abi::TypeHead* h, int64_t length) {
  if (length < 0) {
    raise_later("OverflowException");
    return nullptr;
  }
  fill(Type::from({h->type}));
  auto* a = reinterpret_cast<abi::Array*>(t().alloc_cursor);
  t().alloc_cursor += (16 + static_cast<uint64_t>(length) * h->element_size + 7) & ~7ull;
  a->type = static_cast<uint32_t>(reinterpret_cast<uint64_t>(h));
  a->length = static_cast<int32_t>(length);
  return a;
}
Object* body_new_multi(abi::TypeHead* h, int32_t n, int64_t* dims) {
  Type* type = Type::from({h->type});
  const uint32_t rank = type->rank;
  int64_t total = 1;
  for (uint32_t d = 0; d < rank; ++d) total *= n == static_cast<int32_t>(rank) ? dims[d] : dims[2 * d + 1];
  auto* a = static_cast<abi::Array*>(body_new_vector(h, total));
  a->bounds_offset = static_cast<uint32_t>((t().alloc_cursor - reinterpret_cast<uint64_t>(a)) / 8);
  auto* b = reinterpret_cast<abi::ArrayBound*>(t().alloc_cursor);
  t().alloc_cursor += 8 * rank;
  for (uint32_t d = 0; d < rank; ++d) b[d] = n == static_cast<int32_t>(rank) ? abi::ArrayBound{static_cast<int32_t>(dims[d]), 0} : abi::ArrayBound{static_cast<int32_t>(dims[2 * d + 1]), static_cast<int32_t>(dims[2 * d])};
  return a;
}
Object* body_box_nullable(abi::TypeHead* h, uint8_t* value) {
  Type* type = Type::from({h->type});
  Type* element = type->element;
  uint32_t has = 0, at = 0;
  for (Field* f : type->fields())
    if (!f->is_static()) (f->name == "has_value" || f->name == "hasValue" ? has : at) = f->offset();
  if (!value[has]) return nullptr;
  Object* o = allocate(element);
  std::memcpy(o + 1, value + at, element->value_size());
  return o;
}
void body_unbox_nullable(abi::TypeHead* h, Object* o, uint8_t* to) {
  Type* type = Type::from({h->type});
  uint32_t has = 0, at = 0;
  for (Field* f : type->fields())
    if (!f->is_static()) (f->name == "has_value" || f->name == "hasValue" ? has : at) = f->offset();
  std::memset(to, 0, type->value_size());
  if (!o) return;
  to[has] = 1;
  std::memcpy(to + at, o + 1, type->element->value_size());
}
void body_store_element(abi::Array* a, int64_t i, Object* v) {
  if (!a) return raise_later("NullReferenceException");
  if (static_cast<uint64_t>(i) >= static_cast<uint32_t>(a->length)) return raise_later("IndexOutOfRangeException");
  if (v && !type_of(v)->is_assignable_to(type_of(a)->element)) return raise_later("ArrayTypeMismatchException");
  *a->at<Object*>(static_cast<size_t>(i)) = v;
}
void body_copy_struct(uint8_t* to, uint8_t* from, abi::TypeHead* h) { std::memmove(to, from, h->value_size); }
void body_memcpy(void* to, void* from, uint64_t n) { std::memmove(to, from, n); }
void body_memset(void* to, int v, uint64_t n) { std::memset(to, v, n); }
Object* body_isinst(Object* o, abi::TypeHead* h) { return o && type_of(o)->is_assignable_to(Type::from({h->type})) ? o : nullptr; }
Object* body_cast(Object* o, abi::TypeHead* h) {
  if (o && !body_isinst(o, h)) raise_later("InvalidCastException");
  return o;
}
void* body_unbox(Object* o, abi::TypeHead* h) {
  if (Type::from({h->type})->underlying() == type_of(o)->underlying()) return o + 1;
  raise_later("InvalidCastException");
  return nullptr;
}
void body_init_class(abi::TypeHead* h) {
  Type* type = Type::from({h->type});
  if (h->flags & abi::kIsInitialized) return;
  h->flags |= abi::kIsInitialized;
  if (Method* m = type->static_constructor()) {
    const Outcome o = run(m);
    if (o.exception) h->flags &= ~abi::kIsInitialized, raise_later("TypeInitializationException");
  }
}
uint64_t body_thread_static(Field* f) { return reinterpret_cast<uint64_t>(t().thread_statics) + 8 * f->offset(); }
uint64_t body_resolve_virtual(Object* o, Method* m) {
  Method* target = type_of(o)->find_virtual(m);
  return target->declaring->is_value_type() ? unbox_entry(target) : first_call(target);
}
uint32_t delegate_offset(const char* name) {
  for (Type* type : {loader().types().multicast_delegate, loader().types().delegate})
    for (Field* f : type->fields())
      if (f->name == name) return f->offset();
  die("no delegate field");
}
stubs::DelegateOffsets delegate_offsets() { return {delegate_offset("m_target"), delegate_offset("method_ptr"), delegate_offset("invoke_impl"), delegate_offset("delegates")}; }
struct DelegateEntries { uint64_t start, closed, open, multicast; };
std::map<Method*, DelegateEntries> delegate_code;
std::map<Method*, Installed> delegate_versions;
DelegateEntries& delegate_entries(Method* invoke) {
  DelegateEntries& d = delegate_code[invoke];
  if (!d.start) {
    const abi::CallLayout with = call_layout_of(invoke);
    std::vector<abi::ValueShape> shapes(with.shapes.begin() + 1, with.shapes.end());
    const stubs::DelegateStubs s = stubs::delegate_stubs(invoke->id(), with, abi::make_call_layout(with.result_shape, shapes), delegate_offsets());
    d.start = stubs::testing::install(s.code);
    delegate_versions[invoke] = {d.start, s.code};
    by_start[d.start] = &delegate_versions[invoke];
    d.closed = d.start + s.closed, d.open = d.start + s.open, d.multicast = d.start + s.multicast;
  }
  return d;
}
void body_delegate_init(Object* d, Object* target, uint64_t function) {
  const auto at = delegate_offsets();
  auto* p = reinterpret_cast<uint8_t*>(d);
  const DelegateEntries& e = delegate_entries(type_of(d)->find_method("Invoke"));
  Method* m = nullptr;
  for (auto& [method, stub] : first_calls)
    if (stub == function) m = method;
  std::memcpy(p + at.target, &target, 8);
  std::memcpy(p + at.method_ptr, &function, 8);
  const bool open = m && m->is_static() && !target && m->signature().params.size() == type_of(d)->find_method("Invoke")->signature().params.size();
  const uint64_t impl = open ? e.open : e.closed;
  std::memcpy(p + at.invoke_impl, &impl, 8);
}
int64_t body_checked(double v, int op) {
  const auto in = [&](double low, double high) { return v > low && v < high; };
  bool ok = false;
  switch (op) {
    case 0xB3: case 0x82: ok = in(-129, 128); break;
    case 0xB4: case 0x86: ok = in(-1, 256); break;
    case 0xB5: case 0x83: ok = in(-32769, 32768); break;
    case 0xB6: case 0x87: ok = in(-1, 65536); break;
    case 0xB7: case 0x84: ok = in(-2147483649.0, 2147483648.0); break;
    case 0xB8: case 0x88: ok = in(-1, 4294967296.0); break;
    case 0xBA: case 0x89: case 0xD5: case 0x8B: ok = in(-1, 18446744073709551616.0); if (ok) return static_cast<int64_t>(static_cast<uint64_t>(v)); break;
    default: ok = v >= -9223372036854775808.0 && v < 9223372036854775808.0;
  }
  if (!ok) {
    raise_later("OverflowException");
    return 0;
  }
  return static_cast<int64_t>(v);
}
int64_t body_to_u64(double v) { return static_cast<int64_t>(static_cast<uint64_t>(v)); }
double body_from_u64(uint64_t v) { return static_cast<double>(v); }
double body_fmod(double a, double b) { return std::fmod(a, b); }
float body_fmodf(float a, float b) { return std::fmod(a, b); }
void nothing(void*) {}
void not_implemented(const char* what) {
  std::fprintf(stderr, "not implemented: %s\n", what);
  raise_later("NotImplementedException");
}
void load_error(uint32_t index) {
  const LoadError& e = recorded_load_error(index);
  raise_later(e.kind == LoadErrorKind::MissingField ? "MissingFieldException" : e.kind == LoadErrorKind::MissingMethod ? "MissingMethodException" : "TypeLoadException");
}
template <const char* name>
void thrower() { raise_later(name); }

// ---- internal calls ----
Object* icall_alloc_string(int32_t n) { return new_string(nullptr, n); }
Object* body_new_string(abi::TypeHead*, int64_t n) { return new_string(nullptr, static_cast<int32_t>(n)); }
void icall_initialize_array(abi::Array* a, Field* f) {
  const auto data = f->rva_data();
  std::memcpy(a->data(), data.data(), std::min<size_t>(data.size(), static_cast<size_t>(a->length) * a->head()->element_size));
}
Object* icall_get_type(Object* o) { return reinterpret_cast<Object*>(resolve({SymbolKind::TypeObject, type_of(o)->id().value, 0})); }
int32_t icall_hash(Object* o) { return static_cast<int32_t>(reinterpret_cast<uint64_t>(o) >> 3); }
int32_t icall_array_length(abi::Array* a, int32_t d) { return a->bounds_offset ? reinterpret_cast<abi::ArrayBound*>(reinterpret_cast<uint64_t*>(a) + a->bounds_offset)[d].length : a->length; }
int32_t icall_rank(abi::Array* a) { return a->bounds_offset ? static_cast<int32_t>(type_of(a)->rank) : 1; }
int32_t icall_lower(abi::Array*, int32_t) { return 0; }
int32_t icall_fast_copy(abi::Array* from, int32_t i, abi::Array* to, int32_t j, int32_t n) {
  const size_t size = from->head()->element_size;
  std::memmove(to->data() + static_cast<size_t>(j) * size, from->data() + static_cast<size_t>(i) * size, static_cast<size_t>(n) * size);
  return 1;
}
Type* of_object(Object* type_object) { return Type::from({static_cast<uint32_t>(reinterpret_cast<uint64_t*>(type_object)[loader().types().type->find_field("_impl")->offset() / 8])}); }
int32_t icall_assignable(Object* to, Object* from) { return of_object(from)->is_assignable_to(of_object(to)); }
double icall_sin(double v) { return std::sin(v); }
double icall_pow(double a, double b) { return std::pow(a, b); }
double icall_floor(double a) { return std::floor(a); }
int32_t icall_has_references(Object* type) { return of_object(type)->is_reference() || of_object(type)->has_references(); }
int32_t icall_attributes(Object* type) { return static_cast<int32_t>(of_object(type)->attributes); }
void icall_block_copy(void* to, void* from, uint64_t n) { std::memmove(to, from, n); }
void icall_compare_exchange(Object** p, Object** v, Object** c, Object** result) {
  Object* old = *p;
  if (old == *c) *p = *v;
  *result = old;
}
int32_t icall_no(void*) { return 0; }
int32_t icall_subclass(Type* child, Type* parent) {
  return child->derives_from(parent); }
Object* icall_from_handle(Type* type) { return reinterpret_cast<Object*>(resolve({SymbolKind::TypeObject, type->id().value, 0})); }
Object* icall_alloc_delegate(Object* d) {
  Object* o = allocate(type_of(d));
  const uint64_t impl = delegate_entries(type_of(d)->find_method("Invoke")).multicast;
  std::memcpy(reinterpret_cast<uint8_t*>(o) + delegate_offsets().invoke_impl, &impl, 8);
  return o;
}
struct Icall { const char* name; const void* function; };
const Icall kIcalls[] = {
    {"System.String::FastAllocateString", reinterpret_cast<void*>(&icall_alloc_string)},
    {"System.String::InternalAllocateStr", reinterpret_cast<void*>(&icall_alloc_string)},
    {"System.Runtime.CompilerServices.RuntimeHelpers::InitializeArray", reinterpret_cast<void*>(&icall_initialize_array)},
    {"System.Object::GetType", reinterpret_cast<void*>(&icall_get_type)},
    {"System.Object::InternalGetHashCode", reinterpret_cast<void*>(&icall_hash)},
    {"System.Array::GetLength", reinterpret_cast<void*>(&icall_array_length)},
    {"System.Array::GetRank", reinterpret_cast<void*>(&icall_rank)},
    {"System.Array::GetLowerBound", reinterpret_cast<void*>(&icall_lower)},
    {"System.Array::FastCopy", reinterpret_cast<void*>(&icall_fast_copy)},
    {"System.RuntimeTypeHandle::type_is_assignable_from", reinterpret_cast<void*>(&icall_assignable)},
    {"System.RuntimeTypeHandle::HasInstantiation", reinterpret_cast<void*>(&icall_no)},
    {"System.RuntimeTypeHandle::is_subclass_of", reinterpret_cast<void*>(&icall_subclass)},
    {"System.Type::internal_from_handle", reinterpret_cast<void*>(&icall_from_handle)},
    {"System.RuntimeTypeHandle::GetAttributes", reinterpret_cast<void*>(&icall_attributes)},
    {"System.Math::Sin", reinterpret_cast<void*>(&icall_sin)},
    {"System.Math::Pow", reinterpret_cast<void*>(&icall_pow)},
    {"System.Math::Floor", reinterpret_cast<void*>(&icall_floor)},
    {"System.RuntimeTypeHandle::HasReferences", reinterpret_cast<void*>(&icall_has_references)},
    {"System.Runtime.RuntimeImports::Memmove", reinterpret_cast<void*>(&icall_block_copy)},
    {"System.Buffer::InternalMemcpy", reinterpret_cast<void*>(&icall_block_copy)},
    {"System.Threading.Interlocked::CompareExchange", reinterpret_cast<void*>(&icall_compare_exchange)},
    {"System.Delegate::AllocDelegateLike_internal", reinterpret_cast<void*>(&icall_alloc_delegate)},
};

uint64_t body_first_call(uint32_t id, abi::ArgRegisters*) {
  Method* m = Method::from({id});
  if (const Installed* v = installed(m)) return v->start + v->code.entry;
  if (auto i = native.find(m); i != native.end()) return i->second;
  if (m->declaring->is_delegate() && m->name == "Invoke") return m->entry = delegate_entries(m).start;
  if (hop && m->name == "Hop") return native[m] = m->entry = stubs::testing::install(stubs::icall_stub(m->id(), hop, 0));
  if (!compilable(m)) {
    const std::string name = m->declaring->full_name() + "::" + std::string(m->name);
    for (const Icall& c : kIcalls)
      if (name == c.name) return native[m] = m->entry = stubs::testing::install(stubs::icall_stub(m->id(), c.function, 0));
    std::fprintf(stderr, "no body for %s\n", m->display_name().c_str());
    raise_later("NotImplementedException");
    return 0;
  }
  try {
    Installed& v = versions[m];
    v.code = *compile(m, options);
    v.start = install(v.code);
    by_start[v.start] = &v;
    m->entry = v.start + v.code.entry;
    return m->entry;
  } catch (const LoadError& e) {
    std::fprintf(stderr, "%s: %s\n", m->display_name().c_str(), e.what());
    versions.erase(m);
    raise_later("InvalidProgramException");
    return 0;
  }
}
uint64_t body_interface_miss(uint32_t id, abi::ArgRegisters* r) {
  Method* m = Method::from({id});
  const bool hidden = abi::returns_hidden(shape_of(m->signature().ret));
  auto* o = reinterpret_cast<Object*>(hidden ? r->rsi : r->rdi);
  Method* target = type_of(o)->find_virtual(m);
  if (!target) die("no implementation of " + m->display_name() + " in " + type_of(o)->full_name());
  return target->declaring->is_value_type() ? unbox_entry(target) : first_call(target);
}
abi::TransferUpTarget* body_transfer_up(uint64_t pc, uint64_t rbp) { return on_transfer_up ? on_transfer_up(pc, rbp) : nullptr; }

void on_fault(int, siginfo_t* info, void* uc) {
  auto& g = static_cast<ucontext_t*>(uc)->uc_mcontext.gregs;
  const auto pc = static_cast<uint64_t>(g[REG_RIP]);
  if (reinterpret_cast<uint64_t>(info->si_addr) < 8192 && (lookup(pc) || pc - abi::stub_entries.blob < abi::stub_entries.blob_size || delegate_code.size())) {
    if (lookup(pc)) {
      g[REG_RSP] -= 8;
      *reinterpret_cast<uint64_t*>(g[REG_RSP]) = pc + 1;
    }
    g[REG_RIP] = static_cast<greg_t>(abi::helper_entry(Helper::ThrowNullReference));
    return;
  }
  const Installed* v = lookup(pc);
  std::fprintf(stderr, "fault at pc %llx address %p in %s il %x offset %llx\n", static_cast<unsigned long long>(pc), info->si_addr, v ? Method::from(v->code.method)->display_name().c_str() : "?",
               v ? il_of(*v, pc) : 0, v ? static_cast<unsigned long long>(pc - v->start) : 0);
  signal(SIGSEGV, SIG_DFL);
}

constexpr char kIndex[] = "IndexOutOfRangeException", kDivide[] = "DivideByZeroException", kOverflow[] = "OverflowException", kArithmetic[] = "ArithmeticException",
               kCast[] = "InvalidCastException", kMismatch[] = "ArrayTypeMismatchException", kNull[] = "NullReferenceException";

}  // namespace

uint64_t* alloc_low_words(size_t words) { return reinterpret_cast<uint64_t*>(stubs::testing::low_memory(8 * words + 64)); }

namespace {
void* alloc_low(size_t size, size_t align) {
  static uintptr_t cursor = 0;
  if (cursor == 0) {
    void* p = mmap(reinterpret_cast<void*>(abi::kMetaBase), abi::kMetaEnd - abi::kMetaBase, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (p == MAP_FAILED) std::abort();
    cursor = abi::kMetaBase;
  }
  cursor = (cursor + align - 1) & ~(align - 1);
  const uintptr_t at = cursor;
  cursor += size;
  return reinterpret_cast<void*>(at);
}

void set_up() {
  const auto body = [](Helper h, auto* f) { abi::helper_body(h) = reinterpret_cast<void*>(f); };
  body(Helper::NewObjectSlow, &body_new_object);
  body(Helper::NewVectorSlow, &body_new_vector);
  body(Helper::NewStringSlow, &body_new_string);
  body(Helper::NewMultiArray, &body_new_multi);
  body(Helper::BoxNullable, &body_box_nullable);
  body(Helper::UnboxNullable, &body_unbox_nullable);
  body(Helper::StoreElement, &body_store_element);
  body(Helper::CopyStruct, &body_copy_struct);
  body(Helper::MemCopy, &body_memcpy);
  body(Helper::MemSet, &body_memset);
  body(Helper::IsInst, &body_isinst);
  body(Helper::CastClass, &body_cast);
  body(Helper::UnboxCheck, &body_unbox);
  body(Helper::ElementAddressCheck, +[](abi::Array* a, abi::TypeHead* h) { if (type_of(a)->element->head() != h) raise_later(kMismatch); });
  body(Helper::InitClass, &body_init_class);
  body(Helper::ThreadStatic, &body_thread_static);
  body(Helper::ResolveVirtual, &body_resolve_virtual);
  body(Helper::LeaveCatch, +[] {});
  body(Helper::DelegateInit, &body_delegate_init);
  body(Helper::InterfaceMiss, &body_interface_miss);
  body(Helper::FirstCall, &body_first_call);
  body(Helper::Throw, &body_throw);
  body(Helper::Rethrow, &body_throw);
  body(Helper::ThrowNullReference, &thrower<kNull>);
  body(Helper::ThrowIndexOutOfRange, &thrower<kIndex>);
  body(Helper::ThrowDivideByZero, &thrower<kDivide>);
  body(Helper::ThrowOverflow, &thrower<kOverflow>);
  body(Helper::ThrowArithmetic, &thrower<kArithmetic>);
  body(Helper::ThrowInvalidCast, &thrower<kCast>);
  body(Helper::ThrowArrayTypeMismatch, &thrower<kMismatch>);
  body(Helper::ThrowNotImplemented, &not_implemented);
  body(Helper::ThrowInvalidProgram, &not_implemented);
  body(Helper::ThrowLoadError, &load_error);
  body(Helper::ResumeUnwind, &body_resume);
  body(Helper::MonitorEnter, &nothing);
  body(Helper::MonitorExit, &nothing);
  body(Helper::TransferUp, &body_transfer_up);
  body(Helper::FMod, &body_fmod);
  body(Helper::FModF, &body_fmodf);
  body(Helper::DoubleToUInt64, &body_to_u64);
  body(Helper::UInt64ToDouble, &body_from_u64);
  body(Helper::CheckedDoubleToInt64, &body_checked);
  abi::stub_bodies.pending = body_pending;
  abi::stub_bodies.raise = body_raise;
  stubs::testing::install_core();

  const size_t heap = 1 << 30;
  void* p = mmap(reinterpret_cast<void*>(abi::kHeapBase), heap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  void* cards = mmap(reinterpret_cast<void*>(abi::kCardBase), abi::kCardEnd - abi::kCardBase, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (p == MAP_FAILED || cards == MAP_FAILED) die("no address space");
  t().alloc_cursor = reinterpret_cast<uint64_t>(p);
  t().alloc_limit = t().alloc_cursor + heap;
  t().mode = abi::Mode::Runtime;
  t().thread_statics = reinterpret_cast<uint64_t>(alloc_low_words(4096));

  static uint8_t alternate[64 << 10];
  stack_t ss{};
  ss.ss_sp = alternate;
  ss.ss_size = sizeof alternate;
  sigaltstack(&ss, nullptr);
  struct sigaction sa {};
  sa.sa_sigaction = on_fault;
  sa.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigaction(SIGSEGV, &sa, nullptr);

  Loader::Options o;
  o.alloc_low = alloc_low;
  Loader::init(o);
}
}  // namespace

Loader& loader() {
  static bool once = false;
  if (!once) {
    once = true;
    set_up();
  }
  return Loader::get();
}

void forget_versions() {
  for (auto& [m, v] : versions) m->entry = first_call(m);
  for (auto& [m, at] : native) m->entry = first_call(m);
  versions.clear();
  by_start.clear();
  for (auto& [m, v] : delegate_versions) by_start[v.start] = &v;
  native.clear();
}

const Installed* version_at(uint64_t pc) { return lookup(pc); }

const Installed* installed(Method* m) {
  const auto i = versions.find(m);
  return i == versions.end() ? nullptr : &i->second;
}

uint64_t install_landing(const loop::CompiledCode& code) { return install(code) + code.entry; }

Outcome run(Method* m, std::initializer_list<uint64_t> ints, std::initializer_list<double> reals) {
  loader();
  abi::InvokeBlock b;
  std::copy(ints.begin(), ints.end(), b.ints);
  std::copy(reals.begin(), reals.end(), b.sses);
  abi::stub_entries.invoke(entry_of(m), &b);
  return {b.result_ints[0], b.result_sses[0], b.exception};
}

std::string exception_name(Object* e) { return e ? std::string(type_of(e)->name) : "none"; }

}  // namespace rapgo::compile::baseline::testing
