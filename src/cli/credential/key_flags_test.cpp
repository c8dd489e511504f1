#include "cli/credential/key_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bonafide::cli {
namespace {

using ::testing::ElementsAre;

TEST(SplitCommand, WordsAndQuotations) {
  EXPECT_THAT(split_command("signer --slot 1").value(), ElementsAre("signer", "--slot", "1"));
  EXPECT_THAT(split_command("  a\t'b c' \"d 'e\" f\\ g ''").value(), ElementsAre("a", "b c", "d 'e", "f g", ""));
  EXPECT_THAT(split_command("a 'x\\y' \"x\\\"y\"").value(), ElementsAre("a", "x\\y", "x\"y"));
}

TEST(SplitCommand, RefusesWhatIsNoCommand) {
  EXPECT_FALSE(split_command(""));
  EXPECT_FALSE(split_command("   "));
  EXPECT_FALSE(split_command("a 'b"));
  EXPECT_FALSE(split_command("'' x"));
}

}  // namespace
}  // namespace bonafide::cli
