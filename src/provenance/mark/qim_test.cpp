#include <gtest/gtest.h>

#include "provenance/mark/drawn_test.h"
#include "provenance/mark/qim_embed.h"
#include "provenance/mark/qim_read.h"
#include "provenance/mark/tile_layout.h"

namespace bonafide::provenance::mark {
namespace {

constexpr std::uint64_t kId = 0x0123456789ABCDEFULL;
const cv::Rect kPatch(200, 120, 96, 96);

MarkKey fragile_key() { return MarkKey::published(kQimProfile); }

cv::Mat3b marked(std::uint64_t seed) {
  cv::Mat3b picture = drawn::picture(600, 440, seed);
  EXPECT_TRUE(place_tile(drawn::view(picture), MarkKey::published(kTileProfile), kId, {}, {}));
  const auto placed = place_qim(drawn::view(picture), fragile_key(), kId, {});
  EXPECT_TRUE(placed);
  EXPECT_GT(placed->psnr, 44);
  EXPECT_GT(placed->covered, 0.9);
  return picture;
}

/// Another picture where kPatch is.
cv::Mat1b spliced(const cv::Mat3b& picture) {
  cv::Mat1b grey = drawn::luma(picture);
  drawn::luma(drawn::picture(600, 440, 77))(kPatch).copyTo(grey(kPatch));
  return grey;
}

QimAnswer read(const cv::Mat1b& grey, bool deep = false, const MarkKey& key = fragile_key()) {
  const auto tile = TileReader(MarkKey::published(kTileProfile)).read(drawn::view(grey), {.deep = deep}, {});
  EXPECT_TRUE(tile && tile->reading) << "the id must be read first";
  return read_qim(drawn::view(grey), key, tile->reading.value_or(TileReading{}), {.deep = deep}, {}).value();
}

double overlap(const QimAnswer& answer, const cv::Rect& truth, cv::Size size) {
  const QimMap map = qim_map(answer, size.width, size.height, 1);
  int both = 0, either = 0;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const bool there = truth.contains({x, y});
      const bool said = map.values[static_cast<std::size_t>(y * size.width + x)] == 255;
      both += there && said ? 1 : 0;
      either += there || said ? 1 : 0;
    }
  }
  return static_cast<double>(both) / std::max(either, 1);
}

TEST(Qim, UnchangedIsUnaltered) {
  const cv::Mat1b grey = drawn::luma(marked(1));
  for (const int quality : {100, 90, 75, 60}) {
    const QimAnswer answer = read(quality == 100 ? grey : drawn::saved_as_jpeg(grey, quality));
    EXPECT_TRUE(answer.found) << quality;
    EXPECT_LT(answer.evidence.log10_p, -100);
    EXPECT_TRUE(answer.regions.empty()) << quality;
    EXPECT_GT(answer.share(QimState::unaltered), 0.9) << quality;
    EXPECT_EQ(answer.share(QimState::altered), 0);
  }
}

TEST(Qim, ASpliceIsOneRegionWithItsChance) {
  const cv::Mat1b grey = spliced(marked(2));
  for (const int quality : {100, 75, 60}) {
    const QimAnswer answer = read(quality == 100 ? grey : drawn::saved_as_jpeg(grey, quality));
    ASSERT_EQ(answer.regions.size(), 1U) << quality;
    EXPECT_LT(answer.regions[0].log10_p, -8);
    EXPECT_NEAR(answer.regions[0].box.x, kPatch.x, 16);
    EXPECT_NEAR(answer.regions[0].box.width, kPatch.width, 24);
    EXPECT_GT(overlap(answer, kPatch, grey.size()), 0.75) << quality;
  }
}

TEST(Qim, AnotherKeyOrAnotherIdSeesNothing) {
  const cv::Mat3b picture = marked(3);
  const Bytes secret(32, 9);
  EXPECT_FALSE(read(drawn::luma(picture), false, MarkKey::secret(kQimProfile, secret).value()).found);
  const cv::Mat1b grey = drawn::luma(picture);
  const auto tile = TileReader(MarkKey::published(kTileProfile)).read(drawn::view(grey), {}, {});
  TileReading other = *tile->reading;
  other.id ^= 1;
  EXPECT_FALSE(read_qim(drawn::view(grey), fragile_key(), other, {}, {})->found);
}

TEST(Qim, NoLayerIsSaidAndNothingElse) {
  cv::Mat3b picture = drawn::picture(600, 440, 4);
  ASSERT_TRUE(place_tile(drawn::view(picture), MarkKey::published(kTileProfile), kId, {}, {}));
  for (const bool deep : {false, true}) {
    const QimAnswer answer = read(drawn::luma(picture), deep);
    EXPECT_FALSE(answer.found);
    EXPECT_FALSE(answer.reason.empty());
    EXPECT_TRUE(answer.states.empty());
    EXPECT_EQ(answer.share(QimState::unaltered), 0);
    EXPECT_EQ(answer.share(QimState::unverifiable), 1);
  }
}

// A block taken from another place of the same marked picture is no genuine block here.
TEST(Qim, APartMovedWithinThePictureIsSeen) {
  const cv::Mat3b picture = marked(5);
  cv::Mat1b grey = drawn::luma(picture);
  drawn::luma(picture)(cv::Rect(400, 320, 96, 96)).copyTo(grey(kPatch));
  EXPECT_GT(overlap(read(grey), kPatch, grey.size()), 0.8);
}

TEST(Qim, FoundInCutsMirrorsAndTurns) {
  const cv::Mat1b grey = spliced(marked(6));
  const cv::Rect part(53, 31, 490, 380);
  const QimAnswer cut = read(grey(part).clone(), true);
  ASSERT_TRUE(cut.found) << cut.reason;
  EXPECT_GT(overlap(cut, kPatch - part.tl(), part.size()), 0.75);
  EXPECT_EQ(cut.placement.column * kQimSide - cut.placement.x, part.x);
  EXPECT_EQ(cut.placement.row * kQimSide - cut.placement.y, part.y);
  cv::Mat1b mirrored, turned_right;
  cv::flip(grey, mirrored, 1);
  const cv::Rect there(600 - kPatch.x - kPatch.width, kPatch.y, kPatch.width, kPatch.height);
  const QimAnswer seen = read(mirrored);
  EXPECT_GT(overlap(seen, there, mirrored.size()), 0.75);
  EXPECT_NEAR(seen.regions.at(0).box.x, there.x, 16);
  cv::rotate(grey, turned_right, cv::ROTATE_90_CLOCKWISE);
  const cv::Rect right(440 - kPatch.y - kPatch.height, kPatch.x, kPatch.width, kPatch.height);
  const QimAnswer turned_answer = read(turned_right);
  EXPECT_GT(overlap(turned_answer, right, turned_right.size()), 0.75);
  EXPECT_NEAR(turned_answer.regions.at(0).box.x, right.x, 16);
  EXPECT_NEAR(turned_answer.regions.at(0).box.y, right.y, 16);
}

TEST(Qim, FoundAtAnotherSizeWhenAsked) {
  const cv::Mat1b grey = spliced(marked(7));
  cv::Mat1b larger;
  cv::resize(grey, larger, {}, 1.25, 1.25, cv::INTER_CUBIC);
  EXPECT_FALSE(read(larger).found);
  const QimAnswer answer = read(larger, true);
  ASSERT_TRUE(answer.found) << answer.reason;
  EXPECT_NEAR(answer.placement.scale_x, 1.25, 1e-9);
  EXPECT_GT(overlap(answer, {250, 150, 120, 120}, larger.size()), 0.7);
}

TEST(Qim, ContrastIsFoundAndTakenOut) {
  const cv::Mat1b grey = spliced(marked(8));
  cv::Mat1b softer;
  grey.convertTo(softer, CV_8U, 0.85, 12);
  const QimAnswer answer = read(softer);
  EXPECT_NEAR(answer.gain, 0.85, 0.01);
  EXPECT_GT(overlap(answer, kPatch, grey.size()), 0.75);
}

// A codec that keeps nothing of the layer takes the answer away; it must not turn into "altered".
TEST(Qim, WhatCompressionTookIsUnverifiable) {
  const cv::Mat1b grey = drawn::luma(marked(9));
  const QimAnswer answer = read(drawn::saved_as_jpeg(grey, 20));
  EXPECT_EQ(answer.share(QimState::altered), 0);
  EXPECT_GT(answer.share(QimState::unverifiable), 0.8);
}

TEST(Qim, ClippedPlacesAreUnverifiable) {
  cv::Mat3b picture = drawn::picture(600, 440, 10);
  picture(cv::Rect(320, 200, 160, 120)) = cv::Vec3b(255, 255, 255);
  ASSERT_TRUE(place_tile(drawn::view(picture), MarkKey::published(kTileProfile), kId, {}, {}));
  const auto placed = place_qim(drawn::view(picture), fragile_key(), kId, {});
  EXPECT_LT(placed->covered, 0.97);
  const QimAnswer answer = read(drawn::saved_as_jpeg(drawn::luma(picture), 80));
  EXPECT_TRUE(answer.regions.empty());
  EXPECT_EQ(answer.states[static_cast<std::size_t>(260 / 8 * answer.columns + 400 / 8)], QimState::unverifiable);
}

TEST(Qim, SmallPicturesAreRefused) {
  cv::Mat3b picture = drawn::picture(120, 300, 1);
  EXPECT_EQ(place_qim(drawn::view(picture), fragile_key(), kId, {}).error().code, Code::unsupported);
}

// The layout is part of the format: these values never change.
TEST(Qim, TheLayoutIsFixed) {
  const QimLayout layout(fragile_key(), kId);
  const auto row = layout.row(3, 4);
  const auto longer = layout.row(3, 40);
  EXPECT_EQ(row[2], longer[2]) << "does not depend on the width";
  EXPECT_NE(row[0], layout.row(4, 1)[0]);
  std::uint32_t sum = 0;
  for (const QimBlock& block : longer)
    for (const float place : block) sum = sum * 31 + static_cast<std::uint32_t>(place * 16777216.0F);
  EXPECT_EQ(sum, 89272063U);
}

}  // namespace
}  // namespace bonafide::provenance::mark
