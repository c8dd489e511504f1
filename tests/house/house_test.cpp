// The rules hold on this checkout, and each of them notices when it is broken.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rules.h"
#include "support/support.h"

namespace bonafide::house {
namespace {

const Tree& checkout() {
  static const Tree tree = read_tree(BONAFIDE_SOURCE_DIR);
  return tree;
}

std::string list(const std::vector<std::string>& wrong) {
  return fmt::format("{} violations:\n{}", wrong.size(), fmt::join(wrong, "\n"));
}

TEST(House, TheCheckoutWasRead) {
  EXPECT_EQ(checkout().count("src/base/result.h"), 1U);
  EXPECT_EQ(checkout().count("README.md"), 1U);
}
TEST(House, RoomsIncludeOnlyTheRoomsBelow) {
  const auto wrong = check_layers(checkout());
  EXPECT_TRUE(wrong.empty()) << list(wrong);
}
TEST(House, OutsideHeadersOnlyWhereTheirWorkIs) {
  const auto wrong = check_libraries(checkout());
  EXPECT_TRUE(wrong.empty()) << list(wrong);
}
TEST(House, EveryRoomHasItsCard) {
  const auto wrong = check_cards(checkout());
  EXPECT_TRUE(wrong.empty()) << list(wrong);
}
TEST(House, EveryDetectorHasItsMethodCardAndItsThreeTests) {
  const auto wrong = check_detectors(checkout());
  EXPECT_TRUE(wrong.empty()) << list(wrong);
}
TEST(House, NoFileIsLongerThan600Lines) {
  const auto wrong = check_sizes(checkout());
  EXPECT_TRUE(wrong.empty()) << list(wrong);
}
TEST(House, NoPathOfSomebodysMachine) {
  const auto wrong = check_paths(checkout());
  EXPECT_TRUE(wrong.empty()) << list(wrong);
}

// --- the same rules on planted violations

std::vector<std::string> layers_with(const std::string& path, const std::string& header) {
  return check_layers({{"src/" + header, ""}, {path, "#pragma once\n#include \"" + header + "\"\n"}});
}

TEST(HouseRules, FindAStairUpwards) {
  EXPECT_EQ(layers_with("src/base/a.h", "media/decode/frame.h"),
            std::vector<std::string>{"src/base/a.h:2: base may not use media/decode"});
  EXPECT_EQ(layers_with("src/forensics/voice/a.cpp", "forensics/finding.h").size(), 1U);
  EXPECT_EQ(layers_with("src/media/container/a.cpp", "media/decode/frame.h").size(), 1U);
  EXPECT_EQ(layers_with("src/media/container/a_test.cpp", "media/decode/frame.h").size(), 1U);
  EXPECT_EQ(layers_with("src/report/html.cpp", "app/check.h").size(), 1U);
  EXPECT_EQ(layers_with("src/provenance/a.h", "forensics/finding.h").size(), 1U);
  EXPECT_TRUE(layers_with("src/app/check.cpp", "report/report.h").empty());
  EXPECT_TRUE(layers_with("src/media/decode/a.cpp", "media/container/media.h").empty());
}
TEST(HouseRules, FindFrontDoorsThatCallEachOther) {
  EXPECT_EQ(layers_with("src/capi/capi.cpp", "cli/verbs.h").size(), 1U);
  EXPECT_EQ(layers_with("src/cli/main.cpp", "capi/x.h").size(), 1U);
}
TEST(HouseRules, FindDetectorsThatKnowEachOther) {
  EXPECT_EQ(layers_with("src/forensics/detectors/av_lip_sync.cpp", "forensics/detectors/video_blink.h").size(), 1U);
  EXPECT_TRUE(layers_with("src/forensics/detectors/video_blink_test.cpp", "forensics/detectors/video_blink.h").empty());
}
TEST(HouseRules, FindAnUnknownRoomAndAHeaderThatIsNotThere) {
  EXPECT_EQ(layers_with("src/attic/a.cpp", "base/json.h").size(), 1U);
  EXPECT_EQ(check_layers({{"src/base/a.cpp", "#include \"json.h\"\n"}}).size(), 1U);
}
TEST(HouseRules, FindALibraryInTheWrongRoom) {
  const auto with = [](const std::string& path, const std::string& header) {
    return check_libraries({{path, "#include <" + header + ">\n"}}).size();
  };
  EXPECT_EQ(with("src/report/text.cpp", "libavformat/avformat.h"), 1U);
  EXPECT_EQ(with("src/media/decode/pass.cpp", "libavformat/avformat.h"), 0U);
  EXPECT_EQ(with("src/media/decode/pass.h", "libavformat/avformat.h"), 1U);
  EXPECT_EQ(with("src/forensics/detectors/video_blink.cpp", "dlib/image_processing.h"), 1U);
  EXPECT_EQ(with("src/media/container/exif.cpp", "opencv2/core.hpp"), 1U);
  EXPECT_EQ(with("src/forensics/preview.cpp", "opencv2/imgproc.hpp"), 0U);
  EXPECT_EQ(with("src/app/check.cpp", "sys/socket.h"), 1U);
  EXPECT_EQ(with("src/report/json.cpp", "nlohmann/json.hpp"), 1U);
}
TEST(HouseRules, FindARoomWithoutCard) {
  EXPECT_EQ(check_cards({{"src/base/a.cpp", ""}}).size(), 1U);
  EXPECT_TRUE(check_cards({{"src/base/a.cpp", ""}, {"src/base/README.md", "# base\n"}}).empty());
}
TEST(HouseRules, FindADetectorWithoutCardOrTests) {
  Tree tree{{"src/forensics/detectors/video_blink.cpp", "\"video.blink\""}};
  EXPECT_EQ(check_detectors(tree).size(), 4U);
  tree["docs/methods/video.blink.md"] = "# Blinking\n";
  tree["src/forensics/detectors/video_blink_test.cpp"] =
      "TEST(VideoBlink, KnownPositive) {}\nTEST(VideoBlink, KnownNegative) {}\nTEST(VideoBlink, NotApplicable) {}\n";
  EXPECT_TRUE(check_detectors(tree).empty());
  tree["src/forensics/detectors/video_blink.cpp"] = "\"video.wink\"";
  EXPECT_EQ(check_detectors(tree).size(), 1U);
}
TEST(HouseRules, FindALongFile) {
  std::string text;
  for (int i = 0; i < 601; ++i) text += "\n";
  EXPECT_EQ(check_sizes({{"src/base/a.cpp", text}}).size(), 1U);
}
TEST(HouseRules, FindAPathOfSomebodysMachine) {
  const std::string mine = std::string("see /hom") + "e/jo/notes";
  EXPECT_EQ(check_paths({{"docs/a.md", mine}}).size(), 1U);
  EXPECT_TRUE(check_paths({{"docs/a.md", "frame/work/space and https://example.org/home/page"}}).empty());
}

}  // namespace
}  // namespace bonafide::house
