// Updates: a store grows in its place, and nothing that the first one's data hash covers may change. And files that
// hold more than one place to set anew.
#include <gtest/gtest.h>

#include "provenance/c2pa/bind.h"
#include "provenance/c2pa/binding.h"
#include "support/embed.h"

namespace bonafide::provenance::c2pa {
namespace {

using namespace std::string_view_literals;

Located look(const Bytes& bytes) {
  const media::MemorySource source(bytes);
  auto located = locate(source, Context());
  EXPECT_TRUE(located) << located.error().to_string();
  return located ? std::move(*located) : Located();
}

Bytes be32(std::uint64_t value) {
  Bytes bytes;
  put32(bytes, value);
  return bytes;
}
Bytes le16(std::uint64_t value) { return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8)}; }
Bytes le32(std::uint64_t value) { return join({le16(value), le16(value >> 16)}); }

struct Signed {
  Bytes bytes;
  HardBinding binding;
};

/// A store whose one manifest holds the data hash of the file around it.
Bytes store_with(const HardBinding& binding) {
  const Bytes hash = super("cbor", "c2pa.hash.data", {plain("cbor", as_text(binding.cbor))});
  return super("c2pa", "c2pa", {super("c2ma", "urn:c2pa:1", {super("c2as", "c2pa.assertions", {hash})})});
}

/// `original` with such a store; the size field of the container is hashed when `hash_fields`.
Signed sign(const Bytes& original, std::size_t room, bool hash_fields = false) {
  const media::MemorySource source(original);
  EmbedRequest request;
  BindOptions options;
  options.placeholder = true;
  const Container container = look(original).container;
  const bool has_field = !hash_fields && (container == Container::riff || container == Container::tiff);
  Splice splice;
  splice.frame = {100, 1};
  if (has_field) splice.optional_framing = {{4, 4}};
  HardBinding binding = make_binding(source, splice, options, Context()).value();  // of the size it will have
  request.store_size = store_with(binding).size() + room;
  splice = plan_embedding(source, request, Context()).value();
  if (hash_fields) splice.optional_framing.clear();
  SplicedSource view(source, splice);
  options.placeholder = false;
  binding = make_binding(view, splice, options, Context()).value();
  view.fill(frame_store(splice, store_with(binding)).value());
  return {all_of(view), binding};
}

std::string check(const Bytes& bytes, const HardBinding& binding, bool update) {
  const auto value = cbor::parse(binding.cbor);
  const media::MemorySource source(bytes);
  const BindingRequest request{binding.label, &*value, "", update};
  return check_binding(request, source, look(bytes), Context()).value().code;
}

const Bytes kJpeg = text("\xFF\xD8\xFF\xDB\0\x03\x01\xFF\xDA\0\x03\x01\x55\xFF\xD9"sv);
const Bytes kPng = text("\x89PNG\r\n\x1A\n\0\0\0\x02IHDRab1234\0\0\0\x01IDATx1234\0\0\0\0IEND1234"sv);
const Bytes kWav = text("RIFF\x10\0\0\0WAVEdata\x04\0\0\0abcd"sv);
const Bytes kTiff = text("II*\0\x08\0\0\0\x01\0\0\1\3\0\1\0\0\0\7\0\0\0\0\0\0\0strip"sv);
const Bytes kGif = text("GIF89a\x01\0\x01\0\0\0\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x01z\0;"sv);
const Bytes kJxl = text(
    "\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14"
    "ftypjxl \0\0\0\0jxl \0\0\0\0jxlc\xFF\x0A"
    "12345"sv);
const Bytes kSvg = text("<svg>\n</svg>"sv);
const Bytes kFlac = text(
    "fLaC\x80\0\0\x22"
    "0123456789012345678901234567890123"sv);

TEST(EmbedUpdate, AGrownStoreStaysWithinWhatTheFirstHashLeavesOut) {
  for (const Bytes& original : {kJpeg, kPng, kWav, kTiff, kGif, kJxl, kSvg}) {
    const Signed first = sign(original, 0);
    ASSERT_EQ(check(first.bytes, first.binding, false), "assertion.dataHash.match");
    for (const std::size_t size : {3000U, 3001U, 200'000U}) {
      const auto updated = embedded(first.bytes, store_of(size), true);
      ASSERT_TRUE(updated) << updated.error().to_string();
      EXPECT_EQ(check(*updated, first.binding, true), "assertion.dataHash.match") << original[1];
      EXPECT_EQ(look(*updated).framing[0].start, look(first.bytes).framing[0].start);
    }
  }
}

TEST(EmbedUpdate, WhereTheSizeIsSignedTheRoomThatWasLeftIsUsed) {
  for (const Bytes& original : {kWav, kTiff, kFlac}) {
    const Signed tight = sign(original, 0, true);
    const auto refused = embedded(tight.bytes, store_of(3000), true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::unsupported);
    for (const std::size_t room : {4000U, 4001U}) {
      const Signed roomy = sign(original, room, true);
      const auto updated = embedded(roomy.bytes, store_of(3000), true);
      ASSERT_TRUE(updated) << updated.error().to_string();
      EXPECT_EQ(updated->size(), roomy.bytes.size());
      EXPECT_EQ(check(*updated, roomy.binding, true), "assertion.dataHash.match");
    }
  }
}

TEST(EmbedUpdate, ThereMustBeSomethingToUpdate) {
  const auto nothing = embedded(kPng, store_of(100), true);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Code::invalid_argument);
}

/// A Multi-Picture file of two pictures.
Bytes two_pictures(bool big_endian) {
  const auto n16 = [&](std::uint64_t value) {
    const Bytes low = le16(value);
    return big_endian ? Bytes{low[1], low[0]} : low;
  };
  const auto n32 = [&](std::uint64_t value) { return big_endian ? be32(value) : le32(value); };
  const Bytes picture = text("\xFF\xDB\0\x03\x01\xFF\xDA\0\x03\x01\x55\xFF\xD9"sv);
  const Bytes jfif = text("\xFF\xD8\xFF\xE0\0\x07JFIF\0"sv);
  const std::size_t index = 8 + 2 + 12 + 4, segment = 2 + 2 + 4 + index + 32;
  const std::size_t first = jfif.size() + segment + picture.size(), base = jfif.size() + 8;
  const Bytes entries =
      join({n32(0x20030000), n32(first), n32(0), n32(0), n32(0), n32(picture.size() + 2), n32(first - base), n32(0)});
  const Bytes body = join({text("MPF\0"sv), big_endian ? text("MM\0*"sv) : text("II*\0"sv), n32(8), n16(1), n16(0xB002),
                           n16(7), n32(32), n32(index), n32(0), entries});
  Bytes marker = text("\xFF\xE2\0"sv);
  marker.push_back(static_cast<std::uint8_t>(body.size() + 2));
  return join({jfif, marker, body, picture, text("\xFF\xD8"), picture});
}

struct Index {
  std::uint64_t first_size = 0, second = 0;  ///< bytes; offset in the file
};
Index index_of(const Bytes& bytes, bool big_endian) {
  const auto at = static_cast<std::size_t>(as_text(bytes).find("MPF\0"sv)) + 4;
  const auto n32 = [&](std::size_t offset) {
    ByteReader reader(ByteView(bytes).subspan(offset));
    return big_endian ? reader.u32be().value() : reader.u32le().value();
  };
  return {n32(at + 26 + 4), at + n32(at + 26 + 16 + 8)};
}

TEST(Embed, OtherPicturesOfAJpegAreStillFoundByTheIndex) {
  for (const bool big_endian : {false, true}) {
    const Bytes original = two_pictures(big_endian);
    const std::size_t start = static_cast<std::size_t>(index_of(original, big_endian).second);
    ASSERT_EQ(as_text(original).substr(start, 2), "\xFF\xD8");
    ASSERT_EQ(index_of(original, big_endian).first_size, start);
    for (const std::size_t size : {100U, 70'000U}) {
      const Bytes with = embedded(original, store_of(size)).value();
      const Index index = index_of(with, big_endian);
      EXPECT_EQ(index.first_size, with.size() - (original.size() - start));
      EXPECT_EQ(index.second, index.first_size);
      EXPECT_EQ(as_text(with).substr(static_cast<std::size_t>(index.second), 2), "\xFF\xD8");
      EXPECT_EQ(embedded(with, {}).value(), original);
      // the store moved behind the index, as other writers may have it: the offsets grow with the store
      Bytes moved = with;
      const Range frame = look(with).framing[0];
      const auto begin = moved.begin() + static_cast<std::ptrdiff_t>(frame.start);
      const std::size_t segment = 2 + 2 + 4 + 26 + 32;
      std::rotate(begin, begin + static_cast<std::ptrdiff_t>(frame.length),
                  begin + static_cast<std::ptrdiff_t>(frame.length + segment));
      const Bytes taken = embedded(moved, {}).value();
      EXPECT_EQ(index_of(taken, big_endian).first_size, start);
      const auto update = embedded(moved, store_of(size + 10), true);  // would move what is signed
      ASSERT_FALSE(update);
      EXPECT_EQ(update.error().code, Code::unsupported);
    }
  }
}

TEST(Embed, Gif87aBecomesGif89aWhichHasExtensions) {
  Bytes old = kGif;
  old[4] = '7';
  EXPECT_EQ(as_text(embedded(old, store_of(100)).value()).substr(0, 6), "GIF89a");
  EXPECT_EQ(embedded(old, {}).value(), old);
}

TEST(Embed, ABareJpegXlCodestreamIsPutIntoBoxes) {
  const Bytes bare = text("\xFF\x0A codestream"sv);
  const Bytes with = embedded(bare, store_of(100)).value();
  EXPECT_EQ(as_text(with).substr(4, 4), "JXL ");
  EXPECT_TRUE(as_text(with).ends_with("jxlc\xFF\x0A codestream"));
  const Bytes without = embedded(with, {}).value();
  EXPECT_EQ(without.size(), 12 + 20 + 8 + bare.size());
}

TEST(Embed, UnsynchronisedTagsAreWrittenPlain) {
  const Bytes sound = [] {
    Bytes frame = text("\xFF\xFB\x10\xC0"sv);
    frame.resize(104);
    return join({frame, frame});
  }();
  for (const std::uint8_t version : {std::uint8_t{3}, std::uint8_t{4}}) {
    const Bytes content = text("\xFF\0\xE0 a \xFF\0\0z"sv), plain_content = text("\xFF\xE0 a \xFF\0z"sv);
    const std::size_t size = version == 3 ? plain_content.size() : content.size();  // 2.3: before it was treated
    const Bytes flags = version == 3 ? Bytes{0, 0} : Bytes{0, 2};
    const Bytes frame = join({text("PRIV"), be32(size), flags, content});
    const Bytes original = join({text("ID3"),
                                 {version, 0, 0x80, 0, 0, 0, static_cast<std::uint8_t>(frame.size() + 4)},
                                 frame,
                                 Bytes(4),
                                 sound});
    const Bytes with = embedded(original, store_of(1000)).value();
    EXPECT_EQ(with[5], 0);
    EXPECT_NE(as_text(with).find(as_text(join({text("PRIV"), be32(plain_content.size()), {0, 0}, plain_content}))),
              std::string_view::npos);
    const Bytes without = embedded(with, {}).value();
    EXPECT_TRUE(as_text(without).ends_with(as_text(sound)));
    EXPECT_FALSE(look(without).found());
  }
}

TEST(Embed, PlacesThatDoNotTakeAStoreAreRefusedInWords) {
  const Bytes sound = text("\xFF\xFB\x10\xC0 text that begins as sound does"sv);
  const std::vector<std::pair<Bytes, Code>> cases{
      {text("BM a bitmap"), Code::unsupported},
      {sound, Code::corrupt},
      {join({text("ID3\x02\0\0\0\0\0\0"sv), sound}), Code::unsupported},
      {text("RIFF\xFF\xFF\xFF\xFFWAVEdata\xFF\xFF\xFF\xFF"sv), Code::corrupt},
      {text("RIFF\x04\0\0\0AVI RIFF\x04\0\0\0AVIX"sv), Code::unsupported},
      {text("<svg/>"), Code::unsupported},
      {text("<html><svg></svg></html>"), Code::corrupt},
      {text("<?xml version='1.0'?><!-- <svg> --"), Code::corrupt},
      {text("II*\0\0\0\0\0"sv), Code::corrupt},
      {text("II*\0\x08\0\0\0\0\0\x08\0\0\0"sv), Code::corrupt},  // a circle
  };
  for (const auto& [bytes, code] : cases) {
    const auto with = embedded(bytes, store_of(100));
    ASSERT_FALSE(with) << as_text(bytes);
    EXPECT_EQ(with.error().code, code) << with.error().to_string();
  }
  const media::MemorySource source(kPng);
  EmbedRequest small, large;
  small.store_size = 10;
  large.store_size = std::uint64_t{65} << 20;
  EXPECT_EQ(plan_embedding(source, small, Context()).error().code, Code::invalid_argument);
  EXPECT_EQ(plan_embedding(source, large, Context()).error().code, Code::limit);
}

TEST(Embed, WithoutAStoreAFileStaysAsItIs) {
  for (const Bytes& bytes : {kPng, text("BM a bitmap"), text("no format at all"), Bytes()}) {
    EXPECT_EQ(embedded(bytes, {}).value(), bytes);
  }
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
