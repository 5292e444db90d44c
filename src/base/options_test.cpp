#include "base/options.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace rapgo::base {
namespace {

Options parse(std::vector<std::string_view> words, size_t expect_taken) {
  Options options;
  EXPECT_EQ(parse_options(words, options), expect_taken);
  return options;
}

std::string error_of(std::vector<std::string_view> words) {
  try {
    Options options;
    parse_options(words, options);
  } catch (const UserError& error) {
    EXPECT_EQ(error.exit_status(), 1);
    return error.what();
  }
  return "no error";
}

TEST(Options, DefaultsAreTheTables) {
  const Options options;
  EXPECT_EQ(options.tier, TierMode::adaptive);
  EXPECT_EQ(options.cache, CacheMode::write);
  EXPECT_EQ(options.overhead.value, 1.0);
  EXPECT_FALSE(options.stress.any());
}

TEST(Options, StopsAtTheProgram) {
  const Options o = parse({"--tier=baseline", "--stats", "a.exe", "--stats=x"}, 2);
  EXPECT_EQ(o.tier, TierMode::baseline);
  EXPECT_TRUE(o.stats);
}

TEST(Options, ReadsEveryKindOfValue) {
  const Options o = parse({"--explain", "--cache-size=64M", "--overhead=2.5", "--no-optimization=a,b",
                           "--no-optimization=c", "--only=A:*", "--", "--odd.exe"},
                          7);
  EXPECT_TRUE(o.explain.on);
  EXPECT_EQ(o.explain.text, "");
  EXPECT_EQ(o.cache_size.count, 64u << 20);
  EXPECT_EQ(o.overhead.value, 2.5);
  EXPECT_EQ(o.no_optimization, (Texts{"a", "b", "c"}));
  EXPECT_EQ(parse({"--explain=x.html"}, 1).explain.text, "x.html");
}

TEST(Options, Stress) {
  const Options o = parse({"--stress=deopt,osr,move=100", "--stress=verify"}, 2);
  EXPECT_EQ(o.stress.deopt, 1u);
  EXPECT_EQ(o.stress.move, 100u);
  EXPECT_TRUE(o.stress.osr && o.stress.verify);
  EXPECT_FALSE(o.stress.optimize || o.stress.probe || o.stress.reclaim);
}

TEST(Options, ErrorsAreOneClearLine) {
  EXPECT_EQ(error_of({"--tier=fast"}), "--tier takes baseline|adaptive, not 'fast'");
  EXPECT_EQ(error_of({"--nope"}), "there is no option --nope (see rapgo --help)");
  EXPECT_EQ(error_of({"-x"}), "there is no option -x (see rapgo --help)");
  EXPECT_EQ(error_of({"--stats=1"}), "--stats takes no value");
  EXPECT_EQ(error_of({"--record"}), "--record needs a value: --record=FILE");
  EXPECT_EQ(error_of({"--cache-size=lots"}), "--cache-size takes a size such as 64m, not 'lots'");
  EXPECT_EQ(error_of({"--cache-size=99999999999g"}), "--cache-size takes a size such as 64m, not '99999999999g'");
  EXPECT_EQ(error_of({"--stress=fly"}),
            "--stress knows optimize, osr, deopt[=N], probe, move[=N], reclaim and verify, not 'fly'");
  EXPECT_EQ(error_of({"--stress=move=0"}), "--stress: move=N takes a positive number, not '0'");
  EXPECT_EQ(error_of({"--overhead=101"}), "--overhead takes a percentage from 0 to 100, not '101'");
}

TEST(Options, VariableTakesOptionsOnly) {
  Options options;
  parse_options_variable("  --tier=baseline   --stress=osr ", options);
  EXPECT_EQ(options.tier, TierMode::baseline);
  EXPECT_TRUE(options.stress.osr);
  EXPECT_THROW(parse_options_variable("a.exe", options), UserError);
  EXPECT_NO_THROW(parse_options_variable(nullptr, options));
}

TEST(Options, HelpListsEveryOption) {
  const std::string help = option_help();
#define OPTION(name, type, command_line, initial, argument, text) \
  EXPECT_NE(help.find(std::string("--") + command_line), std::string::npos);
#include "base/options.def"
#undef OPTION
}

}  // namespace
}  // namespace rapgo::base
