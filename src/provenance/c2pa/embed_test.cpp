// Every container but ISO base media (embed_bmff_test.cpp): put in, found, put in again, taken out.
#include "support/embed.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "provenance/c2pa/bind.h"
#include "provenance/c2pa/binding.h"
#include "provenance/c2pa/store.h"

namespace bonafide::provenance::c2pa {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

Located look(const Bytes& bytes) {
  const media::MemorySource source(bytes);
  auto located = locate(source, Context());
  EXPECT_TRUE(located) << located.error().to_string();
  return located ? std::move(*located) : Located();
}

void expect_store(const Bytes& bytes, const Bytes& store, const std::string& name) {
  const Located located = look(bytes);
  EXPECT_EQ(located.problem, "") << name;
  ASSERT_EQ(located.stores.size(), 1U) << name;
  ASSERT_EQ(located.framing.size(), 1U) << name;
  ASSERT_GE(located.stores[0].size(), store.size()) << name;
  EXPECT_TRUE(std::equal(store.begin(), store.end(), located.stores[0].begin())) << name;
  for (std::size_t i = store.size(); i < located.stores[0].size(); ++i) ASSERT_EQ(located.stores[0][i], 0) << name;
}

enum class Back { exactly, nearly };  // what taking the store out leaves

/// In, in again with another size, out; cut short anywhere; `size` bytes of store and `room` zeros behind.
void round_trip(const std::string& name, const Bytes& original, std::size_t size, std::size_t room,
                Back back = Back::exactly) {
  SCOPED_TRACE(fmt::format("{} with {} and {} bytes", name, size, room));
  const Bytes first = store_of(size), second = store_of(size / 3 + 7);
  EXPECT_FALSE(look(original).found());
  const media::MemorySource source(original);
  EmbedRequest request;
  request.store_size = first.size() + room;
  const auto splice = plan_embedding(source, request, Context());
  ASSERT_TRUE(splice) << splice.error().to_string();
  SplicedSource view(source, *splice);
  std::uint64_t total = 0;
  for (const Piece& piece : splice->pieces) total += piece.length;
  EXPECT_EQ(view.size(), total);
  view.fill(frame_store(*splice, first).value());
  const Bytes with = all_of(view);
  expect_store(with, first, "first");
  EXPECT_EQ(look(with).framing[0], splice->frame);

  const auto again = embedded(with, second);
  ASSERT_TRUE(again) << again.error().to_string();
  expect_store(*again, second, "second");
  const auto larger = embedded(*again, first, false, room);
  ASSERT_TRUE(larger) << larger.error().to_string();
  expect_store(*larger, first, "first again");

  const auto without = embedded(*again, {});
  ASSERT_TRUE(without) << without.error().to_string();
  EXPECT_FALSE(look(*without).found());
  if (back == Back::exactly) {
    EXPECT_EQ(*without, original);
  }
  const auto third = embedded(*without, first);
  ASSERT_TRUE(third) << third.error().to_string();
  expect_store(*third, first, "into what was taken out of");
}

/// A file cut short gives an error, or a file in which the store is found.
void cut_short(const std::string& name, const Bytes& original) {
  const Bytes store = store_of(40);
  for (const Bytes& whole : {original, embedded(original, store).value()}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const auto with = embedded(part, store);
      if (with)
        expect_store(*with, store, fmt::format("{} cut at {}", name, size));
      else
        EXPECT_FALSE(with.error().message.empty()) << name << " cut at " << size;
      const auto without = embedded(part, {});
      EXPECT_TRUE(without || without.error().code != Code::internal) << name << " cut at " << size;
    }
  }
}

Bytes le16(std::uint64_t value) { return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8)}; }
Bytes le32(std::uint64_t value) { return join({le16(value), le16(value >> 16)}); }
Bytes be32(std::uint64_t value) {
  Bytes bytes;
  put32(bytes, value);
  return bytes;
}

const Bytes kScan = text("\xFF\xDA\0\x03\x01\x55\xFF\0\x66\xFF\xD9"sv);
const Bytes kJfif = text("\xFF\xD8\xFF\xE0\0\x07JFIF\0"sv), kExif = text(
                                                                "\xFF\xE1\0\x0A"
                                                                "Exif\0\0II"sv);
const Bytes kPng = text("\x89PNG\r\n\x1A\n\0\0\0\x02IHDRab1234\0\0\0\x01IDATx1234\0\0\0\0IEND1234"sv);
const Bytes kGif =
    text("GIF89a\x01\0\x01\0\x80\0\0RGBRGB\x21\xF9\x04\0\0\0\0\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x01z\0;"sv);
const Bytes kJxl = text(
    "\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14"
    "ftypjxl \0\0\0\0jxl \0\0\0\0jxlc\xFF\x0A"
    "12345"sv);
const Bytes kSvg = text(
    "<?xml version=\"1.0\"?><!-- <svg> --><!DOCTYPE svg [<!ENTITY a \"<svg>\">]>\n<svg a='>'>\n<metadata>m</metadata></svg>"sv);
const Bytes kFlac = text(
    "fLaC\x80\0\0\x22"
    "0123456789012345678901234567890123"sv);

Bytes wav(const Bytes& chunks, std::size_t missing = 0) {
  return join({text("RIFF"), le32(4 + chunks.size() - missing), text("WAVE"), chunks});
}
Bytes chunk(std::string_view name, std::string_view content) {
  return join({text(name), le32(content.size()), text(content)});
}

Bytes mp3() {  // two frames of layer III, 32 kbit/s, 44100 Hz
  Bytes frame = text("\xFF\xFB\x10\xC0"sv);
  frame.resize(104);
  return join({frame, frame});
}
Bytes tag(std::uint8_t version, std::uint8_t flags, const Bytes& content) {
  const auto part = [&](int shift) { return static_cast<std::uint8_t>(content.size() >> shift & 0x7F); };
  return join({text("ID3"), {version, 0, flags, part(21), part(14), part(7), part(0)}, content});
}
Bytes frame(std::string_view name, std::string_view content) {
  return join({text(name), be32(content.size()), {0, 0}, text(content)});
}

/// Pages of one entry each (ImageWidth) and the bytes of a strip; directories before or behind them.
Bytes tiff(bool big_endian, int pages, bool directories_first, std::size_t strip) {
  const auto number = [&](std::uint64_t value, std::size_t bytes) {
    Bytes made(bytes);
    for (std::size_t i = 0; i < bytes; ++i) {
      made[big_endian ? bytes - 1 - i : i] = static_cast<std::uint8_t>(value >> 8 * i);
    }
    return made;
  };
  constexpr std::size_t kDirectory = 18;
  const std::size_t start = directories_first ? 8 : 8 + strip;
  Bytes directories;
  for (int page = 0; page < pages; ++page) {
    const std::size_t next = page + 1 == pages ? 0 : start + kDirectory * static_cast<std::size_t>(page + 1);
    directories =
        join({directories, number(1, 2), number(256, 2), number(3, 2), number(1, 4), number(7, 4), number(next, 4)});
  }
  const Bytes head = join({big_endian ? text("MM\0*"sv) : text("II*\0"sv), number(start, 4)});
  return directories_first ? join({head, directories, Bytes(strip, 'p')})
                           : join({head, Bytes(strip, 'p'), directories});
}

struct Sample {
  std::string name;
  Bytes bytes;
  Back back = Back::exactly;
};

std::vector<Sample> samples() {
  return {
      {"JPEG, nothing before the scan", join({text("\xFF\xD8"), text("\xFF\xDB\0\x03\x01"sv), kScan})},
      {"JPEG with JFIF and Exif", join({kJfif, kExif, text("\xFF\xE1\0\x04xx"sv), kScan, text("behind")})},
      {"PNG", kPng},
      {"GIF89a", kGif},
      {"JPEG XL", kJxl},
      {"WAV", wav(chunk("data", "1234"))},
      {"WAV, odd and padded", wav(join({chunk("fmt ", "12"), chunk("data", "123"), {0}}))},
      {"WAV, padding past the end", wav(join({chunk("data", "123"), {0}}), 1), Back::nearly},
      {"WAV, odd without padding", wav(chunk("data", "123")), Back::nearly},
      {"WAV with bytes behind", join({wav(chunk("data", "1234")), text("behind it")})},
      {"TIFF II", tiff(false, 1, true, 100)},
      {"TIFF MM, directory behind", tiff(true, 1, false, 100)},
      {"TIFF of three pages", tiff(false, 3, true, 64)},
      {"TIFF MM of two pages", tiff(true, 2, false, 64)},
      {"TIFF of odd length", tiff(false, 1, true, 99), Back::nearly},
      {"MP3", mp3()},
      {"MP3 with tag 2.4 and padding", join({tag(4, 0, join({frame("TIT2", "\x03title"), Bytes(20)})), mp3()})},
      {"MP3 with tag 2.3", join({tag(3, 0, frame("TIT2", "\x03title")), mp3()})},
      {"FLAC", kFlac},
      {"SVG", kSvg},
      {"SVG with a prefix", text("<svg:svg xmlns:svg=\"http://www.w3.org/2000/svg\">\n</svg:svg>")},
  };
}

TEST(Embed, EveryContainerThereAndBack) {
  for (const Sample& sample : samples()) {
    for (const std::size_t size : {40U, 41U, 42U, 300U, 64'000U, 200'001U})
      round_trip(sample.name, sample.bytes, size, 0, sample.back);
    if (sample.bytes == kJxl) continue;  // no zeros behind a box
    for (const std::size_t room : {9U, 5000U, 150'000U}) round_trip(sample.name, sample.bytes, 1000, room, sample.back);
  }
}

TEST(Embed, RoomInJpegXlIsABoxInTheStore) {
  const Bytes store = store_of(100);
  const Bytes with = embedded(kJxl, store, false, 30).value();
  const auto found = Store::parse(look(with).stores);
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ(found->manifests().size(), 1U);
  EXPECT_EQ(look(with).framing[0].length, store.size() + 30);
  EXPECT_EQ(embedded(with, {}).value(), kJxl);
  EXPECT_FALSE(embedded(kJxl, store, false, 5));  // no box is as small as that
}

TEST(Embed, FilesCutShortGiveAnErrorOrAFileThatIsReadBack) {
  for (const Sample& sample : samples()) cut_short(sample.name, sample.bytes);
}
// Pictures and sound decode to the same frames before and after.
TEST(Embed, WhatIsPlayedStaysTheSame) {
  const std::vector<std::pair<std::string, std::string>> kinds{
      {"still.jpg", "-f lavfi -i testsrc=s=96x64 -frames:v 1"},
      {"still.png", "-f lavfi -i testsrc=s=96x64 -frames:v 1"},
      {"still.webp", "-f lavfi -i testsrc=s=96x64 -frames:v 1"},
      {"still.tiff", "-f lavfi -i testsrc=s=96x64 -frames:v 1"},
      {"still.jxl", "-f lavfi -i testsrc=s=96x64 -frames:v 1"},
      {"moving.gif", "-f lavfi -i testsrc=s=64x48:r=5:d=1"},
      {"moving.avi", "-f lavfi -i testsrc=s=64x48:r=5:d=1 -c:v mjpeg"},
      {"tone.wav", "-f lavfi -i sine=d=0.31"},
      {"tone.mp3", "-f lavfi -i sine=d=0.31"},
      {"tone3.mp3", "-f lavfi -i sine=d=0.31 -id3v2_version 3 -metadata title=tone"},
      {"bare.mp3", "-f lavfi -i sine=d=0.31 -id3v2_version 0"},
      {"tone.flac", "-f lavfi -i sine=d=0.31"},
  };
  const testing::TemporaryFolder folder;
  for (const auto& [name, options] : kinds) {
    const std::string path = testing::made("embed_" + name, "ffmpeg -v error -y " + options + " \"$OUT\"");
    const Bytes original = file_bytes(path), store = store_of(70'000);
    const auto with = embedded(original, store);
    ASSERT_TRUE(with) << name << ": " << with.error().to_string();
    expect_store(*with, store, name);
    const std::string copy = folder.file(name);
    write_bytes(copy, *with);
    const std::string frames = decoded(path);
    EXPECT_NE(frames, "not decoded") << name;
    EXPECT_EQ(decoded(copy), frames) << name;
    if (name == "still.jxl") continue;  // it was not in boxes before
    EXPECT_EQ(embedded(*with, {}).value(), original) << name;
  }
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
