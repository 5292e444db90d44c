// The pass itself: blocks in order, one instruction after the other.
#include "compile/baseline/compiler_x64.h"

#include "load/image/image.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;

Compiler::Compiler(const il::MethodBody& body, const Options& options, const Sizes& sizes, Snapshot* snapshot)
    : body_(body), method_(body.method), options_(options), sizes_(sizes), snapshot_(snapshot), e_(out_), a(e_.a) {
  out_.method = method_->id();
  out_.tier = options.probes ? loop::Tier::Probed : loop::Tier::Baseline;
  out_.inlined.push_back({method_->id()});
  out_.il_bytes = static_cast<uint32_t>(body.code().size());
  synchronized_ = method_->is_synchronized();
}

namespace {
// Loading types in the middle of a compilation may lead to another.
std::vector<std::unique_ptr<Buffers>>& idle() {
  static thread_local std::vector<std::unique_ptr<Buffers>> list;
  return list;
}
constexpr size_t kMostBytesKept = 256 << 10;
}  // namespace

void Buffers::clear() {
  loop::clear(out);
  vars.clear();
  arg_locations.clear();
  call_locations.clear();
  arg_shapes.clear();
  patches.clear();
  stack.clear();
  call_args.clear();
  blocks.clear();
  cold.clear();
  cold_init.clear();
}

LentBuffers::LentBuffers() {
  auto& list = idle();
  if (list.empty()) {
    it_ = std::make_unique<Buffers>();
    return;
  }
  it_ = std::move(list.back());
  list.pop_back();
}

LentBuffers::~LentBuffers() {
  if (it_->out.bytes.capacity() > kMostBytesKept) return;
  it_->clear();
  idle().push_back(std::move(it_));
}

loop::SharedCode Compiler::run() {
  lay_out_frame();
  const uint32_t n = body_.blocks.size();
  blocks_.resize(n);
  for (BlockState& b : blocks_) b.label = a.newLabel();
  for (size_t c = 0; c < body_.clauses.size(); ++c) {
    handler_labels_.push_back(a.newLabel());
    filter_labels_.push_back(a.newLabel());
  }
  prologue();
  for (uint32_t i = 0; i < n; ++i) block(i);
  for (size_t c = 0; c < handler_labels_.size(); ++c) {
    // Handlers of dead code were never compiled; nothing leads there.
    if (!e_.is_bound(handler_labels_[c])) a.bind(handler_labels_[c]);
    if (!e_.is_bound(filter_labels_[c])) a.bind(filter_labels_[c]);
  }
  finish();
  return loop::pack(out_);
}

loop::SharedCode Compiler::run_intrinsic() {
  lay_out_frame();
  blocks_.resize(1);
  blocks_[0].label = a.newLabel();
  prologue();
  a.bind(blocks_[0].label);
  record_il();
  for (uint32_t i = 0; i < body_.args.size(); ++i) load_var(i);
  call_method(method_, false);
  if (live_) ret();
  finish();
  return loop::pack(out_);
}

void Compiler::block(uint32_t index) {
  const il::Block& b = body_.blocks[index];
  BlockState& state = blocks_[index];
  block_index_ = index;
  if (live_ && index > 0) {
    flush();
    flow_to(b.begin);
  }
  const bool was_live = live_;
  live_ = true;
  presumed_ = false;
  if (index == 0 && !state.known) {
    state.known = true;
  } else if (!state.known) {
    if (!was_live && !b.branch_target && !b.handler_entry && !b.filter_entry) {
      a.bind(state.label);  // dead code
      live_ = false;
      return;
    }
    state.known = true;
    presumed_ = true;
  }
  stack_.assign(state.stack.begin(), state.stack.end());
  depth_words_ = 0;
  for (Entry& e : stack_) {
    e.in = In::Home;
    e.word = depth_words_;
    depth_words_ += e.words;
  }
  used_gp_ = used_xmm_ = 0;
  il_ = b.begin;
  a.bind(state.label);
  state.pc = e_.pc();
  record_il();
  if (b.handler_entry || b.filter_entry) {
    presumed_ = false;
    enter_regions(b);
  }
  if (options_.probes) count(counter(loop::ProbeKind::Block, b.begin));

  try {
    const il::Bytes code = body_.code();
    Instruction two[2];
    il::decode_into(two[0], code, b.begin);
    for (uint32_t turn = 0;; turn ^= 1) {
      const Instruction& now = two[turn];
      Instruction& next = two[turn ^ 1];
      const bool more = now.next_offset < b.end;
      if (more) il::decode_into(next, code, now.next_offset);
      il_ = now.offset;
      if (absorbed_) {
        absorbed_ = false;
        // Its effect is part of the state already (a constant): go on behind it.
        if (snapshot_ && snapshot_->il == il_ && !snapshot_->found) take_snapshot();
      } else {
        record_il();
        if (snapshot_ && snapshot_->il == il_ && !snapshot_->found) take_snapshot();
        instruction(now, more ? &next : nullptr);
      }
      if (!more || !live_) break;
    }
    absorbed_ = false;
    if (live_ && index + 1 == body_.blocks.size()) throw_invalid_program("control falls off the end of the method");
  } catch (const il::InvalidProgram& e) {
    if (!presumed_) throw;
    throw_invalid_program(e.what());
  } catch (const types::LoadError& e) {
    throw_load_error(e);
  } catch (const load::image::BadImage& e) {
    throw_load_error(types::LoadError(types::LoadErrorKind::BadImage, e.what()));
  }
  absorbed_ = false;
}

Type* Compiler::type_at(load::metadata::Token token) {
  Type* type = body_.type(token);
  if (type->contains_vars() || type->is_generic_definition()) invalid("open generic type");
  return type;
}

Method* Compiler::method_at(load::metadata::Token token) {
  Method* m = body_.method_at(token);
  if (m->contains_vars() || m->is_generic_definition() || m->declaring->is_generic_definition()) invalid("open generic method");
  return m;
}

void Compiler::take_snapshot() {
  snapshot_->found = true;
  snapshot_->pc = e_.pc();
  snapshot_->stack = stack_;
}

void Compiler::instruction(const Instruction& i, const Instruction* next) {
  switch (i.op) {
    case Opcode::Nop: break;
    case Opcode::Break: break;  // no debugger
    case Opcode::Ldarg: load_var(arg_index(i)); break;
    case Opcode::Ldarga: load_var_address(arg_index(i)); break;
    case Opcode::Starg: store_var(arg_index(i)); break;
    case Opcode::Ldloc: load_var(local_index(i)); break;
    case Opcode::Ldloca: load_var_address(local_index(i)); break;
    case Opcode::Stloc: store_var(local_index(i)); break;
    case Opcode::Ldnull: push_const(StackKind::Ref, 0); break;
    case Opcode::LdcI4: push_const(StackKind::Int32, i.i4()); break;
    case Opcode::LdcI8: push_const(StackKind::Int64, i.i8()); break;
    case Opcode::LdcR4: push_const(StackKind::Float32, static_cast<int64_t>(static_cast<uint32_t>(i.bits))); break;
    case Opcode::LdcR8: push_const(StackKind::Float64, static_cast<int64_t>(i.bits)); break;
    case Opcode::Ldstr:
      push_symbol(StackKind::Ref, SymbolKind::StringLiteral, method_->declaring->assembly->id.value, i.token().value, types::Loader::get().types().string);
      break;
    case Opcode::Dup: duplicate(); break;
    case Opcode::Pop: release(pop()); break;
    case Opcode::Jmp: jump_to_method(i); break;
    case Opcode::Call: case Opcode::Callvirt: call(i, next); break;
    case Opcode::Calli: call_indirect(i, next); break;
    case Opcode::Ret: ret(); break;
    case Opcode::Br: branch(i.target()); break;
    case Opcode::Brfalse: branch_on_top(false, i.target(), i.next_offset); break;
    case Opcode::Brtrue: branch_on_top(true, i.target(), i.next_offset); break;
    case Opcode::Beq: case Opcode::Bge: case Opcode::Bgt: case Opcode::Ble: case Opcode::Blt:
    case Opcode::BneUn: case Opcode::BgeUn: case Opcode::BgtUn: case Opcode::BleUn: case Opcode::BltUn: branch_compare(i); break;
    case Opcode::Switch: switch_on_top(i); break;
    case Opcode::LdindI1: case Opcode::LdindU1: case Opcode::LdindI2: case Opcode::LdindU2: case Opcode::LdindI4: case Opcode::LdindU4:
    case Opcode::LdindI8: case Opcode::LdindI: case Opcode::LdindR4: case Opcode::LdindR8: case Opcode::LdindRef:
      load_indirect(access_of_indirect(i.op), nullptr);
      break;
    case Opcode::StindRef: case Opcode::StindI1: case Opcode::StindI2: case Opcode::StindI4: case Opcode::StindI8: case Opcode::StindI:
    case Opcode::StindR4: case Opcode::StindR8:
      store_indirect(access_of_indirect(i.op), nullptr);
      break;
    case Opcode::Add: case Opcode::Sub: case Opcode::Mul: case Opcode::Div: case Opcode::DivUn: case Opcode::Rem: case Opcode::RemUn:
    case Opcode::And: case Opcode::Or: case Opcode::Xor: binary(i); break;
    case Opcode::Shl: case Opcode::Shr: case Opcode::ShrUn: shift(i.op); break;
    case Opcode::Neg: case Opcode::Not: unary(i.op); break;
    case Opcode::ConvI1: case Opcode::ConvI2: case Opcode::ConvI4: case Opcode::ConvI8: case Opcode::ConvR4: case Opcode::ConvR8:
    case Opcode::ConvU4: case Opcode::ConvU8: case Opcode::ConvU2: case Opcode::ConvU1: case Opcode::ConvI: case Opcode::ConvU:
    case Opcode::ConvRUn: convert(i.op); break;
    case Opcode::ConvOvfI1Un: case Opcode::ConvOvfI2Un: case Opcode::ConvOvfI4Un: case Opcode::ConvOvfI8Un: case Opcode::ConvOvfU1Un:
    case Opcode::ConvOvfU2Un: case Opcode::ConvOvfU4Un: case Opcode::ConvOvfU8Un: case Opcode::ConvOvfIUn: case Opcode::ConvOvfUUn:
    case Opcode::ConvOvfI1: case Opcode::ConvOvfU1: case Opcode::ConvOvfI2: case Opcode::ConvOvfU2: case Opcode::ConvOvfI4:
    case Opcode::ConvOvfU4: case Opcode::ConvOvfI8: case Opcode::ConvOvfU8: case Opcode::ConvOvfI: case Opcode::ConvOvfU:
      convert_checked(i.op);
      break;
    case Opcode::AddOvf: case Opcode::AddOvfUn: case Opcode::MulOvf: case Opcode::MulOvfUn: case Opcode::SubOvf: case Opcode::SubOvfUn:
      checked_binary(i.op);
      break;
    case Opcode::Ckfinite: check_finite(); break;
    case Opcode::Ceq: case Opcode::Cgt: case Opcode::CgtUn: case Opcode::Clt: case Opcode::CltUn: compare_value(i, next); break;
    case Opcode::Cpobj: copy_object(i); break;
    case Opcode::Ldobj: {
      Type* type = type_at(i.token());
      load_indirect(access_of(type), type);
      break;
    }
    case Opcode::Stobj: {
      Type* type = type_at(i.token());
      store_indirect(access_of(type), type);
      break;
    }
    case Opcode::Initobj: init_object(i); break;
    case Opcode::Cpblk: copy_block(); break;
    case Opcode::Initblk: init_block(); break;
    case Opcode::Localloc: local_alloc(); break;
    case Opcode::Newobj: new_object(i); break;
    case Opcode::Castclass: cast(type_at(i.token()), true); break;
    case Opcode::Isinst: cast(type_at(i.token()), false); break;
    case Opcode::Unbox: unbox(type_at(i.token())); break;
    case Opcode::UnboxAny: unbox_any(type_at(i.token())); break;
    case Opcode::Box: box(type_at(i.token())); break;
    case Opcode::Throw: throw_top(); break;
    case Opcode::Rethrow: rethrow(); break;
    case Opcode::Ldfld: load_field(i); break;
    case Opcode::Ldflda: load_field_address(i); break;
    case Opcode::Stfld: store_field(i); break;
    case Opcode::Ldsfld: load_static(i); break;
    case Opcode::Ldsflda: load_static_address(i); break;
    case Opcode::Stsfld: store_static(i); break;
    case Opcode::Newarr: new_array(type_at(i.token())); break;
    case Opcode::Ldlen: load_length(); break;
    case Opcode::Ldelema: element_address(i); break;
    case Opcode::LdelemI1: case Opcode::LdelemU1: case Opcode::LdelemI2: case Opcode::LdelemU2: case Opcode::LdelemI4: case Opcode::LdelemU4:
    case Opcode::LdelemI8: case Opcode::LdelemI: case Opcode::LdelemR4: case Opcode::LdelemR8: case Opcode::LdelemRef:
      load_element(access_of_indirect(i.op), nullptr);
      break;
    case Opcode::StelemI: case Opcode::StelemI1: case Opcode::StelemI2: case Opcode::StelemI4: case Opcode::StelemI8: case Opcode::StelemR4:
    case Opcode::StelemR8: case Opcode::StelemRef:
      store_element(access_of_indirect(i.op), nullptr);
      break;
    case Opcode::Ldelem: {
      Type* type = type_at(i.token());
      load_element(access_of(type), type);
      break;
    }
    case Opcode::Stelem: {
      Type* type = type_at(i.token());
      store_element(access_of(type), type);
      break;
    }
    case Opcode::Mkrefany: make_typed_reference(type_at(i.token())); break;
    case Opcode::Refanyval: typed_reference_value(type_at(i.token())); break;
    case Opcode::Refanytype: typed_reference_type(); break;
    case Opcode::Ldtoken: load_token(i, next); break;
    case Opcode::Endfinally: end_finally(); break;
    case Opcode::Endfilter: end_filter(); break;
    case Opcode::Leave: leave(i); break;
    case Opcode::Arglist:
      if (!vararg_home_) invalid("arglist in a method without a variable argument list");
      a.mov(r11, ptr(rbp, vararg_home_));
      push_home(StackKind::Struct, types::Loader::get().corlib_type("System", "RuntimeArgumentHandle"), 1);
      a.mov(home(top().word), r11);
      break;
    case Opcode::Ldftn: load_function(i); break;
    case Opcode::Ldvirtftn: load_virtual_function(i); break;
    case Opcode::Sizeof: push_const(StackKind::Int32, static_cast<int32_t>(access_of(type_at(i.token())).size)); break;
    default: invalid("unexpected instruction");
  }
}

void Compiler::duplicate() {
  Entry& e = top();
  switch (e.in) {
    case In::Const: case In::Symbol: case In::Var: case In::VarAddress: {
      Entry copy = e;
      push(copy);
      return;
    }
    case In::Home:
      if (e.kind == StackKind::Struct) {
        const uint32_t from = e.word, words = e.words;
        push_home(e.kind, e.type, words);
        copy_words(home(top().word), home(from), words * 8);
        return;
      }
      [[fallthrough]];
    case In::Gp: case In::Xmm: {
      // The lower one stays where it is unless both fit registers; the copy is what is used next.
      Entry copy = e;
      if (e.is_float()) {
        const Xmm x = take_xmm();
        load_to(x, top());
        copy.in = In::Xmm;
        copy.reg = static_cast<uint8_t>(x.id());
      } else {
        const Gp r = take_gp();
        load_to(r, top());
        copy.in = In::Gp;
        copy.reg = static_cast<uint8_t>(r.id());
      }
      push(copy);
    }
  }
}

void Compiler::check_finite() {
  Entry e = pop();
  if (!e.is_float()) invalid("ckfinite of an integer");
  const Xmm x = to_xmm(e);
  if (e.kind == StackKind::Float32) {
    a.movd(r11d, x);
    a.and_(r11d, 0x7F800000);
    a.cmp(r11d, 0x7F800000);
  } else {
    a.movq(r11, x);
    a.shr(r11, 52);
    a.and_(r11d, 0x7FF);
    a.cmp(r11d, 0x7FF);
  }
  a.je(throw_label(Helper::ThrowArithmetic));
  push_xmm(x, e.kind);
}

uint32_t Compiler::counter(loop::ProbeKind kind, uint32_t il, uint32_t target, uint32_t words) {
  const uint32_t at = out_.probe_words;
  out_.probe_words += words;
  out_.probes.push_back({kind, il, target, at});
  return at;
}

// Keeps the registers; lost updates between threads are noise.
void Compiler::count(uint32_t c) {
  a.inc(stubs::Emitter::abs(8));
  e_.abs_done(SymbolKind::ProbeCounters, 0, static_cast<int32_t>(8 * c));
}

}  // namespace rapgo::compile::baseline
