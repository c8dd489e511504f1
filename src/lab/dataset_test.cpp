#include "lab/dataset.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace bonafide::lab {
namespace {

TEST(Csv, QuotesCommasAndLines) {
  const auto rows = parse_csv("a,b\r\n\"x,\"\"y\"\"\n\",2\n\n3,\n");
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ((*rows)[1][0], "x,\"y\"\n");
  EXPECT_EQ((*rows)[1][1], "2");
  EXPECT_EQ((*rows)[2][1], "");
}

TEST(Csv, SaysWhatIsWrong) {
  EXPECT_EQ(parse_csv("a,b\n1\n").error().code, Code::corrupt);
  EXPECT_EQ(parse_csv("a\n\"1\n").error().code, Code::corrupt);
  EXPECT_TRUE(parse_csv("").value().empty());
}

TEST(Dataset, TakesWhatItKnowsAndLeavesTheRest) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "bonafide_lab_dataset";
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& text) { std::ofstream(folder / "manifest.csv") << text; };
  write(
      "file,label,source_repo,generator,kind\na.wav,real,github:x/"
      "y,,speech\nb.wav,fake,z,net,speech\nc.wav,unsure,z,,speech\n");
  const auto items = read_dataset(folder.string());
  ASSERT_TRUE(items.has_value()) << items.error().to_string();
  ASSERT_EQ(items->size(), 2U);
  EXPECT_EQ((*items)[0].source, "x/y");
  EXPECT_EQ((*items)[0].path, (folder / "a.wav").string());
  EXPECT_TRUE((*items)[1].fake);
  EXPECT_EQ((*items)[1].generator, "net");
  for (const std::string bad :
       {"file,label\n../x,real\n", "file,label\n/etc/passwd,real\n", "name,label\na,real\n", ""}) {
    write(bad);
    EXPECT_FALSE(read_dataset(folder.string()).has_value()) << bad;
  }
  EXPECT_FALSE(read_dataset((folder / "none").string()).has_value());
}

}  // namespace
}  // namespace bonafide::lab
