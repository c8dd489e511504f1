#include "provenance/mark/sound_places.h"

#include <gtest/gtest.h>

#include "provenance/mark/heard_test.h"

namespace bonafide::provenance::mark {
namespace {

using namespace heard;
constexpr std::ptrdiff_t kSecond = 44100;

SoundPlaces located(const std::vector<float>& samples) {
  auto reader = SoundReader::create(key(), 44100, 1).value();
  EXPECT_TRUE(reader.push({samples}));
  const SoundReading reading = reader.finish();
  EXPECT_EQ(reading.id, kId);
  return locate_sound(reader.map(), key(), kId);
}

double seconds_of(const SoundPlaces& places, SoundState state) {
  double sum = 0;
  for (const SoundSpan& span : places.spans)
    if (span.state == state) sum += span.end_s - span.begin_s;
  return sum;
}

std::vector<float> steady(double seconds, unsigned seed) {  // music over noise: no pauses
  std::vector<float> samples = music(seconds, 44100, seed);
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 0.02F);
  for (float& s : samples) s += normal(random);
  return samples;
}

TEST(SoundPlaces, UntouchedIsVerifiedAndItsBeginningKnown) {
  const SoundPlaces places = located(marked({steady(30, 1)}, 44100)[0]);
  EXPECT_TRUE(places.jumps.empty());
  EXPECT_LT(seconds_of(places, SoundState::altered), 0.6);
  ASSERT_TRUE(places.starts_at_s);
  EXPECT_NEAR(*places.starts_at_s, 0, 0.02);
}

TEST(SoundPlaces, WhatWasCutOutIsToldWithItsLength) {
  const std::vector<float> whole = marked({steady(60, 2)}, 44100)[0];
  for (const double removed : {1.0, 2.7, 21.3}) {
    std::vector<float> samples = whole;
    const auto at = 17 * kSecond + 333;
    samples.erase(samples.begin() + at, samples.begin() + at + static_cast<std::ptrdiff_t>(removed * 44100));
    const SoundPlaces places = located(samples);
    ASSERT_EQ(places.jumps.size(), 1U) << removed;
    ASSERT_TRUE(places.jumps[0].removed_s) << removed;
    EXPECT_NEAR(*places.jumps[0].removed_s, removed, 0.02);
    EXPECT_NEAR(places.jumps[0].at_s, static_cast<double>(at) / 44100, 0.3);
  }
}

TEST(SoundPlaces, WhatWasPutInOrReplacedIsAltered) {
  std::vector<float> put_in = marked({steady(40, 3)}, 44100)[0], replaced = put_in;
  const std::vector<float> other = steady(3, 99);
  const auto at = 15 * kSecond;
  put_in.insert(put_in.begin() + at, other.begin(), other.end());
  std::copy(other.begin(), other.end(), replaced.begin() + at);
  const SoundPlaces longer = located(put_in), same = located(replaced);
  ASSERT_EQ(longer.jumps.size(), 1U);
  ASSERT_TRUE(longer.jumps[0].removed_s);
  EXPECT_NEAR(*longer.jumps[0].removed_s, -3, 0.02);
  EXPECT_TRUE(same.jumps.empty());
  for (const SoundPlaces& places : {longer, same}) {
    EXPECT_NEAR(seconds_of(places, SoundState::altered), 3, 1.1);
    for (const SoundSpan& span : places.spans) {
      if (span.state != SoundState::altered || span.end_s - span.begin_s < 1) continue;
      EXPECT_NEAR(span.begin_s, 15, 0.8);
      EXPECT_NEAR(span.end_s, 18, 0.8);
    }
  }
}

TEST(SoundPlaces, SilenceIsUnverifiable) {
  std::vector<float> samples = marked({steady(30, 4)}, 44100)[0];
  std::fill(samples.begin() + 10 * kSecond, samples.begin() + 15 * kSecond, 0.0F);
  const SoundPlaces places = located(samples);
  EXPECT_NEAR(seconds_of(places, SoundState::unverifiable), 5, 0.8);
  EXPECT_LT(seconds_of(places, SoundState::altered), 1.1);
}

TEST(SoundPlaces, ACutBeginningIsKnown) {
  const std::vector<float> samples = marked({steady(60, 5)}, 44100)[0];
  const SoundPlaces places = located({samples.begin() + 31 * kSecond, samples.end()});
  ASSERT_TRUE(places.starts_at_s);
  EXPECT_NEAR(*places.starts_at_s, 31, 0.02);
}

TEST(SoundPlaces, AnotherIdIsNowhere) {
  auto reader = SoundReader::create(key(), 44100, 1).value();
  ASSERT_TRUE(reader.push({steady(20, 6)}));
  (void)reader.finish();
  const SoundPlaces places = locate_sound(reader.map(), key(), 42);
  EXPECT_TRUE(places.spans.empty());
  EXPECT_TRUE(places.jumps.empty());
}

}  // namespace
}  // namespace bonafide::provenance::mark
