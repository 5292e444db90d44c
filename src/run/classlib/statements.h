// The IL offset that a stack trace shows for a place in a method: where its statement begins, as Mono (which knows places only
// where the evaluation stack is empty, and behind calls) shows it.
// Thread safety: attached thread in Mode::Runtime. Does not collect.
#pragma once
#include <cstdint>

namespace rapgo::load::types { class Method; }

namespace rapgo::run::classlib {

uint32_t statement_of(load::types::Method* method, uint32_t il_offset);

}  // namespace rapgo::run::classlib
