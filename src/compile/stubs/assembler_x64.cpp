#include "compile/stubs/assembler_x64.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"

namespace rapgo::compile::stubs {

Assembler::Assembler() {
  holder_.init(asmjit::Environment::host());
  holder_.setErrorHandler(&fatal_);
  holder_.attach(static_cast<Base*>(this));
}

// Before the base class is gone.
Assembler::~Assembler() { holder_.detach(static_cast<Base*>(this)); }

void Assembler::Fatal::handleError(asmjit::Error, const char* message, asmjit::BaseEmitter*) {
  base::fatal((std::string("machine code emission: ") + message).c_str());
}

void Assembler::grow(size_t n) {
  const size_t at = offset();
  asmjit::CodeBuffer& buffer = _section->buffer();
  buffer._size = std::max(buffer._size, at);
  holder_.reserveBuffer(&buffer, std::max(2 * buffer.capacity(), at + std::max<size_t>(n, 8192)));
}

void Assembler::link(uint32_t field, LabelState& label) {
  links_.push_back({field, label.links});
  label.links = static_cast<int32_t>(links_.size() - 1);
  ++open_;
}

asmjit::Error Assembler::bind(const Label& l) {
  LabelState& label = labels_[l.id()];
  if (label.at >= 0) base::fatal("machine code emission: a label was bound twice");
  const auto here = static_cast<uint32_t>(offset());
  label.at = static_cast<int32_t>(here);
  for (int32_t i = label.links; i >= 0; i = links_[static_cast<size_t>(i)].next) {
    const uint32_t field = links_[static_cast<size_t>(i)].field;
    put4(_bufferData + field, int64_t{here} - (int64_t{field} + 4));
    --open_;
  }
  label.links = -1;
  return asmjit::kErrorOk;
}

void Assembler::jump(uint32_t near, uint32_t far, const Label& l) {
  LabelState& label = labels_[l.id()];
  uint8_t* p = room();
  const auto here = static_cast<int64_t>(offset());
  if (near && label.at >= 0) {
    const int64_t distance = label.at - (here + 2);
    if (distance == static_cast<int8_t>(distance)) {
      *p++ = static_cast<uint8_t>(near);
      *p++ = static_cast<uint8_t>(distance);
      return done(p);
    }
  }
  p = prefixes(p, 0, far, 0);
  const auto field = static_cast<uint32_t>(p - _bufferData);
  if (label.at < 0) link(field, label);
  done(put4(p, label.at >= 0 ? label.at - (int64_t{field} + 4) : 0));
}

void Assembler::lea_label(const Gp& to, const Mem& m) {
  if (!to.isGpq() || m.hasIndex() || m.offsetLo32() != 0) base::fatal("machine code emission: unexpected use of a label's address");
  LabelState& label = labels_[m.baseId()];
  uint8_t* p = prefixes(room(), 0, 0x8D, 8u | (to.id() >> 3 & 1) << 2);
  *p++ = static_cast<uint8_t>(0x05 | (to.id() & 7) << 3);
  const auto field = static_cast<uint32_t>(p - _bufferData);
  if (label.at < 0) link(field, label);
  done(put4(p, label.at >= 0 ? label.at - (int64_t{field} + 4) : 0));
}

namespace {
// Loading types in the middle of a compilation makes stubs: so there may be several at work on one thread.
std::vector<std::unique_ptr<Assembler>>& idle() {
  static thread_local std::vector<std::unique_ptr<Assembler>> list;
  return list;
}
}  // namespace

LentAssembler::LentAssembler() {
  auto& list = idle();
  if (list.empty()) {
    it_ = std::make_unique<Assembler>();
    return;
  }
  it_ = std::move(list.back());
  list.pop_back();
  it_->clear();
}

LentAssembler::~LentAssembler() { idle().push_back(std::move(it_)); }

}  // namespace rapgo::compile::stubs
