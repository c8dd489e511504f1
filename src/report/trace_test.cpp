#include "report/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "support/schema.h"

namespace bonafide::report {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Json schema(const std::string& name) {
  const auto text = read_file(std::string(BONAFIDE_SOURCE_DIR) + "/docs/schema/bonafide." + name + "-1.json", 1 << 20);
  return parse_json(*text).value();
}

provenance::print::WorkMatch match() {
  provenance::print::WorkMatch one;
  one.distance = 14;
  one.turn = 5;
  one.at_s = 2.5;
  one.clip = provenance::print::ClipMatch{8, 9, 1.5, 0, 4, 12};
  one.sound = provenance::print::SoundMatch{8, 9, 1.5, 0, 8, 0.1};
  return one;
}

PrintedWork work() {
  PrintedWork work;
  work.path = "found.jpg";
  work.sha256 = std::string(64, 'a');
  work.kind = media::Kind::image;
  work.query.turned = provenance::print::EightPrints{};
  work.query.prints.picture = provenance::print::PicturePrint{{1, 2, 3, 4}, 90};
  work.query.prints.frames = {{0, {{1, 2, 3, 4}, 90}}};
  work.query.prints.sound = {1, 2, 3};
  return work;
}

TraceReport with(TraceReason reason, const std::string& content,
                 LogProofFacts::State state = LogProofFacts::State::proven) {
  TraceReport report;
  report.work = work();
  report.places = {{"record", "example.org/log", 3, 2, 2, ""}, {"gone", "", 0, 0, 0, "no such folder"}};
  TraceHit hit;
  hit.reason = reason;
  hit.place = "record";
  hit.name = "a\x1b[31mname";
  hit.content = content;
  hit.state = state;
  if (state != LogProofFacts::State::proven) hit.problem = "it does not fit";
  hit.tree = {"example.org/log", 3, {}};
  hit.witnesses = {{"w", 1'700'000'000}};
  hit.match = match();
  hit.differences = {"centre: other content"};
  hit.later = {{2, {}, {}, {}, "none"}};
  report.hits.push_back(std::move(hit));
  return report;
}

TEST(Trace, TheAnswerFollowsFromReasonAndContent) {
  using State = LogProofFacts::State;
  EXPECT_EQ(answer_of({}), TraceAnswer::unknown);
  EXPECT_EQ(answer_of(with(TraceReason::same_file, "")), TraceAnswer::original);
  EXPECT_EQ(answer_of(with(TraceReason::print, "same")), TraceAnswer::copy);
  EXPECT_EQ(answer_of(with(TraceReason::print, "altered")), TraceAnswer::altered);
  EXPECT_EQ(answer_of(with(TraceReason::print, "no_match")), TraceAnswer::resembles);
  EXPECT_EQ(answer_of(with(TraceReason::print, "")), TraceAnswer::resembles);
  EXPECT_EQ(answer_of(with(TraceReason::mark, "no_match")), TraceAnswer::altered);
  EXPECT_EQ(answer_of(with(TraceReason::same_file, "", State::broken)), TraceAnswer::broken);
  EXPECT_EQ(answer_of(with(TraceReason::print, "same", State::untrusted)), TraceAnswer::copy);
}

TEST(Trace, JsonKeepsToItsSchema) {
  for (const TraceReason reason : {TraceReason::same_file, TraceReason::mark, TraceReason::print, TraceReason::map})
    for (const char* const content : {"", "same", "altered", "no_match"})
      EXPECT_THAT(testing::schema_errors(schema("trace"), trace_json(with(reason, content)), true), IsEmpty());
  EXPECT_THAT(testing::schema_errors(schema("trace"), trace_json({}), true), IsEmpty());
  MatchedWork matched;
  matched.work = work();
  matched.found.push_back({"name", {1}, match()});
  EXPECT_THAT(testing::schema_errors(schema("match"), match_json(matched), true), IsEmpty());
  EXPECT_THAT(testing::schema_errors(schema("print"), print_json(work()), true), IsEmpty());
}

TEST(Trace, TheTreeIsPlainTextAndNeverAccuses) {
  const std::string text = trace_text(with(TraceReason::print, "altered"), {});
  EXPECT_THAT(text, HasSubstr("├─ log example.org/log (record): 3 entries, 2 works"));
  EXPECT_THAT(text, HasSubstr("centre: other content"));
  EXPECT_THAT(text, HasSubstr("log gone: could not be asked: no such folder"));
  EXPECT_THAT(text, HasSubstr("2023-11-14T22:13:20Z"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  for (const std::string& each : {text, trace_text({}, {})}) {
    EXPECT_THAT(each, Not(HasSubstr("fake")));
    EXPECT_THAT(each, Not(HasSubstr("FAKE")));
  }
  EXPECT_THAT(trace_text({}, {}), HasSubstr("UNKNOWN HERE"));
}

}  // namespace
}  // namespace bonafide::report
