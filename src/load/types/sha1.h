// SHA-1, for public key tokens only (II.6.2.1.3: the last eight bytes of the key's hash, reversed).
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace rapgo::load::types {

std::array<uint8_t, 20> sha1(std::span<const uint8_t> data);

}  // namespace rapgo::load::types
