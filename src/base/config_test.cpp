#include "base/config.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "support/support.h"

namespace bonafide {
namespace {

Result<Config> load(std::string_view text) {
  const testing::TemporaryFolder folder;
  write_file(folder.file("config.toml"), text, false).value();
  return load_config(folder.file("config.toml"));
}

TEST(Config, NoFileMeansDefaults) {
  const Config config = load_config("/nonexistent/config.toml").value();
  EXPECT_EQ(config.fail_at, "strong");
  EXPECT_EQ(config.limits.memory, std::uint64_t{2} << 30);
  EXPECT_TRUE(config.path.empty());
}

TEST(Config, ReadsEveryKey) {
  const Config config = load("[limits]\nmemory = 512\n[check]\nfail_at = \"moderate\"\njobs = 3\n").value();
  EXPECT_EQ(config.limits.memory, std::uint64_t{512} << 20);
  EXPECT_EQ(config.fail_at, "moderate");
  EXPECT_EQ(config.jobs, 3);
}

TEST(Config, RefusesTyposTypesAndRanges) {
  EXPECT_FALSE(load("[check]\nfial_at = \"strong\"\n"));
  EXPECT_FALSE(load("[check]\nfail_at = \"perhaps\"\n"));
  EXPECT_FALSE(load("[check]\njobs = \"two\"\n"));
  EXPECT_FALSE(load("[limits]\nmemory = 1\n"));
  EXPECT_FALSE(load("jobs = 2\n"));
  EXPECT_FALSE(load("[check\n"));
}

}  // namespace
}  // namespace bonafide
