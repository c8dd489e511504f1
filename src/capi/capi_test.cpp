#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "base/json.h"
#include "bonafide/bonafide.h"
#include "bonafide/bonafide.hpp"
#include "support/support.h"

namespace {

std::string tone() {
  return bonafide::testing::made("capi.wav", "ffmpeg -v error -f lavfi -i sine=frequency=440:duration=2 \"$OUT\"");
}

TEST(CApi, AnswersAReportAsJson) {
  char* json = nullptr;
  char* message = nullptr;
  ASSERT_EQ(bonafide_check_file(tone().c_str(), nullptr, &json, &message), BONAFIDE_OK) << message;
  const auto report = bonafide::parse_json(json);
  ASSERT_TRUE(report);
  EXPECT_EQ((*report)["schema"], "bonafide.report/1");
  EXPECT_EQ(message, nullptr);
  char* html = nullptr;
  ASSERT_EQ(bonafide_report_to_html(json, &html, &message), BONAFIDE_OK) << message;
  EXPECT_NE(std::string(html).find("<html"), std::string::npos);
  bonafide_free(html);
  bonafide_free(json);
}

TEST(CApi, SaysWhatIsWrong) {
  char* json = nullptr;
  char* message = nullptr;
  EXPECT_EQ(bonafide_check_file("no/such/file.jpg", nullptr, &json, &message), BONAFIDE_NOT_FOUND);
  EXPECT_EQ(json, nullptr);
  ASSERT_NE(message, nullptr);
  EXPECT_NE(std::string(message).find("no/such/file.jpg"), std::string::npos) << message;
  bonafide_free(message);
  EXPECT_EQ(bonafide_check_file(nullptr, nullptr, &json, nullptr), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_EQ(bonafide_check_file("x", nullptr, nullptr, nullptr), BONAFIDE_INVALID_ARGUMENT);
  EXPECT_EQ(bonafide_report_to_html("{\"schema\": \"other/1\"}", &json, nullptr), BONAFIDE_CORRUPT);
  EXPECT_EQ(bonafide_options_add_only(nullptr, "image."), BONAFIDE_INVALID_ARGUMENT);
  bonafide_free(nullptr);
  bonafide_options_free(nullptr);
}

TEST(CApi, NamesItsCodesAndVersion) {
  EXPECT_STREQ(bonafide_code_name(BONAFIDE_CORRUPT), "corrupt");
  EXPECT_STREQ(bonafide_code_name(static_cast<bonafide_code>(15)), "unknown");
  EXPECT_EQ(bonafide_abi(), BONAFIDE_ABI);
  EXPECT_GE(std::string(bonafide_version()).size(), 5U);
}

TEST(CApi, StopsWhenAskedBeforeOrDuring) {
  bonafide::options options;
  options.stop();
  try {
    (void)bonafide::check_file(tone(), options);
    FAIL() << "a stop asked for before the check was lost";
  } catch (const bonafide::error& error) {
    EXPECT_EQ(error.code(), BONAFIDE_CANCELLED);
  }
  EXPECT_NO_THROW((void)bonafide::check_file(tone(), options)) << "the options can be used again";

  std::atomic<int> calls = 0;
  options.on_progress([&](std::string_view, std::uint64_t, std::uint64_t) { return ++calls, false; });
  EXPECT_THROW((void)bonafide::check_file(tone(), options), bonafide::error);
  EXPECT_EQ(calls, 1) << "not called again once it said stop";
}

TEST(CApi, ReportsProgressAndKeepsExceptionsOut) {
  bonafide::options options;
  int calls = 0;
  options.on_progress([&](std::string_view phase, std::uint64_t, std::uint64_t) { return !phase.empty() && ++calls; });
  (void)bonafide::check_file(tone(), options);
  EXPECT_GT(calls, 0);
  options.on_progress([](std::string_view, std::uint64_t, std::uint64_t) -> bool { throw 7; });
  EXPECT_THROW((void)bonafide::check_file(tone(), options), bonafide::error);
}

TEST(CApi, OnlyAndSkipChooseTests) {
  const auto applied = [](const bonafide::options& options) {
    const auto report = bonafide::parse_json(bonafide::check_file(tone(), options));
    return report->at("verdict").at("tests").get<int>();
  };
  const int all = applied(bonafide::options());
  bonafide::options options;
  EXPECT_LE(applied(options.only("audio.")), all);
  EXPECT_THROW((void)options.only(""), bonafide::error);
}

TEST(CApi, ServesSeveralThreads) {
  std::atomic<int> good = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      if (!bonafide::check_file(tone()).empty()) ++good;
    });
  }
  threads.clear();
  EXPECT_EQ(good, 3);
}

}  // namespace
