#include "app/mark_still.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "app/mark.h"
#include "base/files.h"
#include "media/decode/planes.h"
#include "support/schema.h"

namespace bonafide::app {
namespace {

constexpr int kWidth = 640, kHeight = 480;
constexpr std::uint64_t kId = 0x0123456789ABCDEFULL;

std::vector<std::uint8_t> texture(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> samples;
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x)
      samples.push_back(static_cast<std::uint8_t>(120 + 50 * std::sin((x + 3.0 * seed) / 37.0) * std::cos(y / 29.0) +
                                                  static_cast<double>(random() % 24)));
  return samples;
}

std::vector<std::uint8_t> marked(bool fragile) {
  std::vector<std::uint8_t> samples = texture(1);
  const MarkKeys keys = mark_keys({}).value();
  const provenance::mark::PictureView view{samples.data(), kWidth, kHeight, 1, kWidth};
  EXPECT_TRUE(provenance::mark::place_tile(view, keys.pictures, kId, {}, {}));
  if (fragile) {
    EXPECT_TRUE(provenance::mark::place_qim(view, keys.fragile, kId, {}));
  }
  return samples;
}

LocatedStill located(std::vector<std::uint8_t> samples, int orientation = 1) {
  media::FrameInfo info;
  info.width = kWidth;
  info.height = kHeight;
  info.orientation = orientation;
  const MarkKeys keys = mark_keys({}).value();
  const media::Frame frame = media::Frame::from_plane({kWidth, kHeight, 1, std::move(samples)}, info);
  return locate_still_mark(frame, keys.pictures, keys.fragile, false, {}).value();
}

/// Another texture in the 112 × 96 pixels from (64, 48).
std::vector<std::uint8_t> spliced() {
  std::vector<std::uint8_t> samples = marked(true);
  const std::vector<std::uint8_t> other = texture(9);
  for (int y = 48; y < 48 + 96; ++y)
    for (int x = 64; x < 64 + 112; ++x) {
      const auto at = static_cast<std::size_t>(y * kWidth + x);
      samples[at] = other[at];
    }
  return samples;
}

// A camera held upright stores its picture lying: places are told as people see it.
TEST(MarkStill, PlacesAreInThePictureAsShown) {
  const LocatedStill still = located(spliced(), 6);  // shown turned clockwise: (x, y) to (height - y, x)
  const std::vector<provenance::Altered> places = altered_places(still);
  ASSERT_EQ(places.size(), 1U);
  EXPECT_NEAR(places[0].box->x, kHeight - 48 - 96, 8);
  EXPECT_NEAR(places[0].box->y, 64, 8);
  EXPECT_NEAR(places[0].box->width, 96, 16);
  EXPECT_NEAR(places[0].box->height, 112, 16);
  EXPECT_LT(places[0].log10_p, -8);
  const provenance::AlteredMap map = altered_map(still);
  EXPECT_LE(std::max(map.width, map.height), 512);
  EXPECT_LT(map.width, map.height);
  const auto value = [&](double x, double y) {
    return map.values[static_cast<std::size_t>(y * map.height) * static_cast<std::size_t>(map.width) +
                      static_cast<std::size_t>(x * map.width)];
  };
  EXPECT_EQ(value((kHeight - 96.0) / kHeight, 120.0 / kWidth), 255);
  EXPECT_EQ(value(0.2, 0.7), 0);
  const media::Plane picture = altered_picture(still);
  EXPECT_EQ(picture.width(), kHeight);
  EXPECT_GT(picture.at(kHeight - 96, 120, 0), picture.at(kHeight - 96, 120, 1) + 60) << "red";
  EXPECT_EQ(picture.at(100, 500, 0), picture.at(100, 500, 1)) << "grey";
}

TEST(MarkStill, EveryAnswerFitsItsSchema) {
  const auto text = read_file(std::string(BONAFIDE_SOURCE_DIR) + "/docs/schema/bonafide.mark_places-1.json", 1 << 20);
  ASSERT_TRUE(text);
  const auto answer = [&](const LocatedStill& still) {
    const Json json = *parse_json(dump_json(still_places_json("a.png", still)));
    EXPECT_EQ(bonafide::testing::schema_errors(*parse_json(*text), json, true), std::vector<std::string>{});
    return json["picture"]["answer"].get<std::string>();
  };
  EXPECT_EQ(answer(located(marked(true))), "unaltered");
  EXPECT_EQ(answer(located(spliced())), "altered");
  EXPECT_EQ(answer(located(marked(false))), "no_layer");
  EXPECT_EQ(answer(located(texture(1))), "no_mark");
}

std::vector<std::string> misfits(const std::string& schema, const Json& json) {
  const auto text = read_file(std::string(BONAFIDE_SOURCE_DIR) + "/docs/schema/" + schema, 1 << 20);
  if (!text) return {"no " + schema};
  return bonafide::testing::schema_errors(*parse_json(*text), *parse_json(dump_json(json)), true);
}

TEST(MarkStill, WhatIsReadFitsItsSchema) {
  const MarkKeys keys = mark_keys({}).value();
  const auto found_in = [&](const std::vector<std::uint8_t>& samples) {
    FoundMarks found;
    const provenance::mark::TileReader reader(keys.pictures);
    take(reader.read(media::GreyView{samples.data(), kWidth, kHeight, kWidth}, {}, {}).value(), found);
    return found;
  };
  FoundMarks found = found_in(marked(false));
  ASSERT_EQ(found.marks.size(), 1U);
  EXPECT_EQ(found.marks[0].id, kId);
  found.marks[0].changed = "turned";
  found.marks.push_back({"sound", {}, 0x01234567U, found.marks[0].evidence, 0, 5, ""});
  EXPECT_EQ(misfits("bonafide.mark-1.json", marks_json("a.png", keys, found)), std::vector<std::string>{});
  const FoundMarks none = found_in(texture(1));
  ASSERT_EQ(none.nothing.size(), 1U);
  EXPECT_EQ(misfits("bonafide.mark-1.json", marks_json("a.png", keys, none)), std::vector<std::string>{});
}

TEST(MarkStill, WhatWasMarkedFitsItsSchema) {
  const MarkKeys keys = mark_keys({}).value();
  MarkedFile done{.pictures = true, .psnr = 42.5, .codecs = "png"};
  EXPECT_EQ(misfits("bonafide.marked-1.json", marked_json("a.png", kId, keys, done)), std::vector<std::string>{});
  done.holds = 0.9;
  done.left_out = {"its Content Credential"};
  done.earlier.push_back({"picture", kId, 0x01234567U, {}, 0, 0, ""});
  Json json = marked_json("a.png", kId, keys, done);
  EXPECT_EQ(misfits("bonafide.marked-1.json", json), std::vector<std::string>{});
  EXPECT_EQ(json["earlier"][0], "0123456789abcdef");
  json["psnr"] = "42.5";
  EXPECT_NE(misfits("bonafide.marked-1.json", json), std::vector<std::string>{}) << "the schema must be able to refuse";
}

}  // namespace
}  // namespace bonafide::app
