// III.4.7 ldelem ..., III.4.20 newarr; methods of array types (II.14.2).
#include "abi/object.h"
#include "compile/baseline/compiler_x64.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;

namespace {
constexpr int32_t kBoundsOffset = 12;  // abi::Array::bounds_offset
}  // namespace

void Compiler::load_length() {
  Entry array = pop();
  const Gp r = to_gp(array).r64();
  a.mov(r.r32(), dword_ptr(r, abi::kArrayLengthOffset));
  push_gp(r, StackKind::NativeInt);
}

// Address of an element, bounds-checked. Both entries end up in registers, which stay theirs.
Mem Compiler::element(Entry& array, Entry& index, uint32_t size) {
  const Gp base = to_gp(array).r64();
  if (index.in == In::Const) {
    a.cmp(dword_ptr(base, abi::kArrayLengthOffset), static_cast<int32_t>(index.value));
    a.jbe(throw_label(Helper::ThrowIndexOutOfRange));
    const bool near = index.value >= 0 && index.value <= INT32_MAX;
    const int64_t offset = abi::kArrayDataOffset + (near ? index.value : 0) * int64_t{size};
    if (near && offset == static_cast<int32_t>(offset)) return ptr(base, static_cast<int32_t>(offset));
  }
  Gp i = to_gp(index);
  if (index.is64()) {
    // A native index is compared in full.
    a.mov(r11d, dword_ptr(base, abi::kArrayLengthOffset));
    a.cmp(i.r64(), r11);
    a.jae(throw_label(Helper::ThrowIndexOutOfRange));
  } else {
    a.cmp(i.r32(), dword_ptr(base, abi::kArrayLengthOffset));
    a.jae(throw_label(Helper::ThrowIndexOutOfRange));
    // Upper half: registers of int32 values may hold anything there.
    a.mov(i.r32(), i.r32());
  }
  i = i.r64();
  switch (size) {
    case 1: return ptr(base, i, 0, abi::kArrayDataOffset);
    case 2: return ptr(base, i, 1, abi::kArrayDataOffset);
    case 4: return ptr(base, i, 2, abi::kArrayDataOffset);
    case 8: return ptr(base, i, 3, abi::kArrayDataOffset);
    default:
      a.imul(i, i, static_cast<int32_t>(size));
      return ptr(base, i, 0, abi::kArrayDataOffset);
  }
}

void Compiler::load_element(const Access& ac, Type* type) {
  Entry index = pop(), array = pop();
  const Mem m = element(array, index, ac.size);
  release(index);
  release(array);
  load_from(m, ac, type);
}

void Compiler::store_reference_element() {
  Entry value = pop(), index = pop(), array = pop();
  coerce(index, StackKind::NativeInt);
  if (value.is_const(0)) {  // null fits everywhere and needs no barrier
    const Mem m = element(array, index, 8);
    a.mov(sized(m, 8), 0);
    release(index);
    release(array);
    return;
  }
  helper_call(Helper::StoreElement, {array, index, value}, StackKind::Void);
}

void Compiler::store_element(const Access& ac, Type* type) {
  if (ac.kind == StackKind::Ref) return store_reference_element();
  Entry value = pop(), index = pop(), array = pop();
  coerce(value, ac.kind);
  if (ac.kind == StackKind::Struct && type->has_references()) {
    spill_registers();
    if (value.in == In::Var || value.in == In::Symbol || value.in == In::Const) copy_to_home(value);
    const Mem m = element(array, index, ac.size);
    const Gp base = gpq(array.reg);
    a.lea(base, m);
    release(index);
    return store_through(array, 0, ac, type, value);
  }
  if (value.is_float()) to_xmm(value);
  else if (value.in != In::Const && ac.kind != StackKind::Struct) to_gp(value);
  const Mem m = element(array, index, ac.size);
  store_plain(m, ac, value);
  release(index);
  release(array);
}

void Compiler::element_address(const Instruction& i) {
  Type* type = type_at(i.token());
  const Access ac = access_of(type);
  if (ac.kind == StackKind::Ref && !i.has(il::prefix::kReadonly) && !type->is_sealed()) {
    // The array's element type must be exactly this one: the array stays where it is for the access.
    Entry index = pop();
    Entry array = pop();
    copy_to_home(array);
    push(array);
    copy_to_home(index);
    push(index);
    spill_registers();
    load_to(rdi, array);
    e_.mov(rsi, SymbolKind::TypeWord, type_word(type));
    call_helper(Helper::ElementAddressCheck);
  }
  Entry index = pop(), array = pop();
  const Mem m = element(array, index, ac.size);
  const Gp r = gpq(array.reg);
  a.lea(r, m);
  release(index);
  push_gp(r, StackKind::ByRef);
}

void Compiler::new_array(Type* element_type) { allocate_with_length(element_type->make_array(0), Helper::NewVector); }

void Compiler::allocate_with_length(Type* type, Helper helper) {
  Entry length = pop_value(StackKind::NativeInt);
  // The helper keeps all registers but rax and r11.
  if (!(length.in == In::Gp && length.reg == rsi.id())) {
    claim(rsi);
    load_to(rsi, length);
    release(length);
    used_gp_ |= bit(rsi);
  }
  claim(rdi);
  claim(rax);
  e_.mov(rdi, SymbolKind::TypeWord, type_word(type));
  e_.call(helper);
  used_gp_ &= ~(bit(rdi) | bit(rsi));
  push_gp(rax, StackKind::Ref, type);
}

// ---- multi-dimensional arrays ----

Gp Compiler::multi_address(Method* m, uint32_t rank) {
  // Indexes go home, so that three registers are enough.
  std::vector<Entry> index(rank);
  for (uint32_t d = rank; d-- > 0;) {
    index[d] = pop();
    coerce(index[d], StackKind::Int32);
    copy_to_home(index[d]);
  }
  Entry array = pop();
  const Gp base = to_gp(array).r64();
  const Gp bounds = take_gp(), flat = take_gp(), at = take_gp();
  a.mov(bounds.r32(), dword_ptr(base, kBoundsOffset));
  a.lea(bounds, ptr(base, bounds, 3));
  for (uint32_t d = 0; d < rank; ++d) {
    a.mov(at.r32(), home(index[d].word, 4));
    a.sub(at.r32(), dword_ptr(bounds, static_cast<int32_t>(8 * d + 4)));
    a.cmp(at.r32(), dword_ptr(bounds, static_cast<int32_t>(8 * d)));
    a.jae(throw_label(Helper::ThrowIndexOutOfRange));
    if (d == 0) {
      a.mov(flat.r32(), at.r32());
    } else {
      a.imul(flat.r32(), dword_ptr(bounds, static_cast<int32_t>(8 * d)));
      a.add(flat.r32(), at.r32());
    }
  }
  free_gp(at);
  free_gp(bounds);
  flat_index_ = static_cast<uint8_t>(flat.id());
  return base;
}

void Compiler::array_method(Method* m) {
  Type* type = m->declaring;
  Type* element_type = type->element;
  const auto rank = type->kind == types::Kind::SzArray ? 1u : type->rank;
  const Access ac = access_of(element_type);
  const uint32_t size = ac.size;
  const auto scaled = [&](const Gp& base) {  // address of the element; frees the index register
    const Gp flat = gpq(flat_index_);
    if (size == 1 || size == 2 || size == 4 || size == 8) {
      a.lea(base, ptr(base, flat, static_cast<uint32_t>(__builtin_ctz(size)), abi::kArrayDataOffset));
    } else {
      a.imul(flat, flat, static_cast<int32_t>(size));
      a.lea(base, ptr(base, flat, 0, abi::kArrayDataOffset));
    }
    free_gp(flat);
  };
  const bool vector = type->kind == types::Kind::SzArray;
  if (m->name == "Get") {
    if (vector) return load_element(ac, element_type);
    const Gp base = multi_address(m, rank);
    scaled(base);
    free_gp(base);
    return load_from(ptr(base), ac, element_type);
  }
  if (m->name == "Address") {
    if (vector) {
      Entry index = pop(), array = pop();
      const Mem at = element(array, index, size);
      a.lea(gpq(array.reg), at);
      release(index);
      return push_gp(gpq(array.reg), StackKind::ByRef);
    }
    if (ac.kind == StackKind::Ref && !element_type->is_sealed()) {
      spill_registers();
      Entry array = top(rank);
      load_to(rdi, array);
      e_.mov(rsi, SymbolKind::TypeWord, type_word(element_type));
      call_helper(Helper::ElementAddressCheck);
    }
    const Gp base = multi_address(m, rank);
    scaled(base);
    return push_gp(base, StackKind::ByRef);
  }
  if (m->name == "Set") {
    if (vector) return store_element(ac, element_type);
    Entry value = pop();
    coerce(value, ac.kind);
    copy_to_home(value);  // above the indexes: out of the way
    need_words(value.word + value.words);
    const Gp base = multi_address(m, rank);
    if (ac.kind == StackKind::Ref) {
      Entry array = entry(StackKind::Ref), index = entry(StackKind::NativeInt);
      array.in = index.in = In::Gp;
      array.reg = static_cast<uint8_t>(base.id());
      index.reg = flat_index_;
      return helper_call(Helper::StoreElement, {array, index, value}, StackKind::Void);
    }
    scaled(base);
    Entry place = entry(StackKind::ByRef);
    place.in = In::Gp;
    place.reg = static_cast<uint8_t>(base.id());
    return store_through(place, 0, ac, element_type, value);
  }
  throw types::LoadError(types::LoadErrorKind::MissingMethod, "array method " + std::string(m->name), std::string(m->name));
}

}  // namespace rapgo::compile::baseline
