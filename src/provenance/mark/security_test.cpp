// What an attacker without the key can do with marked pictures, and what he cannot. bench/marks_security.sh does the
// same with many more and with photographs.
#include <gtest/gtest.h>

#include "provenance/mark/drawn_test.h"
#include "provenance/mark/map_compare.h"
#include "provenance/mark/tile_layout.h"
#include "provenance/mark/tile_reader.h"

namespace bonafide::provenance::mark {
namespace {

constexpr int kSide = 256;
constexpr std::uint64_t kId = 0x0123456789ABCDEFULL;

MarkKey secret_key() { return MarkKey::secret(kTileProfile, Bytes(32, 9)).value(); }

struct Marked {
  cv::Mat3b picture;
  int layout = 0;
};

Marked marked(std::uint64_t seed, std::uint64_t id, int not_layout = -1) {
  Marked done{drawn::picture(kSide, kSide, seed), 0};
  const auto placed =
      place_tile(drawn::view(done.picture), secret_key(), id, {.rounds = 2, .not_layout = not_layout}, {});
  done.layout = placed.value().layout;
  return done;
}

// What smoothing takes away: all that an attacker without the key sees of a mark (Kutter et al. 2000).
cv::Mat3f residual(const cv::Mat3b& picture) {
  cv::Mat3f exact, smooth;
  picture.convertTo(exact, CV_32F);
  cv::blur(exact, smooth, {5, 5});
  return cv::Mat3f(exact - smooth);
}

// The estimate as strong as a mark of 40 dB is.
cv::Mat3f at_strength_of_a_mark(const cv::Mat3f& estimate) {
  const double deviation = cv::norm(estimate) / std::sqrt(static_cast<double>(estimate.total() * 3));
  return cv::Mat3f(estimate * (2.55 / deviation));
}

cv::Mat3b with(const cv::Mat3b& picture, const cv::Mat3f& pattern, double factor) {
  cv::Mat3f exact;
  picture.convertTo(exact, CV_32F);
  cv::scaleAdd(pattern, factor, exact, exact);
  cv::Mat3b bytes;
  exact.convertTo(bytes, CV_8U);
  return bytes;
}

std::optional<std::uint64_t> id_in(const cv::Mat3b& picture) {
  const auto answer = TileReader(secret_key()).read(drawn::view(drawn::luma(picture)), {}, {}).value();
  return answer.reading ? std::optional(answer.reading->id) : std::nullopt;
}

struct Average {
  cv::Mat3f all = cv::Mat3f(kSide, kSide, cv::Vec3f());
  cv::Mat3f one_layout = cv::Mat3f(kSide, kSide, cv::Vec3f());
  int of_that_layout = 0;
};

// Yang et al. (arXiv 2406.09026): a pattern that does not depend on the picture shows in the average of many.
Average average(bool one_id) {
  constexpr int kPictures = 48, kLayout = 5;
  Average sums;
  for (std::uint64_t i = 0; i < kPictures; ++i) {
    const Marked done = marked(1000 + i, one_id ? kId : kId + 77 * i);
    const cv::Mat3f one = residual(done.picture);
    sums.all += one;
    if (done.layout != kLayout) continue;
    sums.one_layout += one;
    ++sums.of_that_layout;
  }
  return sums;
}

TEST(MarkSecurity, TheAverageOfManyNeitherForgesNorRemoves) {
  const Marked victim = marked(5000, kId + 1);
  ASSERT_EQ(id_in(victim.picture), kId + 1);
  const cv::Mat3b unmarked = drawn::picture(kSide, kSide, 5001);
  for (const bool one_id : {false, true}) {
    const Average sums = average(one_id);
    const cv::Mat3f pattern = at_strength_of_a_mark(sums.all);
    EXPECT_FALSE(id_in(with(unmarked, pattern, 1))) << one_id;
    EXPECT_FALSE(id_in(with(unmarked, pattern, 2))) << one_id;
    EXPECT_EQ(id_in(with(victim.picture, pattern, -1)), kId + 1) << one_id;
    // It is the layouts that hold: one id in one layout, which only the key's holder could sort out, forges at once.
    if (one_id && sums.of_that_layout > 0) {
      EXPECT_EQ(id_in(with(unmarked, at_strength_of_a_mark(sums.one_layout), 1.5)), kId) << sums.of_that_layout;
    }
  }
}

// A second mark takes another layout; the answer is the newer id, or the older, never a third.
TEST(MarkSecurity, TheSecondMarkIsRead) {
  int newer = 0;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Marked done = marked(6000 + seed, kId);
    const auto placed = place_tile(drawn::view(done.picture), secret_key(), kId + 5, {.not_layout = done.layout}, {});
    EXPECT_NE(placed.value().layout, done.layout);
    const auto id = id_in(done.picture);
    ASSERT_TRUE(id) << seed;
    ASSERT_TRUE(*id == kId + 5 || *id == kId) << seed;
    newer += *id == kId + 5 ? 1 : 0;
  }
  EXPECT_GE(newer, 5);
}

RgbView rgb(const cv::Mat3b& picture) { return {picture.data, picture.cols, picture.rows}; }

// The copied mark is read, and its id leads to a work whose map does not fit: that is what is told.
TEST(MarkSecurity, ACopiedMarkLeadsToAnotherWork) {
  const Marked source = marked(7000, kId);
  const BlockMap map = make_block_map(rgb(source.picture)).value();
  const cv::Mat3b forged = with(drawn::picture(kSide, kSide, 7001), residual(source.picture), 0.9);
  EXPECT_EQ(id_in(forged), kId) << "the attack works: an id is a pointer";
  EXPECT_FALSE(compare_block_map(map, rgb(forged), {}).value().placement.found);
  EXPECT_TRUE(compare_block_map(map, rgb(source.picture), {}).value().placement.found);
}

// Half of a marked picture laid over another: where the work is found at all, the other half is altered.
TEST(MarkSecurity, AMarkCutOutAndLaidOver) {
  const Marked source = marked(8000, kId);
  const BlockMap map = make_block_map(rgb(source.picture)).value();
  cv::Mat3b collage = drawn::picture(kSide, kSide, 8001);
  const cv::Rect half(0, 0, kSide * 5 / 8, kSide);
  source.picture(half).copyTo(collage(half));
  EXPECT_EQ(id_in(collage), kId);
  const MapComparison found = compare_block_map(map, rgb(collage), {}).value();
  EXPECT_TRUE(!found.placement.found || found.count(BlockState::altered) > map.size() / 8)
      << found.count(BlockState::altered) << " of " << map.size();
}

}  // namespace
}  // namespace bonafide::provenance::mark
