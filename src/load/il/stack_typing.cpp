// Entry stacks, joins and the walk over blocks. What single instructions do to the stack: stack_step.cpp.
#include "load/il/stack_typing.h"

#include <algorithm>

namespace rapgo::load::il {

uint32_t StackType::words() const {
  return kind == StackKind::Struct && type ? std::max(1u, (type->value_size() + 7) / 8) : 1;
}

StackType stack_type_of(Type* type) {
  const StackKind kind = type->stack_kind();
  switch (kind) {
    case StackKind::Ref: case StackKind::Struct: return {kind, type};
    case StackKind::ByRef: return {kind, type->element};
    default: return {kind, nullptr};
  }
}

std::string to_string(const StackType& t) {
  switch (t.kind) {
    case StackKind::Void: return "void";
    case StackKind::Int32: return "int32";
    case StackKind::Int64: return "int64";
    case StackKind::NativeInt: return "native int";
    case StackKind::Float32: return "float32";
    case StackKind::Float64: return "float64";
    case StackKind::Ref: return t.type ? (t.type->is_value_type() ? "boxed " : "") + t.type->full_name() : "null";
    case StackKind::ByRef: return (t.type ? t.type->full_name() : "?") + "&";
    case StackKind::Struct: return t.type ? t.type->full_name() : "struct";
  }
  return "?";
}

Type* join_reference_types(Type* a, Type* b) {
  if (!a || a == b) return b;
  if (!b) return a;
  if (a->is_assignable_to(b)) return b;
  if (b->is_assignable_to(a)) return a;
  for (Type* t = a->parent(); t; t = t->parent()) {
    if (b->derives_from(t)) return t;
  }
  return types::Loader::get().types().object;
}

StackTyping::StackTyping(const MethodBody& body) : body_(body), entries_(body.blocks.size()) {
  body.want_edges();
  entries_[0].known = true;
}

void StackTyping::invalid(const std::string& reason) const {
  throw InvalidProgram(InvalidProgram(il_, reason), body_.method ? body_.method->display_name() : "a method");
}

const StackType& StackTyping::top(uint32_t depth) const {
  if (depth >= stack_.size()) invalid("the evaluation stack is empty");
  return stack_[stack_.size() - 1 - depth];
}

void StackTyping::pop(uint32_t count) {
  if (count > stack_.size()) invalid("the evaluation stack is empty");
  for (; count > 0; --count) {
    words_ -= stack_.back().words();
    stack_.pop_back();
  }
}

void StackTyping::push(StackType t) {
  stack_.push_back(t);
  words_ += t.words();
  if (stack_.size() > std::max<uint32_t>(1, body_.raw.max_stack)) invalid("the evaluation stack exceeds .maxstack");
  max_depth_ = std::max(max_depth_, static_cast<uint32_t>(stack_.size()));
  max_words_ = std::max(max_words_, words_);
}

bool StackTyping::enter(uint32_t block) {
  const Block& b = body_.blocks[block];
  if (!run_ && !seeded_) {
    // In one pass a handler may stand before the block that it protects: all count as reachable.
    seeded_ = true;
    for (uint32_t n = 0; n < body_.blocks.size(); ++n) enter_clauses_of(n);
  }
  Entry& e = entries_[block];
  if (!e.known) {
    if (run_ || !b.loop_header) return false;
    e.known = true;  // reached by a later branch only: the stack is empty by rule
  }
  block_ = block;
  il_ = b.begin;
  stack_ = e.stack;
  words_ = 0;
  for (const StackType& t : stack_) words_ += t.words();
  max_depth_ = std::max(max_depth_, static_cast<uint32_t>(stack_.size()));
  max_words_ = std::max(max_words_, words_);
  if (b.try_entry && !stack_.empty() && !b.handler_entry && !b.filter_entry) invalid("a protected block is entered with values on the stack");
  if (run_) enter_clauses_of(block);
  return true;
}

void StackTyping::enter_clauses_of(uint32_t block) {
  const uint32_t il = body_.blocks[block].begin;
  for (const Clause& c : body_.clauses) {
    if (!c.in_try(il)) continue;
    Type* object = types::Loader::get().types().object;
    switch (c.kind) {
      case ClauseKind::Catch: flow_to(body_.blocks.index_at(c.handler_begin), {{StackKind::Ref, c.catch_type}}); break;
      case ClauseKind::Filter:
        flow_to(body_.blocks.index_at(c.filter_begin), {{StackKind::Ref, object}});
        flow_to(body_.blocks.index_at(c.handler_begin), {{StackKind::Ref, object}});
        break;
      case ClauseKind::Finally: case ClauseKind::Fault: flow_to(body_.blocks.index_at(c.handler_begin), {}); break;
    }
  }
}

void StackTyping::leave() {
  const Block& b = body_.blocks[block_];
  il_ = b.last;
  if (b.falls_off_end) invalid("execution falls off the end of the method");
  static const std::vector<StackType> kEmpty;
  for (uint32_t to : body_.blocks.successors(b)) flow_to(to, b.flow == Flow::Leave ? kEmpty : stack_);
}

void StackTyping::flow_to(uint32_t block, const std::vector<StackType>& stack) {
  Entry& e = entries_[block];
  if (!e.known) {
    e.known = true;
    e.queued = true;
    e.stack = stack;
    return;
  }
  if (e.stack.size() != stack.size()) {
    invalid("the evaluation stack has different depths where paths join at offset " + std::to_string(body_.blocks[block].begin));
  }
  for (size_t n = 0; n < stack.size(); ++n) {
    StackType& have = e.stack[n];
    const StackType& comes = stack[n];
    if (have == comes) continue;
    // On this machine native int and int64 are the same word, and a pointer may meet a managed one (`fixed`, spans).
    auto is_word = [](StackKind k) { return k == StackKind::NativeInt || k == StackKind::Int64 || k == StackKind::ByRef; };
    if (have.kind != comes.kind && !(is_word(have.kind) && is_word(comes.kind))) {
      invalid("the evaluation stack has different kinds where paths join at offset " + std::to_string(body_.blocks[block].begin) + ": " +
              to_string(have) + " and " + to_string(comes));
    }
    Type* type = have.type;
    if (have.kind == StackKind::Ref) {
      type = join_reference_types(have.type, comes.type);
      // Interfaces have no unique least common type: bound the walk.
      if (type != have.type && ++joins_ > 4 * entries_.size()) type = types::Loader::get().types().object;
    } else if (have.kind == StackKind::Struct && have.type != comes.type) {
      invalid("different value types where paths join at offset " + std::to_string(body_.blocks[block].begin) + ": " + to_string(have) +
              " and " + to_string(comes));
    } else if (have.kind == StackKind::ByRef && have.type != comes.type) {
      type = nullptr;
    }
    if (type != have.type) {
      have.type = type;
      e.queued = true;
    }
  }
}

void StackTyping::check() {
  checking_ = true;
  run();
}

void StackTyping::run() {
  run_ = true;
  entries_[0].queued = true;
  const auto count = static_cast<uint32_t>(entries_.size());
  bool again = true;
  while (again) {
    again = false;
    for (uint32_t n = 0; n < count; ++n) {
      if (!entries_[n].queued) continue;
      entries_[n].queued = false;
      enter(n);
      try {
        for (const Instruction& i : body_.instructions(body_.blocks[n])) step(i);
      } catch (const types::LoadError& e) {
        if (!checking_ || e.kind == types::LoadErrorKind::InvalidProgram || e.kind == types::LoadErrorKind::BadImage) throw;
        continue;
      }
      leave();
    }
    for (const Entry& e : entries_) again = again || e.queued;
  }
}

}  // namespace rapgo::load::il
