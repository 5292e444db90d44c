// Private to run/transfer.
#pragma once
#include <atomic>
#include <cstdint>

namespace rapgo::run::transfer {

struct Tally {
  std::atomic<uint64_t> up{0}, down{0}, up_refused{0};
};
Tally& tally();
void register_down();

}  // namespace rapgo::run::transfer
