#include "provenance/mark/map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/cbor.h"
#include "crypto/hash.h"
#include "provenance/mark/key.h"
#include "provenance/mark/map_compare.h"
#include "provenance/mark/map_regions.h"

namespace bonafide::provenance::mark {
namespace {

/// A picture drawn from smooth blobs and stripes of random colours: something everywhere, no two places alike.
struct Drawing {
  int width = 0, height = 0;
  Bytes samples;
  RgbView view() const { return {samples.data(), width, height}; }
  std::uint8_t& at(int x, int y, int c) {
    return samples[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * 3 +
                   static_cast<std::size_t>(c)];
  }
};

Drawing draw(int width, int height, std::string_view seed) {
  KeyStream random = MarkKey::published(seed).stream("drawing");
  struct Blob {
    float x, y, size, across, down;
    std::array<float, 3> colour;
  };
  std::vector<Blob> blobs;
  for (int i = 0; i < 160; ++i) {
    Blob blob{random.unit() * 1.4F, random.unit() * 1.0F, 0.02F + 0.12F * random.unit(),
              random.unit() * 160,  random.unit() * 160,  {}};
    for (float& channel : blob.colour) channel = 120 * (random.unit() - 0.5F);
    blobs.push_back(blob);
  }
  Drawing drawing{width, height, Bytes(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3)};
  const float unit = 1.0F / static_cast<float>(std::min(width, height));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::array<float, 3> colour{128, 128, 128};
      const float u = (static_cast<float>(x) + 0.5F) * unit, v = (static_cast<float>(y) + 0.5F) * unit;
      for (const Blob& blob : blobs) {
        const float dx = (u - blob.x) / blob.size, dy = (v - blob.y) / blob.size, near = dx * dx + dy * dy;
        if (near > 1) continue;
        const float weight = (1 - near) * (0.75F + 0.25F * std::sin(blob.across * u + blob.down * v));
        for (std::size_t c = 0; c < 3; ++c) colour[c] += weight * blob.colour[c];
      }
      for (int c = 0; c < 3; ++c) {
        drawing.at(x, y, c) = static_cast<std::uint8_t>(std::clamp(colour[static_cast<std::size_t>(c)], 0.0F, 255.0F));
      }
    }
  }
  return drawing;
}

const Drawing& genuine() {
  static const Drawing drawing = draw(768, 512, "genuine");
  return drawing;
}

Drawing pasted(Drawing onto, const Drawing& from, PixelBox box) {
  for (int y = box.y; y < box.y + box.height; ++y) {
    for (int x = box.x; x < box.x + box.width; ++x) {
      for (int c = 0; c < 3; ++c) onto.at(x, y, c) = Drawing(from).at(x, y, c);
    }
  }
  return onto;
}

Drawing cut(const Drawing& from, PixelBox box) {
  Drawing to{box.width, box.height, Bytes(static_cast<std::size_t>(box.width * box.height) * 3)};
  Drawing source = from;
  for (int y = 0; y < box.height; ++y) {
    for (int x = 0; x < box.width; ++x) {
      for (int c = 0; c < 3; ++c) to.at(x, y, c) = source.at(box.x + x, box.y + y, c);
    }
  }
  return to;
}

Drawing quarter_turn(const Drawing& from) {  // clockwise
  Drawing to{from.height, from.width, Bytes(from.samples.size())};
  Drawing source = from;
  for (int y = 0; y < from.height; ++y) {
    for (int x = 0; x < from.width; ++x) {
      for (int c = 0; c < 3; ++c) to.at(from.height - 1 - y, x, c) = source.at(x, y, c);
    }
  }
  return to;
}

MapComparison compared(const Drawing& original, const Drawing& suspect, int block = 16) {
  return compare_block_map(make_block_map(original.view(), block).value(), suspect.view(), {}).value();
}

// Maps in the world are read with this form and these partners: neither ever changes.
TEST(BlockMap, BytesAreFixed) {
  Drawing ramp{96, 64, Bytes(96 * 64 * 3)};
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 96; ++x) {
      for (int c = 0; c < 3; ++c) ramp.at(x, y, c) = static_cast<std::uint8_t>((x * x + 3 * y * y + c * x * y) >> 6);
    }
  }
  const Bytes cbor = encode_block_map(make_block_map(ramp.view(), 32).value());
  EXPECT_EQ(to_hex(crypto::digest(crypto::HashAlgorithm::sha256, cbor)),
            "242db20e774cb6d2749222d7eba54ba035dbe27423cad79257d4f4b353db8ca1");
  const auto partners = map_partners(384);
  EXPECT_EQ(partners[0][0], 95U);
  EXPECT_EQ(partners[5][383], 304U);
}

TEST(BlockMap, ReadsBackTheSame) {
  for (const int block : {16, 32}) {
    const BlockMap map = make_block_map(genuine().view(), block).value();
    EXPECT_EQ(map.columns, 768 / block);
    EXPECT_EQ(map.rows, 512 / block);
    EXPECT_EQ(parse_block_map(encode_block_map(map)).value(), map);
  }
}

TEST(BlockMap, GridFollowsTheAspect) {
  EXPECT_EQ(map_grid(4000, 3000, 16)->columns, 43);
  EXPECT_EQ(map_grid(3000, 4000, 16)->rows, 43);
  EXPECT_EQ(map_grid(63, 500, 16).error().code, Code::unsupported);
  EXPECT_EQ(map_grid(100, 900, 16).error().code, Code::unsupported);
  EXPECT_EQ(map_grid(100, 100, 24).error().code, Code::unsupported);
}

TEST(BlockMap, EveryPartnerAsksOnceAFrequency) {
  for (const auto& partners : map_partners(77)) {
    std::vector<int> asked(77, 0);
    for (std::size_t i = 0; i < partners.size(); ++i) {
      EXPECT_NE(partners[i], i);
      ++asked[partners[i]];
    }
    EXPECT_EQ(std::ranges::count(asked, 1), 77);
  }
}

TEST(BlockMap, RefusesWhatIsNoMap) {
  const BlockMap map = make_block_map(genuine().view(), 32).value();
  EXPECT_EQ(parse_block_map(as_bytes("nonsense")).error().code, Code::corrupt);
  BlockMap other = map;
  other.columns = 25;
  EXPECT_EQ(parse_block_map(encode_block_map(other)).error().code, Code::corrupt);
  other = map;
  other.codes.pop_back();
  EXPECT_EQ(parse_block_map(encode_block_map(other)).error().code, Code::corrupt);
  other = map;
  other.width = 1 << 21;
  EXPECT_EQ(parse_block_map(encode_block_map(other)).error().code, Code::corrupt);
}

TEST(MapComparison, TheSamePictureIsTheSameEverywhere) {
  const MapComparison same = compared(genuine(), genuine());
  EXPECT_TRUE(same.placement.found);
  EXPECT_TRUE(same.placement.whole());
  EXPECT_TRUE(same.regions.empty());
  EXPECT_GT(same.count(BlockState::same), same.states.size() * 95 / 100);
}

TEST(MapComparison, ShowsWhatWasPutIn) {
  const PixelBox box{304, 208, 112, 96};
  const MapComparison altered = compared(genuine(), pasted(genuine(), draw(768, 512, "other"), box));
  ASSERT_EQ(altered.regions.size(), 1U);
  const MapRegion& region = altered.regions.front();
  EXPECT_EQ(region.change, Change::content);
  EXPECT_LT(region.log10_p, -20);
  EXPECT_NEAR(region.box.x, box.x, 17);
  EXPECT_NEAR(region.box.y, box.y, 17);
  EXPECT_NEAR(region.box.width, box.width, 33);
  EXPECT_NEAR(region.box.height, box.height, 33);
}

TEST(MapComparison, BrightnessOfTheWholeIsNoChange) {
  Drawing dimmed = genuine();
  for (std::uint8_t& sample : dimmed.samples) {
    sample = static_cast<std::uint8_t>(std::lround(255 * std::pow(sample / 255.0, 1.4) * 0.8));
  }
  EXPECT_TRUE(compared(genuine(), dimmed).regions.empty());
}

TEST(MapComparison, BrightnessOfAPartIsOne) {
  Drawing lit = genuine();
  for (int y = 96; y < 208; ++y) {
    for (int x = 480; x < 608; ++x) {
      for (int c = 0; c < 3; ++c) lit.at(x, y, c) = static_cast<std::uint8_t>(std::min(255, lit.at(x, y, c) + 24));
    }
  }
  const MapComparison altered = compared(genuine(), lit);
  ASSERT_FALSE(altered.regions.empty());
  EXPECT_EQ(altered.regions.front().change, Change::colour);
}

TEST(MapComparison, FindsACropAndWhereItWasChanged) {
  const PixelBox crop{100, 60, 560, 400}, box{300, 200, 112, 112};
  const Drawing suspect = cut(pasted(genuine(), draw(768, 512, "other"), box), crop);
  const MapComparison altered = compared(genuine(), suspect);
  ASSERT_TRUE(altered.placement.found);
  // The edges lie outside of what is seen: 0.008 is 4 of 512 pixels there, less inside.
  EXPECT_NEAR(altered.placement.x0, -100.0 / 560, 0.008);
  EXPECT_NEAR(altered.placement.y0, -60.0 / 400, 0.008);
  EXPECT_NEAR(altered.placement.x1, 668.0 / 560, 0.008);
  ASSERT_EQ(altered.regions.size(), 1U);
  EXPECT_NEAR(altered.regions[0].box.x, box.x, 17);
  EXPECT_NEAR(altered.regions[0].suspect_box.x, box.x - crop.x, 17);
  EXPECT_NEAR(altered.regions[0].suspect_box.y, box.y - crop.y, 17);
}

TEST(MapComparison, FindsAQuarterTurn) {
  const PixelBox box{560, 64, 128, 112};
  const MapComparison altered = compared(genuine(), quarter_turn(pasted(genuine(), draw(768, 512, "other"), box)));
  ASSERT_TRUE(altered.placement.found);
  EXPECT_EQ(altered.placement.quarter_turns, 3);
  ASSERT_EQ(altered.regions.size(), 1U);
  EXPECT_NEAR(altered.regions[0].suspect_box.x, 512 - 64 - 112, 17);
  EXPECT_NEAR(altered.regions[0].suspect_box.y, 560, 17);
}

TEST(MapComparison, AnotherPictureIsNotFound) {
  const MapComparison other = compared(genuine(), draw(768, 512, "other"));
  EXPECT_FALSE(other.placement.found);
  EXPECT_TRUE(other.states.empty());
}

TEST(MapComparison, FisherIsThatOfUniformValues) {
  EXPECT_DOUBLE_EQ(log10_fisher(-3, 1), -3);
  EXPECT_NEAR(log10_fisher(-2, 2), std::log10(0.01 * (1 + std::log(100))), 1e-12);
  EXPECT_EQ(log10_fisher(0, 5), 0);
}

}  // namespace
}  // namespace bonafide::provenance::mark
