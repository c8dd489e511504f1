#include "forensics/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "media/decode/decode.h"
#include "support/support.h"

namespace bonafide::forensics {
namespace {

/// Sums up everything it is fed, so that two runs can be compared to the last sample.
class Witness : public DetectorSession {
 public:
  void on_frame(const media::Frame& frame) override {
    ++frames_;
    for (int y = 0; y < frame.height(); y += 7) picture_ = picture_ * 31 + frame.luma().at(y % frame.width(), y);
  }
  void on_audio(const media::AudioBlock& block) override {
    for (const float sample : block.speech) sound_ += static_cast<double>(sample) * static_cast<double>(sample);
    samples_ += block.speech.size();
  }
  void on_span(const TimeSpan&) override { ++spans_; }
  std::vector<Finding> finish() override {
    Finding finding = nothing_found("test.witness.seen", "Looked at everything.");
    finding.grade = Strength::very_strong;  // the pipeline must cut an uncalibrated grade
    finding.details = {{"frames", std::to_string(frames_)},
                       {"picture", std::to_string(picture_)},
                       {"samples", std::to_string(samples_)},
                       {"sound", std::to_string(sound_)},
                       {"spans", std::to_string(spans_)}};
    return {finding};
  }

 private:
  int frames_ = 0, spans_ = 0;
  std::uint64_t picture_ = 0;
  std::size_t samples_ = 0;
  double sound_ = 0;
};

class Thrower : public DetectorSession {
 public:
  void on_frame(const media::Frame& frame) override {
    if (frame.info().index == 3) throw std::runtime_error("the fourth frame was too much");
  }
  std::vector<Finding> finish() override { return {nothing_found("test.thrower.none", "never reached")}; }
};

class Silent : public DetectorSession {
 public:
  std::vector<Finding> finish() override { return {}; }
};

template <typename Session>
std::unique_ptr<DetectorSession> start(const DetectorInput&) {
  return std::make_unique<Session>();
}

const Detector kWitness{"test.witness", 3, Group::noise, kNeedsFrames | kNeedsAudio, "", "", nullptr, start<Witness>};
const Detector kThrower{"test.thrower", 1, Group::noise, kNeedsFrames, "", "", nullptr, start<Thrower>};
const Detector kSilent{"test.silent", 1, Group::noise, kNeedsNothing, "", "", nullptr, start<Silent>};
const Detector kNever{"other.never",
                      1,
                      Group::noise,
                      kNeedsNothing,
                      "",
                      "",
                      [](const media::Media&) { return std::optional<std::string>("it never applies"); },
                      nullptr};
const Detector* const kTable[] = {&kWitness, &kThrower, &kSilent, &kNever};

media::Media clip() {
  static const std::string path = testing::made(
      "clip.mp4",
      "ffmpeg -v error -f lavfi -i testsrc2=s=160x120:r=25:d=4 -f lavfi -i sine=440:d=4 -c:v libx264 -g 25 -c:a aac "
      "-f mp4 \"$OUT\"");
  const FileReader file = FileReader::open(path).value();
  media::Media media = media::open(file, {}).value();
  media::probe(media, {}).value();
  return media;
}

const Finding& of(const PipelineResult& result, std::string_view detector) {
  return *std::find_if(result.findings.begin(), result.findings.end(),
                       [&](const Finding& finding) { return finding.detector == detector; });
}

PipelineResult run(const media::Media& media, const PipelineSettings& settings, const Context& context = {}) {
  const Plan plan = make_plan(media, settings, kTable);
  return run_pipeline(media, plan, settings, context).value();
}

TEST(Pipeline, ThreadedAndInlineSeeTheSame) {
  const media::Media media = clip();
  PipelineSettings inline_settings;
  inline_settings.threaded = false;
  const PipelineResult one = run(media, {});
  const PipelineResult two = run(media, inline_settings);
  EXPECT_EQ(of(one, "test.witness").details, of(two, "test.witness").details);
  EXPECT_EQ(of(one, "test.witness").details[0].second, "100");
  EXPECT_EQ(one.previews.size(), two.previews.size());
  EXPECT_GE(one.previews.size(), 4U);
}

TEST(Pipeline, FillsInWhoSaysItAndCutsUncalibratedGrades) {
  const PipelineResult result = run(clip(), {});
  const Finding& finding = of(result, "test.witness");
  EXPECT_EQ(finding.version, 3);
  EXPECT_EQ(finding.group, Group::noise);
  EXPECT_EQ(finding.grade, Strength::moderate);
}

TEST(Pipeline, ABrokenTestNeverStopsTheOthers) {
  const PipelineResult result = run(clip(), {});
  EXPECT_EQ(of(result, "test.thrower").outcome, Outcome::failed);
  EXPECT_EQ(of(result, "test.thrower").reason, "The fourth frame was too much.");
  EXPECT_EQ(of(result, "test.silent").outcome, Outcome::failed);
  EXPECT_EQ(of(result, "test.witness").outcome, Outcome::nothing_found);
}

TEST(Pipeline, SkippedAndNotApplicableAreSaidNotSilent) {
  PipelineSettings settings;
  settings.only = {"test."};
  settings.skip = {"test.thrower"};
  const PipelineResult result = run(clip(), settings);
  EXPECT_EQ(of(result, "test.thrower").outcome, Outcome::not_examined);
  EXPECT_EQ(of(result, "other.never").outcome, Outcome::not_examined);
  EXPECT_EQ(of(run(clip(), {}), "other.never").reason, "It never applies.");
}

TEST(Pipeline, LongFilesAreSampledAndSaySo) {
  media::Media media = clip();
  media.duration_s = 3600;
  const Plan plan = make_plan(media, {}, kTable);
  EXPECT_TRUE(plan.sampled);
  ASSERT_EQ(plan.spans.size(), 10U);
  EXPECT_DOUBLE_EQ(plan.spans.front().begin_s, 0);
  EXPECT_DOUBLE_EQ(plan.spans.back().end_s, 3600);
  PipelineSettings whole;
  whole.whole = true;
  EXPECT_FALSE(make_plan(media, whole, kTable).sampled);
}

TEST(Pipeline, TheBudgetEndsItAndSaysWhatWasNotExamined) {
  Context context;
  context.deadline = Clock::now();
  const PipelineResult result = run(clip(), {}, context);
  ASSERT_EQ(result.not_examined.size(), 1U);
  EXPECT_NE(result.not_examined[0].find("time budget"), std::string::npos);
}

TEST(Pipeline, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  Context context;
  context.stop = source.get_token();
  const media::Media media = clip();
  const auto result = run_pipeline(media, make_plan(media, {}, kTable), {}, context);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::cancelled);
}

}  // namespace
}  // namespace bonafide::forensics
