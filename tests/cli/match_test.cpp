#include "match.h"

#include <gtest/gtest.h>

namespace bonafide::cli_test {
namespace {

TEST(CliMatch, LinesWithHoles) {
  EXPECT_TRUE(match_line("plain", "plain"));
  EXPECT_FALSE(match_line("plain", "plainer"));
  EXPECT_TRUE(match_line("took {*} s", "took 1.5 s"));
  EXPECT_FALSE(match_line("took {*} s", "took 1.5 ms?"));
  EXPECT_TRUE(match_line("{*}:{*}", "a:b:c"));
  EXPECT_TRUE(match_line("a{*}", "a"));
}

TEST(CliMatch, AnyNumberOfLines) {
  EXPECT_FALSE(match_lines("a\n...\nd\n", "a\nb\nc\nd\n"));
  EXPECT_FALSE(match_lines("a\n...\nd\n", "a\nd\n"));
  EXPECT_TRUE(match_lines("a\n...\nd\n", "a\nb\n"));
  EXPECT_FALSE(match_lines("...\n", ""));
  EXPECT_FALSE(match_lines("", ""));
}

TEST(CliMatch, SaysWhatIsWrong) {
  EXPECT_EQ(match_lines("a\nb\n", "a\nc\n"), "expected line 2 was not printed: b");
  EXPECT_EQ(match_lines("a\n", "a\nb\n"), "more was printed than the 1 expected lines");
  EXPECT_EQ(match_lines("", "x\n"), "more was printed than the 0 expected lines");
}

}  // namespace
}  // namespace bonafide::cli_test
