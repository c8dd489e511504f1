#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "forensics/detector.h"
#include "support/sound.h"
#include "support/support.h"

namespace bonafide::forensics {
extern const Detector detector_audio_upsampling_comb;

namespace {

using testing::feed;
using testing::read_sound;

const Detector& comb() { return detector_audio_upsampling_comb; }

std::string spoken(const std::string& voice, const std::string& text) {
  return testing::made("comb_" + voice + ".wav", "espeak-ng -v " + voice + " -s 150 -w \"$OUT\" '" + text + "'");
}

constexpr const char* kText =
    "The boy was there when the sun rose. A rod is used to catch pink salmon. The source of the huge river is the "
    "clear spring. Kick the ball straight and follow through.";

// What a transposed convolution with a bias does, without any network: each hop the same short pulse is added to the
// sound, well below it. 256 samples at 22,050 Hz is the layout of most published vocoders.
std::vector<float> with_hop_pulses(std::vector<float> samples, std::size_t hop, double level_db) {
  double power = 0;
  for (const float s : samples) power += static_cast<double>(s) * static_cast<double>(s);
  power /= static_cast<double>(samples.size());
  // One sample of height h every `hop` has the mean square h²/hop.
  const auto height = static_cast<float>(std::sqrt(power * static_cast<double>(hop)) * std::pow(10, level_db / 20));
  for (std::size_t i = 0; i < samples.size(); i += hop) samples[i] += height;
  return samples;
}

// A transposed convolution as it is built: positive activations at 22,050/hop Hz, zeros stuffed between them, a short
// kernel without low-pass character; under noise four times as strong (-12 dB).
std::vector<float> transposed_convolution(double seconds, std::size_t hop) {
  std::mt19937 random(11);
  std::normal_distribution<double> normal(0, 1);
  std::vector<double> kernel(2 * hop);
  for (double& k : kernel) k = normal(random);
  std::vector<double> sum(static_cast<std::size_t>(seconds * 22050) + kernel.size(), 0.0);
  for (std::size_t i = 0; i + kernel.size() <= sum.size(); i += hop) {
    const double activation = std::max(0.0, 1 + 0.7 * normal(random));
    for (std::size_t j = 0; j < kernel.size(); ++j) sum[i + j] += activation * kernel[j];
  }
  std::vector<float> samples(static_cast<std::size_t>(seconds * 22050));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<float>(0.01 * sum[i] / std::sqrt(2.0) + 0.04 * normal(random));
  }
  return samples;
}

TEST(AudioUpsamplingComb, KnownPositive) {
  const testing::Sound speech = read_sound(spoken("en", kText));
  ASSERT_EQ(speech.rate, 22050);
  const Finding found = feed(comb(), with_hop_pulses(speech.samples, 256, -40), speech.rate);
  EXPECT_EQ(found.outcome, Outcome::sign) << *found.score;
  EXPECT_EQ(found.grade, Strength::moderate);
  EXPECT_GT(*found.score, 7.5);
  EXPECT_EQ(found.claim, "audio.upsampling_comb.found");
  ASSERT_FALSE(found.spans.empty());
  ASSERT_EQ(found.curves.size(), 2U);
  EXPECT_LE(found.curves[1].x.size(), 1001U);

  const Finding noise = feed(comb(), transposed_convolution(6, 256), 22050);
  EXPECT_EQ(noise.outcome, Outcome::sign) << *noise.score;
}

TEST(AudioUpsamplingComb, FindsTheRightSpacing) {
  const testing::Sound speech = read_sound(spoken("en", kText));
  const Finding found = feed(comb(), with_hop_pulses(speech.samples, 300, -40), speech.rate);
  ASSERT_EQ(found.outcome, Outcome::sign);
  EXPECT_NE(found.details[0].second.find("22,050 Hz / 300"), std::string::npos) << found.details[0].second;
}

// Sounds that people really send, and speech of a synthesiser that is not neural.
TEST(AudioUpsamplingComb, KnownNegative) {
  for (const std::string voice : {"en", "de", "fr+f3"}) {
    const testing::Sound speech = read_sound(spoken(voice, kText));
    const Finding finding = feed(comb(), speech.samples, speech.rate);
    EXPECT_EQ(finding.outcome, Outcome::nothing_found) << voice << " " << *finding.score;
  }
  const std::vector<std::pair<std::string, std::string>> sounds{
      {"tone", "sine=frequency=440:sample_rate=44100:duration=4"},
      {"beeps", "sine=frequency=440:beep_factor=4:sample_rate=22050:duration=4"},
      {"gridtone", "sine=frequency=861.328125:sample_rate=44100:duration=4"},
      {"beep", "sine=frequency=1000:beep_factor=2:sample_rate=44100:duration=4"},
      {"dtmf", "aevalsrc='0.2*(sin(2*PI*770*t)+sin(2*PI*1336*t))*lt(mod(t,0.5),0.2)':s=16000:d=4"},
      {"sweep", "aevalsrc='0.4*sin(2*PI*(50*t+600*t*t))':s=22050:d=4"},
      {"hum",
       "aevalsrc='0.1*(sin(100*PI*t)+sin(200*PI*t)/2+sin(300*PI*t)/3+sin(700*PI*t)/5)+0.02*(random(0)-0.5)'"
       ":s=24000:d=4"},
      {"saw", "aevalsrc='0.4*(mod(t*440,1)-0.5)':s=44100:d=4"},
      {"square", "aevalsrc='0.3*sgn(sin(2*PI*86.1328125*t))':s=44100:d=4"},
      {"pink", "anoisesrc=color=pink:amplitude=0.3:sample_rate=24000:duration=4:seed=5"},
      {"chord",
       "aevalsrc='0.1*(sin(2*PI*261.63*t)+sin(2*PI*329.63*t)+sin(2*PI*392*t)+sin(2*PI*523.25*t)"
       "+sin(2*PI*784*t)+sin(2*PI*1046.5*t))+0.001*(random(0)-0.5)':s=48000:d=4"}};
  for (const auto& [name, source] : sounds) {
    const testing::Sound sound = read_sound(
        testing::made("comb_" + name + ".wav", "ffmpeg -v error -f lavfi -i \"" + source + "\" -y \"$OUT\""));
    const Finding finding = feed(comb(), sound.samples, sound.rate);
    EXPECT_NE(finding.outcome, Outcome::sign) << name << " " << *finding.score;
    EXPECT_NE(finding.outcome, Outcome::failed) << name;
  }
}

TEST(AudioUpsamplingComb, NotApplicable) {
  media::Media still;
  still.tracks.emplace_back().kind = media::Track::Kind::video;
  EXPECT_TRUE(comb().not_applicable(still).has_value());
  still.tracks.emplace_back().kind = media::Track::Kind::audio;
  EXPECT_FALSE(comb().not_applicable(still).has_value());

  const Finding silence = feed(comb(), std::vector<float>(22050 * 5, 0.0F), 22050);
  EXPECT_EQ(silence.outcome, Outcome::not_applicable);
  const Finding brief = feed(comb(), transposed_convolution(1.0, 256), 22050);
  EXPECT_EQ(brief.outcome, Outcome::not_applicable);
  EXPECT_FALSE(brief.reason.empty());
  const Finding slow = feed(comb(), transposed_convolution(5.0, 256), 4000);
  EXPECT_EQ(slow.outcome, Outcome::not_applicable);
}

// Plain speech, then after a jump the same with pulses: only the second stretch is named.
TEST(AudioUpsamplingComb, JumpsBreakTheSearchIntoPassages) {
  const testing::Sound speech = read_sound(spoken("en", kText));
  const auto session = testing::begin(comb());
  testing::push(*session, speech.samples, speech.rate, 0);
  session->on_span({100, 110});
  testing::push(*session, with_hop_pulses(speech.samples, 256, -40), speech.rate, 100);
  const Finding finding = session->finish().front();
  ASSERT_EQ(finding.outcome, Outcome::sign);
  ASSERT_EQ(finding.spans.size(), 1U);
  EXPECT_GE(finding.spans[0].begin_s, 100);
}

}  // namespace
}  // namespace bonafide::forensics
