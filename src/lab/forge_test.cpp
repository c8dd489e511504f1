#include "lab/forge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/files.h"
#include "lab/dataset.h"
#include "lab/dice.h"
#include "support/support.h"

namespace bonafide::lab {
namespace {

std::string picture(int i) {
  return testing::made("lab" + std::to_string(i) + ".png",
                       "ffmpeg -v error -y -f lavfi -i testsrc2=size=96x96:rate=1:duration=" + std::to_string(i + 1) +
                           " -frames:v 1 -update 1 \"$OUT\"");
}

bool same(const media::Plane& a, const media::Plane& b) {
  return a.width() == b.width() && a.height() == b.height() &&
         std::equal(a.data(), a.data() + a.stride() * static_cast<std::size_t>(a.height()), b.data());
}

media::Plane drawn() {
  Dice dice(3);
  std::vector<std::uint8_t> samples(std::size_t{160} * 120 * 3);
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = static_cast<std::uint8_t>(i / 480 + i % 97 + dice.below(20));
  return {160, 120, 3, std::move(samples)};
}

TEST(Forge, ChangesOnlyWhatTheMaskSays) {
  const media::Plane before = drawn();
  const Donor donor{drawn(), {}};
  for (const ForgeMethod& method : forge_methods()) {
    if (method.sound) continue;
    const auto one = forge_picture(before, method.name, &donor, 5);
    ASSERT_TRUE(one) << method.name;
    EXPECT_TRUE(same(one->picture, forge_picture(before, method.name, &donor, 5)->picture)) << method.name;
    EXPECT_FALSE(same(one->picture, forge_picture(before, method.name, &donor, 6)->picture)) << method.name;
    int outside = 0;
    int inside = 0;
    int masked = 0;
    for (int y = 0; y < 120; ++y) {
      for (int x = 0; x < 160; ++x) {
        const bool changed = one->picture.at(x, y) != before.at(x, y);
        (one->mask.at(x, y) > 127 ? inside : outside) += changed ? 1 : 0;
        masked += one->mask.at(x, y) > 127 ? 1 : 0;
      }
    }
    EXPECT_GT(inside, masked / 4) << method.name;
    EXPECT_LT(outside, masked / 4) << method.name;  // the softened rim of an ellipse
  }
}

TEST(Forge, NeverTakesAPieceWithAFace) {
  const Donor donor{drawn(), {{20, 20, 120, 80}}};  // faces everywhere
  const auto refused = forge_picture(drawn(), "splice", &donor, 5);
  ASSERT_FALSE(refused);
  EXPECT_EQ(Result<ForgedPicture>(refused).error().code, Code::denied);
}

TEST(Forge, SoundsChangeWhereTheSpanSays) {
  Sound sound{8000, {std::vector<float>(32000)}};
  Dice dice(9);
  for (std::size_t i = 0; i < 32000; ++i)
    sound.channels[0][i] = static_cast<float>(0.3 * std::sin(0.05 * static_cast<double>(i)) + 0.02 * dice.unit());
  for (const ForgeMethod& method : forge_methods()) {
    if (!method.sound) continue;
    const auto one = forge_sound(sound, method.name, 5);
    ASSERT_TRUE(one) << method.name;
    const std::vector<float>& now = one->sound.channels[0];
    EXPECT_EQ(now, forge_sound(sound, method.name, 5)->sound.channels[0]) << method.name;
    const auto begin = static_cast<std::size_t>(std::lround(one->begin_s * 8000));
    const auto end = static_cast<std::size_t>(std::lround(one->end_s * 8000));
    ASSERT_LT(begin, end);
    ASSERT_LE(end, now.size());
    EXPECT_TRUE(std::equal(now.begin(), now.begin() + static_cast<std::ptrdiff_t>(begin), sound.channels[0].begin()))
        << method.name;
    const auto tail = static_cast<std::ptrdiff_t>(now.size() - end);
    EXPECT_TRUE(std::equal(now.end() - tail, now.end(), sound.channels[0].end() - tail)) << method.name;
    EXPECT_NE(now, sound.channels[0]) << method.name;
  }
}

TEST(Forge, WritesASetThatEvalReadsAndMarksEveryForgery) {
  const testing::TemporaryFolder folder;
  ForgeRequest request;
  request.inputs = {
      picture(0), picture(1),
      testing::made("lab_tone.wav", "ffmpeg -v error -y -f lavfi -i sine=frequency=440:duration=2 \"$OUT\"")};
  request.out = folder.file("set");
  request.licence = "CC0-1.0";
  const auto result = forge(request, Context());
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(result->genuine, 3U);
  const auto items = read_dataset(request.out);
  ASSERT_TRUE(items);
  std::size_t forged = 0;
  for (const Item& item : *items) {
    const std::string bytes = read_file(item.path, 1 << 22).value();
    EXPECT_EQ(bytes.find("FORGERY made for testing by bonafide forge") != std::string::npos, item.fake) << item.file;
    forged += item.fake ? 1 : 0;
  }
  EXPECT_EQ(forged, result->forged);
  EXPECT_GE(forged, 15U);
  const testing::TemporaryFolder again;
  request.out = again.file("set");
  ASSERT_TRUE(forge(request, Context()));
  for (const Item& item : *items)
    EXPECT_EQ(read_file(item.path, 1 << 22).value(), read_file(request.out + "/" + item.file, 1 << 22).value());
}

}  // namespace
}  // namespace bonafide::lab
