#include "app/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/log/opened.h"
#include "app/print.h"
#include "base/files.h"
#include "base/process.h"
#include "provenance/log/sqlite.h"
#include "support/support.h"

namespace bonafide::app {
namespace {

using report::TraceAnswer;
using ::testing::HasSubstr;

const char* const kPicture =
    "ffmpeg -v error -f lavfi -i "
    "mandelbrot=size=640x480:start_scale=0.3:end_scale=0.003:start_x=-0.743643887037151:start_y=0.131825904205330 "
    "-frames:v 1 -q:v 2 -f image2 \"$OUT\"";
const char* const kSaved =
    "ffmpeg -v error -f lavfi -i "
    "mandelbrot=size=640x480:start_scale=0.3:end_scale=0.003:start_x=-0.743643887037151:start_y=0.131825904205330 "
    "-frames:v 1 -q:v 12 -f image2 \"$OUT\"";

struct TraceFolder : ::testing::Test {
  void SetUp() override {
    ASSERT_TRUE(new_keys({.folder = folder.file("keys"), .name = "Ada", .organization = "Example", .passphrase = {}}));
    ASSERT_TRUE(log_init({folder.file("record"), ""}, "example.org/log"));
    original = testing::made("trace_original.jpg", kPicture);
    LogAddRequest request;
    request.place = {folder.file("record"), ""};
    request.files = {original};
    request.key = key();
    request.prints = work_printer();
    const auto added = log_add(request, {});
    ASSERT_TRUE(added) << added.error().to_string();
    const auto again = log_add(request, {});  // printed anew, and yet the same statement
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->entries[0].known);
  }
  report::TraceReport traced(const std::string& file) {
    TraceRequest request;
    request.file = file;
    request.sources.push_back(trace_folder({folder.file("record"), ""}, "", {}));
    auto report = trace(request, {}, {});
    EXPECT_TRUE(report) << report.error().to_string();
    return report ? std::move(*report) : report::TraceReport{};
  }
  KeySource key() const {
    KeySource key;
    key.folder = folder.file("keys");
    return key;
  }
  void change(const std::string& statement) {
    auto database = provenance::log::Database::open(folder.file("record.keep/registry.db"),
                                                    provenance::log::Database::Safety::full);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run(statement));
  }
  testing::TemporaryFolder folder;
  std::string original;
};

TEST_F(TraceFolder, KnowsTheFileACopyAndNothingElse) {
  EXPECT_EQ(answer_of(traced(original)), TraceAnswer::original);
  const auto copy = traced(testing::made("trace_saved.jpg", kSaved));
  EXPECT_EQ(answer_of(copy), TraceAnswer::copy);
  ASSERT_EQ(copy.hits.size(), 1U);
  EXPECT_EQ(copy.hits[0].state, report::LogProofFacts::State::proven);
  EXPECT_THAT(copy.hits[0].name, HasSubstr("trace_original.jpg"));
  EXPECT_FALSE(copy.hits[0].issuer.empty());
}

TEST_F(TraceFolder, ARegistryThatWasChangedIsNotBelieved) {
  change("UPDATE work SET salt = zeroblob(32)");
  const auto report = traced(testing::made("trace_saved.jpg", kSaved));
  EXPECT_EQ(answer_of(report), TraceAnswer::broken);
  ASSERT_FALSE(report.hits.empty());
  EXPECT_THAT(report.hits[0].problem, HasSubstr("not the one that was logged"));
  change("UPDATE work SET number = 7");
  EXPECT_THAT(traced(original).hits.at(0).problem, HasSubstr("not in the log"));
}

TEST_F(TraceFolder, WhatWasErasedIsTracedNoMore) {
  ASSERT_TRUE(log_erase({folder.file("record"), ""}, 0));
  EXPECT_EQ(answer_of(traced(original)), TraceAnswer::unknown);
}

TEST_F(TraceFolder, ALogThatCannotBeAskedSaysWhy) {
  TraceRequest request;
  request.file = original;
  request.sources.push_back(trace_folder({folder.file("nowhere"), ""}, "", {}));
  const auto report = trace(request, {}, {});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->places.size(), 1U);
  EXPECT_FALSE(report->places[0].problem.empty());
}

}  // namespace
}  // namespace bonafide::app
