#include "lab/ladder.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "lab/evaluate.h"
#include "support/support.h"

namespace bonafide::lab {
namespace {

std::string picture(int i) {
  return testing::made("lab" + std::to_string(i) + ".png",
                       "ffmpeg -v error -y -f lavfi -i testsrc2=size=96x96:rate=1:duration=" + std::to_string(i + 1) +
                           " -frames:v 1 -update 1 \"$OUT\"");
}

TEST(Ladder, EveryRungWritesAFileOfItsKind) {
  const testing::TemporaryFolder folder;
  const std::string tone =
      testing::made("lab_tone.wav", "ffmpeg -v error -y -f lavfi -i sine=frequency=440:duration=2 \"$OUT\"");
  int number = 0;
  for (const Rung& rung : ladder()) {
    const std::string in = rung.kind == media::Kind::image ? picture(0) : tone;
    const auto out = work_over(in, rung.name, folder.path(), std::to_string(number++), Context());
    ASSERT_TRUE(out) << rung.name << Result<std::optional<std::string>>(out).error().to_string();
    ASSERT_TRUE(*out) << rung.name;
    const std::string first = read_file(**out, 1 << 22).value();
    EXPECT_NE(first, read_file(in, 1 << 22).value()) << rung.name;
    const auto again = work_over(in, rung.name, folder.path(), std::to_string(number++), Context());
    EXPECT_EQ(first, read_file(**again, 1 << 22).value()) << rung.name;
  }
  EXPECT_FALSE(work_over(tone, "jpeg90", folder.path(), "x", Context()).value());  // not of this kind
}

TEST(Ladder, EvalWearsEveryFileAndLeavesOtherKindsOut) {
  const testing::TemporaryFolder folder;
  const std::string tone =
      testing::made("lab_tone.wav", "ffmpeg -v error -y -f lavfi -i sine=frequency=440:duration=2 \"$OUT\"");
  ASSERT_TRUE(write_file(folder.file("a.png"), read_file(picture(0), 1 << 22).value(), false));
  ASSERT_TRUE(write_file(folder.file("b.wav"), read_file(tone, 1 << 22).value(), false));
  ASSERT_TRUE(write_file(folder.file("manifest.csv"), "file,label\na.png,real\nb.wav,fake\n", false));
  EvaluateRequest request;
  request.datasets = {folder.path()};
  request.pipeline.only = {"image."};
  EXPECT_EQ(evaluate(request, Context()).value().size(), 2U);
  request.worn = "jpeg70";
  const auto worn = evaluate(request, Context());
  ASSERT_TRUE(worn) << worn.error().to_string();
  ASSERT_EQ(worn->size(), 1U);
  EXPECT_EQ(worn->front().file, "a.png");
  request.worn = "jpeg7";
  EXPECT_FALSE(evaluate(request, Context()));
}

}  // namespace
}  // namespace bonafide::lab
