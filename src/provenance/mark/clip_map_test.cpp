// Drawn clips and mumbled sound: mapped, changed, and compared with their maps.
#include "provenance/mark/clip_map.h"

#include <gtest/gtest.h>

#include <functional>

#include "provenance/mark/clip_compare.h"
#include "provenance/mark/drawn_test.h"
#include "provenance/mark/heard_test.h"

namespace bonafide::provenance::mark {
namespace {

constexpr int kWidth = 320, kHeight = 240;

/// What a clip shows at a time.
using Show = std::function<cv::Mat3b(double)>;

/// A window that moves over a larger drawing.
cv::Mat3b scene(double at) {
  static const cv::Mat3b whole = drawn::picture(2 * kWidth, 2 * kHeight, 5);
  return whole(cv::Rect(static_cast<int>(kWidth / 2 * (1 + std::sin(at * 0.9))),
                        static_cast<int>(kHeight / 2 * (1 + std::cos(at * 0.37))), kWidth, kHeight))
      .clone();
}

RgbView rgb(const cv::Mat3b& picture) { return {picture.data, picture.cols, picture.rows}; }

ClipMap map_of(const Show& show, double seconds, double rate = 25) {
  ClipMapper mapper;
  for (int i = 0; i < static_cast<int>(seconds * rate); ++i) EXPECT_TRUE(mapper.picture(rgb(show(i / rate)), i / rate));
  return mapper.finish().value();
}

ClipComparison compared(const ClipMap& map, const Show& show, double seconds, double rate = 25) {
  const auto each = [&](const auto& take) {
    for (int i = 0; i < static_cast<int>(seconds * rate); ++i) take(show(i / rate), i / rate);
  };
  ClipScout scout(map);
  each([&](const cv::Mat3b& picture, double at) {
    const cv::Mat1b grey = drawn::luma(picture);
    scout.picture(drawn::view(grey), at);
  });
  ClipComparison answer;
  answer.times = scout.times();
  const auto probes = clip_probes(map, answer.times.pictures);
  if (probes.empty()) return answer;
  ClipPlacer placer(map, probes[0]);
  each([&](const cv::Mat3b& picture, double at) { placer.picture(rgb(picture), at); });
  answer.placement = placer.place({}).value();
  ClipJudge judge(map, answer.times.pictures, answer.placement);
  each([&](const cv::Mat3b& picture, double at) { judge.picture(rgb(picture), at); });
  judge.finish(answer);
  add_jumps(clip_jumps(answer.times.pictures, static_cast<double>(map.slots.size()) * kClipSlot,
                       answer.times.pictures_s, false),
            answer);
  return answer;
}

TEST(ClipMap, ReadsBackTheSame) {
  ClipMap map = map_of(scene, 3);
  EXPECT_EQ(map.slots.size(), 6U);
  map.slots[2].clear();  // nothing was shown then
  map.sound = {{1, 2, 3}, {255, 0, 7}};
  const Bytes cbor = encode_clip_map(map);
  EXPECT_TRUE(is_clip_map(cbor));
  EXPECT_EQ(parse_clip_map(cbor).value(), map);
}

TEST(ClipMap, RefusesWhatIsNoMap) {
  const ClipMap map = map_of(scene, 2);
  EXPECT_EQ(parse_clip_map(as_bytes("nonsense")).error().code, Code::corrupt);
  EXPECT_FALSE(is_clip_map(encode_block_map(map.at(0))));
  EXPECT_EQ(parse_clip_map(encode_block_map(map.at(0))).error().code, Code::unsupported);
  ClipMap other = map;
  other.height = 20 * kWidth;
  EXPECT_EQ(parse_clip_map(encode_clip_map(other)).error().code, Code::corrupt);
  other = map;
  other.slots.clear();
  EXPECT_EQ(parse_clip_map(encode_clip_map(other)).error().code, Code::corrupt) << "empty";
  Bytes cbor = encode_clip_map(map);
  for (std::size_t i = cbor.size() / 2; i < cbor.size() / 2 + 8; ++i) cbor[i] ^= 0x5A;
  EXPECT_FALSE(parse_clip_map(cbor));
}

TEST(ClipMap, ASlotIsTheMeanOfWhatIsShown) {
  const cv::Mat3b still = scene(1);
  const ClipMap map = map_of([&](double) { return still; }, 1);
  EXPECT_EQ(map.at(0).codes, make_block_map(rgb(still)).value().codes);
}

TEST(ClipMap, NothingToMapIsSaid) { EXPECT_EQ(ClipMapper().finish().error().code, Code::unsupported); }

TEST(ClipComparison, TheSameClipAtAnotherRateIsTheSame) {
  const ClipComparison same = compared(map_of(scene, 8), scene, 8, 30);
  ASSERT_TRUE(same.placement.found);
  EXPECT_TRUE(same.regions.empty());
  EXPECT_TRUE(same.spans.empty());
  EXPECT_GT(same.agreement, 0.98);
}

TEST(ClipComparison, ShowsWhereAndWhen) {
  const cv::Rect box(160, 96, 72, 72);
  const auto altered = [&](double at) {
    cv::Mat3b picture = scene(at);
    if (at >= 3 && at < 5) scene(at + 40)(box).copyTo(picture(box));
    return picture;
  };
  const ClipComparison answer = compared(map_of(scene, 8), altered, 8);
  ASSERT_EQ(answer.regions.size(), 1U);
  const ClipRegion& region = answer.regions[0];
  EXPECT_NEAR(region.begin_s, 3, 0.51);
  EXPECT_NEAR(region.end_s, 5, 0.51);
  EXPECT_NEAR(region.suspect_box.x, box.x, 16);
  EXPECT_NEAR(region.suspect_box.y, box.y, 16);
  EXPECT_NEAR(region.suspect_box.width, box.width, 24);
  EXPECT_LT(region.log10_p, -8);
  EXPECT_TRUE(answer.spans.empty());
}

TEST(ClipComparison, ShowsASecondCutOut) {
  const auto cut = [](double at) { return scene(at < 3.2 ? at : at + 1.6); };
  const ClipComparison answer = compared(map_of(scene, 10), cut, 8.4);
  ASSERT_EQ(answer.spans.size(), 1U);
  EXPECT_EQ(answer.spans[0].kind, SpanKind::removed);
  EXPECT_FALSE(answer.spans[0].edge);
  EXPECT_NEAR(answer.spans[0].begin_s, 3.2, 0.5);
  EXPECT_NEAR(answer.spans[0].original_end_s - answer.spans[0].original_begin_s, 1.6, 0.1);
}

TEST(ClipComparison, ShowsWhatWasPutIn) {
  const auto longer = [](double at) { return scene(at < 4 ? at : at < 6 ? at + 60 : at - 2); };
  const ClipComparison answer = compared(map_of(scene, 8), longer, 10);
  ASSERT_EQ(answer.spans.size(), 1U);
  EXPECT_EQ(answer.spans[0].kind, SpanKind::inserted);
  EXPECT_NEAR(answer.spans[0].begin_s, 4, 0.5);
  EXPECT_NEAR(answer.spans[0].end_s, 6, 0.5);
}

TEST(ClipComparison, ShowsWholePicturesReplaced) {
  const auto other = [](double at) { return at >= 3 && at < 5 ? drawn::picture(kWidth, kHeight, 77) : scene(at); };
  const ClipComparison answer = compared(map_of(scene, 8), other, 8);
  ASSERT_EQ(answer.spans.size(), 1U);
  EXPECT_EQ(answer.spans[0].kind, SpanKind::other);
  EXPECT_NEAR(answer.spans[0].begin_s, 3, 0.51);
  EXPECT_NEAR(answer.spans[0].end_s, 5, 0.51);
}

TEST(ClipComparison, ATrimmedClipIsOnlyShorter) {
  const ClipComparison answer = compared(
      map_of(scene, 10), [](double at) { return scene(at + 2.3); }, 6);
  ASSERT_EQ(answer.spans.size(), 2U);
  EXPECT_TRUE(answer.spans[0].edge && answer.spans[1].edge);
  EXPECT_NEAR(answer.spans[0].original_end_s, 2.3, 0.1);
  EXPECT_NEAR(answer.spans[1].original_begin_s, 8.3, 0.2);
  EXPECT_TRUE(answer.regions.empty());
}

// ---- sound

ClipMap heard_map(const std::vector<float>& samples) {
  ClipMapper mapper;
  mapper.sound(samples, 0);
  return mapper.finish().value();
}

ClipComparison heard(const ClipMap& map, const std::vector<float>& samples) {
  ClipScout scout(map);
  scout.sound(samples, 0);
  ClipComparison answer;
  answer.times = scout.times();
  scout.judge_sound(answer.times, answer);
  return answer;
}

constexpr std::size_t kSecond = kMapSoundRate;

TEST(ClipSound, QuieterAndNoisierIsTheSame) {
  const std::vector<float> music = heard::music(12, kMapSoundRate, 3);
  std::vector<float> copy = music;
  std::mt19937 random(9);
  std::normal_distribution<float> normal;
  for (float& sample : copy) sample = 0.5F * sample + 0.0005F * normal(random);
  const ClipComparison answer = heard(heard_map(music), copy);
  EXPECT_TRUE(answer.sound_found);
  EXPECT_TRUE(answer.spans.empty());
}

TEST(ClipSound, ShowsASecondReplacedCutOutAndPutIn) {
  const std::vector<float> music = heard::music(12, kMapSoundRate, 3), other = heard::music(12, kMapSoundRate, 4);
  const ClipMap map = heard_map(music);
  const auto at = [](double seconds) { return static_cast<std::ptrdiff_t>(seconds * kMapSoundRate); };

  std::vector<float> replaced = music;
  std::copy_n(other.begin(), kSecond, replaced.begin() + at(5.1));
  ClipComparison answer = heard(map, replaced);
  ASSERT_EQ(answer.spans.size(), 1U);
  EXPECT_EQ(answer.spans[0].kind, SpanKind::other);
  EXPECT_NEAR(answer.spans[0].begin_s, 5.1, 0.25);
  EXPECT_NEAR(answer.spans[0].end_s, 6.1, 0.25);

  std::vector<float> removed = music;
  removed.erase(removed.begin() + at(5.1), removed.begin() + at(6.1));
  answer = heard(map, removed);
  ASSERT_EQ(answer.spans.size(), 1U);
  EXPECT_EQ(answer.spans[0].kind, SpanKind::removed);
  EXPECT_NEAR(answer.spans[0].begin_s, 5.1, 0.25);
  EXPECT_NEAR(answer.spans[0].original_end_s - answer.spans[0].original_begin_s, 1, 0.1);

  std::vector<float> inserted = music;
  inserted.insert(inserted.begin() + at(5.1), other.begin(), other.begin() + at(1));
  answer = heard(map, inserted);
  ASSERT_EQ(answer.spans.size(), 1U);
  EXPECT_EQ(answer.spans[0].kind, SpanKind::inserted);
  EXPECT_NEAR(answer.spans[0].begin_s, 5.1, 0.25);
  EXPECT_NEAR(answer.spans[0].end_s, 6.1, 0.25);
}

TEST(ClipSound, AnotherSoundIsNotFound) {
  EXPECT_FALSE(heard(heard_map(heard::music(12, kMapSoundRate, 3)), heard::mumble(12, kMapSoundRate, 8)).sound_found);
}

}  // namespace
}  // namespace bonafide::provenance::mark
