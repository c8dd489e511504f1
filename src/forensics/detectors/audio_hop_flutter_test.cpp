#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "forensics/detector.h"
#include "support/sound.h"
#include "support/support.h"

namespace bonafide::forensics {
extern const Detector detector_audio_hop_flutter;

namespace {

using testing::feed;
using testing::read_sound;

const Detector& flutter() { return detector_audio_hop_flutter; }

std::string spoken(const std::string& voice) {
  return testing::made("flutter_" + voice + ".wav",
                       "espeak-ng -v " + voice +
                           " -s 150 -w \"$OUT\" 'The boy was there when the sun rose. A rod is used to catch pink "
                           "salmon. The source of the huge river is the clear spring.'");
}

// The breath of a voice whose loudness dips a little once every `hop` samples, as where two frames of a generator meet:
// noise under the speech, so that no line stands in the spectrum.
std::vector<float> with_frames(std::vector<float> samples, std::size_t hop, double depth) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal(0, 0.01);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double phase = static_cast<double>(i % hop) / static_cast<double>(hop);
    samples[i] = static_cast<float>(samples[i] + normal(random) * (1 + depth * std::exp(-8 * phase)));
  }
  return samples;
}

TEST(AudioHopFlutter, KnownPositive) {
  const testing::Sound speech = read_sound(spoken("en"));
  ASSERT_EQ(speech.rate, 22050);
  const Finding found = feed(flutter(), with_frames(speech.samples, 256, 1.0), speech.rate);
  EXPECT_EQ(found.outcome, Outcome::sign) << *found.score;
  EXPECT_EQ(found.claim, "audio.hop_flutter.found");
  EXPECT_NE(found.details[0].second.find("86.133"), std::string::npos) << found.details[0].second;
  ASSERT_FALSE(found.spans.empty());
  ASSERT_EQ(found.curves.size(), 1U);
  EXPECT_EQ(found.curves[0].x.size(), found.curves[0].y.size());
}

// The same noise without frames, frames at the mains' rate, and sounds with a rhythm of their own.
TEST(AudioHopFlutter, KnownNegative) {
  for (const std::string voice : {"en", "de", "fr+f3"}) {
    const testing::Sound speech = read_sound(spoken(voice));
    for (const auto& [hop, depth] : {std::pair<std::size_t, double>{256, 0.0}, {441, 1.0}}) {
      const Finding finding = feed(flutter(), with_frames(speech.samples, hop, depth), speech.rate);
      EXPECT_EQ(finding.outcome, Outcome::nothing_found) << voice << " " << hop << " " << *finding.score;
    }
  }
  const std::vector<std::pair<std::string, std::string>> sounds{
      {"tone", "sine=frequency=440:sample_rate=44100:duration=4"},
      {"hum", "aevalsrc='0.1*sin(100*PI*t)+0.02*(random(0)-0.5)*(1+0.5*sin(200*PI*t))':s=24000:d=4"},
      {"square", "aevalsrc='0.3*sgn(sin(2*PI*86.1328125*t))':s=44100:d=4"},
      {"saw", "aevalsrc='0.4*(mod(t*110.25,1)-0.5)':s=44100:d=4"},
      {"pink", "anoisesrc=color=pink:amplitude=0.3:sample_rate=24000:duration=4:seed=5"}};
  for (const auto& [name, source] : sounds) {
    const testing::Sound sound = read_sound(
        testing::made("flutter_" + name + ".wav", "ffmpeg -v error -f lavfi -i \"" + source + "\" -y \"$OUT\""));
    const Finding finding = feed(flutter(), sound.samples, sound.rate);
    EXPECT_NE(finding.outcome, Outcome::sign) << name << " " << *finding.score;
    EXPECT_NE(finding.outcome, Outcome::failed) << name;
  }
}

TEST(AudioHopFlutter, NotApplicable) {
  media::Media still;
  still.tracks.emplace_back().kind = media::Track::Kind::video;
  EXPECT_TRUE(flutter().not_applicable(still).has_value());
  still.tracks.emplace_back().kind = media::Track::Kind::audio;
  EXPECT_FALSE(flutter().not_applicable(still).has_value());
  const std::vector<std::pair<std::size_t, int>> empty_or_short{{110250, 22050}, {15000, 22050}, {20000, 4000}};
  for (const auto& [samples, rate] : empty_or_short) {
    const bool silent = samples == 110250;
    std::vector<float> sound(samples, 0.0F);
    if (!silent) sound = with_frames(std::move(sound), 256, 1.0);
    const Finding finding = feed(flutter(), sound, rate);
    EXPECT_EQ(finding.outcome, Outcome::not_applicable);
    EXPECT_FALSE(finding.reason.empty());
  }
}

TEST(AudioHopFlutter, JumpsBreakTheSearchIntoPassages) {
  const testing::Sound speech = read_sound(spoken("en"));
  const auto session = testing::begin(flutter());
  testing::push(*session, speech.samples, speech.rate, 0);
  session->on_span({100, 110});
  testing::push(*session, with_frames(speech.samples, 256, 1.0), speech.rate, 100);
  const Finding finding = session->finish().front();
  ASSERT_EQ(finding.outcome, Outcome::sign);
  ASSERT_EQ(finding.spans.size(), 1U);
  EXPECT_GE(finding.spans[0].begin_s, 100);
}

}  // namespace
}  // namespace bonafide::forensics
