// Videos of drawn pictures that move: marked, worn down, cut and slowed, and read again.
#include <gtest/gtest.h>

#include <cmath>

#include "provenance/mark/clip_embed.h"
#include "provenance/mark/clip_layout.h"
#include "provenance/mark/clip_reader.h"
#include "provenance/mark/drawn_test.h"
#include "provenance/mark/tile_layout.h"
#include "provenance/mark/tile_reader.h"

namespace bonafide::provenance::mark {
namespace {

constexpr std::uint64_t kId = 0xFEDCBA9876543210ULL;
constexpr int kWidth = 384, kHeight = 288;

MarkKey public_key() { return MarkKey::published(kTileProfile); }

struct Frame {
  cv::Mat1b luma;
  double seconds = 0;
};

/// A window that moves over a larger drawing.
std::vector<Frame> drawn_clip(double seconds, double rate, std::uint64_t seed = 1) {
  static const cv::Mat1b scene = drawn::luma(drawn::picture(2 * kWidth, 2 * kHeight, seed));
  std::vector<Frame> frames;
  for (int i = 0; i < static_cast<int>(seconds * rate); ++i) {
    const double at = i / rate;
    const cv::Rect window(static_cast<int>(kWidth / 2 * (1 + std::sin(at))), static_cast<int>(20 * at) % kHeight,
                          kWidth, kHeight);
    frames.push_back({scene(window).clone(), at});
  }
  return frames;
}

void mark_all(std::vector<Frame>& frames, std::uint64_t id = kId, const MarkKey& key = public_key()) {
  ClipMarker marker = ClipMarker::create(key, id).value();
  for (Frame& frame : frames) {
    ASSERT_TRUE(
        marker.mark({frame.luma.data, frame.luma.cols, frame.luma.rows, static_cast<std::ptrdiff_t>(frame.luma.step)},
                    frame.seconds));
  }
  EXPECT_NEAR(marker.psnr(), 44, 0.6);
}

ClipAnswer read(const std::vector<Frame>& frames, ClipSearch search = {}, const MarkKey& key = public_key()) {
  ClipReader reader(key, search);
  for (const Frame& frame : frames) EXPECT_TRUE(reader.add(drawn::view(frame.luma), frame.seconds, {}));
  return reader.finish({}).value();
}

void expect_id(const ClipAnswer& answer, std::uint64_t id = kId) {
  ASSERT_FALSE(answer.readings.empty()) << "best z " << answer.best_z;
  for (const ClipReading& reading : answer.readings) {
    EXPECT_EQ(reading.id, id);
    EXPECT_LT(reading.evidence.log10_p, -7);
  }
}

TEST(ClipLayout, SignsAreBalancedAndUnlikeThemselves) {
  const auto signs = time_signs(public_key());
  float sum = 0;
  for (const float sign : signs) sum += sign;
  EXPECT_EQ(sum, 0);
  EXPECT_EQ(stretch_at(0), 0);
  EXPECT_EQ(stretch_at(0.33), 1);
  EXPECT_EQ(stretch_at(16 * kStretch + 0.01), 0);
  EXPECT_EQ(stretch_at(-0.01), 15);
  EXPECT_NE(time_signs(MarkKey::secret(kTileProfile, Bytes(32, 7)).value()), signs);
}

TEST(Clip, ASecondIsEnough) {
  std::vector<Frame> frames = drawn_clip(1.3, 25);
  mark_all(frames);
  expect_id(read(frames));
}

TEST(Clip, WeakFramesAddUp) {
  std::vector<Frame> frames = drawn_clip(4.3, 12);
  mark_all(frames);
  int alone = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    cv::Mat1f noise(frames[i].luma.size()), exact;
    cv::RNG(200 + i).fill(noise, cv::RNG::NORMAL, 0, 45);  // another each time
    frames[i].luma.convertTo(exact, CV_32F);
    exact += noise;
    exact.convertTo(frames[i].luma, CV_8U);
    if (i < 8) alone += TileReader(public_key()).read(drawn::view(frames[i].luma), {}, {}).value().reading ? 1 : 0;
  }
  EXPECT_LT(alone, 8);
  expect_id(read(frames));
  EXPECT_TRUE(read({}).readings.empty());
}

TEST(Clip, CompressionAndHalfTheSize) {
  std::vector<Frame> frames = drawn_clip(4.3, 25);
  mark_all(frames);
  for (Frame& frame : frames) {
    cv::resize(frame.luma, frame.luma, {}, 0.5, 0.5, cv::INTER_AREA);
    frame.luma = drawn::saved_as_jpeg(frame.luma, 40);
  }
  expect_id(read(frames));
}

TEST(Clip, CutsFrameRatesAndStillPicturesChangeNothing) {
  std::vector<Frame> frames = drawn_clip(6, 30);
  mark_all(frames);
  std::vector<Frame> cut;
  for (std::size_t i = 50; i < frames.size(); i += 2)
    cut.push_back({frames[i].luma, frames[i].seconds - frames[50].seconds});
  expect_id(read(cut));

  std::vector<Frame> still = drawn_clip(4.3, 25);
  for (Frame& frame : still) frame.luma = still.front().luma.clone();
  mark_all(still);
  expect_id(read(still));
}

TEST(Clip, ACropIsFoundWhenSearchedFor) {
  std::vector<Frame> frames = drawn_clip(4.3, 12);
  mark_all(frames);
  for (Frame& frame : frames) frame.luma = frame.luma({30, 20, 344, 258}).clone();
  EXPECT_TRUE(read(frames).readings.empty());
  const ClipAnswer answer = read(frames, {.deep = true});
  expect_id(answer);
  if (!answer.readings.empty()) {
    EXPECT_NEAR(answer.readings[0].cell_px, kHeight / 128.0, 0.02);
  }
}

TEST(Clip, ScenesKeepTheirIds) {
  std::vector<Frame> first = drawn_clip(4, 25), second = drawn_clip(4, 25);
  mark_all(first, 111);
  mark_all(second, 222);
  for (Frame& frame : second) first.push_back({frame.luma, frame.seconds + 4});
  const ClipAnswer answer = read(first);
  ASSERT_EQ(answer.readings.size(), 2U);
  EXPECT_EQ(answer.readings[0].id, 111U);
  EXPECT_EQ(answer.readings[1].id, 222U);
  EXPECT_GE(answer.readings[1].to, 7.5);
}

TEST(Clip, NothingIsReadWhereNothingIsOrWithAnotherKey) {
  std::vector<Frame> frames = drawn_clip(5, 12);
  EXPECT_TRUE(read(frames, {.deep = true}).readings.empty());
  mark_all(frames, kId, MarkKey::secret(kTileProfile, Bytes(32, 7)).value());
  EXPECT_TRUE(read(frames).readings.empty());
  expect_id(read(frames, {}, MarkKey::secret(kTileProfile, Bytes(32, 7)).value()));
}

TEST(Clip, SmallFramesAndStrangeTimesAreRefusedOrPassedOver) {
  ClipMarker marker = ClipMarker::create(public_key(), 1).value();
  cv::Mat1b tiny(100, 200, std::uint8_t{0});
  EXPECT_EQ(marker.mark({tiny.data, 200, 100, 200}, 0).error().code, Code::unsupported);
  EXPECT_EQ(ClipMarker::create(public_key(), 1, 10).error().code, Code::invalid_argument);
  ClipReader reader(public_key(), {});
  EXPECT_TRUE(reader.add({tiny.data, 20, 10, 20}, 0, {}));
  EXPECT_TRUE(reader.add(drawn::view(tiny), std::nan(""), {}));
  EXPECT_TRUE(reader.add(drawn::view(tiny), 5, {}));
  EXPECT_TRUE(reader.add(drawn::view(tiny), 1, {}));
  EXPECT_TRUE(reader.finish({}).value().readings.empty());
}

}  // namespace
}  // namespace bonafide::provenance::mark
