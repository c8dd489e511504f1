#include "provenance/print/index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/files.h"
#include "provenance/print/search.h"
#include "support/support.h"

namespace bonafide::provenance::print {
namespace {

Bits random_bits(std::mt19937_64& random) { return {random(), random(), random(), random()}; }

Bits with_flips(Bits bits, int flips, std::mt19937_64& random) {
  std::vector<int> order(kBits);
  for (int i = 0; i < kBits; ++i) order[static_cast<std::size_t>(i)] = i;
  std::shuffle(order.begin(), order.end(), random);
  for (int i = 0; i < flips; ++i) {
    const auto bit = static_cast<std::size_t>(order[static_cast<std::size_t>(i)]);
    bits[bit / 64] ^= std::uint64_t{1} << (bit % 64);
  }
  return bits;
}

WorkPrints still(const Bits& bits) {
  WorkPrints prints;
  prints.picture = PicturePrint{bits, 100};
  return prints;
}

TEST(PrintIndex, SlotsFindExactlyWhatComparingAllFinds) {
  std::mt19937_64 random(1);
  std::vector<Bits> all;
  IndexBuilder with_slots(1), without(SIZE_MAX);
  for (int i = 0; i < 3000; ++i) {
    all.push_back(i % 3 == 0 || all.empty() ? random_bits(random) : with_flips(all.back(), 20, random));
    ASSERT_TRUE(with_slots.add({{}, std::to_string(i)}, still(all.back())));
    ASSERT_TRUE(without.add({{}, std::to_string(i)}, still(all.back())));
  }
  const auto slots = PrintIndex::over(with_slots.finish()), plain = PrintIndex::over(without.finish());
  ASSERT_TRUE(slots && plain);
  std::size_t found = 0;
  for (int flips : {0, 1, 16, 30, 31, 32}) {
    for (std::size_t at = 0; at < all.size(); at += 97) {
      const Bits query = with_flips(all[at], flips, random);
      const auto numbers = [](const std::vector<PrintHit>& hits) {
        std::vector<std::pair<std::uint32_t, int>> list;
        for (const PrintHit& hit : hits) list.emplace_back(hit.work, hit.distance);
        std::ranges::sort(list);
        return list;
      };
      const auto by_slots = numbers(slots->near(query, kNear));
      EXPECT_EQ(by_slots, numbers(plain->near(query, kNear)));
      const std::pair<std::uint32_t, int> wanted(static_cast<std::uint32_t>(at), flips);
      EXPECT_EQ(std::ranges::count(by_slots, wanted), flips <= kNear ? 1 : 0);
      found += by_slots.size();
    }
  }
  EXPECT_GT(found, 155U);
}

TEST(PrintIndex, KeepsNamesLeavesTimesAndSound) {
  std::mt19937_64 random(2);
  IndexBuilder builder;
  WorkPrints clip;
  for (std::uint32_t i = 0; i < 10; ++i) clip.frames.push_back({5 * i, {random_bits(random), i == 3 ? 20 : 90}});
  for (int i = 0; i < 100; ++i) clip.sound.push_back(static_cast<std::uint32_t>(random()));
  std::array<std::uint8_t, 32> leaf{};
  leaf[31] = 7;
  ASSERT_TRUE(builder.add({{}, "first"}, still(random_bits(random))));
  ASSERT_TRUE(builder.add({leaf, "ein Café.mp4"}, clip));
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.file("x.index"), as_text(builder.finish()), false));
  const auto index = PrintIndex::open(folder.file("x.index"));
  ASSERT_TRUE(index) << index.error().to_string();
  EXPECT_EQ(index->works(), 2U);
  EXPECT_EQ(index->prints(), 10U);  // the poor one is left out
  EXPECT_EQ(index->work(1).name, "ein Café.mp4");
  EXPECT_EQ(index->work(1).leaf, leaf);
  EXPECT_EQ(index->frames(1), 10U);
  EXPECT_EQ(index->sound(1), clip.sound);
  EXPECT_TRUE(index->sound(0).empty());
  const auto hits = index->near(clip.frames[7].print.bits, 0);
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].tenths, 35U);
  const auto places = index->places(clip.sound[42]);
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].work, 1U);
  EXPECT_EQ(places[0].position, 42U);
  EXPECT_TRUE(index->places(clip.sound[42] ^ 1U).empty());
}

TEST(PrintIndex, RefusesWhatIsNone) {
  const Bytes good = IndexBuilder().finish();
  ASSERT_TRUE(PrintIndex::over(good));
  EXPECT_EQ(PrintIndex::over({}).error().code, Code::corrupt);
  Bytes later = good;
  later[7] = '2';
  EXPECT_EQ(PrintIndex::over(later).error().code, Code::unsupported);
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(PrintIndex::over(longer).error().code, Code::corrupt);
  Bytes many = good;
  many[16] = 200;  // prints
  EXPECT_EQ(PrintIndex::over(many).error().code, Code::corrupt);
  EXPECT_EQ(PrintIndex::open("/nowhere/index").error().code, Code::not_found);
}

TEST(PrintSearch, ACutClipIsFoundInStep) {
  std::mt19937_64 random(3);
  IndexBuilder builder;
  std::vector<WorkPrints> clips(3);
  for (WorkPrints& clip : clips) {
    for (std::uint32_t i = 0; i < 60; ++i) clip.frames.push_back({5 * i, {random_bits(random), 90}});
    for (int i = 0; i < 400; ++i) clip.sound.push_back(static_cast<std::uint32_t>(random()));
    ASSERT_TRUE(builder.add({{}, "clip"}, clip));
  }
  const auto index = PrintIndex::over(builder.finish());
  ASSERT_TRUE(index);
  Query query;
  for (std::uint32_t i = 0; i < 20; ++i)
    query.prints.frames.push_back({5 * i + 1, {with_flips(clips[1].frames[i + 30].print.bits, 12, random), 90}});
  query.prints.sound.assign(clips[1].sound.begin() + 121, clips[1].sound.begin() + 250);
  for (std::size_t i = 0; i < query.prints.sound.size(); i += 2) query.prints.sound[i] ^= 0x11;
  const auto found = search(*index, query);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].work, 1U);
  ASSERT_TRUE(found[0].clip && found[0].sound);
  EXPECT_EQ(found[0].clip->pictures, 20);
  EXPECT_EQ(found[0].clip->asked, 20);
  EXPECT_NEAR(found[0].clip->offset_s, 14.9, 0.05);
  EXPECT_NEAR(found[0].clip->mean_distance, 12, 0.01);
  EXPECT_NEAR(found[0].sound->offset_s, 121 * kSoundItem, 1e-9);
  EXPECT_NEAR(found[0].sound->seconds, 128 * kSoundItem, 1e-9);

  Query other;
  for (std::uint32_t i = 0; i < 20; ++i) other.prints.frames.push_back({5 * i, {random_bits(random), 90}});
  for (int i = 0; i < 400; ++i) other.prints.sound.push_back(static_cast<std::uint32_t>(random()));
  EXPECT_TRUE(search(*index, other).empty());
}

TEST(WorkPrints, AreWrittenAndReadTheSame) {
  std::mt19937_64 random(4);
  WorkPrints prints = still(random_bits(random));
  prints.frames = {{0, {random_bits(random), 50}}, {5, {random_bits(random), 0}}};
  prints.sound = {1, 2, 0xFFFFFFFF};
  prints.map = {1, 2, 3};
  const Bytes bytes = encode_prints(prints);
  const auto read = parse_prints(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, prints);
  EXPECT_EQ(parse_prints(encode_prints({})).value(), WorkPrints{});
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(parse_prints(ByteView(bytes).first(size)));
  prints.frames[1].tenths = 0;  // time stands still
  EXPECT_FALSE(parse_prints(encode_prints(prints)));
}

}  // namespace
}  // namespace bonafide::provenance::print
