#include "media/container/media.h"

#include <gmock/gmock.h>

#include "media/container/test_bytes.h"
#include "media/container/walk.h"
#include "support/support.h"

namespace bonafide::media {
namespace {
using namespace std::string_view_literals;
using ::testing::HasSubstr;
using testing::open_memory;

TEST(Sniff, KnowsTheFirstBytes) {
  const std::pair<std::string_view, Format> cases[] = {
      {"\xFF\xD8\xFF\xE0"sv, Format::jpeg},
      {"\x89PNG\r\n\x1A\n"sv, Format::png},
      {"RIFF\x10\0\0\0WEBPVP8 "sv, Format::webp},
      {"RIFF\x10\0\0\0WAVEfmt "sv, Format::wav},
      {"RF64\xFF\xFF\xFF\xFFWAVEds64"sv, Format::wav},
      {"RIFF\x10\0\0\0AVI LIST"sv, Format::avi},
      {"II*\0\x08\0\0\0"sv, Format::tiff},
      {"MM\0*\0\0\0\x08"sv, Format::tiff},
      {"GIF89a"sv, Format::gif},
      {"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"sv, Format::bmp},
      {"\0\0\0\x18"
       "ftypavif\0\0\0\0mif1miaf"sv,
       Format::avif},
      {"\0\0\0\x18"
       "ftypmif1\0\0\0\0mif1heic"sv,
       Format::heic},
      {"\0\0\0\x18"
       "ftypisom\0\0\0\0isomavc1"sv,
       Format::mp4},
      {"\0\0\0\x14"
       "ftypqt  \0\0\0\0qt  "sv,
       Format::mov},
      {"\0\0\0\x14"
       "ftypM4A \0\0\0\0M4A "sv,
       Format::m4a},
      {"\0\0\0\x08wide\0\0\0\0mdat"sv, Format::mov},
      {"\xFF\x0A\xFA"sv, Format::jxl},
      {"%PDF-1.7"sv, Format::pdf},
      {"\x1A\x45\xDF\xA3\x9F"sv, Format::matroska},
      {"FLV\x01\x05"sv, Format::flv},
      {"fLaC\0\0\0\x22"sv, Format::flac},
      {"OggS\0\x02"sv, Format::ogg},
      {"ID3\x04\0\0"sv, Format::mp3},
      {"\xFF\xFB\x90\x64"sv, Format::mp3},
      {"\xFF\xF1\x50\x80"sv, Format::aac},
      {"FORM\0\0\0\x10"
       "AIFFCOMM"sv,
       Format::aiff},
      {"caff\0\1\0\0"sv, Format::caf},
      {"#!AMR\n"sv, Format::amr},
      {"\0\0\1\xBA\x44"sv, Format::mpegps},
      {"\x47\x40\x11\x10\0"sv, Format::mpegts},
      {"<?xml version='1.0'?><svg/>"sv, Format::svg},
      {"  <svg xmlns='http://www.w3.org/2000/svg'>"sv, Format::svg},
      {"hello, world"sv, Format::unknown},
      {""sv, Format::unknown},
  };
  for (const auto& [head, format] : cases) EXPECT_EQ(sniff(as_bytes(head)), format) << head;
}

TEST(Formats, HaveNamesAndKinds) {
  for (int i = 1; i <= static_cast<int>(Format::caf); ++i) {
    const auto format = static_cast<Format>(i);
    EXPECT_NE(to_string(format), "unknown") << i;
    EXPECT_NE(kind_of(format), Kind::unknown) << i;
  }
  EXPECT_EQ(kind_of(Format::heic), Kind::image);
  EXPECT_EQ(kind_of(Format::m4a), Kind::audio);
  EXPECT_EQ(to_string(Kind::document), "document");
}

TEST(Open, RefusesWhatCannotBeLookedAt) {
  const auto empty = open_memory({});
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, Code::corrupt);
  EXPECT_THAT(empty.error().message, HasSubstr("empty"));
  const auto text = open_memory(as_bytes("hello, world"));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Code::unsupported);
  EXPECT_THAT(text.error().message, HasSubstr("68656c6c6f2c2077"));
  const auto zeros = open_memory(Bytes(5000, 0));
  ASSERT_FALSE(zeros);
  EXPECT_THAT(zeros.error().message, HasSubstr("zeros"));
}

TEST(Open, SaysWhenTheNameLies) {
  const Bytes gif = testing::Writer().text("GIF89a").zeros(20).bytes();
  EXPECT_EQ(open_memory(gif, "a/b.PNG")->extension_mismatch, "named .png but is GIF");
  EXPECT_EQ(open_memory(gif, "a/b.gif")->extension_mismatch, "");
  EXPECT_EQ(open_memory(gif, "a.png/b")->extension_mismatch, "");
  EXPECT_EQ(open_memory(gif, "b.bak")->extension_mismatch, "");
}

TEST(Open, HashesTheFile) {
  const std::string path =
      bonafide::testing::made("dot.png", "ffmpeg -v error -f lavfi -i color=red:s=8x6 -frames:v 1 \"$OUT\"");
  const auto file = FileReader::open(path);
  ASSERT_TRUE(file);
  const auto media = open(*file, Context{});
  ASSERT_TRUE(media);
  EXPECT_EQ(media->format, Format::png);
  EXPECT_EQ(media->kind, Kind::image);
  EXPECT_EQ(media->width, 8);
  EXPECT_EQ(media->height, 6);
  EXPECT_EQ(media->sha256.size(), 64U);
  EXPECT_EQ(media->size, file->size());
  EXPECT_THAT(media->damage, ::testing::IsEmpty());
}

TEST(Open, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  Context context;
  context.stop = source.get_token();
  const auto media = open_memory(as_bytes("GIF89a"), "x", context);
  ASSERT_FALSE(media);
  EXPECT_EQ(media.error().code, Code::cancelled);
}

// Whatever one file says, its claims are held to the promises of Media.
TEST(Walk, KeepsFactsCleanAndBounded) {
  const MemorySource source({});
  Media media;
  const Context context;
  Walk walk(source, media, context);
  walk.fact("X", "a", "  bad\x01\xFF text \0");
  walk.fact("X", "b", std::string(9000, 'x'));
  walk.fact("X", "c", " \0 ");
  EXPECT_EQ(media.facts.size(), 2U);
  EXPECT_EQ(media.facts[0].value, "bad \xEF\xBF\xBD text");
  EXPECT_EQ(media.facts[1].value.size(), 4096U);
  EXPECT_EQ(media.fact("X", "none"), nullptr);
}

TEST(Walk, CountsAgainstTheLimits) {
  const MemorySource source({});
  Media media;
  Context context;
  context.limits.nodes = 3;
  context.limits.depth = 2;
  Walk walk(source, media, context);
  EXPECT_TRUE(walk.node("a", 0, 1, 2));
  EXPECT_EQ(walk.node("b", 0, 1, 3).error().code, Code::limit);
  EXPECT_TRUE(walk.node("c", 0, 1, 0));
  EXPECT_EQ(walk.node("d", 0, 1, 0).error().code, Code::limit);
}

}  // namespace
}  // namespace bonafide::media
