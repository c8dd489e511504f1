#include <gmock/gmock.h>

#include "media/container/test_bytes.h"
#include "support/support.h"

namespace bonafide::media {
namespace {
using namespace std::string_view_literals;
using ::testing::Contains;
using testing::fact;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::open_memory;
using testing::Writer;

Bytes box(std::string_view type, const Bytes& body) {
  return Writer().u32(body.size() + 8).text(type).raw(body).bytes();
}
Bytes full(std::string_view type, std::uint64_t version, const Bytes& body) {
  return box(type, Writer().u8(version).u24(0).raw(body).bytes());
}
Bytes joined(std::initializer_list<Bytes> parts) {
  Writer w;
  for (const Bytes& p : parts) w.raw(p);
  return w.bytes();
}
Bytes text(std::string_view t) { return Writer().text(t).bytes(); }
const Bytes kFtyp = box("ftyp", text("isom\0\0\0\0isommp42"sv));

// 3800000000 s after 1904 is 2024-05-31T11:33:20Z.
Bytes movie_header() { return full("mvhd", 0, Writer().u32(3800000000).u32(0).u32(600).u32(1500).zeros(80).bytes()); }

Bytes track() {
  const Bytes tkhd = full("tkhd", 0,
                          Writer()
                              .u32(0)
                              .u32(0)
                              .u32(1)
                              .u32(0)
                              .u32(1500)
                              .zeros(16)
                              .u32(0)
                              .u32(0x10000)
                              .u32(0)
                              .u32(0xFFFF0000)
                              .u32(0)
                              .u32(0)
                              .zeros(12)
                              .u32(64 << 16)
                              .u32(48 << 16)
                              .bytes());
  const Bytes mdhd =
      full("mdhd", 1, Writer().u64(3800000000).u64(3800000001).u32(1000).u64(2500).u16(0x15C7).u16(0).bytes());
  const Bytes hdlr = full("hdlr", 0, Writer().u32(0).text("vide").zeros(12).text("Handler\0"sv).bytes());
  const Bytes entry =
      Writer().zeros(6).u16(1).zeros(16).u16(64).u16(48).zeros(14).u8(4).text("Test").zeros(27).u16(24).bytes();
  const Bytes stsd = full("stsd", 0, joined({Writer().u32(1).bytes(), box("avc1", entry)}));
  const Bytes stts = full("stts", 0, Writer().u32(2).u32(9).u32(40).u32(1).u32(41).bytes());
  const Bytes elst = full("elst", 0, Writer().u32(1).u32(1500).u32(80).u32(0x10000).bytes());
  return box("trak", joined({tkhd, box("edts", elst),
                             box("mdia", joined({mdhd, hdlr, box("minf", box("stbl", joined({stsd, stts})))}))}));
}

TEST(Bmff, ReadsAMovie) {
  const Bytes bytes = joined({kFtyp, box("mdat", text("data")), box("moov", joined({movie_header(), track()}))});
  const auto media = open_memory(bytes, "x.mp4");
  ASSERT_TRUE(media);
  EXPECT_EQ(media->format, Format::mp4);
  EXPECT_EQ(fact(*media, "MP4", "MajorBrand"), "isom");
  EXPECT_EQ(fact(*media, "MP4", "CompatibleBrands"), "isom, mp42");
  EXPECT_EQ(fact(*media, "MP4", "CreateDate"), "2024-05-31T11:33:20Z");
  EXPECT_EQ(fact(*media, "MP4", "ModifyDate"), "not set");
  EXPECT_EQ(fact(*media, "MP4", "Duration"), "2.500 s");
  EXPECT_EQ(fact(*media, "MP4", "MoovPosition"), "after the media data");
  EXPECT_EQ(fact(*media, "MP4 track 1", "Rotation"), "90° clockwise");
  EXPECT_EQ(media->width, 48);
  EXPECT_EQ(media->height, 64);
  EXPECT_EQ(fact(*media, "MP4 track 1", "Duration"), "2.500 s");
  EXPECT_EQ(fact(*media, "MP4 track 1", "Language"), "eng");
  EXPECT_EQ(fact(*media, "MP4 track 1", "HandlerName"), "Handler");
  EXPECT_EQ(fact(*media, "MP4 track 1", "Codec"), "avc1");
  EXPECT_EQ(fact(*media, "MP4 track 1", "CompressorName"), "Test");
  EXPECT_EQ(fact(*media, "MP4 track 1", "SampleTimes"), "2 different lengths; 90.0 % are 40 units");
  EXPECT_EQ(fact(*media, "MP4 track 1", "EditList"), "1 entry; 2.500 s from 80 units");
  EXPECT_THAT(media->damage, IsEmpty());
}

TEST(Bmff, ReadsLongSizesAndOpenEnds) {
  const Bytes bytes =
      joined({kFtyp, box("moov", movie_header()), Writer().u32(1).text("mdat").u64(20).text("abcd").bytes(),
              Writer().u32(0).text("free").zeros(9).bytes()});
  const auto media = open_memory(bytes, "x.mp4");
  EXPECT_EQ(testing::node(*media, "mdat")->size, 20U);
  EXPECT_EQ(testing::node(*media, "free")->size, 17U);
  EXPECT_THAT(media->damage, IsEmpty());
}

TEST(Bmff, SaysWhereTheFileEnds) {
  Bytes bytes = joined({kFtyp, box("moov", movie_header()), box("mdat", Bytes(100, 1))});
  bytes.resize(bytes.size() - 12);
  EXPECT_THAT(open_memory(bytes, "x.mp4")->damage, Contains("the file ends inside box mdat (expected 12 more bytes)"));
  EXPECT_THAT(open_memory(joined({kFtyp, box("mdat", Bytes(9, 1))}), "x.mp4")->damage,
              Contains(HasSubstr("no index (moov)")));
}

TEST(Bmff, RefusesBottomlessBoxes) {
  Bytes inner;
  for (int i = 0; i < 1000; ++i) inner = box("moov", inner);
  const auto media = open_memory(joined({kFtyp, inner}), "x.mp4");
  ASSERT_FALSE(media);
  EXPECT_EQ(media.error().code, Code::limit);
}

TEST(Bmff, ReadsTags) {
  const Bytes keys = full("keys", 0, joined({Writer().u32(1).bytes(), box("mdta", text("com.apple.quicktime.make"))}));
  const auto data = [](std::string_view value) {
    return box("data", joined({Writer().u32(1).u32(0).bytes(), text(value)}));
  };
  const Bytes list = box("ilst", joined({box("\0\0\0\1"sv, data("Apple")), box("\xA9too", data("Lavf60"))}));
  const Bytes meta = box("meta", joined({full("hdlr", 0, Writer().u32(0).text("mdta").zeros(13).bytes()), keys, list}));
  const Bytes udta = box("udta", joined({box("\xA9xyz", text("\0\4\x15\xC7+1+2"sv)), Bytes(4, 0)}));
  const auto media = open_memory(joined({kFtyp, box("moov", joined({movie_header(), meta, udta}))}), "x.mp4");
  EXPECT_EQ(fact(*media, "MP4", "com.apple.quicktime.make"), "Apple");
  EXPECT_EQ(fact(*media, "MP4", "Encoder"), "Lavf60");
  EXPECT_EQ(fact(*media, "MP4", "GPSCoordinates"), "+1+2");
}

TEST(Bmff, TurnsHeifPictures) {
  const auto heif = [](std::uint64_t turn, std::uint64_t mirror) {
    const Bytes ipco =
        box("ipco", joined({full("ispe", 0, Writer().u32(40).u32(30).bytes()), box("irot", Writer().u8(turn).bytes()),
                            box("imir", Writer().u8(mirror).bytes())}));
    const bool mirrored = mirror < 2;
    Writer links;
    links.u32(1).u16(1).u8(mirrored ? 3 : 2).u8(1).u8(2);
    if (mirrored) links.u8(3);
    const Bytes iprp = box("iprp", joined({ipco, full("ipma", 0, links.bytes())}));
    const Bytes iinf = full(
        "iinf", 0, joined({Writer().u16(1).bytes(), full("infe", 2, Writer().u16(1).u16(0).text("hvc1\0"sv).bytes())}));
    const Bytes meta = full("meta", 0,
                            joined({full("hdlr", 0, Writer().u32(0).text("pict").zeros(13).bytes()),
                                    full("pitm", 0, Writer().u16(1).bytes()), iinf, iprp}));
    return open_memory(joined({box("ftyp", text("heic\0\0\0\0mif1heic"sv)), meta}), "x.heic");
  };
  const auto plain = heif(0, 9);
  EXPECT_EQ(fact(*plain, "HEIC", "Orientation"), "1 (upright)");
  EXPECT_EQ(plain->width, 40);
  const auto turned = heif(3, 9);  // 270° anticlockwise is 90° clockwise
  EXPECT_EQ(fact(*turned, "HEIC", "Orientation"), "6 (turned by 90° clockwise)");
  EXPECT_EQ(turned->width, 30);
  EXPECT_EQ(turned->orientation, 1);
  EXPECT_EQ(fact(*heif(0, 1), "HEIC", "Orientation"), "2 (mirrored left to right)");
  EXPECT_EQ(fact(*heif(0, 0), "HEIC", "Orientation"), "4 (mirrored top to bottom)");
}

TEST(Bmff, HearsTheEncoderInTheStream) {
  const std::string path =
      bonafide::testing::made("x264.mp4", "ffmpeg -v error -f lavfi -i testsrc=s=64x48:d=0.2 -c:v libx264 \"$OUT\"");
  const auto media = open(*FileReader::open(path), Context{});
  EXPECT_THAT(fact(*media, "MP4 track 1", "EncoderInStream"), HasSubstr("x264 - core"));
  EXPECT_THAT(fact(*media, "MP4", "Encoder"), HasSubstr("Lavf"));
}

}  // namespace
}  // namespace bonafide::media
