#include "loop/compiled_code.h"

#include <gtest/gtest.h>

namespace rapgo::loop {
namespace {

CompiledCode some() {
  CompiledCode c;
  c.method = {48};
  c.bytes = {1, 2, 3, 4, 5};
  c.symbols = {{SymbolKind::TypeWord, 16, 0}};
  c.relocs = {{1, RelocKind::Abs32, 0, 7}};
  c.unwind = {{.pc = 0, .cfa_offset = 8, .cfa_is_rbp = false}, {.pc = 1, .cfa_offset = 16, .cfa_is_rbp = true}};
  c.call_sites = {{9, 4, {}}, {2, 3, {}}, {2, 4, {}}};
  c.assumptions = {{AssumptionKind::ClassInitialized, 32, 0, 0}};
  c.frame.args = {{.offset = -8}, {.offset = -16}};
  c.notes = {"a note"};
  return c;
}

TEST(Rows, GrowsAndCopies) {
  Rows<uint32_t> rows;
  for (uint32_t i = 0; i < 1000; i++) rows.push_back(i);
  rows.push_back(rows[3]);  // lies in what grows
  Rows<uint32_t> copy = rows;
  rows.clear();
  EXPECT_TRUE(rows.empty());
  ASSERT_EQ(copy.size(), 1001u);
  EXPECT_EQ(copy.back(), 3u);
  copy.resize(2000, 7);
  EXPECT_EQ(copy[999], 999u);
  EXPECT_EQ(copy[1999], 7u);
  copy = Rows<uint32_t>{1, 2};
  EXPECT_TRUE(copy == (Rows<uint32_t>{1, 2}));
}

TEST(Rows, BorrowedOnesAreCopiedBeforeTheyChange) {
  const Rows<uint32_t> owner{1, 2, 3};
  Rows<uint32_t> borrowed;
  borrowed.borrow(owner);
  EXPECT_EQ(borrowed.data(), owner.data());
  Rows<uint32_t> copy = borrowed;
  EXPECT_NE(copy.data(), owner.data());
  borrowed.push_back(4);
  borrowed[0] = 9;
  EXPECT_TRUE(owner == (Rows<uint32_t>{1, 2, 3}));
  EXPECT_TRUE(borrowed == (Rows<uint32_t>{9, 2, 3, 4}));
}

TEST(CompiledCode, IsPackedAndTheBuilderGoesOn) {
  CompiledCode from = some();
  const uint8_t* memory = from.bytes.data();
  const SharedCode packed = pack(from);
  EXPECT_EQ(packed->method.value, 48u);
  EXPECT_TRUE(packed->bytes == (Rows<uint8_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(packed->relocs[0].addend, 7);
  EXPECT_EQ(packed->frame.args[1].offset, -16);
  EXPECT_EQ(packed->notes, std::vector<std::string>{"a note"});
  clear(from);
  EXPECT_TRUE(from.bytes.empty() && from.frame.args.empty() && from.call_sites.empty() && from.notes.empty());
  EXPECT_EQ(from.method.value, 0u);
  from.bytes.push_back(6);
  EXPECT_EQ(from.bytes.data(), memory);  // the same memory
  EXPECT_EQ(packed->bytes[0], 1);
  const CompiledCode copy = *packed;
  EXPECT_EQ(copy.unwind.size(), 2u);
  EXPECT_NE(copy.unwind.data(), packed->unwind.data());
}

TEST(CompiledCode, LosesItsSourceOnly) {
  CompiledCode from = some();
  const SharedCode packed = pack(from);
  drop_source(packed);
  EXPECT_TRUE(packed->bytes.empty() && packed->symbols.empty() && packed->relocs.empty());
  EXPECT_EQ(packed->unwind[1].cfa_offset, 16);
  EXPECT_EQ(packed->frame.args.size(), 2u);
}

TEST(CompiledCode, UnderMoreAssumptions) {
  CompiledCode from = some();
  SharedCode packed = pack(from);
  const CompiledCode* of = packed.get();
  const Assumption more[] = {{AssumptionKind::TypeLayout, 64, 0, 5}};
  const SharedCode extended = with_assumptions(std::move(packed), more);
  EXPECT_EQ(extended->bytes.data(), of->bytes.data());
  EXPECT_EQ(of->assumptions.size(), 1u);
  ASSERT_EQ(extended->assumptions.size(), 2u);
  EXPECT_EQ(extended->assumptions[1].value, 5u);
  EXPECT_EQ(extended->frame.args.size(), 2u);
  EXPECT_EQ(extended->notes, of->notes);
}

TEST(CompiledCode, CallSitesByOffsetInTheirOrder) {
  CompiledCode c = some();
  EXPECT_FALSE(rows_sorted(c));
  sort_rows(c);
  EXPECT_TRUE(rows_sorted(c));
  EXPECT_EQ(c.call_sites[0].pc, 3u);
  EXPECT_EQ(c.call_sites[1].pc, 4u);
  EXPECT_EQ(c.call_sites[2].il_offset, 9u);
}

}  // namespace
}  // namespace rapgo::loop
