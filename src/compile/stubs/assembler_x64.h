// asmjit's assembler with the instructions that make up nearly all of our code encoded here, and labels of its own: asmjit looks a
// mnemonic up in its tables and checks everything, which takes ten times as long. What is not encoded here goes to asmjit; the bytes
// are the same (stubs_test: Assembler.*). Use as asmjit's; `a.lock()` and the like lead into asmjit by themselves.
// Thread safety: none. Errors: an instruction that asmjit refuses is a bug here: base::fatal.
#pragma once
#include <asmjit/x86.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace rapgo::compile::stubs {

namespace x86 = asmjit::x86;

class Assembler : public x86::Assembler {
 public:
  using Base = x86::Assembler;
  using Error = asmjit::Error;
  using Label = asmjit::Label;
  using Gp = x86::Gp;
  using Xmm = x86::Xmm;
  using Mem = x86::Mem;
  using Imm = asmjit::Imm;

  Assembler();
  ~Assembler() override;
  // For another piece of code, in the memory of the last one.
  void clear() {
    setOffset(0);
    labels_.clear();
    links_.clear();
    open_ = 0;
  }

  void raw(const void* bytes, size_t n) {
    if (remainingSpace() < n) [[unlikely]] grow(n);
    std::memcpy(_bufferPtr, bytes, n);
    _bufferPtr += n;
  }

  // What asmjit encodes. It learns nowhere how far we have written: so it never grows the buffer by itself.
  Error _emit(asmjit::InstId id, const asmjit::Operand_& o0, const asmjit::Operand_& o1, const asmjit::Operand_& o2,
              const asmjit::Operand_* more) override {
    room();
    return Base::_emit(id, o0, o1, o2, more);
  }
  Error embed(const void* bytes, size_t n) override {
    raw(bytes, n);
    return asmjit::kErrorOk;
  }
  Error align(asmjit::AlignMode mode, uint32_t to) override {
    if (remainingSpace() < to) grow(to);
    return Base::align(mode, to);
  }

  // ---- labels: known here only ----
  Label newLabel() override {
    labels_.push_back({-1, -1});
    return Label(static_cast<uint32_t>(labels_.size() - 1));
  }
  Error bind(const Label& label) override;
  bool is_bound(const Label& l) const { return labels_[l.id()].at >= 0; }
  uint32_t offset_of(const Label& l) const { return static_cast<uint32_t>(labels_[l.id()].at); }  // REQUIRES: bound
  bool all_bound() const { return open_ == 0; }
  void jcc(x86::CondCode cc, const Label& l) { jump(0x70 | static_cast<uint32_t>(cc), 0x0F80 | static_cast<uint32_t>(cc), l); }
#define RAPGO_JCC(name, cc) \
  void name(const Label& l) { jcc(x86::CondCode::cc, l); }
  RAPGO_JCC(jo, kO) RAPGO_JCC(jb, kB) RAPGO_JCC(jc, kB) RAPGO_JCC(jae, kAE) RAPGO_JCC(je, kE) RAPGO_JCC(jz, kE)
  RAPGO_JCC(jne, kNE) RAPGO_JCC(jnz, kNE) RAPGO_JCC(jbe, kBE) RAPGO_JCC(ja, kA) RAPGO_JCC(js, kS) RAPGO_JCC(jp, kP)
  RAPGO_JCC(jl, kL) RAPGO_JCC(jge, kGE) RAPGO_JCC(jle, kLE) RAPGO_JCC(jg, kG)
#undef RAPGO_JCC
  void jmp(const Label& l) { jump(0xEB, 0xE9, l); }
  void jmp(const Gp& r) { reg_only(0xFF, 4, r); }
  void jmp(const Mem& m) {
    if (!memory(0, 0xFF, false, 4, m)) Base::jmp(m);
  }
  void call(const Gp& r) { reg_only(0xFF, 2, r); }
  void call(const Mem& m) {
    if (!memory(0, 0xFF, false, 2, m)) Base::call(m);
  }
  void call(const Label& l) { jump(0, 0xE8, l); }

  // ---- moves ----
  void mov(const Gp& to, const Gp& from) {
    if (!both(to, from)) return void(Base::mov(to, from));
    registers(0, 0x89, to.isGpq(), from.id(), to.id());
  }
  void mov(const Gp& to, const Mem& from) {
    if (!wide(to) || !memory(0, 0x8B, to.isGpq(), to.id(), from)) Base::mov(to, from);
  }
  void mov(const Mem& to, const Gp& from) {
    if (!wide(from) || !memory(0, 0x89, from.isGpq(), from.id(), to)) Base::mov(to, from);
  }
  void mov(const Gp& to, const Imm& i) {
    const int64_t v = i.value();
    if (!wide(to) || (to.isGpq() ? v != static_cast<uint32_t>(v) : v != static_cast<int32_t>(v) && v != static_cast<uint32_t>(v)))
      return void(Base::mov(to, i));
    uint8_t* p = room();
    if (to.id() >= 8) *p++ = 0x41;
    *p++ = static_cast<uint8_t>(0xB8 | (to.id() & 7));
    done(put4(p, v));
  }
  void mov(const Mem& to, const Imm& i) {
    const uint32_t size = to.size();
    if ((size != 4 && size != 8) || !fits32(i.value(), size) || !memory(0, 0xC7, size == 8, 0, to)) return void(Base::mov(to, i));
    done(put4(_bufferPtr, i.value()));
  }
  void lea(const Gp& to, const Mem& m) {
    if (m.hasBaseLabel()) return lea_label(to, m);
    if (!wide(to) || !m.hasBaseReg() || !memory(0, 0x8D, to.isGpq(), to.id(), m)) Base::lea(to, m);
  }
  void movzx(const Gp& to, const Gp& from) { extend(0xB6, to, from) || Base::movzx(to, from); }
  void movsx(const Gp& to, const Gp& from) { extend(0xBE, to, from) || Base::movsx(to, from); }
  void movzx(const Gp& to, const Mem& from) { extend(0xB6, to, from) || Base::movzx(to, from); }
  void movsx(const Gp& to, const Mem& from) { extend(0xBE, to, from) || Base::movsx(to, from); }
  void movsxd(const Gp& to, const Gp& from) {
    if (!to.isGpq() || !from.isGpd()) return void(Base::movsxd(to, from));
    registers(0, 0x63, true, to.id(), from.id());
  }
  void movsxd(const Gp& to, const Mem& from) {
    if (!to.isGpq() || !memory(0, 0x63, true, to.id(), from)) Base::movsxd(to, from);
  }

#define RAPGO_SSE_MOVE(name, load_prefix, load, store_prefix, store)            \
  void name(const Xmm& to, const Mem& from) {                                  \
    if (!memory(load_prefix, load, false, to.id(), from)) Base::name(to, from); \
  }                                                                            \
  void name(const Mem& to, const Xmm& from) {                                  \
    if (!memory(store_prefix, store, false, from.id(), to)) Base::name(to, from); \
  }
  RAPGO_SSE_MOVE(movups, 0, 0x0F10, 0, 0x0F11)
  RAPGO_SSE_MOVE(movss, 0xF3, 0x0F10, 0xF3, 0x0F11)
  RAPGO_SSE_MOVE(movsd, 0xF2, 0x0F10, 0xF2, 0x0F11)
  RAPGO_SSE_MOVE(movq, 0xF3, 0x0F7E, 0x66, 0x0FD6)
  RAPGO_SSE_MOVE(movd, 0x66, 0x0F6E, 0x66, 0x0F7E)
#undef RAPGO_SSE_MOVE
  void movss(const Xmm& to, const Xmm& from) { Base::movss(to, from); }
  void movsd(const Xmm& to, const Xmm& from) { Base::movsd(to, from); }
  template <class A, class B> void movq(const A& to, const B& from) { Base::movq(to, from); }
  template <class A, class B> void movd(const A& to, const B& from) { Base::movd(to, from); }
  void movaps(const Xmm& to, const Xmm& from) { registers(0, 0x0F28, false, to.id(), from.id()); }
  void movaps(const Xmm& to, const Mem& from) { Base::movaps(to, from); }
  void movaps(const Mem& to, const Xmm& from) { Base::movaps(to, from); }
  void xorps(const Xmm& to, const Xmm& from) { registers(0, 0x0F57, false, to.id(), from.id()); }

  // ---- arithmetic ----
#define RAPGO_ALU(name, n)                                                     \
  void name(const Gp& to, const Gp& from) { alu(n, to, from) || Base::name(to, from); }   \
  void name(const Gp& to, const Mem& from) { alu(n, to, from) || Base::name(to, from); }  \
  void name(const Mem& to, const Gp& from) { alu(n, to, from) || Base::name(to, from); }  \
  void name(const Gp& to, const Imm& from) { alu(n, to, from) || Base::name(to, from); }  \
  void name(const Mem& to, const Imm& from) { alu(n, to, from) || Base::name(to, from); }
  RAPGO_ALU(add, 0) RAPGO_ALU(or_, 1) RAPGO_ALU(and_, 4) RAPGO_ALU(sub, 5) RAPGO_ALU(xor_, 6) RAPGO_ALU(cmp, 7)
#undef RAPGO_ALU
  void test(const Gp& x, const Gp& y) {
    if (!both(x, y)) return void(Base::test(x, y));
    registers(0, 0x85, x.isGpq(), y.id(), x.id());
  }
  void test(const Gp& x, const Imm& y) { Base::test(x, y); }
  void test(const Mem& x, const Imm& y) {
    if (x.size() != 4 || !fits32(y.value(), 4) || !memory(0, 0xF7, false, 0, x)) return void(Base::test(x, y));
    done(put4(_bufferPtr, y.value()));
  }
  // By instruction number, where operands are told apart at run time.
  Error emit(asmjit::InstId id, const asmjit::Operand& x, const asmjit::Operand& y) {
    int n = -1;
    switch (id) {
      case x86::Inst::kIdAdd: n = 0; break;
      case x86::Inst::kIdOr: n = 1; break;
      case x86::Inst::kIdAnd: n = 4; break;
      case x86::Inst::kIdSub: n = 5; break;
      case x86::Inst::kIdXor: n = 6; break;
      case x86::Inst::kIdCmp: n = 7; break;
      default: break;
    }
    if (n >= 0) {
      const auto op = static_cast<uint32_t>(n);
      bool did = false;
      if (x.isReg()) {
        const Gp& r = x.as<Gp>();
        did = y.isReg() ? alu(op, r, y.as<Gp>()) : y.isMem() ? alu(op, r, y.as<Mem>()) : y.isImm() && alu(op, r, y.as<Imm>());
      } else if (x.isMem()) {
        did = y.isReg() ? alu(op, x.as<Mem>(), y.as<Gp>()) : y.isImm() && alu(op, x.as<Mem>(), y.as<Imm>());
      }
      if (did) return asmjit::kErrorOk;
    }
    return Base::emit(id, x, y);
  }
  template <class... Rest> Error emit(asmjit::InstId id, Rest&&... rest) { return Base::emit(id, std::forward<Rest>(rest)...); }

  // ---- the stack ----
  void push(const Gp& r) { short_form(0x50, r); }
  void push(const Mem& m) { Base::push(m); }
  void push(const Imm& i) { Base::push(i); }
  void pop(const Gp& r) { short_form(0x58, r); }
  void pop(const Mem& m) { Base::pop(m); }
  void leave() { byte(0xC9); }
  void ret() { byte(0xC3); }
  void nop() { byte(0x90); }

 private:
  struct LabelState {
    int32_t at;     // -1: not bound yet
    int32_t links;  // first of links_ that wait for it; -1: none
  };
  struct Link {
    uint32_t field;  // of 4 bytes, relative to its end
    int32_t next;
  };
  static constexpr size_t kLongest = 32;

  void grow(size_t n);
  void lea_label(const Gp& to, const Mem& m);
  void link(uint32_t field, LabelState& label);
  void jump(uint32_t near, uint32_t far, const Label& l);  // near 0: there is no short form

  uint8_t* room() {
    if (remainingSpace() < kLongest) [[unlikely]] grow(kLongest);
    return _bufferPtr;
  }
  void done(uint8_t* end) { _bufferPtr = end; }
  void byte(uint8_t b) {
    uint8_t* p = room();
    *p = b;
    done(p + 1);
  }
  static uint8_t* put4(uint8_t* p, int64_t value) {
    const auto v = static_cast<uint32_t>(value);
    std::memcpy(p, &v, 4);
    return p + 4;
  }
  static bool wide(const Gp& r) { return r.isGpq() || r.isGpd(); }
  static bool both(const Gp& x, const Gp& y) { return (x.isGpq() && y.isGpq()) || (x.isGpd() && y.isGpd()); }
  static bool fits32(int64_t v, uint32_t size) {
    return v == static_cast<int32_t>(v) || (size == 4 && v == static_cast<uint32_t>(v));
  }
  static uint8_t* prefixes(uint8_t* p, uint32_t prefix, uint32_t opcode, uint32_t rex) {
    if (prefix) *p++ = static_cast<uint8_t>(prefix);
    if (rex) *p++ = static_cast<uint8_t>(0x40 | rex);
    if (opcode > 0xFF) *p++ = static_cast<uint8_t>(opcode >> 8);
    *p++ = static_cast<uint8_t>(opcode);
    return p;
  }
  void registers(uint32_t prefix, uint32_t opcode, bool w, uint32_t reg, uint32_t rm) {
    uint8_t* p = prefixes(room(), prefix, opcode, (w ? 8u : 0u) | (reg >> 3 & 1) << 2 | (rm >> 3 & 1));
    *p++ = static_cast<uint8_t>(0xC0 | (reg & 7) << 3 | (rm & 7));
    done(p);
  }
  void reg_only(uint32_t opcode, uint32_t field, const Gp& r) { registers(0, opcode, false, field, r.id()); }
  void short_form(uint32_t opcode, const Gp& r) {
    uint8_t* p = room();
    if (r.id() >= 8) *p++ = 0x41;
    *p++ = static_cast<uint8_t>(opcode | (r.id() & 7));
    done(p);
  }
  // opcode with a register (or opcode extension) and [base + index * scale + disp] or an absolute address. False: not one of these.
  // There is room for an immediate behind it.
  bool memory(uint32_t prefix, uint32_t opcode, bool w, uint32_t reg, const Mem& m, bool force_rex = false) {
    if (m.hasSegment()) return false;
    const int32_t disp = m.offsetLo32();
    if (m.baseType() != asmjit::RegType::kX86_Gpq) {
      if (m.baseType() != asmjit::RegType::kNone || m.hasIndex() || m.addrType() != Mem::AddrType::kAbs || m.offset() != disp) return false;
      uint8_t* p = prefixes(room(), prefix, opcode, (w ? 8u : 0u) | (reg >> 3 & 1) << 2 | (force_rex ? 0x40u : 0u));
      *p++ = static_cast<uint8_t>(0x04 | (reg & 7) << 3);
      *p++ = 0x25;
      done(put4(p, disp));
      return true;
    }
    const uint32_t base = m.baseId(), b = base & 7;
    const bool indexed = m.hasIndex();
    if (indexed && m.indexType() != asmjit::RegType::kX86_Gpq) return false;
    const uint32_t index = indexed ? m.indexId() : 0;
    uint8_t* p = prefixes(room(), prefix, opcode,
                          (w ? 8u : 0u) | (reg >> 3 & 1) << 2 | (index >> 3 & 1) << 1 | (base >> 3 & 1) | (force_rex ? 0x40u : 0u));
    const uint32_t mod = disp == 0 && b != 5 ? 0 : disp == static_cast<int8_t>(disp) ? 0x40 : 0x80;
    if (indexed) {
      *p++ = static_cast<uint8_t>(mod | (reg & 7) << 3 | 4);
      *p++ = static_cast<uint8_t>(m.shift() << 6 | (index & 7) << 3 | b);
    } else {
      *p++ = static_cast<uint8_t>(mod | (reg & 7) << 3 | b);
      if (b == 4) *p++ = 0x24;
    }
    if (mod == 0x40) *p++ = static_cast<uint8_t>(disp);
    if (mod == 0x80) p = put4(p, disp);
    done(p);
    return true;
  }
  bool alu(uint32_t n, const Gp& to, const Gp& from) {
    if (!both(to, from)) return false;
    registers(0, n << 3 | 1, to.isGpq(), from.id(), to.id());
    return true;
  }
  bool alu(uint32_t n, const Gp& to, const Mem& from) { return wide(to) && memory(0, n << 3 | 3, to.isGpq(), to.id(), from); }
  bool alu(uint32_t n, const Mem& to, const Gp& from) { return wide(from) && memory(0, n << 3 | 1, from.isGpq(), from.id(), to); }
  bool alu(uint32_t n, const Gp& to, const Imm& i) {
    if (!wide(to) || !fits32(i.value(), to.size())) return false;
    const auto v = static_cast<int32_t>(i.value());
    const uint32_t rex = (to.isGpq() ? 8u : 0u) | (to.id() >> 3 & 1);
    const bool near = v == static_cast<int8_t>(v), accumulator = !near && to.id() == 0;
    uint8_t* p = prefixes(room(), 0, near ? 0x83 : accumulator ? n << 3 | 5 : 0x81, rex);
    if (!accumulator) *p++ = static_cast<uint8_t>(0xC0 | n << 3 | (to.id() & 7));
    if (near) *p++ = static_cast<uint8_t>(v); else p = put4(p, v);
    done(p);
    return true;
  }
  bool alu(uint32_t n, const Mem& to, const Imm& i) {
    const uint32_t size = to.size();
    if ((size != 4 && size != 8) || !fits32(i.value(), size)) return false;
    const auto v = static_cast<int32_t>(i.value());
    const bool near = v == static_cast<int8_t>(v);
    if (!memory(0, near ? 0x83 : 0x81, size == 8, n, to)) return false;
    uint8_t* p = _bufferPtr;
    if (near) *p++ = static_cast<uint8_t>(v); else p = put4(p, v);
    done(p);
    return true;
  }
  // 0F B6/B7, 0F BE/BF
  bool extend(uint32_t opcode, const Gp& to, const Gp& from) {
    if (!to.isGpd() || !(from.isGpbLo() || from.isGpw())) return false;
    const bool byte_register = from.isGpbLo();
    uint8_t* p = prefixes(room(), 0, 0x0F00 | opcode | (byte_register ? 0 : 1),
                          (to.id() >> 3 & 1) << 2 | (from.id() >> 3 & 1) | (byte_register && from.id() >= 4 ? 0x40u : 0u));
    *p++ = static_cast<uint8_t>(0xC0 | (to.id() & 7) << 3 | (from.id() & 7));
    done(p);
    return true;
  }
  bool extend(uint32_t opcode, const Gp& to, const Mem& from) {
    const uint32_t size = from.size();
    return to.isGpd() && (size == 1 || size == 2) && memory(0, 0x0F00 | opcode | (size == 2 ? 1 : 0), false, to.id(), from);
  }

  struct Fatal : asmjit::ErrorHandler {
    void handleError(asmjit::Error, const char* message, asmjit::BaseEmitter*) override;
  };
  Fatal fatal_;
  asmjit::CodeHolder holder_;
  std::vector<LabelState> labels_;
  std::vector<Link> links_;
  uint32_t open_ = 0;  // links that wait
};

// An assembler on loan from this thread's few: their memory is warm.
class LentAssembler {
 public:
  LentAssembler();
  ~LentAssembler();
  LentAssembler(const LentAssembler&) = delete;
  Assembler& operator*() const { return *it_; }

 private:
  std::unique_ptr<Assembler> it_;
};

}  // namespace rapgo::compile::stubs
