#include "media/dsp/copy_move.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "media/dsp/keypoints.h"
#include "support/texture.h"

namespace bonafide::media {
namespace {

using Samples = std::vector<std::uint8_t>;
constexpr int kWidth = 512;
constexpr int kHeight = 384;

GreyView view(const Samples& samples) { return {samples.data(), kWidth, kHeight, kWidth}; }

Samples scene(unsigned seed) { return testing::texture(kWidth, kHeight, seed, 1.5); }

// A disc about (cx, cy) from where `map` points to.
Samples pasted(Samples picture, int cx, int cy, int radius, const PixelMap& map) {
  const Samples before = picture;
  for (int y = cy - radius; y <= cy + radius; ++y)
    for (int x = cx - radius; x <= cx + radius; ++x) {
      if ((x - cx) * (x - cx) + (y - cy) * (y - cy) > radius * radius) continue;
      const auto [u, v] = map.at(x, y);
      const int u0 = static_cast<int>(std::floor(u));
      const int v0 = static_cast<int>(std::floor(v));
      const auto at = [&](int i, int j) { return before[static_cast<std::size_t>((v0 + j) * kWidth + u0 + i)]; };
      const double fu = u - u0;
      const double fv = v - v0;
      picture[static_cast<std::size_t>(y * kWidth + x)] = static_cast<std::uint8_t>(
          std::lround((1 - fv) * ((1 - fu) * at(0, 0) + fu * at(1, 0)) + fv * ((1 - fu) * at(0, 1) + fu * at(1, 1))));
    }
  return picture;
}

const CopyPair* proven(const Result<CopySearch>& search) {
  return search && !search->pairs.empty() && search->pairs[0].proven ? &search->pairs[0] : nullptr;
}

TEST(CopyMove, FindsAMovedPartAfterSaving) {
  const Samples forged = pasted(testing::texture(kWidth, kHeight, 1, 8), 120, 120, 60, {1, 0, 237, 0, 1, 111});
  const Samples saved = resave(view(forged), ijg_luma_table(95), 0, 0);
  const auto search = find_copies(view(saved), view(saved), {});
  const CopyPair* pair = proven(search);
  ASSERT_NE(pair, nullptr) << "best: " << search->pairs.size() << " maps, " << search->pairs.at(0).points
                           << " points, area " << search->pairs[0].area << ", detail " << search->pairs[0].detail
                           << ", repeats " << search->pairs[0].repeats;
  EXPECT_TRUE(pair->whole_pixels);
  EXPECT_NEAR(std::fabs(pair->map.tx), 237, 1);
  EXPECT_NEAR(std::fabs(pair->map.ty), 111, 1);
  EXPECT_GT(pair->area, 3000);
  EXPECT_LT(pair->log10_nfa, -10);
}

TEST(CopyMove, FindsATurnedAndScaledPart) {
  const double turn = 0.5;
  const double scale = 1.15;
  PixelMap map{scale * std::cos(turn), -scale * std::sin(turn), 0, scale * std::sin(turn), scale * std::cos(turn), 0};
  map.tx = 360 - map.at(120, 200)[0];
  map.ty = 200 - map.at(120, 200)[1];
  const Samples forged = pasted(testing::texture(kWidth, kHeight, 2, 0), 120, 200, 70, map);
  const auto search = find_copies(view(forged), view(forged), {});
  const CopyPair* pair = proven(search);
  ASSERT_NE(pair, nullptr);
  EXPECT_FALSE(pair->whole_pixels);
  EXPECT_NEAR(std::fabs(pair->map.turn()), turn * 180 / std::numbers::pi, 2);
  EXPECT_NEAR(std::max(pair->map.scale(), 1 / pair->map.scale()), scale, 0.05);
}

TEST(CopyMove, SilentOnPicturesWithoutCopies) {
  for (unsigned seed = 10; seed < 14; ++seed) {
    const Samples picture = scene(seed);
    EXPECT_EQ(proven(find_copies(view(picture), view(picture), {})), nullptr) << "seed " << seed;
  }
}

TEST(CopyMove, WallpaperIsNoCopy) {
  const Samples cell = testing::texture(96, 96, 5, 0);
  Samples paper = testing::texture(kWidth, kHeight, 6, 2);
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      auto& sample = paper[static_cast<std::size_t>(y * kWidth + x)];
      sample = static_cast<std::uint8_t>(
          std::clamp(cell[static_cast<std::size_t>(y % 96 * 96 + x % 96)] + sample / 8 - 16, 0, 255));
    }
  const auto search = find_copies(view(paper), view(paper), {});
  const CopyPair* pair = proven(search);
  EXPECT_EQ(pair, nullptr) << "moved by " << pair->map.tx << ", " << pair->map.ty << ", repeats " << pair->repeats
                           << ", area " << pair->area;
}

TEST(CopyMove, ThingsThereTwiceDifferInTheirGrain) {
  // The same drawing twice, each with noise of its own, as a camera would see two windows.
  Samples picture = scene(3);
  const Samples thing = testing::texture(kWidth, kHeight, 4, 0);
  const Samples grain = testing::texture(kWidth, kHeight, 7, 6);
  const Samples without = testing::texture(kWidth, kHeight, 7, 0);
  for (const auto& [left, top] : {std::pair(40, 60), std::pair(303, 171)})
    for (int y = 0; y < 130; ++y)
      for (int x = 0; x < 130; ++x) {
        const auto at = static_cast<std::size_t>((top + y) * kWidth + left + x);
        picture[at] = static_cast<std::uint8_t>(
            std::clamp(thing[static_cast<std::size_t>(y * kWidth + x)] + grain[at] - without[at], 0, 255));
      }
  const auto search = find_copies(view(picture), view(picture), {});
  ASSERT_TRUE(search);
  EXPECT_EQ(proven(search), nullptr);
}

TEST(CopyMove, ThreadsDoNotChangeTheAnswer) {
  const Samples forged = pasted(scene(1), 120, 120, 60, {1, 0, 237, 0, 1, 111});
  const int before = cv::getNumThreads();
  cv::setNumThreads(1);
  const auto one = find_copies(view(forged), view(forged), {});
  cv::setNumThreads(4);
  const auto four = find_copies(view(forged), view(forged), {});
  cv::setNumThreads(before);
  ASSERT_TRUE(one && four);
  EXPECT_EQ(one->points, four->points);
  EXPECT_EQ(one->matches, four->matches);
  ASSERT_EQ(one->pairs.size(), four->pairs.size());
  for (std::size_t i = 0; i < one->pairs.size(); ++i) {
    EXPECT_EQ(one->pairs[i].detail, four->pairs[i].detail);
    EXPECT_EQ(one->pairs[i].from, four->pairs[i].from);
  }
}

TEST(CopyMove, StopsWhenAsked) {
  Context context;
  context.deadline = Clock::now();
  const Samples picture = scene(1);
  const auto search = find_copies(view(picture), view(picture), context);
  ASSERT_FALSE(search);
  EXPECT_EQ(search.error().code, Code::limit);
}

TEST(Keypoints, KeepTheirDescriptionWhenThePictureTurns) {
  const Samples picture = scene(8);
  Samples turned(picture.size());  // by a quarter: exact
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x)
      turned[static_cast<std::size_t>(x * kHeight + kHeight - 1 - y)] =
          picture[static_cast<std::size_t>(y * kWidth + x)];
  const auto a = find_keypoints(view(picture), {}, {});
  const auto b = find_keypoints({turned.data(), kHeight, kWidth, kHeight}, {}, {});
  ASSERT_TRUE(a && b);
  ASSERT_GT(a->size(), 100U);
  int found = 0;
  for (const Keypoint& p : *a)
    for (const Keypoint& q : *b) {
      if (std::hypot(q.x - (kHeight - 1 - p.y), q.y - p.x) > 1.5) continue;
      std::int32_t product = 0;
      for (std::size_t i = 0; i < 128; ++i) product += p.description[i] * q.description[i];
      if (product > 0.9 * kDescriptionSquare) {
        ++found;
        break;
      }
    }
  EXPECT_GT(found, static_cast<int>(a->size()) * 6 / 10);
}

TEST(Keypoints, AreBoundedInNumber) {
  const Samples picture = testing::texture(kWidth, kHeight, 9, 20);
  KeypointSettings settings;
  settings.most = 150;
  const auto points = find_keypoints(view(picture), settings, {});
  ASSERT_TRUE(points);
  EXPECT_EQ(points->size(), 150U);
  for (std::size_t i = 1; i < points->size(); ++i) EXPECT_GE((*points)[i - 1].response, (*points)[i].response);
}

}  // namespace
}  // namespace bonafide::media
