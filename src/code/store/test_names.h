#pragma once
// A SymbolNames for tests: names are "m<id>", "t<id>", ...; a second process is another offset between names and ids.
#include <charconv>
#include <set>
#include <string>

#include "loop/compiled_code.h"
#include "loop/symbol_names.h"

namespace rapgo::code::store {

struct TestNames : loop::SymbolNames {
  uint32_t offset = 0;
  uint64_t il_salt = 0;
  std::set<std::string> missing;

  std::optional<std::string> name(char kind, uint32_t id) {
    if (id < offset) return std::nullopt;
    std::string n = kind + std::string("#") + std::to_string(id - offset);
    if (missing.contains(n)) return std::nullopt;
    return n;
  }
  template <class Id>
  std::optional<Id> id(char kind, std::string_view n) {
    uint32_t v = 0;
    if (n.size() < 3 || n[0] != kind || n[1] != '#' || missing.contains(std::string(n))) return std::nullopt;
    if (std::from_chars(n.data() + 2, n.data() + n.size(), v).ec != std::errc()) return std::nullopt;
    return Id{v + offset};
  }
  std::optional<std::string> method_name(loop::MethodId m) override { return name('m', m.value); }
  std::optional<std::string> type_name(loop::TypeId t) override { return name('t', t.value); }
  std::optional<std::string> field_name(loop::FieldId f) override { return name('f', f.value); }
  std::optional<std::string> assembly_name(loop::AssemblyId a) override { return name('a', a.value); }
  std::optional<loop::MethodId> method_id(std::string_view n) override { return id<loop::MethodId>('m', n); }
  std::optional<loop::TypeId> type_id(std::string_view n) override { return id<loop::TypeId>('t', n); }
  std::optional<loop::FieldId> field_id(std::string_view n) override { return id<loop::FieldId>('f', n); }
  std::optional<loop::AssemblyId> assembly_id(std::string_view n) override { return id<loop::AssemblyId>('a', n); }
  uint64_t il_hash(loop::MethodId m) override { return (m.value - offset) * 31 + il_salt; }
  uint64_t layout_hash(loop::TypeId t) override { return t.value - offset; }
  std::string display_name(loop::MethodId m) override { return "Some.Type.Method" + std::to_string(m.value - offset) + "()"; }
};

// A value with something in every field. `o` is the names' offset.
inline loop::CompiledCode full_value(uint32_t method, uint32_t o, loop::Tier tier = loop::Tier::Optimized) {
  using namespace loop;
  CompiledCode c;
  c.method = {method + o};
  c.tier = tier;
  for (int i = 0; i < 100; i++) c.bytes.push_back(static_cast<uint8_t>(i * 7 + method));
  c.code_size = 90;
  c.entry = 4;
  c.symbols = {{SymbolKind::Helper, 3, 0}, {SymbolKind::EntrySlot, 5 + o, 0}, {SymbolKind::TypeWord, 6 + o, 0}, {SymbolKind::Field, 7 + o, 0},
               {SymbolKind::StringLiteral, 1 + o, 0x70000012}, {SymbolKind::Self, 0, 0}, {SymbolKind::TlsOffset, 0, 0}};
  c.relocs = {{8, RelocKind::Rel32, 0, -4}, {20, RelocKind::Abs64, 5, 16}, {40, RelocKind::Abs32, 2, 0}};
  c.unwind = {{.pc = 0, .cfa_offset = 8, .cfa_is_rbp = false}, {.pc = 4, .cfa_offset = 16, .cfa_is_rbp = true, .saved = {-24, 0, -32, 0, 0, 0}}};
  c.il_map = {{4, 0, 0}, {10, 3, 1}, {30, 2, 0}};
  c.inlined = {{{method + o}, 0, 0}, {{50 + o}, 0, 3}};
  c.frame = {.frame_size = 64, .args = {{-8, 8, ValueKind::Ref, false, {}}}, .locals = {{-24, 16, ValueKind::Struct, true, {6 + o}}},
             .stack_base = -64, .exposed_base = -32, .exposed_size = 16, .exposed_block = -104, .has_localloc = true, .localloc_sp = -72, .result_base = -80};
  c.handlers = {{ClauseKind::Catch, 1, 5, 5, 9, 0, 60, 0, {8 + o}, 0, -88}, {ClauseKind::Finally, 1, 5, 9, 11, 0, 70, 0, {}, -96, 0}};
  c.osr_points = {{2, 48}};
  c.call_sites = {{3, 25, {5 + o}}, {6, 33, {}}};
  Exit e;
  e.reason = ExitReason::GuardType;
  e.buffer_words = 3;
  FrameState inner, outer;
  inner.frame = 1, inner.il_offset = outer.il_offset = 3, outer.resume = Resume::ContinueAfter;
  inner.args = {{StateValue::Where::Buffer, ValueKind::Ref, 0, 1, 0}};
  inner.stack = {{StateValue::Where::VirtualObject, ValueKind::Ref, 0, 1, 0}, {StateValue::Where::Constant, ValueKind::Int64, 0, 1, -77}};
  inner.caller = 1;
  outer.locals = {{StateValue::Where::Symbol, ValueKind::Ref, 4, 1, 0}};
  outer.result = {StateValue::Where::Buffer, ValueKind::NativeInt, 1, 1, 0};
  outer.exposed = {StateValue::Where::Buffer, ValueKind::NativeInt, 2, 1, 0};
  e.states = {inner, outer};
  e.objects = {{{6 + o}, 0, {{8, 8, {StateValue::Where::Buffer, ValueKind::Int64, 1, 1, 0}}}}};
  c.exits = {e};
  c.landing_pads = {{25, 80}, {33, 85}};
  c.assumptions = {{AssumptionKind::NotSubclassed, 6 + o, 0, 0}, {AssumptionKind::StaticReadonlyValue, 7 + o, 0, 0xDEADBEEFCAFEF00D},
                   {AssumptionKind::UniqueImplementor, 9 + o, 10 + o, 0}, {AssumptionKind::MethodBody, 50 + o, 0, 12345}};
  c.probes = {{ProbeKind::Edge, 2, 9, 1}};
  c.probe_words = 2;
  c.compile_ns = 123456789;
  c.il_bytes = 44;
  c.notes = {"inlined Foo.Bar", ""};
  return c;
}

}  // namespace rapgo::code::store
