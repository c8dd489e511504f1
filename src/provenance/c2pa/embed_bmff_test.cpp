#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/bmff.h"

namespace bonafide::provenance::c2pa {
namespace {

using namespace bmff;

const Bytes kFirst = store_of(5000), kSecond = store_of(900);

void expect_found(const Bytes& bytes, const Bytes& store, const std::string& name) {
  const media::MemorySource source(bytes);
  const Located located = locate(source, Context()).value();
  ASSERT_EQ(located.stores.size(), 1U) << name << " " << located.problem;
  EXPECT_EQ(located.problem, "");
  ASSERT_GE(located.stores[0].size(), store.size()) << name;
  EXPECT_TRUE(std::equal(store.begin(), store.end(), located.stores[0].begin())) << name;
}

TEST(EmbedBmff, EveryKindOfFileDecodesAsBeforeAndComesBackByteForByte) {
  const testing::TemporaryFolder folder;
  for (const Sample& sample : samples()) {
    const Bytes before = file_bytes(sample.path);
    const auto with = embedded(before, kFirst);
    ASSERT_TRUE(with) << sample.name << ": " << with.error().to_string();
    expect_found(*with, kFirst, sample.name);
    expect_same_places(before, *with, sample.name);
    const std::string path = folder.file("with-" + sample.name);
    write_bytes(path, *with);
    const std::string frames = decoded(sample.path);
    EXPECT_NE(frames, "");
    EXPECT_EQ(decoded(path), frames) << sample.name;

    const auto replaced = embedded(*with, kSecond);
    ASSERT_TRUE(replaced) << sample.name << ": " << replaced.error().to_string();
    EXPECT_EQ(replaced->size(), with->size() - kFirst.size() + kSecond.size()) << sample.name;
    expect_found(*replaced, kSecond, sample.name);
    expect_same_places(before, *replaced, sample.name);

    const auto without = embedded(*replaced, {});
    ASSERT_TRUE(without) << sample.name << ": " << without.error().to_string();
    EXPECT_EQ(*without, before) << sample.name;
  }
}

TEST(EmbedBmff, AStoreOfTheSameSizeMovesNothing) {
  const Bytes before = file_bytes(samples()[1].path);
  const Bytes with = embedded(before, kFirst).value();
  Bytes other = kFirst;
  other.back() = 'y';
  const Bytes again = embedded(with, other).value();
  ASSERT_EQ(again.size(), with.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < with.size(); ++i) different += with[i] != again[i] ? 1U : 0U;
  EXPECT_EQ(different, 1U);
}

const Bytes kType = box("ftyp", {text("isom"), u32(0), text("isom")});

/// moov with one track of chunks at `offsets`.
Bytes movie(const std::vector<std::uint64_t>& offsets, bool wide = false, std::uint32_t reference_flags = 1) {
  Bytes entries;
  for (const std::uint64_t offset : offsets) entries = join({entries, wide ? u64(offset) : u32(offset)});
  const Bytes table = box(wide ? "co64" : "stco", {u32(0), u32(offsets.size()), entries});
  const Bytes runs = box("stsc", {u32(0), u32(1), u32(1), u32(1), u32(1)});
  const Bytes sizes = box("stsz", {u32(0), u32(4), u32(offsets.size())});
  const Bytes reference = box("dref", {u32(0), u32(1), box("url ", {u32(reference_flags)})});
  return box(
      "moov",
      {box("trak", {box("mdia", {box("minf", {box("dinf", {reference}), box("stbl", {runs, sizes, table})})})})});
}

TEST(EmbedBmff, QuickTimeWithoutTypeBegins) {
  const Bytes wide = box("wide", {}), data = box("mdat", {text("abcdefgh")});
  const Bytes before = join({wide, data, movie({16, 20})});
  const Bytes with = embedded(before, kFirst).value();
  expect_found(with, kFirst, "without ftyp");
  EXPECT_EQ(as_text(ByteView(with).subspan(4, 4)), "uuid");
  EXPECT_EQ(as_text(named(with, places(with)[0])), "abcd");
  EXPECT_EQ(as_text(named(with, places(with)[1])), "efgh");
  EXPECT_EQ(embedded(with, {}).value(), before);
}

TEST(EmbedBmff, BoxesWith64BitSizesAndALastBoxWithoutSize) {
  const Bytes large = join({u32(1), text("mdat"), u64(16 + 8), text("abcdefgh")});
  const std::uint64_t at = kType.size() + 16;
  const Bytes before = join({kType, large, movie({at, at + 4}, true)});
  const Bytes with = embedded(before, kFirst).value();
  EXPECT_EQ(as_text(named(with, places(with)[1])), "efgh");
  EXPECT_EQ(embedded(with, {}).value(), before);

  const std::uint64_t behind = kType.size() + movie({0, 0}).size() + 8;
  const Bytes open = join({kType, movie({behind, behind + 4}), u32(0), text("mdat"), text("abcdefgh")});
  const Bytes placed = embedded(open, kFirst).value();
  EXPECT_EQ(as_text(named(placed, places(placed)[1])), "efgh");
  EXPECT_EQ(embedded(placed, {}).value(), open);
  EXPECT_EQ(embedded(placed, kSecond, true).error().code, Code::unsupported);  // nothing can follow the last box
}

TEST(EmbedBmff, AFreeBoxGivesItsRoom) {
  const Bytes data = box("mdat", {text("abcdefgh")});
  const std::size_t frame = 45 + kFirst.size();
  for (const std::size_t spare : {std::size_t{0}, std::size_t{8}, std::size_t{500}}) {
    const Bytes room = box("free", {Bytes(frame - 8 + spare)});
    const std::uint64_t at = kType.size() + room.size() + 8;
    const Bytes before = join({kType, room, data, movie({at})});
    const Bytes with = embedded(before, kFirst).value();
    EXPECT_EQ(with.size(), before.size());
    EXPECT_TRUE(std::equal(before.end() - 100, before.end(), with.end() - 100));
    expect_found(with, kFirst, "in a free box");
    EXPECT_EQ(as_text(named(with, places(with)[0])), "abcd");
  }
  // One byte too many to fill, too few for a header: the box stays, and what follows moves.
  const Bytes odd = join({kType, box("free", {Bytes(frame - 8 + 7)}), data});
  EXPECT_EQ(embedded(odd, kFirst).value().size(), odd.size() + frame);
  // Media that lies in the free box keeps it from being used.
  const Bytes hidden = join({kType, box("free", {Bytes(frame + 100, 'm')}), data, movie({kType.size() + 20})});
  const Bytes moved = embedded(hidden, kFirst).value();
  EXPECT_EQ(moved.size(), hidden.size() + frame);
  EXPECT_EQ(as_text(named(moved, places(moved)[0])).substr(0, 4), "mmmm");
}

/// A file of which only the beginning and the end are there; all between is zeros.
class Hollow final : public media::ByteSource {
 public:
  Hollow(Bytes head, std::uint64_t hole, Bytes tail) : head_(std::move(head)), tail_(std::move(tail)), hole_(hole) {}
  std::uint64_t size() const override { return head_.size() + hole_ + tail_.size(); }
  Result<std::size_t> read_some(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    std::size_t done = 0;
    for (; done < into.size() && offset + done < size(); ++done) {
      const std::uint64_t at = offset + done, behind = head_.size() + hole_;
      into[done] = at < head_.size() ? head_[static_cast<std::size_t>(at)]
                   : at < behind     ? std::uint8_t{0}
                                     : tail_[static_cast<std::size_t>(at - behind)];
    }
    return done;
  }

 private:
  Bytes head_, tail_;
  std::uint64_t hole_;
};

TEST(EmbedBmff, ChunkOffsetsThatCross4GiBBecomeWide) {
  // Two tracks whose last chunks lie just below 4 GiB. The second one crosses only when the first one's table grows.
  const std::uint64_t frame = 45 + kFirst.size();
  const std::uint64_t first = 0xFFFFFFFF - frame + 1, second = 0xFFFFFFFF - frame - 2;
  const auto build = [&](const std::vector<Bytes>& tracks) { return join({kType, join(tracks)}); };
  const Bytes one = movie({100'000, first}), two = movie({100'000, second});
  const Bytes start = build({one, two});
  const Bytes head = join({start, u32(1), text("mdat"), u64(std::uint64_t{5} << 30)});
  const Hollow source(head, (std::uint64_t{5} << 30) - 16, {});
  EmbedRequest request;
  request.store_size = kFirst.size();
  const Located none;
  request.existing = &none;
  const Splice splice = plan_embedding(source, request, Context()).value();
  SplicedSource view(source, splice);
  view.fill(frame_store(splice, kFirst).value());
  const std::uint64_t shift = frame + 16;  // each table of two entries has grown by 8 bytes
  EXPECT_EQ(view.size(), source.size() + shift);
  std::vector<OffsetField> found;
  const auto roots = bmff_roots(view, Context()).value();
  ASSERT_TRUE(visit_offsets(
      view, roots, true,
      [&](const OffsetField& field) {
        found.push_back(field);
        return Result<void>();
      },
      Context()));
  ASSERT_EQ(found.size(), 4U);
  const std::uint64_t wanted[4] = {100'000 + shift, first + shift, 100'000 + shift, second + shift};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(found[i].target, wanted[i]);
    EXPECT_EQ(found[i].bits, 64U);
    EXPECT_EQ(found[i].length, 4U);  // the tables around it are still read
  }
  EXPECT_GT(found[3].target, 0xFFFFFFFF);
}

Bytes items(int version, int offset_size, int base_size, std::uint64_t base, std::uint64_t offset, int method) {
  const auto number = [](std::uint64_t value, int size) {
    return size == 8 ? u64(value) : size == 4 ? u32(value) : Bytes();
  };
  const auto two = [](std::uint64_t value) {
    return Bytes{static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  };
  std::vector<Bytes> parts{u32(static_cast<std::uint64_t>(version) << 24),
                           two(static_cast<std::uint64_t>(offset_size << 12 | 4 << 8 | base_size << 4)),
                           version < 2 ? two(1) : u32(1), version < 2 ? two(7) : u32(7)};
  if (version > 0) parts.push_back(two(static_cast<std::uint64_t>(method)));
  parts.push_back(two(0));
  parts.push_back(number(base, base_size));
  parts.push_back(two(offset_size == 0 ? 1 : 2));
  parts.push_back(number(offset, offset_size));
  parts.push_back(u32(4));
  if (offset_size > 0) {
    parts.push_back(number(offset + 4, offset_size));
    parts.push_back(u32(4));
  }
  return box("meta", {u32(0), box("iloc", parts)});
}

TEST(EmbedBmff, ItemLocationsOfEveryVersionAndSize) {
  for (const int version : {0, 1, 2}) {
    for (const int offset_size : {0, 4, 8}) {
      for (const int base_size : {0, 4, 8}) {
        if (offset_size == 0 && base_size == 0) continue;
        for (const bool from_base : {false, true}) {
          if (from_base ? base_size == 0 : offset_size == 0) continue;
          const std::uint64_t at = kType.size() + items(version, offset_size, base_size, 0, 0, 0).size() + 8;
          const std::uint64_t base = offset_size == 0 ? at : from_base ? at - 10 : 0;
          const std::uint64_t offset = offset_size == 0 ? 0 : at - base;
          const Bytes before =
              join({kType, items(version, offset_size, base_size, base, offset, 0), box("mdat", {text("abcdefgh")})});
          const std::string name = fmt::format("version {} offset {} base {}", version, offset_size, base_size);
          ASSERT_EQ(as_text(named(before, places(before)[0])), "abcd") << name;
          const auto with = embedded(before, kFirst);
          ASSERT_TRUE(with) << name << with.error().to_string();
          EXPECT_EQ(as_text(named(*with, places(*with)[0])), "abcd") << name;
          if (offset_size > 0) {
            EXPECT_EQ(as_text(named(*with, places(*with)[1])), "efgh") << name;
          }
          EXPECT_EQ(embedded(*with, {}).value(), before) << name;
        }
      }
    }
  }
}

TEST(EmbedBmff, OffsetsIntoOtherPlacesStayAsTheyAre) {
  // Items inside idat (construction method 1) and tracks whose media is another file are not counted from this one.
  const Bytes inside = join({kType, items(1, 4, 0, 0, 3, 1), box("mdat", {text("abcdefgh")})});
  const Bytes with = embedded(inside, kFirst).value();
  EXPECT_EQ(with.size(), inside.size() + 45 + kFirst.size());
  EXPECT_TRUE(std::equal(inside.end() - 40, inside.end(), with.end() - 40));
  const Bytes elsewhere = join({kType, movie({1000}, false, 0), box("mdat", {text("abcdefgh")})});
  const Bytes kept = embedded(elsewhere, kFirst).value();
  EXPECT_TRUE(std::equal(elsewhere.end() - 40, elsewhere.end(), kept.end() - 40));
}

TEST(EmbedBmff, UpdateIsTheLastBoxAndMovesNothing) {
  for (const Sample& sample : samples()) {
    const Bytes before = embedded(file_bytes(sample.path), kFirst).value();
    const Bytes updated = embedded(before, kSecond, true).value();
    ASSERT_GT(updated.size(), before.size());
    std::size_t different = 0;
    for (std::size_t i = 0; i < before.size(); ++i) different += before[i] != updated[i] ? 1U : 0U;
    EXPECT_EQ(different, 8U) << sample.name;  // "manifest" is "original" now, letter by letter
    const media::MemorySource source(updated);
    const Located located = locate(source, Context()).value();
    ASSERT_EQ(located.stores.size(), 2U) << sample.name;
    EXPECT_EQ(located.stores[0], kFirst);
    EXPECT_EQ(located.stores[1], kSecond);
    EXPECT_EQ(located.framing[1].end(), updated.size());

    const Bytes third = store_of(1700);
    const Bytes again = embedded(updated, third, true).value();
    EXPECT_TRUE(
        std::equal(updated.begin(), updated.begin() + static_cast<std::ptrdiff_t>(before.size()), again.begin()));
    const media::MemorySource twice(again);
    EXPECT_EQ(locate(twice, Context()).value().stores[1], third);

    // A new standard manifest stands where the first one did; the update is gone.
    const Bytes anew = embedded(again, kFirst).value();
    EXPECT_EQ(anew, before) << sample.name;
    EXPECT_EQ(embedded(again, {}).value(), file_bytes(sample.path)) << sample.name;
  }
}

TEST(EmbedBmff, WhatCannotTakeAStoreSaysSo) {
  const Bytes data = box("mdat", {text("abcdefgh")});
  EXPECT_EQ(embedded(join({kType, data, text("tail")}), kFirst).error().code, Code::corrupt);
  EXPECT_EQ(embedded(join({kType, data}), kFirst, true).error().code, Code::invalid_argument);
  EXPECT_EQ(embedded(join({box("styp", {text("msdh")}), box("moof", {}), data}), kFirst).error().code,
            Code::unsupported);
  const Bytes canon = box("ftyp", {text("crx "), u32(0)});
  EXPECT_EQ(embedded(join({canon, movie({100}), data}), kFirst).error().code, Code::unsupported);
  const Bytes packed = box("moov", {box("cmov", {text("packed")})});
  EXPECT_EQ(embedded(join({kType, packed, data}), kFirst).error().code, Code::unsupported);
  const Bytes both = box("dref", {u32(0), u32(2), box("url ", {u32(1)}), box("url ", {u32(0)})});
  const Bytes mixed = box(
      "moov", {box("trak", {box("mdia", {box("minf", {box("dinf", {both}),
                                                      box("stbl", {box("stco", {u32(0), u32(1), u32(900)})})})})})});
  EXPECT_EQ(embedded(join({kType, mixed, data}), kFirst).error().code, Code::unsupported);
}

TEST(EmbedBmff, CutShortOrTwistedItAnswersOrRefuses) {
  const Bytes whole = embedded(file_bytes(samples()[4].path), kFirst).value();
  std::uint64_t random = 12345;
  const auto next = [&] { return random = random * 6364136223846793005ULL + 1442695040888963407ULL; };
  for (int i = 0; i < 60; ++i) {
    Bytes cut(whole.begin(),
              whole.begin() + static_cast<std::ptrdiff_t>(next() >> 33) % static_cast<std::ptrdiff_t>(whole.size()));
    (void)embedded(cut, kFirst);
    Bytes twisted = whole;
    for (int k = 0; k < 8; ++k) {
      twisted[5100 + (next() >> 33) % 3000] = static_cast<std::uint8_t>(next() >> 40);
    }
    const auto answer = embedded(twisted, kSecond);
    if (!answer) {
      EXPECT_NE(answer.error().code, Code::internal) << answer.error().to_string();
    }
  }
}

TEST(EmbedBmff, TablesLargerThanTheLimitAreRefused) {
  const std::vector<std::uint64_t> many(3000, 40);
  const Bytes file = join({kType, movie(many), box("mdat", {text("abcdefgh")})});
  Context context;
  context.limits.metadata_bytes = 8000;
  const media::MemorySource source(file);
  EmbedRequest request;
  request.store_size = 100;
  EXPECT_EQ(plan_embedding(source, request, context).error().code, Code::limit);
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
