#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "base/files.h"
#include "base/columns.h"
#include "report/examples_test.h"
#include "report/names.h"
#include "support/support.h"

namespace bonafide::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// BONAFIDE_WRITE_GOLDEN=1 writes the files anew; read the difference before committing it.
void expect_golden(const std::string& text, const std::string& name) {
  const std::string path = std::string(BONAFIDE_SOURCE_DIR) + "/tests/golden/" + name;
  if (std::getenv("BONAFIDE_WRITE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_file(path, text, true));
  }
  const auto golden = read_file(path, 1 << 20);
  ASSERT_TRUE(golden) << golden.error().to_string();
  EXPECT_EQ(text, *golden) << name;
}

TEST(ReportText, Golden) {
  expect_golden(to_text(example_clip(), {}), "report_clip.txt");
  expect_golden(to_text(example_photo(), {}), "report_photo.txt");
  expect_golden(to_text(example_altered(), {}), "report_altered.txt");
  expect_golden(to_text(example_sound(), {}), "report_sound.txt");
  expect_golden(to_text(example_clip(), {.colour = true, .width = 100}), "report_clip_colour.txt");
}

TEST(ReportText, KeepsTheWidth) {
  for (const Report& report : {example_clip(), example_photo(), example_altered(), example_sound(), example_hostile(), Report{}}) {
    for (const int width : {1, 40, 57, 80, 200}) {
      std::istringstream lines(to_text(report, {.colour = false, .width = width}));
      for (std::string line; std::getline(lines, line);) {
        const bool command = line.find("bonafide check") != std::string::npos;  // must be copyable in one piece
        EXPECT_TRUE(command || columns(line) <= std::max(width, 40)) << width << ": " << line;
      }
    }
  }
}

TEST(ReportText, NoControlCharacterOfTheFileReachesTheTerminal) {
  const std::string text = to_text(example_hostile(), {});
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  EXPECT_THAT(text, Not(HasSubstr("\xc2\x9b")));
  EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
}

TEST(ReportText, ColourOnlyWhenAsked) {
  EXPECT_THAT(to_text(example_clip(), {}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_text(example_clip(), {.colour = true, .width = 80}), HasSubstr("\x1b[1;33m"));
}

TEST(ReportText, StrongestFirst) {
  const std::string text = to_text(example_clip(), {});
  EXPECT_LT(text.find("av.lip_sync"), text.find("video.blink"));
}

TEST(ReportText, WordsOfTheScale) {
  using forensics::Strength;
  EXPECT_EQ(words(std::nullopt), "Could not tell");
  EXPECT_EQ(words(Strength::none), "No signs found — this does not prove it is genuine");
  EXPECT_EQ(words(Strength::weak), "Faint signs — do not rely on this");
  EXPECT_EQ(words(Strength::moderate), "Some signs — suspicious, not conclusive");
  EXPECT_EQ(words(Strength::strong), "Strong signs of manipulation");
  EXPECT_EQ(words(Strength::very_strong), "Very strong signs of manipulation");
}

TEST(ReportText, PathsAreQuotedForTheShell) {
  Report report = example_sound();
  report.media.path = "it's $(here).wav";
  EXPECT_THAT(to_text(report, {}), HasSubstr("bonafide check 'it'\\''s $(here).wav' --html"));
  report.media.path = "-rf.wav";
  EXPECT_THAT(to_text(report, {}), HasSubstr("bonafide check ./-rf.wav --html"));
}

TEST(ReportNames, Numbers) {
  EXPECT_EQ(number_words(0), "0");
  EXPECT_EQ(number_words(0.0012), "0.0012");
  EXPECT_EQ(number_words(-8.25), "-8.25");
  EXPECT_EQ(number_words(1e-9), "1e-09");
  EXPECT_EQ(number_words(48000), "48000");
  EXPECT_EQ(size_words(999), "999 bytes");
  EXPECT_EQ(size_words(12'804'113), "13 MB");
  EXPECT_EQ(size_words(1'500), "1.5 kB");
  EXPECT_EQ(span_words({7, 19}), "0:07–0:19");
  EXPECT_EQ(span_words({7.2, 7.9}), "0:07.2–0:07.9");
}

}  // namespace
}  // namespace bonafide::report
