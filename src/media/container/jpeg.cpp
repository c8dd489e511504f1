// JPEG: marker segments (ITU-T T.81 annex B), JFIF, the APPn blocks others put in, and what follows the end.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "media/container/jpeg_tables.h"
#include "media/container/walkers.h"

namespace bonafide::media {

namespace {
using namespace std::string_view_literals;
constexpr std::string_view kExif = "Exif\0"sv;  // a sixth byte, 0 or FF, follows
constexpr std::string_view kXmp = "http://ns.adobe.com/xap/1.0/\0"sv;
constexpr std::string_view kXmpMore = "http://ns.adobe.com/xmp/extension/\0"sv;
constexpr std::string_view kIcc = "ICC_PROFILE\0"sv;
constexpr std::string_view kPhotoshop = "Photoshop 3.0\0"sv;
constexpr std::string_view kMultiPicture = "MPF\0"sv;

std::string marker_name(int marker) {
  if (marker >= 0xE0 && marker <= 0xEF) return fmt::format("APP{}", marker - 0xE0);
  if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC)
    return fmt::format("SOF{}", marker - 0xC0);
  switch (marker) {
    case 0xC4: return "DHT";
    case 0xCC: return "DAC";
    case 0xD8: return "SOI";
    case 0xD9: return "EOI";
    case 0xDA: return "SOS";
    case 0xDB: return "DQT";
    case 0xDC: return "DNL";
    case 0xDD: return "DRI";
    case 0xFE: return "COM";
    default: return fmt::format("marker {:02X}", marker);
  }
}

class JpegWalk {
 public:
  explicit JpegWalk(Walk& walk) : walk_(walk) {}
  Result<void> run();

 private:
  struct Segment {
    int marker = 0;
    std::uint64_t offset = 0;  // of the FF
    Region body;               // after the length
  };
  struct Component {
    int id = 0, h = 0, v = 0, table = 0;
  };

  Result<void> segment(const Segment& s);
  Result<void> application(const Segment& s, const Bytes& body);
  Result<void> quantisation(const Segment& s, ByteView body);
  void huffman(ByteView body);
  void start_of_frame(const Segment& s, ByteView body);
  void adobe(ByteView body);
  void jfif(ByteView body);
  void extended_xmp(ByteView body);
  Result<std::uint64_t> skip_scan(std::uint64_t at);
  Result<void> trailing(std::uint64_t at);
  void finish();

  Walk& walk_;
  JpegInfo info_;
  std::vector<Component> components_;
  bool any_huffman_ = false, all_standard_ = true, saw_end_ = false, arithmetic_ = false;
  std::size_t jumbf_segments_ = 0;
  std::map<std::uint32_t, std::string> more_xmp_;  // by offset in the whole packet
  std::size_t more_xmp_bytes_ = 0;
};

Result<void> JpegWalk::run() {
  TRY(walk_.node("SOI", 0, 2, 0));
  std::uint64_t at = 2;
  while (!saw_end_) {
    Bytes head = TRY(walk_.read_up_to(at, 4));
    if (head.size() < 2) {
      walk_.damage(info_.scans == 0 ? "the file ends before the picture's data"
                                    : "the file ends without an end marker");
      break;
    }
    if (head[0] != 0xFF) {
      walk_.damage(fmt::format("byte {}: a marker was expected", at));
      break;
    }
    const int marker = head[1];
    if (marker == 0xFF) {  // a fill byte (B.1.1.2)
      ++at;
      TRY(walk_.count(at));
      continue;
    }
    if (marker == 0xD9) {
      TRY(walk_.node("EOI", at, 2, 0));
      saw_end_ = true;
      at += 2;
      break;
    }
    if ((marker >= 0xD0 && marker <= 0xD8) || marker == 0x01) {  // alone, without a length
      TRY(walk_.node(marker_name(marker), at, 2, 0));
      at += 2;
      continue;
    }
    const std::uint64_t length = be16(head, 2);
    if (head.size() < 4 || length < 2 || length + 2 > walk_.size() - at) {
      walk_.damage(fmt::format("the file ends inside {} at byte {}", marker_name(marker), at));
      break;
    }
    TRY(segment({marker, at, {at + 4, length - 2}}));
    at += 2 + length;
    if (marker == 0xDA) at = TRY(skip_scan(at));
  }
  finish();
  if (saw_end_) TRY(trailing(at));
  return {};
}

Result<void> JpegWalk::segment(const Segment& s) {
  TRY(walk_.node(marker_name(s.marker), s.offset, s.body.size + 4, 0));
  const Bytes body = TRY(walk_.read(s.body));
  switch (s.marker) {
    case 0xDB: return walk_.tolerate("DQT", quantisation(s, body));
    case 0xC4: huffman(body); return {};
    case 0xCC: arithmetic_ = true; return {};
    case 0xDA: ++info_.scans; return {};
    case 0xDD: walk_.note(fmt::format("every {} blocks", be16(body, 0))); return {};
    case 0xFE:
      walk_.note(trimmed(until_nul(body)));
      walk_.fact("JPEG", "Comment", until_nul(body));
      return {};
    default: break;
  }
  if (s.marker >= 0xE0 && s.marker <= 0xEF) return application(s, body);
  if (s.marker >= 0xC0 && s.marker <= 0xCF) start_of_frame(s, body);
  return {};
}

Result<void> JpegWalk::application(const Segment& s, const Bytes& body) {
  const auto named = [&](std::string_view name) { walk_.media().tree.back().type += fmt::format(" {}", name); };
  const int number = s.marker - 0xE0;
  if (number == 0 && starts_with(body, "JFIF\0"sv)) {
    named("JFIF");
    jfif(body);
  } else if (number == 0 && starts_with(body, "JFXX\0"sv)) {
    named("JFXX");
  } else if (number == 1 && starts_with(body, kExif)) {
    named("Exif");
    if (s.body.size > 6)
      return walk_.tolerate("Exif", walk_tiff(walk_, {s.body.offset + 6, s.body.size - 6}, 1, TiffRole::exif));
  } else if (number == 1 && starts_with(body, kXmp)) {
    named("XMP");
    walk_xmp(walk_, as_text(part(body, kXmp.size())));
  } else if (number == 1 && starts_with(body, kXmpMore)) {
    named("extended XMP");
    extended_xmp(part(body, kXmpMore.size()));
  } else if (number == 2 && starts_with(body, kIcc)) {
    named("ICC");
    if (body.size() > 14 && body[12] == 1) walk_icc(walk_, part(body, 14));
  } else if (number == 2 && starts_with(body, kMultiPicture)) {
    named("MPF");
    walk_.fact("JPEG", "MultiPicture", "the file holds more than one picture (CIPA DC-007)");
  } else if (number == 11 && starts_with(body, "JP"sv)) {
    named("JUMBF");
    ++jumbf_segments_;
  } else if (number == 13 && starts_with(body, kPhotoshop)) {
    named("Photoshop");
    return walk_.tolerate("Photoshop", walk_photoshop(walk_, {s.body.offset + 14, s.body.size - 14}, 1));
  } else if (number == 14 && starts_with(body, "Adobe"sv)) {
    named("Adobe");
    adobe(body);
  } else {
    const std::string name = trimmed(until_nul(part(body, 0, 32)));
    const bool printable =
        !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c >= 32 && c < 127; });
    if (printable) named(name);
    if (number == 12 && printable && name == "Ducky") walk_.fact("JPEG", "Ducky", "saved for the web by Photoshop");
  }
  return {};
}

Result<void> JpegWalk::quantisation(const Segment& s, ByteView body) {
  ByteReader in(body, s.body.offset);
  while (!in.at_end()) {
    const std::uint8_t head = TRY(in.u8());
    QuantTable table{head & 15, (head >> 4) != 0 ? 16 : 8, std::vector<std::uint16_t>(64)};
    if (table.id > 3 || head >> 4 > 1) return make_error(Code::corrupt, "not a quantisation table", in.offset());
    for (const std::uint8_t place : kZigzag)
      table.values[place] = table.precision == 16 ? TRY(in.u16be()) : TRY(in.u8());
    std::erase_if(info_.tables, [&](const QuantTable& t) { return t.id == table.id; });
    info_.tables.push_back(std::move(table));
  }
  return {};
}

void JpegWalk::huffman(ByteView body) {
  any_huffman_ = true;
  std::size_t at = 0;
  while (at + 17 <= body.size()) {
    std::size_t symbols = 0;
    for (std::size_t i = 1; i <= 16; ++i) symbols += body[at + i];
    if (symbols > 256 || at + 17 + symbols > body.size()) break;
    all_standard_ = all_standard_ && is_annex_k_huffman(body.subspan(at + 1, 16 + symbols));
    at += 17 + symbols;
  }
  if (at != body.size()) walk_.damage("DHT: a Huffman table is cut off");
}

void JpegWalk::start_of_frame(const Segment& s, ByteView body) {
  if (body.size() < 6 || body.size() < 6 + std::size_t{3} * body[5]) {
    walk_.damage("the frame header is cut off");
    return;
  }
  if (!components_.empty()) return;  // hierarchical files repeat it; the first frame is the picture's
  const int kind = s.marker - 0xC0;
  info_.progressive = kind == 2 || kind == 6 || kind == 10 || kind == 14;
  arithmetic_ = arithmetic_ || kind >= 9;
  info_.components = body[5];
  for (std::size_t i = 0; i < body[5]; ++i) {
    const ByteView c = body.subspan(6 + 3 * i, 3);
    components_.push_back({c[0], c[1] >> 4, c[1] & 15, c[2]});
  }
  walk_.media().height = be16(body, 1);
  walk_.media().width = be16(body, 3);
  walk_.note(fmt::format("{} × {}, {} components, {} bits", be16(body, 3), be16(body, 1), body[5], body[0]));
  walk_.fact("JPEG", "BitsPerSample", fmt::format("{}", body[0]));
  if (kind == 3 || kind == 7 || kind == 11 || kind == 15) walk_.fact("JPEG", "Process", "lossless");
}

void JpegWalk::adobe(ByteView body) {
  constexpr std::array<std::string_view, 3> kTransforms = {"none (RGB or CMYK)", "YCbCr", "YCCK"};
  const std::size_t transform = body.size() > 11 ? body[11] : 3;
  walk_.fact("JPEG", "AdobeTransform", transform < 3 ? kTransforms[transform] : "unknown");
}

void JpegWalk::jfif(ByteView body) {
  if (body.size() < 12) return;
  walk_.fact("JFIF", "JFIFVersion", fmt::format("{}.{:02}", body[5], body[6]));
  constexpr std::array<std::string_view, 3> kUnits = {"aspect ratio only", "dots per inch", "dots per cm"};
  walk_.fact("JFIF", "Resolution",
             fmt::format("{} × {} {}", be16(body, 8), be16(body, 10), body[7] < 3 ? kUnits[body[7]] : "?"));
}

// XMP part 3, 1.1.3.1: GUID (32), full length (4), this part's offset (4), the part.
void JpegWalk::extended_xmp(ByteView body) {
  if (body.size() < 40) return;
  const ByteView text = part(body, 40);
  more_xmp_bytes_ += text.size();
  if (more_xmp_bytes_ > walk_.limits().metadata_bytes) return;
  more_xmp_[be32(body, 36)] = std::string(as_text(text));
}

// Entropy-coded data runs to the next marker that is neither stuffing nor a restart (B.1.1.5).
Result<std::uint64_t> JpegWalk::skip_scan(std::uint64_t at) {
  constexpr std::uint64_t kStep = 64 * 1024;
  while (at < walk_.size()) {
    const Bytes block = TRY(walk_.read_up_to(at, kStep));
    std::size_t i = 0;
    while (i < block.size()) {
      const void* const found = std::memchr(block.data() + i, 0xFF, block.size() - i);
      if (found == nullptr) {
        i = block.size();
        break;
      }
      i = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - block.data());
      if (i + 1 >= block.size()) break;
      const int next = block[i + 1];
      if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return at + i;
      i += next == 0xFF ? 1 : 2;
    }
    if (block.size() < kStep && i + 1 >= block.size()) return walk_.size();
    at += i;
  }
  return walk_.size();
}

Result<void> JpegWalk::trailing(std::uint64_t at) {
  if (at >= walk_.size()) return {};
  const std::uint64_t left = walk_.size() - at;
  const Bytes head = TRY(walk_.read_up_to(at, 4096));
  const auto first = std::find_if(head.begin(), head.end(), [](std::uint8_t byte) { return byte != 0; });
  const ByteView told(head.data() + (first - head.begin()), static_cast<std::size_t>(head.end() - first));
  const Format format = sniff(told);
  std::string what = told.empty() ? "zeros" : "unknown data";
  if (format != Format::unknown && format != Format::mp3 && format != Format::mpegts)
    what = fmt::format("a {}", to_string(format));
  TRY(walk_.node("after the end", at, left, 0, what));
  walk_.fact("JPEG", "DataAfterEnd", fmt::format("{} bytes: {}", left, what));
  return {};
}

void JpegWalk::finish() {
  std::string packet;
  for (const auto& [offset, text] : more_xmp_) packet += text;
  if (!packet.empty()) walk_xmp(walk_, packet);
  if (jumbf_segments_ > 0) walk_.fact("JPEG", "JUMBF", fmt::format("{} APP11 segments", jumbf_segments_));

  info_.standard_huffman = all_standard_ && !arithmetic_ && !info_.progressive;
  if (!components_.empty()) {
    const auto luma = std::find_if(info_.tables.begin(), info_.tables.end(),
                                   [&](const QuantTable& t) { return t.id == components_[0].table; });
    if (luma != info_.tables.end())
      if (const auto quality = ijg_quality(luma->values, false)) info_.ijg_quality = *quality;
    const Component& y = components_[0];
    if (components_.size() == 1) {
      info_.subsampling = "grey";
    } else if (const Component& c = components_[1]; components_.size() >= 3 && c.h > 0 && c.v > 0) {
      const int across = y.h / c.h, down = y.v / c.v;
      const std::string name = fmt::format("{}x{}", across, down);
      static const std::map<std::string, std::string> kNames = {{"1x1", "4:4:4"}, {"2x1", "4:2:2"}, {"2x2", "4:2:0"},
                                                                {"4x1", "4:1:1"}, {"1x2", "4:4:0"}, {"4x2", "4:1:0"}};
      const auto known = kNames.find(name);
      info_.subsampling = known == kNames.end() ? name : known->second;
    }
  }
  std::sort(info_.tables.begin(), info_.tables.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  walk_.media().jpeg = std::move(info_);
}
}  // namespace

Result<void> walk_jpeg(Walk& walk) { return JpegWalk(walk).run(); }

}  // namespace bonafide::media
