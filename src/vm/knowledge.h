// Profiles, verdicts and run lengths of earlier runs (store/records.h): recalled on the observer thread when there is something to
// decide on, kept at the end of runs that were long enough to have learned something. Short programs never open the database.
// Thread safety: recall on the observer; keep at the end, when the observer is gone. Errors: none; what cannot be read is not known.
#pragma once
#include <string>

#include "code/store/records.h"
#include "vm/adaptive.h"

namespace rapgo::vm {

inline constexpr uint64_t kWorthKeeping = 200'000'000;  // ns of CPU time

struct Recalled {
  size_t methods = 0, verdicts = 0, runs = 0;
  double ms = 0;
};
// `build` names what verdicts depend on: another optimizer may do better.
Recalled recall(code::store::Records& records, const std::string& program, uint64_t build, Adaptive& adaptive);
void keep(code::store::Records& records, const std::string& program, uint64_t build, Adaptive& adaptive, const code::store::Run& run);

}  // namespace rapgo::vm
