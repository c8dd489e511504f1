// Whole reports of real files: they must fit their schema, come back from JSON unchanged, and render.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/check.h"
#include "base/files.h"
#include "support/schema.h"
#include "support/support.h"

namespace bonafide::app {
namespace {

std::vector<std::string> subjects() {
  return {testing::made("report.jpg", "ffmpeg -v error -f lavfi -i testsrc2=size=320x240 -frames:v 1 -q:v 3 \"$OUT\""),
          testing::made("report.wav", "ffmpeg -v error -f lavfi -i sine=440:duration=2 \"$OUT\""),
          testing::made("report.mp4",
                        "ffmpeg -v error -f lavfi -i testsrc2=size=160x120:rate=25:duration=2 -f lavfi -i "
                        "sine=440:duration=2 -c:v libx264 -pix_fmt yuv420p -c:a aac \"$OUT\"")};
}

TEST(WholeReportSlow, FitsItsSchemaAndComesBack) {
  const auto text = read_file(std::string(BONAFIDE_SOURCE_DIR) + "/docs/schema/bonafide.report-1.json", 1 << 20);
  ASSERT_TRUE(text);
  const Json schema = *parse_json(*text);
  for (const std::string& path : subjects()) {
    CheckRequest request;
    request.path = path;
    request.command = "bonafide check it";
    const auto report = check(request, {});
    ASSERT_TRUE(report) << report.error().to_string();
    const Json json = report::to_json(*report, true);
    EXPECT_THAT(testing::schema_errors(schema, json, true), ::testing::IsEmpty());
    const auto back = report::from_json(json);
    ASSERT_TRUE(back) << back.error().to_string();
    EXPECT_EQ(dump_json(report::to_json(*back, true)), dump_json(json));
    EXPECT_EQ(report::to_html(*back), report::to_html(*report));
    for (const auto& finding : report->forensics.findings) {
      EXPECT_FALSE(finding.title.empty()) << finding.detector;
      EXPECT_FALSE(finding.question.empty()) << finding.detector;
    }
  }
}

}  // namespace
}  // namespace bonafide::app
