#include "vm/resolver.h"

#include <cstring>

#include "base/error.h"
#include "gc/binding/barrier.h"
#include "loop/event.h"
#include "run/calls/strings.h"
#include "run/classlib/objects.h"

namespace rapgo::vm {

using namespace load::types;
using loop::AssumptionKind;
using loop::SymbolKind;

static uint64_t address(const void* p) { return reinterpret_cast<uintptr_t>(p); }

static Assembly* assembly_of(uint32_t id) {
  for (Assembly* a : Loader::get().assemblies())
    if (a->id.value == id) return a;
  return nullptr;
}

uint64_t WorldResolver::resolve(const loop::Symbol& s) {
  switch (s.kind) {
    case SymbolKind::TypeWord: return address(Type::from({s.id})->head());
    case SymbolKind::StaticsBase: return address(Type::from({s.id})->statics());
    case SymbolKind::TypeObject: return address(run::classlib::type_object(Type::from({s.id})));
    case SymbolKind::StringLiteral: {
      Assembly* a = assembly_of(s.id);
      if (!a) base::fatal("a string literal of an unknown assembly");
      return address(run::calls::string_literal(a, load::metadata::Token(s.extra)));
    }
    case SymbolKind::CardBias: return gc::card_bias();
    default: base::fatal("a symbol that code::versions should have resolved");
  }
}

bool WorldResolver::holds(const loop::Assumption& a) {
  switch (a.kind) {
    case AssumptionKind::NotSubclassed: return Type::from({a.id})->subclass_count == 0;
    case AssumptionKind::NotOverridden: {
      Method* m = Method::from({a.id});
      return m->is_final() || m->declaring->subclass_count == 0;
    }
    case AssumptionKind::UniqueImplementor: return Type::from({a.id})->subclass_count <= 1;
    case AssumptionKind::StaticReadonlyValue: {
      Field* f = Field::from({a.id});
      if (!f->declaring->is_initialized() || !f->declaring->statics()) return false;
      uint64_t bits = 0;
      std::memcpy(&bits, f->declaring->statics() + f->offset(), f->type()->value_size());
      return bits == a.value;
    }
    case AssumptionKind::ClassInitialized: return Type::from({a.id})->is_initialized();
    case AssumptionKind::MethodBody: return Method::from({a.id})->il_hash() == a.value;
    case AssumptionKind::TypeLayout: return Type::from({a.id})->layout_hash() == a.value;
  }
  return false;
}

void type_completed(Type* type, void (*broken)(loop::MethodId)) {
  auto invalidate = [&](AssumptionKind kind, uint32_t id) {
    for (auto* code : code::versions::invalidate(kind, id)) {
      loop::Event e;
      e.kind = loop::EventKind::AssumptionBroken;
      e.tier = code->tier;
      e.method = code->method;
      e.version = code->id;
      e.a = static_cast<uint64_t>(kind);
      loop::emit(e);
      broken(code->method);
    }
  };
  if (type->is_value_type() || type->is_array()) return;
  for (Type* t = type->parent(); t; t = t->parent()) invalidate(AssumptionKind::NotSubclassed, t->id().value);
  for (Type* t : type->interfaces()) invalidate(AssumptionKind::UniqueImplementor, t->id().value);
}

}  // namespace rapgo::vm
