// One description of CompiledCode's fields serves both directions: `io(x, value)` writes or reads.
#include "code/store/codec.h"

#include "code/store/bytes.h"

namespace rapgo::code::store {
namespace {

using namespace loop;

// A field that is added to the contract must be added below, and kFormat in segment.cpp be raised: what the store forgets is wrong code
// in the next run. This does not compile until the counts are mended.
[[maybe_unused]] void count_fields(Symbol s, Reloc r, UnwindRow u, IlMapRow m, InlinedFrame n, Home h, BaselineFrame b, StateValue v, VirtualObject o,
                                   VirtualObject::Slot t, FrameState f, Exit e, HandlerRow c, LandingPad l, OsrPoint p, CallSite k, Assumption a,
                                   ProbeSite q, const CompiledCode& w) {
  [[maybe_unused]] auto& [s1, s2, s3] = s;
  [[maybe_unused]] auto& [r1, r2, r3, r4] = r;
  [[maybe_unused]] auto& [u1, u2, u3, u4] = u;
  [[maybe_unused]] auto& [m1, m2, m3] = m;
  [[maybe_unused]] auto& [n1, n2, n3] = n;
  [[maybe_unused]] auto& [h1, h2, h3, h4, h5] = h;
  [[maybe_unused]] auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10] = b;
  [[maybe_unused]] auto& [v1, v2, v3, v4, v5] = v;
  [[maybe_unused]] auto& [o1, o2, o3] = o;
  [[maybe_unused]] auto& [t1, t2, t3] = t;
  [[maybe_unused]] auto& [f1, f2, f3, f4, f5, f6, f7, f8, f9] = f;
  [[maybe_unused]] auto& [e1, e2, e3, e4] = e;
  [[maybe_unused]] auto& [c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11] = c;
  [[maybe_unused]] auto& [l1, l2] = l;
  [[maybe_unused]] auto& [p1, p2] = p;
  [[maybe_unused]] auto& [k1, k2, k3] = k;
  [[maybe_unused]] auto& [a1, a2, a3, a4] = a;
  [[maybe_unused]] auto& [q1, q2, q3, q4] = q;
  [[maybe_unused]] auto& [w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13] = static_cast<const CodeFacts&>(w);
  static_assert(sizeof(CompiledCode) == sizeof(CodeFacts) + 12 * sizeof(Rows<uint8_t>));
}

struct Out {
  static constexpr bool reading = false;
  Writer w;
  SymbolNames& source;
  NameCache& cache;
  const uint32_t stamp;
  std::vector<const Name*> names;
  bool unnamed = false;

  Out(SymbolNames& s, NameCache& c) : source(s), cache(c), stamp(c.next_stamp()) { w.bytes().reserve(1024); }
  bool ok() const { return !unnamed; }
  void fail() { unnamed = true; }

  template <class T>
  void number(T& v) { w.num(static_cast<uint64_t>(v)); }
  template <class T>
  void signed_number(T& v) { w.snum(v); }
  void fixed(uint64_t& v) { w.fixed64(v); }
  void flag(bool& v) { w.u8(v); }
  template <class E>
  void choice(E& v, E) { w.u8(static_cast<uint8_t>(v)); }
  void text(std::string& t) { w.text(t); }
  void blob(Rows<uint8_t>& b) { w.num(b.size()), w.raw(b.data(), b.size()); }
  template <class List, class F>
  void rows(List& v, F&& each) {
    w.num(v.size());
    for (auto& row : v) each(row);
  }

  void id(uint32_t& value, NameKind kind) {
    if (value == 0) return w.num(0);
    Name* name = cache.of(kind, value, source);
    if (!name) return fail();
    if (name->stamp != stamp) {
      names.push_back(name);
      name->stamp = stamp;
      name->local = static_cast<uint32_t>(names.size());
    }
    w.num(name->local);
  }
};

struct In {
  static constexpr bool reading = true;
  Reader r;
  NameLookup& source;
  bool unknown = false;

  bool ok() const { return r.ok(); }
  void fail() { r.fail(); }

  template <class T>
  void number(T& v) {
    const uint64_t n = r.num();
    v = static_cast<T>(n);
    if (static_cast<uint64_t>(v) != n) r.fail();
  }
  template <class T>
  void signed_number(T& v) {
    const int64_t n = r.snum();
    v = static_cast<T>(n);
    if (static_cast<int64_t>(v) != n) r.fail();
  }
  void fixed(uint64_t& v) { v = r.fixed64(); }
  void flag(bool& v) {
    const uint8_t b = r.u8();
    if (b > 1) r.fail();
    v = b == 1;
  }
  template <class E>
  void choice(E& v, E last) { v = r.choice(last); }
  void text(std::string& t) { t = r.text(); }
  void blob(Rows<uint8_t>& b) {
    b.resize(r.count());
    r.raw(b.data(), b.size());
  }
  template <class List, class F>
  void rows(List& v, F&& each) {
    const size_t n = r.count();
    v.reserve(std::min<size_t>(n, 4096));  // rows are larger in memory than on disk
    for (size_t i = 0; i < n && r.ok(); i++) {
      v.emplace_back();
      each(v.back());
    }
  }
  void id(uint32_t& value, NameKind kind) {
    const uint32_t local = r.num32();
    value = 0;
    if (local == 0 || !r.ok()) return;
    value = source.id(local, kind);
    if (value == 0) unknown = true, r.fail();
  }
};

template <class X>
void io(X& x, Symbol& s) {
  static_assert(static_cast<int>(SymbolKind::ProbeCounters) == 15, "a new kind of symbol: say below what its id is");
  x.choice(s.kind, SymbolKind::ProbeCounters);
  switch (s.kind) {
    case SymbolKind::EntrySlot:
    case SymbolKind::Method:
    case SymbolKind::MethodStub:
    case SymbolKind::ImtOffset:
    case SymbolKind::MethodDirect: return x.id(s.id, NameKind::Method);
    case SymbolKind::TypeWord:
    case SymbolKind::Type:
    case SymbolKind::StaticsBase:
    case SymbolKind::TypeObject: return x.id(s.id, NameKind::Type);
    case SymbolKind::Field: return x.id(s.id, NameKind::Field);
    case SymbolKind::StringLiteral: return x.id(s.id, NameKind::Assembly), x.number(s.extra);
    case SymbolKind::Helper: return x.number(s.id);
    case SymbolKind::Self:
    case SymbolKind::TlsOffset:
    case SymbolKind::CardBias:
    case SymbolKind::ProbeCounters: return;
  }
  x.fail();  // a kind that this table does not know yet
}

template <class X>
void io(X& x, UnwindRow& u) {
  x.number(u.pc), x.signed_number(u.cfa_offset), x.flag(u.cfa_is_rbp);
  uint8_t mask = 0;
  for (int i = 0; i < kCalleeSaved; i++) mask |= (u.saved[i] != 0) << i;
  x.number(mask);
  for (int i = 0; i < kCalleeSaved; i++)
    if (mask >> i & 1) x.signed_number(u.saved[i]);
}

template <class X>
void io(X& x, Home& h) {
  x.signed_number(h.offset), x.number(h.size), x.choice(h.kind, ValueKind::Struct), x.flag(h.exposed);
  x.id(h.type.value, NameKind::Type);
}

template <class X>
void io(X& x, StateValue& v) {
  x.choice(v.where, StateValue::Where::Symbol), x.choice(v.kind, ValueKind::Struct);
  x.number(v.index), x.number(v.words), x.signed_number(v.constant);
}

template <class X>
void io(X& x, FrameState& f) {
  x.number(f.frame), x.number(f.il_offset), x.choice(f.resume, Resume::Throw), x.signed_number(f.caller);
  for (auto* list : {&f.args, &f.locals, &f.stack}) x.rows(*list, [&](StateValue& v) { io(x, v); });
  io(x, f.exposed), io(x, f.result);
}

template <class X>
void io(X& x, Exit& e) {
  x.choice(e.reason, ExitReason::Unsupported), x.number(e.buffer_words);
  x.rows(e.states, [&](FrameState& f) { io(x, f); });
  x.rows(e.objects, [&](VirtualObject& o) {
    x.id(o.type.value, NameKind::Type), x.number(o.array_length);
    x.rows(o.slots, [&](VirtualObject::Slot& s) { x.number(s.offset), x.number(s.size), io(x, s.value); });
  });
}

template <class X>
void io(X& x, Assumption& a) {
  static_assert(static_cast<int>(AssumptionKind::TypeLayout) == 6, "a new kind of assumption: say below what its ids are");
  x.choice(a.kind, AssumptionKind::TypeLayout);
  switch (a.kind) {
    case AssumptionKind::NotOverridden:
    case AssumptionKind::MethodBody: x.id(a.id, NameKind::Method), x.number(a.extra); break;
    case AssumptionKind::StaticReadonlyValue: x.id(a.id, NameKind::Field), x.number(a.extra); break;
    case AssumptionKind::UniqueImplementor: x.id(a.id, NameKind::Type), x.id(a.extra, NameKind::Type); break;
    case AssumptionKind::NotSubclassed:
    case AssumptionKind::ClassInitialized:
    case AssumptionKind::TypeLayout: x.id(a.id, NameKind::Type), x.number(a.extra); break;
    default: return x.fail();
  }
  x.fixed(a.value);
}

// pcs are mostly ascending: differences are small.
template <class X>
void io_pc(X& x, uint32_t& pc, uint32_t& last) {
  int64_t difference = static_cast<int64_t>(pc) - last;
  x.signed_number(difference);
  if constexpr (X::reading) {
    const int64_t value = last + difference;
    if (value != static_cast<uint32_t>(value)) x.fail();
    pc = static_cast<uint32_t>(value);
  }
  last = pc;
}

template <class X>
void io(X& x, CompiledCode& c) {
  x.id(c.method.value, NameKind::Method);
  x.choice(c.tier, Tier::Stub), x.flag(c.is_osr), x.number(c.osr_il_offset);
  x.blob(c.bytes), x.number(c.code_size), x.number(c.entry);
  x.rows(c.symbols, [&](Symbol& s) { io(x, s); });
  uint32_t last = 0;
  x.rows(c.relocs, [&](Reloc& r) {
    io_pc(x, r.offset, last), x.choice(r.kind, RelocKind::Rel32), x.number(r.symbol), x.signed_number(r.addend);
  });
  x.rows(c.unwind, [&](UnwindRow& u) { io(x, u); });
  last = 0;
  uint32_t last_il = 0;
  x.rows(c.il_map, [&](IlMapRow& r) { io_pc(x, r.pc, last), io_pc(x, r.il_offset, last_il), x.number(r.frame); });
  x.rows(c.inlined, [&](InlinedFrame& f) { x.id(f.method.value, NameKind::Method), x.number(f.caller), x.number(f.caller_il_offset); });
  BaselineFrame& f = c.frame;
  x.number(f.frame_size), x.signed_number(f.stack_base), x.signed_number(f.exposed_base), x.number(f.exposed_size);
  x.flag(f.has_localloc), x.signed_number(f.localloc_sp), x.signed_number(f.result_base);
  x.signed_number(f.exposed_block);
  for (auto* list : {&f.args, &f.locals}) x.rows(*list, [&](Home& h) { io(x, h); });
  x.rows(c.handlers, [&](HandlerRow& h) {
    x.choice(h.kind, ClauseKind::Fault);
    for (auto* n : {&h.try_begin, &h.try_end, &h.handler_begin, &h.handler_end, &h.filter_begin, &h.handler_pc, &h.filter_pc}) x.number(*n);
    x.id(h.catch_type.value, NameKind::Type), x.signed_number(h.continuation), x.signed_number(h.exception);
  });
  x.rows(c.osr_points, [&](OsrPoint& p) { x.number(p.il_offset), x.number(p.pc); });
  last = last_il = 0;
  x.rows(c.call_sites, [&](CallSite& s) { io_pc(x, s.il_offset, last_il), io_pc(x, s.pc, last), x.id(s.target.value, NameKind::Method); });
  x.rows(c.exits, [&](Exit& e) { io(x, e); });
  x.rows(c.landing_pads, [&](LandingPad& p) { x.number(p.pc), x.number(p.landing_pc); });
  x.rows(c.assumptions, [&](Assumption& a) { io(x, a); });
  x.rows(c.probes, [&](ProbeSite& p) {
    x.choice(p.kind, ProbeKind::TripCount), x.number(p.il_offset), x.number(p.target_il), x.number(p.counter);
  });
  x.number(c.probe_words), x.number(c.compile_ns), x.number(c.il_bytes);
  x.rows(c.notes, [&](std::string& n) { x.text(n); });
}

// What installation and stack walks take for granted.
bool sound(const CompiledCode& c) {
  const uint64_t size = c.bytes.size();
  if (size == 0 || c.code_size > size || c.entry >= size || c.tier == Tier::Stub || c.inlined.empty()) return false;
  for (const Reloc& r : c.relocs) {
    const uint32_t width = r.kind == RelocKind::Abs64 ? 8 : 4;
    if (r.symbol >= c.symbols.size() || r.offset > size || size - r.offset < width) return false;
  }
  for (size_t i = 0; i < c.unwind.size(); i++)
    if (c.unwind[i].pc > size || (i && c.unwind[i].pc < c.unwind[i - 1].pc)) return false;
  for (size_t i = 0; i < c.il_map.size(); i++)
    if (c.il_map[i].pc > size || c.il_map[i].frame >= c.inlined.size() || (i && c.il_map[i].pc < c.il_map[i - 1].pc)) return false;
  for (size_t i = 0; i < c.inlined.size(); i++)
    if (c.inlined[i].caller > i || (i && c.inlined[i].caller == i)) return false;
  for (size_t i = 0; i < c.landing_pads.size(); i++) {
    const LandingPad& p = c.landing_pads[i];
    if (p.pc > size || p.landing_pc >= size || (i && p.pc < c.landing_pads[i - 1].pc)) return false;
  }
  for (const HandlerRow& h : c.handlers)
    if (h.handler_pc >= size || h.filter_pc >= size) return false;
  for (const OsrPoint& p : c.osr_points)
    if (p.pc + uint64_t{5} > size) return false;
  for (const CallSite& s : c.call_sites)
    if (s.pc > size) return false;
  for (const ProbeSite& p : c.probes) {
    const bool histogram = p.kind == ProbeKind::ReceiverType || p.kind == ProbeKind::CallTarget;
    if (uint64_t{p.counter} + (histogram ? kReceiverWords : 1) > c.probe_words) return false;
  }
  for (const Exit& e : c.exits) {
    if (e.states.empty()) return false;
    auto value_sound = [&](const StateValue& v) {
      switch (v.where) {
        case StateValue::Where::Buffer: return uint64_t{v.index} + v.words <= e.buffer_words;
        case StateValue::Where::VirtualObject: return v.index < e.objects.size();
        case StateValue::Where::Symbol: return v.index < c.symbols.size();
        default: return true;
      }
    };
    for (const FrameState& f : e.states) {
      if (f.frame >= c.inlined.size() || f.caller < -1 || f.caller >= static_cast<int64_t>(e.states.size())) return false;
      if (!value_sound(f.exposed) || !value_sound(f.result)) return false;
      for (auto* list : {&f.args, &f.locals, &f.stack})
        for (const StateValue& v : *list)
          if (!value_sound(v)) return false;
    }
    for (const VirtualObject& o : e.objects)
      for (const auto& s : o.slots)
        if (!value_sound(s.value)) return false;
  }
  return true;
}

}  // namespace

Name* NameCache::intern(std::string_view text) {
  auto found = all_.find(text);
  if (found == all_.end()) {
    found = all_.try_emplace(std::string(text)).first;
    found->second.text = text;
  }
  return &found->second;
}

Name* NameCache::of(NameKind kind, uint32_t id, SymbolNames& names) {
  const uint64_t key = static_cast<uint64_t>(kind) << 32 | id;
  if (auto found = by_id_.find(key); found != by_id_.end()) return found->second;
  std::optional<std::string> name;
  switch (kind) {
    case NameKind::Method: name = names.method_name({id}); break;
    case NameKind::Type: name = names.type_name({id}); break;
    case NameKind::Field: name = names.field_name({id}); break;
    case NameKind::Assembly: name = names.assembly_name({id}); break;
  }
  if (!name) return nullptr;
  name->insert(name->begin(), static_cast<char>(kind));
  return by_id_[key] = intern(*name);
}

std::optional<Encoded> encode(const CompiledCode& code, SymbolNames& names, NameCache& cache) {
  if (code.tier == Tier::Stub || code.process_local) return std::nullopt;
  const Name* method = cache.of(NameKind::Method, code.method.value, names);
  if (!method) return std::nullopt;
  Out out(names, cache);
  io(out, const_cast<CompiledCode&>(code));  // Out only reads
  if (!out.ok()) return std::nullopt;
  return Encoded{method, std::move(out.names), std::move(out.w.bytes())};
}

std::optional<CompiledCode> decode(const uint8_t* body, size_t size, NameLookup& names, Reject& why) {
  In in{Reader(body, size), names};
  CompiledCode code;
  io(in, code);
  if (in.r.done() && sound(code)) return code;
  why = in.unknown ? Reject::Name : Reject::Damaged;
  return std::nullopt;
}

uint32_t resolve_name(SymbolNames& names, std::string_view name) {
  if (name.empty()) return 0;
  const std::string_view rest = name.substr(1);
  auto value = [](const auto& id) { return id ? id->value : 0; };
  switch (static_cast<NameKind>(name[0])) {
    case NameKind::Method: return value(names.method_id(rest));
    case NameKind::Type: return value(names.type_id(rest));
    case NameKind::Field: return value(names.field_id(rest));
    case NameKind::Assembly: return value(names.assembly_id(rest));
  }
  return 0;
}

}  // namespace rapgo::code::store
