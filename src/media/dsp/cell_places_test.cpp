#include "media/dsp/cell_places.h"

#include <gtest/gtest.h>

#include <random>

#include "media/dsp/acontrario.h"

namespace bonafide::media {
namespace {

CellVotes random_votes(int across, int down, double rate, unsigned seed) {
  std::mt19937 random(seed);
  CellVotes votes{across, down, {}};
  for (int i = 0; i < across * down; ++i)
    votes.voices.push_back(static_cast<double>(random() >> 8U) / (1 << 24) < rate ? kSaysYes : kSaysNo);
  return votes;
}

TEST(CellPlaces, CornersHangTogetherAndPlacesComeInReadingOrder) {
  const std::vector<std::uint8_t> marked{1, 0, 0, 1,  //
                                         0, 1, 0, 0,  //
                                         0, 0, 0, 1};
  const auto places = connected_places(marked, 4, 3);
  ASSERT_EQ(places.size(), 3U);
  EXPECT_EQ(places[0].cells.size(), 2U);
  EXPECT_EQ(places[0].width, 2);
  EXPECT_EQ(places[0].height, 2);
  EXPECT_EQ(places[1].x, 3);
  EXPECT_EQ(places[2].y, 2);
  EXPECT_TRUE(connected_places(marked, 5, 3).empty()) << "sizes that do not fit are not read";
}

TEST(CellPlaces, ACrowdIsFarFromChance) {
  CellVotes votes = random_votes(60, 40, 0.1, 1);
  for (int y = 10; y < 20; ++y)
    for (int x = 20; x < 32; ++x) votes.voices[static_cast<std::size_t>(y * 60 + x)] = kSaysYes;
  const Crowding found = crowded_places(votes, mostly_yes(votes, 0.5), 0.01);
  ASSERT_FALSE(found.places.empty());
  EXPECT_LT(found.places[0].log10_nfa, -20);
  EXPECT_NEAR(found.elsewhere, 0.1, 0.03);
  EXPECT_NEAR(found.places[0].place.x, 20, 2);
  EXPECT_NEAR(found.places[0].place.width, 12, 4);
  const Crowding dependent = crowded_places(votes, mostly_yes(votes, 0.5), 0.01, 0, 16);
  EXPECT_GT(dependent.places[0].log10_nfa, found.places[0].log10_nfa / 8) << "fewer independent voices weigh less";
}

TEST(CellPlaces, ChanceKeepsItsPromise) {
  int alarms = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const CellVotes votes = random_votes(40, 30, 0.2, seed + 7);
    const Crowding found = crowded_places(votes, mostly_yes(votes, 0.5), 0.01);
    if (!found.places.empty() && found.places[0].log10_nfa <= kLog10Epsilon) ++alarms;
  }
  EXPECT_LE(alarms, 2) << "0.4 are expected of 400";
}

TEST(CellPlaces, SilenceIsNotAVoice) {
  CellVotes votes{10, 10, std::vector<std::uint8_t>(100, kSilent)};
  EXPECT_TRUE(crowded_places(votes, mostly_yes(votes, 0.5), 0.01).places.empty());
}

}  // namespace
}  // namespace bonafide::media
