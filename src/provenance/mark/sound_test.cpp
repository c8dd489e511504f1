#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "media/dsp/sinc_resample.h"
#include "provenance/mark/heard_test.h"

namespace bonafide::provenance::mark {
namespace {

using namespace heard;

double difference_db(const std::vector<float>& a, const std::vector<float>& b) {
  double signal = 0, noise = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    signal += static_cast<double>(a[i] * a[i]);
    noise += static_cast<double>((a[i] - b[i]) * (a[i] - b[i]));
  }
  return 10 * std::log10(signal / std::max(noise, 1e-30));
}

TEST(SoundMark, ComesBackAsItWentIn) {
  for (const auto& sound : {music(25, 44100, 1), mumble(25, 44100, 2)}) {
    const Channels out = marked({sound}, 44100);
    ASSERT_EQ(out[0].size(), sound.size());
    EXPECT_GT(difference_db(sound, out[0]), 26.5);
    const SoundReading reading = read(out, 44100);
    ASSERT_TRUE(reading.id);
    EXPECT_EQ(*reading.id, kId);
    EXPECT_EQ(reading.upper, kUpper);
    EXPECT_LT(reading.evidence.log10_p, -20);
    EXPECT_GT(reading.evidence.hypotheses, 600);
  }
}

TEST(SoundMark, BlocksDoNotMatterAndMemoryIsBounded) {
  const Channels sound{music(6, 44100, 3)};
  const Channels whole = marked(sound, 44100, kId, key(), 1 << 20);
  EXPECT_EQ(marked(sound, 44100, kId, key(), 1000), whole);
  auto marker = SoundMarker::create(key(), {.id = kId}, 44100, 1).value();
  Channels out;
  ASSERT_TRUE(marker.push(sound, out));
  EXPECT_GE(out[0].size() + 4410, sound[0].size());  // at most 0.1 s is held back
}

TEST(SoundMark, OtherRatesAndManyChannels) {
  for (const int rate : {8000, 16000, 48000, 96000}) {
    const Channels sound{mumble(22, rate, 4)};
    const Channels out = marked(sound, rate);
    ASSERT_EQ(out[0].size(), sound[0].size());
    const SoundReading reading = read(out, rate);
    ASSERT_TRUE(reading.id) << rate;
    EXPECT_EQ(*reading.id, kId) << rate;
  }
  const Channels three = marked({music(16, 44100, 5), mumble(16, 44100, 6), music(16, 44100, 7)}, 44100);
  ASSERT_EQ(three.size(), 3U);
  for (const auto& channel : three) EXPECT_EQ(read({channel}, 44100).upper, kUpper);  // each carries it
  EXPECT_EQ(read(three, 44100).id, kId);
}

TEST(SoundMark, FiveSecondsHoldTheShortId) {
  const Channels out = marked({mumble(40, 44100, 8)}, 44100);
  int read_right = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    const std::size_t from = 44100 * 3 * i + 12345;
    const SoundReading reading = read(cut(out, from, from + 44100 * 5), 44100);
    if (reading.upper) {
      EXPECT_EQ(*reading.upper, kUpper);
      ++read_right;
    }
  }
  EXPECT_GE(read_right, 9);
}

TEST(SoundMark, NoiseQuantisationAndGain) {
  const std::vector<float> sound = marked({music(22, 44100, 9)}, 44100)[0];
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.01F);
  std::vector<float> noisy = sound, coarse = sound, quiet = sound;
  for (float& s : noisy) s += normal(random);
  for (float& s : coarse) s = std::round(s * 128) / 128;
  for (float& s : quiet) s *= -0.1F;
  for (const auto& changed : {noisy, coarse, quiet}) EXPECT_EQ(read({changed}, 44100).id, kId);
}

TEST(SoundMark, SpeedIsFoundByTheDeepSearch) {
  const std::vector<float> sound = marked({mumble(24, 44100, 10)}, 44100)[0];
  for (const double speed : {0.83, 1.07, 1.22}) {
    media::SincResampler resampler(1 / speed);
    std::vector<float> faster;
    resampler.push(sound, faster);
    resampler.finish(faster);
    EXPECT_FALSE(read({faster}, 44100).upper) << speed;
    const SoundReading reading = read({faster}, 44100, true);
    ASSERT_TRUE(reading.id) << speed;
    EXPECT_EQ(*reading.id, kId);
    EXPECT_NEAR(reading.warp.speed, speed, 0.002);
  }
}

TEST(SoundMark, NothingWhereNothingIs) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    const SoundReading reading = read({seed % 2 == 0 ? music(12, 44100, seed) : mumble(12, 44100, seed)}, 44100);
    EXPECT_FALSE(reading.upper);
    EXPECT_FALSE(reading.id);
    EXPECT_GT(reading.evidence.log10_p, -4);
  }
  const SoundReading deep = read({music(14, 44100, 77)}, 44100, true);
  EXPECT_FALSE(deep.upper);
  EXPECT_GT(deep.evidence.hypotheses, 90000);
}

TEST(SoundMark, WrongKeyReadsNothing) {
  const std::vector<std::uint8_t> one(32, 1), two(32, 2);
  const MarkKey mine = MarkKey::secret(kSoundProfile, one).value(), other = MarkKey::secret(kSoundProfile, two).value();
  const Channels out = marked({music(22, 44100, 11)}, 44100, kId, mine);
  EXPECT_EQ(read(out, 44100, false, mine).id, kId);
  EXPECT_FALSE(read(out, 44100, false, other).upper);
  EXPECT_FALSE(read(out, 44100, false, key()).upper);
}

TEST(SoundMark, TwoKeysLiveSideBySideAndOneKeyTwiceNeverInventsAnId) {
  const MarkKey other = MarkKey::secret(kSoundProfile, std::vector<std::uint8_t>(32, 5)).value();
  const Channels sound{mumble(24, 44100, 12)};
  const Channels both = marked(marked(sound, 44100), 44100, 0xFEDCBA9876543210, other);
  EXPECT_EQ(read(both, 44100).id, kId);
  EXPECT_EQ(read(both, 44100, false, other).id, 0xFEDCBA9876543210);
  const SoundReading twice = read(marked(marked(sound, 44100), 44100, 0xFEDCBA9876543210), 44100);
  if (twice.id) {
    EXPECT_TRUE(*twice.id == kId || *twice.id == 0xFEDCBA9876543210);
  }
  if (twice.upper) {
    EXPECT_TRUE(*twice.upper == kUpper || *twice.upper == 0xFEDCBA98);
  }
}

TEST(SoundMark, SilenceAndNonsense) {
  const Channels silence{std::vector<float>(44100 * 6, 0.0F)};
  EXPECT_EQ(marked(silence, 44100), silence);
  EXPECT_FALSE(read(silence, 44100, true).upper);
  EXPECT_FALSE(read(Channels(1), 44100, true).upper);
  EXPECT_FALSE(read(Channels{std::vector<float>(44100, 0.1F)}, 44100, true).upper);
  Channels broken{mumble(6, 44100, 13)};
  for (std::size_t i = 0; i < broken[0].size(); i += 1000) broken[0][i] = i % 2000 == 0 ? NAN : INFINITY;
  const Channels whole = marked(broken, 44100);
  for (const float s : whole[0]) ASSERT_TRUE(std::isfinite(s));
  EXPECT_FALSE(read(broken, 44100).upper);
  EXPECT_FALSE(SoundMarker::create(key(), {}, 4000, 1));
  EXPECT_FALSE(SoundMarker::create(key(), {}, 44100, 0));
  EXPECT_FALSE(SoundMarker::create(key(), {.id = 1, .signal_to_mark_db = 0}, 44100, 1));
  EXPECT_FALSE(SoundReader::create(key(), 44100, 65));
  auto marker = SoundMarker::create(key(), {}, 44100, 2).value();
  Channels out;
  EXPECT_FALSE(marker.push({{1.0F}}, out));
  EXPECT_FALSE(marker.push({{1.0F}, {}}, out));
}

TEST(SoundMark, LoudSoundIsNotClippedFurther) {
  std::vector<float> loud = mumble(8, 44100, 14);
  for (float& s : loud) s = std::clamp(s * 30, -1.0F, 1.0F);
  const Channels out = marked({loud}, 44100);
  for (const float s : out[0]) ASSERT_LE(std::abs(s), 1.0F);
}

}  // namespace
}  // namespace bonafide::provenance::mark
