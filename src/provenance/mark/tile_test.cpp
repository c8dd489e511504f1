#include <gtest/gtest.h>

#include <set>

#include "provenance/mark/drawn_test.h"
#include "provenance/mark/tile_layout.h"
#include "provenance/mark/tile_reader.h"

namespace bonafide::provenance::mark {
namespace {

constexpr std::uint64_t kId = 0x0123456789ABCDEFULL;

MarkKey public_key() { return MarkKey::published(kTileProfile); }

cv::Mat3b marked(std::uint64_t seed, std::uint64_t id = kId, const MarkKey& key = public_key()) {
  cv::Mat3b picture = drawn::picture(480, 360, seed);
  const auto placed = place_tile(drawn::view(picture), key, id, {}, {});
  EXPECT_TRUE(placed);
  EXPECT_TRUE(placed->survives) << seed;
  return picture;
}

TileAnswer read(const cv::Mat1b& grey, TileSearch search = {}, const MarkKey& key = public_key()) {
  return TileReader(key).read(drawn::view(grey), search, {}).value();
}

TileSearch deep() { return {.deep = true}; }

TEST(TileLayout, EachCellHasOneTask) {
  const TileLayout layout(public_key());
  std::set<std::pair<int, int>> cells;
  for (int group = 1; group <= kSyncGroups; ++group)
    for (const Chip& chip : layout.sync(0, group)) cells.insert({chip.x, chip.y});
  EXPECT_EQ(cells.size(), 255U);
  for (const Chip& chip : layout.data(0, 0)) cells.insert({chip.x, chip.y});
  EXPECT_EQ(cells.size(), 255U + 768U);
}

// Averaging pictures of all layouts shows nothing of the sync cells, and little of one id's data cells.
TEST(TileLayout, LayoutsCancelOut) {
  const TileLayout layout(public_key());
  std::vector<float> sum(1024, 0.0F);
  for (int v = 0; v < kLayouts; ++v) {
    const std::vector<float> chips = layout.chips(kId, v);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += chips[i];
  }
  for (int group = 1; group <= kSyncGroups; ++group)
    for (const Chip& chip : layout.sync(0, group)) EXPECT_EQ(sum[static_cast<std::size_t>(chip.y * 32 + chip.x)], 0);
  float squares = 0;
  for (const Chip& chip : layout.data(0, 0))
    squares += std::pow(sum[static_cast<std::size_t>(chip.y * 32 + chip.x)], 2.0F);
  EXPECT_NEAR(squares / 768, 16, 4);  // as 16 independent signs would
}

TEST(TileLayout, TurnsAreAGroupOfEight) {
  std::set<std::pair<int, int>> places;
  for (int turn = 0; turn < kTurns; ++turn) {
    const Chip chip = turned({3, 7, 1}, turn, 32);
    places.insert({chip.x, chip.y});
  }
  EXPECT_EQ(places.size(), 8U);
}

TEST(Tile, IsReadAndHardlySeen) {
  const cv::Mat3b original = drawn::picture(480, 360, 1), picture = marked(1);
  EXPECT_GT(cv::norm(original, picture, cv::NORM_INF), 0);
  const double squares = std::pow(cv::norm(original, picture), 2) / static_cast<double>(picture.total() * 3);
  EXPECT_GT(10 * std::log10(255 * 255 / squares), 38.4);
  const TileAnswer answer = read(drawn::luma(picture));
  ASSERT_TRUE(answer.reading);
  EXPECT_EQ(answer.reading->id, kId);
  EXPECT_LE(answer.reading->evidence.log10_p, -7);
  EXPECT_NEAR(answer.reading->cell_px, 360.0 / kSmallShortCells, 1e-6);
  EXPECT_NEAR(answer.reading->origin_x, 0, 1e-6);
}

TEST(Tile, UnmarkedIsNotClaimed) {
  for (std::uint64_t seed = 100; seed < 106; ++seed) {
    const TileAnswer answer = read(drawn::luma(drawn::picture(400, 300, seed)), deep());
    EXPECT_FALSE(answer.reading) << seed;
    EXPECT_GT(answer.hypotheses, 1e6);
    EXPECT_LT(answer.best_z, 8);
  }
}

TEST(Tile, SurvivesJpegNoiseAndBrightness) {
  const cv::Mat1b grey = drawn::luma(marked(2));
  EXPECT_EQ(read(drawn::saved_as_jpeg(grey, 30)).reading.value_or(TileReading{}).id, kId);
  cv::Mat1f noise(grey.size());
  cv::RNG(5).fill(noise, cv::RNG::NORMAL, 0, 15);
  cv::Mat1f exact;
  grey.convertTo(exact, CV_32F);
  exact += noise;
  cv::Mat1b noisy, dark;
  exact.convertTo(noisy, CV_8U);
  EXPECT_EQ(read(noisy).reading.value_or(TileReading{}).id, kId);
  grey.convertTo(dark, CV_8U, 0.7, 5);
  EXPECT_EQ(read(dark).reading.value_or(TileReading{}).id, kId);
}

TEST(Tile, SurvivesSizesTurnsAndMirrors) {
  const cv::Mat1b grey = drawn::luma(marked(3));
  for (const double factor : {0.4, 0.5, 1.7}) {
    cv::Mat1b other;
    cv::resize(grey, other, {}, factor, factor, factor < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
    EXPECT_EQ(read(other).reading.value_or(TileReading{}).id, kId) << factor;
  }
  cv::Mat1b turned_picture, mirrored;
  cv::rotate(grey, turned_picture, cv::ROTATE_90_CLOCKWISE);
  cv::flip(grey, mirrored, 1);
  const TileAnswer one = read(turned_picture), two = read(mirrored);
  ASSERT_TRUE(one.reading && two.reading);
  EXPECT_EQ(one.reading->id, kId);
  EXPECT_EQ(one.reading->turn, 1);
  EXPECT_EQ(two.reading->turn, 4);
}

TEST(Tile, DeepReadFindsCropsAndSmallTurns) {
  const cv::Mat1b grey = drawn::luma(marked(4));
  const cv::Mat1b crop = grey(cv::Rect(37, 21, 380, 285)).clone();
  EXPECT_FALSE(read(crop).reading);  // the quick read assumes the whole picture
  const TileAnswer found = read(crop, deep());
  ASSERT_TRUE(found.reading);
  EXPECT_EQ(found.reading->id, kId);
  EXPECT_NEAR(found.reading->cell_px, 360.0 / kSmallShortCells, 0.02);
  cv::Mat1b askew;
  cv::warpAffine(grey, askew, cv::getRotationMatrix2D({239.5F, 179.5F}, 2.6, 1), grey.size());
  const TileAnswer straight = read(askew, deep());
  ASSERT_TRUE(straight.reading);
  EXPECT_EQ(straight.reading->id, kId);
  EXPECT_NEAR(straight.reading->angle, 2.6, 0.4);
}

TEST(Tile, StretchIsFoundOnRequest) {
  cv::Mat1b wide;
  const cv::Mat1b grey = drawn::luma(marked(5));
  cv::resize(grey, wide, {500, 360}, 0, 0, cv::INTER_CUBIC);  // 4 % wider
  TileSearch search = deep();
  search.aspect = true;
  search.most_angle = 0;
  EXPECT_EQ(read(wide, search).reading.value_or(TileReading{}).id, kId);
}

TEST(Tile, ThreadsDoNotChangeTheAnswer) {
  const cv::Mat1b crop = drawn::luma(marked(4))(cv::Rect(30, 40, 300, 260)).clone();
  TileSearch alone = deep(), three = deep();
  alone.threads = 1;
  three.threads = 3;
  const TileAnswer a = read(crop, alone), b = read(crop, three);
  EXPECT_EQ(a.best_z, b.best_z);
  EXPECT_EQ(a.hypotheses, b.hypotheses);
  EXPECT_EQ(a.reading.has_value(), b.reading.has_value());
}

TEST(TileSecurity, AnotherKeySeesNothing) {
  const MarkKey mine = MarkKey::secret(kTileProfile, Bytes(32, 1)).value();
  const MarkKey other = MarkKey::secret(kTileProfile, Bytes(32, 2)).value();
  const cv::Mat1b grey = drawn::luma(marked(6, kId, mine));
  EXPECT_EQ(read(grey, {}, mine).reading.value_or(TileReading{}).id, kId);
  EXPECT_FALSE(read(grey, deep(), other).reading);
  EXPECT_FALSE(read(grey, deep()).reading);
}

// Marking again with another id leaves at least one of the two and never a third.
TEST(TileSecurity, MarkedTwice) {
  cv::Mat3b picture = marked(7, 111);
  ASSERT_TRUE(place_tile(drawn::view(picture), public_key(), 222, {}, {}));
  const TileAnswer answer = read(drawn::luma(picture));
  ASSERT_TRUE(answer.reading);
  EXPECT_TRUE(answer.reading->id == 111 || answer.reading->id == 222) << answer.reading->id;
}

// Kutter, Voloshynovskiy and Herrigel 2000: what is left when a marked picture is smoothed away carries its id to
// another. This is why an id is only a pointer; that it works is shown, so that nobody believes otherwise.
TEST(TileSecurity, AMarkCanBeCopied) {
  const cv::Mat3b source = marked(8);
  cv::Mat3f exact, smooth;
  source.convertTo(exact, CV_32F);
  cv::blur(exact, smooth, {5, 5});
  cv::Mat3f target, stolen;
  cv::subtract(exact, smooth, stolen);
  drawn::picture(480, 360, 9).convertTo(target, CV_32F);
  cv::scaleAdd(stolen, 0.8, target, target);
  cv::Mat3b forged;
  target.convertTo(forged, CV_8U);
  const TileAnswer answer = read(drawn::luma(forged));
  ASSERT_TRUE(answer.reading);
  EXPECT_EQ(answer.reading->id, kId);
}

// Cells of a small still are larger, so that it may be halved; those of others are not.
TEST(Tile, SmallAndLargePicturesAreReadAlike) {
  for (const int height : {200, kSmallSide - 1, kSmallSide, 500}) {
    cv::Mat3b picture = drawn::picture(height * 4 / 3, height, 40);
    ASSERT_TRUE(place_tile(drawn::view(picture), public_key(), kId, {}, {}));
    const cv::Mat1b grey = drawn::luma(picture);
    const TileAnswer whole = read(grey);
    ASSERT_TRUE(whole.reading) << height;
    EXPECT_NEAR(whole.reading->cell_px, height / (height < kSmallSide ? 96.0 : 128.0), 1e-6);
    cv::Mat1b half;
    cv::resize(grey, half, {}, 0.5, 0.5, cv::INTER_AREA);
    EXPECT_EQ(read(half).reading.value_or(TileReading{}).id, kId) << height;
  }
}

TEST(Tile, RefusesWhatIsTooSmall) {
  cv::Mat3b small = drawn::picture(127, 300, 1);
  EXPECT_EQ(place_tile(drawn::view(small), public_key(), 1, {}, {}).error().code, Code::unsupported);
  EXPECT_FALSE(read(cv::Mat1b(10, 10, std::uint8_t{9}), deep()).reading);
  EXPECT_FALSE(read(cv::Mat1b(300, 300, std::uint8_t{128}), deep()).reading);
}

TEST(Tile, GreyAndTransparentPictures) {
  cv::Mat3b colours = drawn::picture(320, 256, 10);
  cv::Mat1b grey = drawn::luma(colours);
  ASSERT_TRUE(place_tile({grey.data, grey.cols, grey.rows, 1, static_cast<std::ptrdiff_t>(grey.step)}, public_key(), 5,
                         {}, {}));
  EXPECT_EQ(read(grey).reading.value_or(TileReading{}).id, 5U);
  cv::Mat4b clear;
  cv::cvtColor(colours, clear, cv::COLOR_BGR2BGRA);
  for (cv::Vec4b& pixel : clear) pixel[3] = 77;
  ASSERT_TRUE(place_tile({clear.data, clear.cols, clear.rows, 4, static_cast<std::ptrdiff_t>(clear.step), true},
                         public_key(), 6, {}, {}));
  for (const cv::Vec4b& pixel : clear) ASSERT_EQ(pixel[3], 77);
  cv::cvtColor(clear, grey, cv::COLOR_BGRA2GRAY);
  EXPECT_EQ(read(grey).reading.value_or(TileReading{}).id, 6U);
}

}  // namespace
}  // namespace bonafide::provenance::mark
