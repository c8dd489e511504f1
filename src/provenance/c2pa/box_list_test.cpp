#include "provenance/c2pa/box_list.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "provenance/c2pa/test_boxes.h"
#include "support/support.h"

namespace bonafide::provenance::c2pa {
namespace {

/// The names, joined by spaces; every byte must be covered in order.
std::string names(const Bytes& bytes, const BoxListOptions& options = {}) {
  const media::MemorySource source(bytes);
  const auto located = locate(source, Context());
  if (!located) return located.error().message;
  const auto boxes = list_boxes(source, *located, Context(), options);
  if (!boxes) return "error: " + boxes.error().message;
  std::string all;
  std::uint64_t at = 0;
  for (const NamedBox& box : *boxes) {
    EXPECT_EQ(box.range.start, at) << box.name;
    at = box.range.end();
    all += (all.empty() ? "" : " ") + box.name;
  }
  EXPECT_EQ(at, bytes.size());
  return all;
}

Bytes bytes_of(std::string_view text) { return {as_bytes(text).begin(), as_bytes(text).end()}; }
using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(BoxList, JpegMarkersScansRestartsAndWhatFollows) {
  const std::string start("\xFF\xD8\xFF\xE0\0\x04\x01\x02\xFF\xFF\xDB\0\x03\x01"sv);  // a fill byte before DQT
  const std::string scan("\xFF\xDA\0\x03\x01\x55\xFF\0\x66\xFF\xD0\x77\xFF\xD9"sv);
  EXPECT_EQ(names(bytes_of(start + scan)), "SOI APP0 DQT SOS RST0 EOI");
  EXPECT_EQ(names(bytes_of(start + scan + "more")), "SOI APP0 DQT SOS RST0 EOI c2pa.after");
  EXPECT_EQ(names(bytes_of(start + scan + start + scan)), "SOI APP0 DQT SOS RST0 EOI c2pa.after");
  EXPECT_EQ(names(bytes_of(start + scan + start + scan), {.every_picture = true}),
            "SOI APP0 DQT SOS RST0 EOI SOI APP0 DQT SOS RST0 EOI");
  EXPECT_EQ(names(bytes_of(start + "\xFF\xDA\0\x03\x01\x55"s)), "SOI APP0 DQT SOS");  // cut off in its scan
}

TEST(BoxList, PngChunks) {
  const std::string png("\x89PNG\r\n\x1A\n\0\0\0\x02IHDRab1234\0\0\0\0IDAT1234\0\0\0\0IEND1234"sv);
  EXPECT_EQ(names(bytes_of(png)), "PNGh IHDR IDAT IEND");
  EXPECT_EQ(names(bytes_of(png + "x")), "PNGh IHDR IDAT IEND c2pa.after");
}

TEST(BoxList, GifBlocksWithTheirColourTables) {
  const std::string gif(
      "GIF89a\x01\0\x01\0\x80\0\0RGBRGB\x21\xFE\x02hi\0\x21\xF9\x04\0\0\0\0\0\x2C\0\0\0\0\x01\0\x01\0\x80RGBRGB\x02\x01"
      "z\0;"sv);
  EXPECT_EQ(names(bytes_of(gif)), "GIF89a LSD 21FE 21F9 2C TBID 3B");
}

TEST(BoxList, RiffChunksListsAndASecondRiff) {
  const std::string first("RIFF\x2C\0\0\0AVI LIST\x08\0\0\0hdrl1234odd \x03\0\0\0abc\0movi\0\0\0\0"sv);
  const std::string second("RIFF\x0C\0\0\0AVIXdata\0\0\0\0"sv);
  EXPECT_EQ(names(bytes_of(first + second)), "AVI  hdrl odd  movi AVIX data");
  EXPECT_EQ(names(bytes_of(first + second + "zz")), "AVI  hdrl odd  movi AVIX data c2pa.after");
}

TEST(BoxList, JpegXlBoxesAndTheStoreAmongOtherJumbBoxes) {
  const Bytes store = super("c2pa", "c2pa", {super("c2ma", "urn:c2pa:1", {})}), other = super("json", "x", {});
  std::string jxl(
      "\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x08"
      "ftyp"sv);
  jxl += std::string(as_text(other)) + std::string(as_text(store));
  jxl += std::string("\0\0\0\0jxlc1234"sv);
  EXPECT_EQ(names(bytes_of(jxl)), "JXL  ftyp jumb C2PA jxlc");
}

TEST(BoxList, BrokenFilesAndOtherKinds) {
  EXPECT_EQ(names(bytes_of("\xFF\xD8\xFF\xE0\0\x01"sv)), "a JPEG segment shorter than its own length field");
  EXPECT_EQ(names(bytes_of("RIFF\x0C\0\0\0WAVEdata\x09\0\0\0"sv)), "error: a part of the file runs past its end");
  EXPECT_EQ(names(bytes_of("II*\0\x08\0\0\0\0\0\0\0\0\0"sv)), "error: this kind of file has no box hash");
}

// boxhash.json is what c2pa-rs made of boxhash.jpg: groups of names in order.
TEST(BoxListShared, TheSameNamesAsC2paRs) {
  const auto root = testing::shared("c2pa");
  if (!root) GTEST_SKIP() << testing::skip_line("c2pa");
  const auto json = parse_json(read_file(*root + "/c2pa-rs/boxhash.json", 1 << 20).value());
  ASSERT_TRUE(json);
  std::string wanted;
  for (const Json& group : (*json)["boxes"])
    for (const Json& name : group["names"]) wanted += (wanted.empty() ? "" : " ") + name.get<std::string>();
  const FileReader file = FileReader::open(*root + "/c2pa-rs/boxhash.jpg").value();
  EXPECT_EQ(names(file.read(0, static_cast<std::size_t>(file.size())).value()), wanted);
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
