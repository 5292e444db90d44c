#include "explain/journal.h"

#include <gtest/gtest.h>

namespace rapgo::explain {
namespace {

struct Names : loop::SymbolNames {
  std::optional<std::string> method_name(loop::MethodId) override { return "m"; }
  std::optional<std::string> type_name(loop::TypeId) override { return "t"; }
  std::optional<std::string> field_name(loop::FieldId) override { return "f"; }
  std::optional<std::string> assembly_name(loop::AssemblyId) override { return "a"; }
  std::optional<loop::MethodId> method_id(std::string_view) override { return {}; }
  std::optional<loop::TypeId> type_id(std::string_view) override { return {}; }
  std::optional<loop::FieldId> field_id(std::string_view) override { return {}; }
  std::optional<loop::AssemblyId> assembly_id(std::string_view) override { return {}; }
  uint64_t il_hash(loop::MethodId) override { return 0; }
  uint64_t layout_hash(loop::TypeId) override { return 0; }
  std::string display_name(loop::MethodId) override { return "List<int>.Add"; }
};

loop::Event event(loop::EventKind kind, uint32_t version, uint64_t a = 0, uint64_t b = 0) {
  loop::Event e;
  e.kind = kind;
  e.tier = loop::Tier::Optimized;
  e.time_ns = 5;
  e.method = {16};
  e.version = {version};
  e.a = a;
  e.b = b;
  return e;
}

TEST(Journal, TellsAVersionsLifeAndEscapesNames) {
  Names names;
  Journal j(names);
  j.add(event(loop::EventKind::Installed, 3, 640));
  j.add(event(loop::EventKind::Published, 3));
  j.add(event(loop::EventKind::TransferredDown, 3, 1, 0));
  j.add(event(loop::EventKind::Retired, 3));
  j.add(event(loop::EventKind::Reclaimed, 3, 640));
  j.decision(5, {16}, "pays: 3 > 1");
  const std::string page = j.html();
  EXPECT_NE(page.find("List&lt;int&gt;.Add"), std::string::npos);
  EXPECT_NE(page.find("pays: 3 &gt; 1"), std::string::npos);
  EXPECT_NE(page.find("type guard"), std::string::npos);
  EXPECT_NE(j.text().find("v3 optimized: 640 bytes"), std::string::npos);
  EXPECT_NE(j.text().find("reclaimed"), std::string::npos);
}

}  // namespace
}  // namespace rapgo::explain
