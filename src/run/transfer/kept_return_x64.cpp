#include "run/transfer/kept_return_x64.h"

#include <array>
#include <map>
#include <mutex>

#include "code/versions/versions.h"

namespace rapgo::run::transfer {

namespace {

using Key = std::array<int16_t, loop::kCalleeSaved>;

// mov reg, [rbp + disp32]
void load(loop::Rows<uint8_t>& out, int callee_saved, int32_t displacement) {
  static constexpr uint8_t kNumber[] = {3, 5, 12, 13, 14, 15};
  const uint8_t reg = kNumber[callee_saved];
  out.push_back(static_cast<uint8_t>(0x48 | (reg >= 8 ? 4 : 0)));
  out.push_back(0x8B);
  out.push_back(static_cast<uint8_t>(0x80 | (reg & 7) << 3 | 5));
  for (int i = 0; i < 4; i++) out.push_back(static_cast<uint8_t>(static_cast<uint32_t>(displacement) >> (8 * i)));
}

}  // namespace

uint64_t kept_return(const loop::UnwindRow& row) {
  static std::mutex lock;
  static auto* stubs = new std::map<Key, uint64_t>;
  Key key;
  for (int i = 0; i < loop::kCalleeSaved; i++) key[static_cast<size_t>(i)] = row.saved[i];
  {
    std::lock_guard hold(lock);
    if (auto known = stubs->find(key); known != stubs->end()) return known->second;
  }
  loop::CompiledCode code;
  code.tier = loop::Tier::Stub;
  loop::UnwindRow inside = row;
  inside.pc = 0;
  code.unwind.push_back(inside);
  code.bytes.push_back(0x90);  // walks look return addresses up one byte earlier
  for (int i = 0; i < loop::kCalleeSaved; i++)
    if (i != 1 && row.saved[i]) load(code.bytes, i, row.saved[i] + row.cfa_offset);
  code.bytes.push_back(0xC9);  // leave
  loop::UnwindRow last{static_cast<uint32_t>(code.bytes.size()), 8, false};
  code.unwind.push_back(last);
  code.bytes.push_back(0xC3);  // ret
  code.code_size = static_cast<uint32_t>(code.bytes.size());
  const auto* stub = code::versions::install_stub(std::move(code), "return past a kept frame");
  std::lock_guard hold(lock);
  return stubs->emplace(key, stub->entry() + 1).first->second;
}

}  // namespace rapgo::run::transfer
