// III.3.46 leave, endfinally, throw ...; docs/conventions.md 3.
#include "compile/baseline/compiler_x64.h"
#include "load/types/load_errors.h"

namespace rapgo::compile::baseline {

using namespace x86;
using In = Entry::In;
using ClauseKind = load::metadata::ClauseKind;

// Code at the entry of a handler or filter; its label is bound already.
void Compiler::enter_regions(const il::Block& b) {
  for (size_t c = 0; c < body_.clauses.size(); ++c) {
    const il::Clause& clause = body_.clauses[c];
    const bool filter = clause.kind == ClauseKind::Filter && clause.filter_begin == b.begin;
    if (!filter && clause.handler_begin != b.begin) continue;
    if (filter) {
      a.bind(filter_labels_[c]);
      // A subroutine deep in the stack: room for outgoing arguments, alignment restored.
      a.sub(rsp, asmjit::imm(stubs::Emitter::kPlaceholder));
      patches_.push_back({e_.pc() - 4, false, 8});
    } else {
      a.bind(handler_labels_[c]);
    }
    if (clause.kind == ClauseKind::Catch || clause.kind == ClauseKind::Filter) {
      a.mov(ptr(rbp, clause_home_[c]), rax);
      stack_.clear();
      depth_words_ = 0;
      push_home(StackKind::Ref, filter ? nullptr : clause.catch_type, 1);
      a.mov(home(0), rax);
    }
  }
}

void Compiler::leave(const Instruction& i) {
  const uint32_t target = i.target();
  if (body_.blocks.index_at(target) == il::kNoBlock) invalid("branch target is no instruction");
  while (!stack_.empty()) release(pop());
  // Filters' handlers excepted, as on Mono.
  for (const il::Clause& clause : body_.clauses)
    if (clause.kind == ClauseKind::Catch && clause.in_handler(il_) && !clause.in_handler(target)) {
      call_helper(Helper::LeaveCatch);
      break;
    }
  // Finally clauses whose try block is left, innermost first.
  std::vector<uint32_t> run;
  for (size_t c = 0; c < body_.clauses.size(); ++c) {
    const il::Clause& clause = body_.clauses[c];
    if (clause.kind == ClauseKind::Finally && clause.in_try(il_) && !clause.in_try(target)) run.push_back(static_cast<uint32_t>(c));
  }
  if (run.empty()) return branch(target);
  flow_to(target);
  live_ = false;
  trampolines_.push_back({a.newLabel(), il_, target, std::vector<uint32_t>(run.begin() + 1, run.end())});
  a.lea(r11, ptr(trampolines_.back().label));
  a.mov(ptr(rbp, clause_home_[run[0]]), r11);
  flow_to(body_.clauses[run[0]].handler_begin);
  a.jmp(handler_labels_[run[0]]);
}

// Continuations of finally clauses, behind the code.
void Compiler::finish_leaves() {
  stack_.clear();
  depth_words_ = 0;
  for (size_t t = 0; t < trampolines_.size(); ++t) {  // may grow
    // On the way out of the try block already: what happens here is not for its handlers. Handlers still to run count as begun, so that no
    // abort comes before them.
    const std::vector<uint32_t> run = trampolines_[t].clauses;
    il_ = run.empty() ? trampolines_[t].target : body_.clauses[run[0]].handler_begin;
    record_il();
    il_ = trampolines_[t].il;
    a.bind(trampolines_[t].label);
    const uint32_t target = trampolines_[t].target;
    if (run.empty()) {
      if (is_back(target)) back_edge(target);
      a.jmp(label_at(target));
      continue;
    }
    trampolines_.push_back({a.newLabel(), il_, target, std::vector<uint32_t>(run.begin() + 1, run.end())});
    a.lea(r11, ptr(trampolines_.back().label));
    a.mov(ptr(rbp, clause_home_[run[0]]), r11);
    a.jmp(handler_labels_[run[0]]);
  }
}

void Compiler::end_finally() {
  while (!stack_.empty()) release(pop());
  int clause = -1;
  for (size_t c = 0; c < body_.clauses.size() && clause < 0; ++c)
    if (body_.clauses[c].in_handler(il_) && (body_.clauses[c].kind == ClauseKind::Finally || body_.clauses[c].kind == ClauseKind::Fault)) clause = static_cast<int>(c);
  if (clause < 0) invalid("endfinally outside of a finally or fault handler");
  const uint8_t lea_rax_here[7] = {0x48, 0x8D, 0x05, 0xF9, 0xFF, 0xFF, 0xFF};  // lea rax, [rip - 7]: its own address, for ResumeUnwind
  e_.raw(lea_rax_here, 7);
  a.jmp(qword_ptr(rbp, clause_home_[static_cast<size_t>(clause)]));
  live_ = false;
}

void Compiler::end_filter() {
  Entry e = pop();
  load_to(rax, e);
  release(e);
  a.add(rsp, asmjit::imm(stubs::Emitter::kPlaceholder));
  patches_.push_back({e_.pc() - 4, false, 8});
  a.ret();
  live_ = false;
}

void Compiler::throw_top() {
  Entry e = pop_value(StackKind::Ref);
  while (!stack_.empty()) release(pop());
  load_to(rdi, e);
  release(e);
  call_helper(Helper::Throw);
  live_ = false;
}

void Compiler::rethrow() {
  int clause = -1;
  for (size_t c = 0; c < body_.clauses.size() && clause < 0; ++c)
    if (body_.clauses[c].in_handler(il_) && (body_.clauses[c].kind == ClauseKind::Catch || body_.clauses[c].kind == ClauseKind::Filter)) clause = static_cast<int>(c);
  if (clause < 0) invalid("rethrow outside of a catch handler");
  while (!stack_.empty()) release(pop());
  a.mov(rdi, ptr(rbp, clause_home_[static_cast<size_t>(clause)]));
  call_helper(Helper::Rethrow);
  live_ = false;
}

void Compiler::describe_handlers() {
  for (size_t c = 0; c < body_.clauses.size(); ++c) {
    const il::Clause& clause = body_.clauses[c];
    loop::HandlerRow row{};
    switch (clause.kind) {
      case ClauseKind::Catch: row.kind = loop::ClauseKind::Catch; break;
      case ClauseKind::Filter: row.kind = loop::ClauseKind::Filter; break;
      case ClauseKind::Finally: row.kind = loop::ClauseKind::Finally; break;
      case ClauseKind::Fault: row.kind = loop::ClauseKind::Fault; break;
    }
    row.try_begin = clause.try_begin;
    row.try_end = clause.try_end;
    row.handler_begin = clause.handler_begin;
    row.handler_end = clause.handler_end;
    row.filter_begin = clause.filter_begin;
    if (clause.catch_type) row.catch_type = clause.catch_type->id();
    row.handler_pc = e_.label_offset(handler_labels_[c]);
    if (clause.kind == ClauseKind::Filter) row.filter_pc = e_.label_offset(filter_labels_[c]);
    if (clause.kind == ClauseKind::Catch || clause.kind == ClauseKind::Filter) row.exception = clause_home_[c];
    else row.continuation = clause_home_[c];
    out_.handlers.push_back(row);
  }
}

// ---- throws ----

Label Compiler::throw_label(Helper h) {
  if (!cold_.empty() && cold_.back().helper == h && cold_.back().il == il_) return cold_.back().label;
  cold_.push_back({a.newLabel(), h, il_});
  return cold_.back().label;
}

void Compiler::throw_load_error(const types::LoadError& e) {
  a.mov(edi, types::record_load_error(e));
  out_.process_local = true;
  call_helper(Helper::ThrowLoadError);
  live_ = false;
}

void Compiler::throw_not_implemented(const std::string& feature) {
  texts_.push_back({a.newLabel(), feature});
  a.lea(rdi, ptr(texts_.back().label));
  call_helper(Helper::ThrowNotImplemented);
  live_ = false;
}

void Compiler::throw_invalid_program(const std::string& reason) {
  texts_.push_back({a.newLabel(), reason});
  a.lea(rdi, ptr(texts_.back().label));
  call_helper(Helper::ThrowInvalidProgram);
  live_ = false;
}

}  // namespace rapgo::compile::baseline
