#include <gtest/gtest.h>

#include <map>
#include <random>

#include "load/il/blocks.h"
#include "load/il/regions.h"
#include "load/metadata/metadata.h"
#include "load/metadata/signature.h"

namespace rapgo::load::il {
namespace {

metadata::BodyBytes body_of(const std::vector<uint8_t>& code) {
  metadata::BodyBytes b;
  b.code = code;
  return b;
}

BlockMap blocks_of(const std::vector<uint8_t>& code, uint32_t args = 4, uint32_t locals = 4) {
  return find_blocks(body_of(code), args, locals);
}

TEST(Opcodes, TableIsConsistent) {
  int count = 0;
  for (int n = 0; n < static_cast<int>(Opcode::Count); ++n, ++count) {
    const auto op = static_cast<Opcode>(n);
    const OpcodeInfo& o = info(op);
    EXPECT_EQ(o.code < 0xFE00 ? one_byte_opcode(static_cast<uint8_t>(o.code)) : two_byte_opcode(static_cast<uint8_t>(o.code)), op);
    EXPECT_EQ(info(o.canonical).canonical, o.canonical) << o.mnemonic;
    EXPECT_EQ(info(o.canonical).flow, o.flow) << o.mnemonic;
    EXPECT_EQ(info(o.canonical).pop, o.pop) << o.mnemonic;
    EXPECT_EQ(info(o.canonical).push, o.push) << o.mnemonic;
  }
  EXPECT_EQ(count, 219);
  EXPECT_EQ(one_byte_opcode(0x24), Opcode::Count);
  EXPECT_EQ(one_byte_opcode(0xFE), Opcode::Count);
  EXPECT_EQ(two_byte_opcode(0x08), Opcode::Count);
}

TEST(Decode, ShortFormsAreCanonical) {
  const std::vector<uint8_t> code = {0x15, 0x1F, 0xFE, 0x03, 0x11, 0x07, 0x2B, 0xFE, 0x2A};
  std::vector<Instruction> all;
  for (const Instruction& i : Instructions(code)) all.push_back(i);
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all[0].op, Opcode::LdcI4);
  EXPECT_EQ(all[0].i4(), -1);
  EXPECT_EQ(all[1].op, Opcode::LdcI4);
  EXPECT_EQ(all[1].i4(), -2);
  EXPECT_EQ(all[2].op, Opcode::Ldarg);
  EXPECT_EQ(all[2].index(), 1u);
  EXPECT_EQ(all[3].op, Opcode::Ldloc);
  EXPECT_EQ(all[3].index(), 7u);
  EXPECT_EQ(all[4].op, Opcode::Br);
  EXPECT_EQ(all[4].encoded, Opcode::BrS);
  EXPECT_EQ(all[4].target(), 6u);
  EXPECT_EQ(to_string(all[4]), "IL_0006: br IL_0006");
}

TEST(Decode, ShortCutAgreesWithTheLongWay) {
  // Every opcode of one byte, with operands of either sign, in the middle of code and at its very end.
  for (unsigned byte = 0; byte < 256; ++byte) {
    const Opcode op = one_byte_opcode(static_cast<uint8_t>(byte));
    if (op == Opcode::Count || info(op).flow == Flow::Prefix || info(op).operand == OperandKind::Switch) continue;
    for (const uint8_t low : {0x00, 0x01, 0x7F, 0x80, 0xFE})
      for (const size_t behind : {8, 4, 1, 0}) {
        std::vector<uint8_t> code = {0x00, static_cast<uint8_t>(byte), low, 0x80, 0x02, static_cast<uint8_t>(0xFF - low), 5, 6, 7, 0x88};
        const uint32_t length = detail::decode_any(code, 1).next_offset - 1;
        code.resize(1 + length + behind, 0x2A);
        const Instruction quick = decode(code, 1), slow = detail::decode_any(code, 1);
        EXPECT_EQ(quick.offset, 1u);
        EXPECT_EQ(quick.next_offset, slow.next_offset) << byte;
        EXPECT_EQ(quick.op, slow.op) << byte;
        EXPECT_EQ(quick.encoded, slow.encoded) << byte;
        EXPECT_EQ(quick.bits, slow.bits) << byte;
        EXPECT_EQ(quick.prefixes, 0);
        if (length > 1) {
          code.resize(length);  // one byte too few
          EXPECT_THROW(decode(code, 1), InvalidProgram) << byte;
        }
      }
  }
  Instruction used;
  decode_into(used, std::vector<uint8_t>{0xFE, 0x16, 1, 0, 0, 2, 0x6F, 2, 0, 0, 6}, 0);
  ASSERT_TRUE(used.has(prefix::kConstrained));
  decode_into(used, std::vector<uint8_t>{0x2A}, 0);
  EXPECT_EQ(used.prefixes, 0);
  EXPECT_EQ(used.constrained, Token());
}

TEST(Decode, PrefixesBelongToTheirInstruction) {
  const std::vector<uint8_t> code = {0xFE, 0x13, 0xFE, 0x12, 0x01, 0x4A, 0xFE, 0x16, 1, 0, 0, 2, 0x6F, 2, 0, 0, 6, 0x2A};
  std::vector<Instruction> all;
  for (const Instruction& i : Instructions(code)) all.push_back(i);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].op, Opcode::LdindI4);
  EXPECT_EQ(all[0].offset, 0u);
  EXPECT_TRUE(all[0].has(prefix::kVolatile));
  EXPECT_EQ(all[0].alignment, 1);
  EXPECT_EQ(all[1].op, Opcode::Callvirt);
  EXPECT_EQ(all[1].offset, 6u);
  EXPECT_EQ(all[1].constrained, Token(0x02000001));
  EXPECT_EQ(all[1].token(), Token(0x06000002));
  EXPECT_THROW(decode(std::vector<uint8_t>{0xFE, 0x13, 0x58}, 0), InvalidProgram);  // volatile. add
  EXPECT_THROW(decode(std::vector<uint8_t>{0xFE, 0x12, 0x03, 0x4A}, 0), InvalidProgram);
}

TEST(Decode, TruncationThrows) {
  for (const std::vector<uint8_t>& code : std::vector<std::vector<uint8_t>>{
           {0x20, 1, 2, 3}, {0xFE}, {0xFE, 0x13}, {0x28, 1, 2, 3}, {0x45, 2, 0, 0, 0, 1, 1, 1, 1, 1}, {0x45, 0xFF, 0xFF, 0xFF, 0xFF},
           {0x2B}, {0x23, 0, 0, 0, 0, 0, 0, 0}, {0x24}, {0xFE, 0x08}}) {
    EXPECT_THROW(decode(code, 0), InvalidProgram);
  }
}

TEST(Blocks, LoopWithConditionAtTheEnd) {
  // 0: br.s 4 | 2: nop nop | 4: ldarg.0 | 5: brtrue.s 2 | 7: ret
  const BlockMap m = blocks_of({0x2B, 0x02, 0x00, 0x00, 0x02, 0x2D, 0xFB, 0x2A});
  ASSERT_EQ(m.size(), 4u);
  EXPECT_FALSE(m[0].falls_through);
  EXPECT_TRUE(m[1].loop_header);
  EXPECT_EQ(m[1].begin, 2u);
  EXPECT_FALSE(m[2].loop_header);
  EXPECT_TRUE(m[2].branch_target);
  ASSERT_EQ(m.successors(m[2]).size(), 2u);
  EXPECT_EQ(m.successors(m[2])[0], 3u);
  EXPECT_EQ(m.successors(m[2])[1], 1u);
  EXPECT_EQ(m.index_at(4), 2u);
  EXPECT_EQ(m.index_at(5), kNoBlock);
  EXPECT_TRUE(m.is_instruction(5));
  EXPECT_FALSE(m.is_instruction(6));
  EXPECT_TRUE(m.facts().has_backward_branch);
}

TEST(Blocks, MalformedCodeThrows) {
  EXPECT_THROW(blocks_of({0x2B, 0x10, 0x2A}), InvalidProgram);              // out of the method
  EXPECT_THROW(blocks_of({0x2B, 0xF0, 0x2A}), InvalidProgram);
  EXPECT_THROW(blocks_of({0x2B, 0x01, 0x1F, 0x05, 0x2A}), InvalidProgram);  // into ldc.i4.s
  EXPECT_THROW(blocks_of({0x11, 0x09, 0x2A}), InvalidProgram);              // no such local
  EXPECT_THROW(blocks_of({0x05, 0x2A}, 2), InvalidProgram);                 // no such argument
  EXPECT_THROW(blocks_of({}), InvalidProgram);
  EXPECT_TRUE(blocks_of({0x00, 0x00})[0].falls_off_end);
}

struct RegionCase : testing::Test {
  // 0 nop, 1 leave.s 6, 3 nop, 4 nop, 5 endfinally, 6 ret
  std::vector<uint8_t> code = {0x00, 0xDE, 0x03, 0x00, 0x00, 0xDC, 0x2A};
  metadata::RawClause clause;
  void SetUp() override {
    clause.kind = metadata::ClauseKind::Finally;
    clause.try_offset = 0;
    clause.try_length = 3;
    clause.handler_offset = 3;
    clause.handler_length = 3;
  }
  void check(std::vector<metadata::RawClause> clauses) {
    metadata::BodyBytes b = body_of(code);
    b.clauses = std::move(clauses);
    const BlockMap m = find_blocks(b, 0, 0);
    RegionTree(b, m).check(b, m);
  }
};

TEST_F(RegionCase, ProperFinallyPasses) { EXPECT_NO_THROW(check({clause})); }

TEST_F(RegionCase, FallingIntoAFinallyIsInvalid) {
  code[1] = code[2] = 0x00;
  EXPECT_THROW(check({clause}), InvalidProgram);
}
TEST_F(RegionCase, BranchOutOfATryIsInvalid) {
  code[1] = 0x2B;
  EXPECT_THROW(check({clause}), InvalidProgram);
}
TEST_F(RegionCase, LeaveOutOfAFinallyIsInvalid) {
  code[3] = 0xDE;
  code[4] = 0x01;
  EXPECT_THROW(check({clause}), InvalidProgram);
}
TEST_F(RegionCase, ReturnInsideATryIsInvalid) {
  code[0] = 0x2A;
  EXPECT_THROW(check({clause}), InvalidProgram);
}
TEST_F(RegionCase, EndfinallyOutsideIsInvalid) {
  code[6] = 0xDC;
  EXPECT_THROW(check({clause}), InvalidProgram);
}
TEST_F(RegionCase, OverlappingRegionsAreInvalid) {
  metadata::RawClause other = clause;
  other.try_offset = 1;
  other.try_length = 3;
  other.handler_offset = 5;
  other.handler_length = 1;
  EXPECT_THROW(check({clause, other}), InvalidProgram);
}

// Random code and clauses: found invalid or laid out in blocks, never worse. Run under the sanitizers too.
TEST(Hostile, RandomCode) {
  std::mt19937 random(11);
  const uint8_t common[] = {0x00, 0x02, 0x0A, 0x26, 0x2A, 0x2B, 0x2C, 0x38, 0x45, 0xDC, 0xDD, 0xDE, 0xFE, 0x16, 0x58, 0x7A};
  size_t valid = 0;
  for (int round = 0; round < 300000; ++round) {
    std::vector<uint8_t> code(1 + random() % 24);
    for (uint8_t& b : code) b = random() % 4 ? common[random() % sizeof common] : static_cast<uint8_t>(random() % 8);
    metadata::BodyBytes b = body_of(code);
    const auto size = static_cast<uint32_t>(code.size());
    for (uint32_t n = random() % 3; n > 0; --n) {
      metadata::RawClause c;
      c.kind = static_cast<metadata::ClauseKind>(random() % 3);
      c.try_offset = random() % size;
      c.try_length = 1 + random() % (size - c.try_offset);
      c.handler_offset = random() % size;
      c.handler_length = 1 + random() % (size - c.handler_offset);
      c.filter_offset = random() % size;
      if (c.in_try(c.handler_offset) || c.in_handler(c.try_offset)) continue;
      if (c.kind == metadata::ClauseKind::Filter && (c.filter_offset >= c.handler_offset || c.in_try(c.filter_offset))) continue;
      b.clauses.push_back(c);
    }
    try {
      const BlockMap m = find_blocks(b, 4, 4);
      RegionTree(b, m).check(b, m);
      ++valid;
    } catch (const InvalidProgram&) {
    }
  }
  EXPECT_GT(valid, 1000u);
}

// Every body of the class library decodes, forms blocks and keeps to the region rules; opcode counts agree with what
// other tools count in the same file.
TEST(Corpus, ClassLibrary) {
  auto image = image::Image::open("/usr/lib/mono/4.5/mscorlib.dll");
  metadata::Metadata md(*image);
  std::map<Opcode, size_t> seen;
  size_t finallys = 0, catches = 0, constrained = 0, volatiles = 0;
  for (uint32_t row = 1; row <= md.row_count(metadata::Table::MethodDef); ++row) {
    const metadata::MethodDefRow m = md.method_def(row);
    if (m.rva == 0) continue;
    const metadata::BodyBytes body = metadata::read_body(*image, m.rva);
    metadata::SigReader sig(md.blob(m.signature));
    const metadata::MethodSigHeader h = sig.method_header();
    uint32_t locals = 0;
    if (!body.local_sig.is_nil()) {
      locals = metadata::SigReader(md.blob(md.stand_alone_sig(body.local_sig.row()).signature)).local_header();
    }
    try {
      const BlockMap blocks = find_blocks(body, h.param_count + h.has_this(), locals);
      RegionTree(body, blocks).check(body, blocks);
      for (const Instruction& i : Instructions(body.code)) {
        ++seen[i.encoded];
        constrained += i.has(prefix::kConstrained);
        volatiles += i.has(prefix::kVolatile);
      }
    } catch (const InvalidProgram& e) {
      ADD_FAILURE() << md.type_name(Token(metadata::Table::TypeDef, md.type_of_method(row))) << "::" << md.string(m.name) << ": " << e.what();
    }
    for (const metadata::RawClause& c : body.clauses) {
      finallys += c.kind == metadata::ClauseKind::Finally;
      catches += c.kind == metadata::ClauseKind::Catch;
    }
  }
  EXPECT_EQ(finallys, 1063u);
  EXPECT_EQ(catches, 491u);
  EXPECT_EQ(constrained, 726u);
  EXPECT_EQ(volatiles, 1050u);
  EXPECT_EQ(seen[Opcode::Localloc], 216u);
  EXPECT_EQ(seen[Opcode::Arglist], 2u);
}

}  // namespace
}  // namespace rapgo::load::il
