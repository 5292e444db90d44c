// What the C++ twins share: the size argument, the checksum line, bit patterns of doubles.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

inline int size_argument(int argc, char** argv) { return argc > 1 ? std::atoi(argv[1]) : 1; }

inline uint64_t bits_of(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline int print_checksum(uint64_t sum) {
  std::printf("checksum: %llu\n", static_cast<unsigned long long>(sum));
  return 0;
}
