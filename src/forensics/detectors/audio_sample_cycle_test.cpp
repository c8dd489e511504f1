#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "forensics/detector.h"
#include "support/sound.h"
#include "support/support.h"

namespace bonafide::forensics {
extern const Detector detector_audio_sample_cycle;

namespace {

using testing::feed;
using testing::read_sound;

const Detector& cycle() { return detector_audio_sample_cycle; }

// espeak-ng makes its sound in steps of 64 samples, and the test rightly sees that, at 44,100 Hz too. Brought to
// another rate by a good converter it stands for speech without such steps.
constexpr const char* kWords =
    "'The boy was there when the sun rose. A rod is used to catch pink salmon. The source of the huge river is the "
    "clear "
    "spring.'";

std::string spoken_file(const std::string& voice) {
  return testing::made("cycle_" + voice + ".wav",
                       "espeak-ng -v " + voice + " -s 150 --stdout " + kWords +
                           " | ffmpeg -v error -i - -af aresample=20800:filter_size=64 -y \"$OUT\"");
}
testing::Sound spoken(const std::string& voice) { return read_sound(spoken_file(voice)); }

// Breath under the speech, a little stronger at the first of every `group` samples, as from a network that makes a
// group at a time with a weight of its own for each place.
std::vector<float> grouped(std::vector<float> samples, std::size_t group, double depth) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal(0, 0.01);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const bool first = i % group < std::max<std::size_t>(1, group / 4);
    samples[i] = static_cast<float>(static_cast<double>(samples[i]) + normal(random) * (first ? 1 + depth : 1));
  }
  return samples;
}

TEST(AudioSampleCycle, KnownPositive) {
  const testing::Sound speech = spoken("en");
  for (const std::size_t group : {4U, 8U, 16U}) {
    const Finding found = feed(cycle(), grouped(speech.samples, group, 1), speech.rate);
    EXPECT_EQ(found.outcome, Outcome::sign) << group << " " << *found.score;
    EXPECT_NE(found.sentence.find(std::to_string(group) + " samples"), std::string::npos) << found.sentence;
    ASSERT_EQ(found.curves.size(), 1U);
    EXPECT_EQ(found.curves[0].y.size(), 64U);
  }
}

// Speech, the same with even breath, with groups of other sizes, through a codec, and made faster by a good converter.
TEST(AudioSampleCycle, KnownNegative) {
  for (const std::string voice : {"en", "de", "fr+f3"}) {
    const testing::Sound speech = spoken(voice);
    EXPECT_EQ(feed(cycle(), speech.samples, speech.rate).outcome, Outcome::nothing_found) << voice;
    for (const auto& [group, depth] : {std::pair<std::size_t, double>{4, 0.0}, {5, 1.0}, {7, 1.0}, {32, 1.0}}) {
      const Finding finding = feed(cycle(), grouped(speech.samples, group, depth), speech.rate);
      EXPECT_EQ(finding.outcome, Outcome::nothing_found) << voice << " " << group << " " << *finding.score;
    }
  }
  const std::string speech = spoken_file("en");
  for (const std::string make : {"-ar 48000 -c:a libmp3lame -b:a 64k -f mp3", "-ar 48000 -c:a aac -b:a 48k -f adts",
                                 "-c:a libopus -b:a 24k -f ogg", "-ar 32000 -c:a pcm_s16le -f wav"}) {
    const std::string copy = testing::made("cycle_copy_" + std::to_string(std::hash<std::string>()(make)) + ".bin",
                                           "ffmpeg -v error -i '" + speech + "' " + make + " -y \"$OUT\"");
    const testing::Sound sound = read_sound(copy);
    const Finding finding = feed(cycle(), sound.samples, sound.rate);
    EXPECT_NE(finding.outcome, Outcome::sign) << make << " " << *finding.score;
  }
}

TEST(AudioSampleCycle, NotApplicable) {
  media::Media still;
  still.tracks.emplace_back().kind = media::Track::Kind::video;
  EXPECT_TRUE(cycle().not_applicable(still).has_value());
  still.tracks.emplace_back().kind = media::Track::Kind::audio;
  EXPECT_FALSE(cycle().not_applicable(still).has_value());
  EXPECT_EQ(feed(cycle(), std::vector<float>(110250, 0.0F), 22050).outcome, Outcome::not_applicable);
  EXPECT_EQ(feed(cycle(), grouped(std::vector<float>(20000, 0.0F), 4, 1), 22050).outcome, Outcome::not_applicable);
  EXPECT_EQ(feed(cycle(), grouped(std::vector<float>(80000, 0.0F), 4, 1), 4000).outcome, Outcome::not_applicable);
}

}  // namespace
}  // namespace bonafide::forensics
