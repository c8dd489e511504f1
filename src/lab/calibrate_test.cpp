#include "lab/calibrate.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "lab/evaluate.h"
#include "lab/page.h"
#include "support/schema.h"
#include "support/support.h"
#include "verdict/calibration.h"

namespace bonafide::lab {
namespace {

// Scores that rise with the label, by the same rule in every source, under the name of a real test.
std::vector<Trial> trials(double gap) {
  std::vector<Trial> all;
  for (int i = 0; i < 400; ++i) {
    Trial trial;
    trial.dataset = "made";
    trial.file = std::to_string(i);
    trial.source = "source " + std::to_string(i % 4);
    trial.fake = i % 8 >= 4;
    trial.answers["audio.upsampling_comb"] = {
        .judged = true, .grade = forensics::Strength::none, .score = i * 37 % 101 / 50.0 + (trial.fake ? gap : 0)};
    trial.answers["audio.none_such"] = {
        .judged = true, .grade = forensics::Strength::none, .score = trial.fake ? 1.0 : 0.0};
    all.push_back(std::move(trial));
  }
  return all;
}

Json schema(const std::string& name) {
  std::ifstream in(std::string(BONAFIDE_SOURCE_DIR) + "/docs/schema/" + name);
  return Json::parse(in);
}

TEST(Calibrate, WritesATableThatTheProgramReads) {
  const Fitted fitted = fit_calibration(trials(1.5), "sha256:aa", "2026-01-01T00:00:00Z", "0");
  const auto read = verdict::calibration_from_json(fitted.table);
  ASSERT_TRUE(read.has_value()) << read.error().to_string();
  ASSERT_EQ(read->lines.count("audio.upsampling_comb"), 1U);
  EXPECT_GT(read->lines.at("audio.upsampling_comb").slope, 0);
  EXPECT_LT(read->lines.at("audio.upsampling_comb").cllr, 0.9);
  EXPECT_TRUE(testing::schema_errors(schema("bonafide.calibration-1.json"), fitted.table, true).empty());
}

TEST(Calibrate, LeavesOutWhatIsWorthNothing) {
  const Fitted level = fit_calibration(trials(0), "sha256:aa", "", "0");
  EXPECT_TRUE(level.table.at("detectors").empty()) << dump_json(level.table);
  ASSERT_EQ(level.left.size(), 2U);
  EXPECT_EQ(level.left[0].detector, "audio.none_such");
  const auto all = trials(1.5);
  const Fitted few = fit_calibration({all.begin(), all.begin() + 40}, "sha256:aa", "", "0");
  EXPECT_TRUE(few.table.at("detectors").empty());
}

TEST(Page, JsonFitsItsSchemaAndThePageIsSelfContained) {
  const Summary summary = summarise(trials(1.5));
  const Heading heading{
      .command = "bonafide eval <x> & \"y\"", .made_at = "2026-01-01T00:00:00Z", .version = "0", .journal = ""};
  EXPECT_TRUE(testing::schema_errors(schema("bonafide.eval-1.json"), to_json(summary, heading), true).empty());
  const std::string page = to_html(summary, heading);
  EXPECT_EQ(page.find("<x>"), std::string::npos);
  EXPECT_EQ(page.find("http"), std::string::npos);
  EXPECT_NE(page.find("<svg"), std::string::npos);
  EXPECT_NE(to_markdown(summary, heading).find("| audio.upsampling_comb |"), std::string::npos);
}

// Three made sounds, run twice: the second time nothing is left to do; a cut-off journal line is done again.
TEST(Evaluate, GoesOnWhereItStopped) {
  namespace fs = std::filesystem;
  const std::string tone = testing::made("lab_tone.wav", "ffmpeg -v error -f lavfi -i sine=duration=2 -y \"$OUT\"");
  const fs::path folder = fs::path(tone).parent_path() / "lab_evaluate";
  fs::remove_all(folder);
  fs::create_directories(folder);
  for (const char* name : {"a.wav", "b.wav"}) fs::copy_file(tone, folder / name);
  std::ofstream(folder / "manifest.csv") << "file,label,source\na.wav,real,s\nb.wav,fake,s\nmissing.wav,fake,s\n";
  EvaluateRequest request;
  request.datasets = {folder.string()};
  request.pipeline.only = {"audio.band"};
  request.journal = (folder / "journal.jsonl").string();
  const auto first = evaluate(request, Context());
  ASSERT_TRUE(first.has_value()) << first.error().to_string();
  ASSERT_EQ(first->size(), 3U);
  EXPECT_TRUE((*first)[0].error.empty());
  EXPECT_FALSE((*first)[2].error.empty());
  const auto size = fs::file_size(request.journal);
  const auto when = (*first)[0].seconds;
  const auto second = evaluate(request, Context());
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ((*second)[0].seconds, when);
  EXPECT_EQ(fs::file_size(request.journal), size);
  fs::resize_file(request.journal, size - 20);
  EXPECT_EQ(read_trials(request.journal).value().size(), 2U);
  EXPECT_EQ(evaluate(request, Context()).value().size(), 3U);
  request.pipeline.only = {"audio.upsampling_comb"};
  EXPECT_FALSE(evaluate(request, Context()).has_value()) << "a journal of other tests";
}

}  // namespace
}  // namespace bonafide::lab
