#include "app/mark_trace.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "support/schema.h"

namespace bonafide::app {
namespace {

provenance::c2pa::Validation says(const std::vector<std::string>& source_types) {
  provenance::c2pa::Validation validation;
  validation.manifests.emplace_back();
  for (const std::string& type : source_types) {
    validation.manifests.front().actions.emplace_back();
    validation.manifests.front().actions.back().source_type = type;
  }
  return validation;
}

TEST(MarkTrace, HowAWorkCameAbout) {
  const std::string iptc = "http://cv.iptc.org/newscodes/digitalsourcetype/";
  EXPECT_EQ(origin_of(says({iptc + "digitalCapture"})), "captured");
  EXPECT_EQ(origin_of(says({"", iptc + "trainedAlgorithmicMedia"})), "generated");
  EXPECT_EQ(origin_of(says({iptc + "digitalCapture", iptc + "compositeWithTrainedAlgorithmicMedia"})), "")
      << "both: it tells its own story, and none to contradict";
  EXPECT_EQ(origin_of(says({iptc + "humanEdits"})), "");
  EXPECT_EQ(origin_of({}), "");
}

// The command's cases (tests/cli/mark_trace) trace real files; here, that every answer fits the schema.
TEST(MarkTrace, FitsItsSchema) {
  const auto text = read_file(std::string(BONAFIDE_SOURCE_DIR) + "/docs/schema/bonafide.mark_trace-1.json", 1 << 20);
  ASSERT_TRUE(text);
  for (const Traced answer : {Traced::same, Traced::altered, Traced::other_work, Traced::other_id,
                              Traced::contradiction, Traced::unsure, Traced::no_mark}) {
    MarkTrace trace{.file = "a", .work = "b", .answer = answer};
    trace.named = {"0123456789abcdef"};
    trace.found.marks.push_back({"picture", 1, 0, {}, 0, 0, ""});
    EXPECT_EQ(bonafide::testing::schema_errors(*parse_json(*text), mark_trace_json(trace), true),
              std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace bonafide::app
