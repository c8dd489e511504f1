#include "provenance/c2pa/locate.h"

#include <gtest/gtest.h>

#include "provenance/c2pa/test_boxes.h"

namespace bonafide::provenance::c2pa {
namespace {

const Bytes kStore = super("c2pa", "c2pa", {super("c2ma", "urn:c2pa:1", {})});

Bytes joined_bytes(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes segment(std::uint8_t marker, std::string_view body) {
  Bytes bytes{0xFF, marker, static_cast<std::uint8_t>((body.size() + 2) >> 8),
              static_cast<std::uint8_t>(body.size() + 2)};
  put(bytes, body);
  return bytes;
}

Bytes app11(std::uint32_t number, ByteView part, bool first) {
  Bytes body;
  put(body, std::string_view("JP\x02\x11", 4));
  put32(body, number);
  if (!first) body.insert(body.end(), kStore.begin(), kStore.begin() + 8);
  body.insert(body.end(), part.begin(), part.end());
  return segment(0xEB, as_text(body));
}

Located look(const Bytes& bytes) {
  const media::MemorySource source(bytes);
  auto located = locate(source, Context());
  EXPECT_TRUE(located) << located.error().to_string();
  return located ? std::move(*located) : Located();
}

const Bytes kStart{0xFF, 0xD8}, kScan{0xFF, 0xDA, 0, 2, 1, 2, 3, 0xFF, 0xD9};

TEST(Locate, JpegStoreInTwoSegments) {
  const Bytes one = app11(1, ByteView(kStore).first(50), true), two = app11(2, ByteView(kStore).subspan(50), false);
  const Bytes other = segment(0xE0, "JFIF");
  const Located located = look(joined_bytes({kStart, other, one, two, kScan}));
  ASSERT_EQ(located.stores.size(), 1U);
  EXPECT_EQ(located.problem, "");
  EXPECT_EQ(located.stores[0], kStore);
  ASSERT_EQ(located.framing.size(), 1U);
  EXPECT_EQ(located.framing[0], (Range{2 + other.size(), one.size() + two.size()}));
}

TEST(Locate, JpegStoreWithAGapIsAProblem) {
  const Bytes one = app11(1, ByteView(kStore).first(50), true), two = app11(2, ByteView(kStore).subspan(50), false);
  EXPECT_NE(look(joined_bytes({kStart, one, segment(0xE1, "hidden"), two, kScan})).problem, "");
  EXPECT_NE(look(joined_bytes({kStart, two, one, kScan})).problem, "");
  EXPECT_NE(look(joined_bytes({kStart, app11(1, kStore, true), app11(1, kStore, true), kScan})).problem, "");
}

TEST(Locate, PngChunkWithLengthTypeAndChecksum) {
  Bytes png;
  put(png, "\x89PNG\r\n\x1A\n");
  Bytes chunk;
  put32(chunk, kStore.size());
  put(chunk, "caBX");
  put(chunk, as_text(kStore));
  put32(chunk, 0);
  const Bytes end{0, 0, 0, 0, 'I', 'E', 'N', 'D', 0, 0, 0, 0};
  const Located located = look(joined_bytes({png, chunk, end}));
  ASSERT_TRUE(located.found());
  EXPECT_EQ(located.framing[0], (Range{8, kStore.size() + 12}));
  EXPECT_NE(look(joined_bytes({png, chunk, chunk, end})).problem, "");
  EXPECT_FALSE(look(joined_bytes({png, end})).found());
}

TEST(Locate, BmffBoxByPurpose) {
  const auto box = [](std::string_view purpose) {
    Bytes body{0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81};
    put32(body, 0);
    put(body, purpose);
    body.push_back(0);
    put32(body, 0);
    put32(body, 0);
    put(body, as_text(kStore));
    return plain("uuid", as_text(body));
  };
  const Bytes type = plain("ftyp", "isom"), data = plain("mdat", "1234");
  const Located located = look(joined_bytes({type, box("manifest"), data}));
  ASSERT_TRUE(located.found());
  EXPECT_EQ(located.stores[0], kStore);
  EXPECT_FALSE(look(joined_bytes({type, box("merkle"), data})).found());
  EXPECT_NE(look(joined_bytes({type, box("manifest"), box("manifest"), data})).problem, "");
}

TEST(Locate, PlacesItCannotReadAreSaidToBeUnread) {
  Bytes zip, text;
  put(zip, "PK\x03\x04");
  put(text, "hello");
  EXPECT_FALSE(look(zip).readable);
  EXPECT_TRUE(look(text).readable);
  EXPECT_FALSE(look(text).found());
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
