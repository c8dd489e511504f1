// ISO base media: MP4, MOV, M4A, HEIC, AVIF, JPEG XL in boxes. Boxes are walked; samples are not.
#include "media/container/bmff.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/time.h"

namespace bonafide::media {

namespace bmff {

Result<Header> read_header(Walk& walk, std::uint64_t at, Region parent) {
  const Bytes b = TRY(walk.read_up_to(at, std::min<std::uint64_t>(32, parent.end() - at)));
  std::uint64_t size = be32(b, 0), head = 8;
  std::string type = fourcc(b, 4);
  if (size == 1) {
    if (b.size() < 16) return make_error(Code::corrupt, "a box header is cut off", at);
    size = be64(b, 8);
    head = 16;
  } else if (size == 0) {
    size = parent.end() - at;  // to the end of what holds it
  }
  if (type == "uuid") head += 16;
  if (size < head) return make_error(Code::corrupt, fmt::format("box {} says it is {} bytes long", type, size), at);
  const std::uint64_t room = parent.end() - at;
  const std::uint64_t kept = std::min(size, room);
  return Header{{std::move(type), {at, kept}, {at + std::min(head, kept), kept - std::min(head, kept)}}, size - kept};
}

}  // namespace bmff

namespace {
using bmff::Box;
using bmff::Header;
using namespace std::string_view_literals;

constexpr int kFragmentsShown = 20;  // a long stream has thousands, all alike

bool holds_boxes(std::string_view type) {
  constexpr std::string_view kParents[] = {"moov", "trak", "mdia", "minf", "dinf", "stbl", "edts",
                                           "udta", "mvex", "moof", "traf", "mfra", "iprp", "ipco",
                                           "meta", "ilst", "iinf", "tref", "meco", "sinf"};
  return std::find(std::begin(kParents), std::end(kParents), type) != std::end(kParents);
}

struct TrackNotes {
  std::string handler;
  std::uint32_t timescale = 0;
  std::uint64_t first_sample = 0;
};

class BoxWalk {
 public:
  explicit BoxWalk(Walk& walk) : walk_(walk), tags_(walk), items_(walk) {}
  Result<void> run();

 private:
  Result<void> top(const Header& h);
  Result<void> not_a_box(std::uint64_t at);
  Result<void> children(Region region, int depth, const std::string& parent);
  Result<void> box(const Box& b, int depth, const std::string& parent);
  Result<void> leaf(const Box& b, int depth, const std::string& parent);
  Result<void> movie_leaf(const Box& b);
  Result<void> track_leaf(const Box& b);
  Result<void> file_type(const Box& b);
  Result<void> header_times(const Box& b, const std::string& group);
  Result<void> track_header(const Box& b);
  Result<void> sample_description(const Box& b);
  Result<void> sample_times(const Box& b);
  Result<void> edit_list(const Box& b);
  Result<void> unique(const Box& b);
  Result<void> encoder_words();
  void say(std::string_view name, std::string_view value) { walk_.fact(group(), name, value); }
  std::string_view file_group() const {
    const Format format = walk_.media().format;
    return kind_of(format) == Kind::image ? to_string(format) : "MP4";
  }
  std::string group() const { return track_ == 0 ? "MP4" : fmt::format("MP4 track {}", track_); }

  Walk& walk_;
  bmff::Tags tags_;
  bmff::Items items_;
  int track_ = 0, tracks_ = 0, fragments_ = 0;
  std::uint32_t movie_scale_ = 0;
  std::vector<TrackNotes> notes_;
  std::uint64_t moov_at_ = 0, mdat_at_ = 0;
  bool moov_ = false, mdat_ = false;
};

std::string date_1904(std::uint64_t seconds) {
  constexpr std::uint64_t kTo1970 = 2082844800;  // seconds from 1904-01-01 to 1970-01-01
  if (seconds == 0) return "not set";
  if (seconds < kTo1970 || seconds > kTo1970 + 10'000'000'000) return fmt::format("impossible ({})", seconds);
  const auto time = std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds - kTo1970)));
  return to_rfc3339(time);
}

std::string seconds_of(std::uint64_t units, std::uint32_t scale) {
  return scale == 0 ? "unknown" : fmt::format("{:.3f} s", static_cast<double>(units) / scale);
}

Result<void> BoxWalk::run() {
  std::uint64_t at = 0;
  while (at < walk_.size()) {
    if (walk_.size() - at < 8) {
      walk_.damage(fmt::format("{} stray bytes at the end", walk_.size() - at));
      break;
    }
    const Header header = TRY(bmff::read_header(walk_, at, walk_.whole()));
    if (at > 0 && header.box.type.find('\\') != std::string::npos) {
      TRY(not_a_box(at));
      break;
    }
    if (header.cut_off > 0)
      walk_.damage(
          fmt::format("the file ends inside box {} (expected {} more bytes)", header.box.type, header.cut_off));
    TRY(top(header));
    at = header.box.whole.end();
  }
  if (moov_ && mdat_)
    walk_.fact("MP4", "MoovPosition", moov_at_ < mdat_at_ ? "before the media data" : "after the media data");
  if (fragments_ > 0) walk_.fact("MP4", "Fragments", fmt::format("{}", fragments_));
  if (mdat_ && !moov_ && fragments_ == 0 && kind_of(walk_.media().format) != Kind::image)
    walk_.damage("there is no index (moov): the recording was not finished, or its end is missing");
  if (walk_.media().format == Format::jxl) walk_.media().orientation = 1;  // the codestream has its own (18181-2)
  TRY(walk_.tolerate("items", items_.finish()));
  return walk_.tolerate("encoder words", encoder_words());
}

// Some writers leave the length they put before the media data for later, and forget; else something was appended.
Result<void> BoxWalk::not_a_box(std::uint64_t at) {
  const Node& last = walk_.media().tree.back();
  const bool forgotten = last.type == "mdat" && last.size <= 16;
  TRY(walk_.node(forgotten ? "media data" : "after the end", at, walk_.size() - at, 0));
  if (forgotten)
    walk_.fact("MP4", "MediaDataLength", "never written; the data follow all the same");
  else
    walk_.fact(file_group(), "DataAfterEnd", fmt::format("{} bytes that are no box", walk_.size() - at));
  return {};
}

Result<void> BoxWalk::top(const Header& h) {
  const std::string& type = h.box.type;
  if (type == "moov" && !moov_) moov_ = true, moov_at_ = h.box.whole.offset;
  if (type == "mdat" && !mdat_) mdat_ = true, mdat_at_ = h.box.whole.offset;
  if (type == "moof") ++fragments_;
  if (fragments_ > kFragmentsShown && (type == "moof" || type == "mdat")) return walk_.count(h.box.whole.offset);
  return box(h.box, 0, "");
}

Result<void> BoxWalk::children(Region region, int depth, const std::string& parent) {
  std::uint64_t at = region.offset;
  while (at + 8 <= region.end()) {
    const Header header = TRY(bmff::read_header(walk_, at, region));
    if (header.cut_off > 0 && region.end() < walk_.size())
      walk_.damage(fmt::format("box {} at byte {} runs {} bytes past the end of {}", header.box.type, at,
                               header.cut_off, parent));
    TRY(box(header.box, depth, parent));
    at = header.box.whole.end();
  }
  return {};
}

Result<void> BoxWalk::box(const Box& b, int depth, const std::string& parent) {
  TRY(walk_.node(b.type, b.whole.offset, b.whole.size, depth));
  if (parent == "ilst") return walk_.tolerate("tag", tags_.item(b, depth + 1));
  const bool media_handler = b.type == "hdlr" && parent == "mdia";
  if (!holds_boxes(b.type)) {
    if (b.type == "hdlr" && !media_handler) return {};
    return walk_.tolerate(b.type, leaf(b, depth, parent));
  }
  Region inside = b.body;
  if (b.type == "meta") {  // a full box in ISO files, a plain one in QuickTime's
    const Bytes head = TRY(walk_.read_up_to(inside.offset, std::min<std::uint64_t>(8, inside.size)));
    if (!starts_with(head, "hdlr", 4))
      inside = {inside.offset + 4, inside.size - std::min<std::uint64_t>(4, inside.size)};
  } else if (b.type == "iinf" && inside.size >= 8) {
    const std::uint64_t skip = TRY(walk_.read(inside.offset, 1))[0] == 0 ? 6 : 8;
    inside = {inside.offset + skip, inside.size - std::min(skip, inside.size)};
  }
  const int outer = track_;
  if (b.type == "trak" && parent == "moov") {
    track_ = ++tracks_;
    notes_.emplace_back();
  }
  auto result = walk_.tolerate(b.type, children(inside, depth + 1, b.type));
  track_ = outer;
  return result;
}

Result<void> BoxWalk::leaf(const Box& b, int depth, const std::string& parent) {
  if (parent == "udta") return tags_.user_data(b);
  if (parent == "ipco") return items_.property(b);
  if (parent == "meta" || parent == "iinf" || parent == "iprp") {
    if (b.type == "keys") return tags_.keys(b);
    if (b.type == "pitm") return items_.primary(b);
    if (b.type == "infe") return items_.info(b);
    if (b.type == "iloc") return items_.locations(b);
    if (b.type == "ipma") return items_.associations(b);
    if (b.type == "idat") items_.data(b);
    return {};
  }
  if (track_ > 0) return track_leaf(b);
  if (depth == 0 && b.type == "Exif" && b.body.size > 4)  // JPEG XL
    return walk_tiff(walk_, {b.body.offset + 4, b.body.size - 4}, 1, TiffRole::exif);
  if (depth == 0 && b.type == "xml ") {
    const Bytes packet = TRY(walk_.read(b.body));
    walk_xmp(walk_, as_text(packet));
    return {};
  }
  return movie_leaf(b);
}

Result<void> BoxWalk::movie_leaf(const Box& b) {
  if (b.type == "ftyp" || b.type == "styp") return file_type(b);
  if (b.type == "mvhd") return header_times(b, "MP4");
  if (b.type == "uuid") return unique(b);
  if (b.type == "pssh") walk_.fact("MP4", "Encryption", "protected (pssh)");
  if (b.type == "jumb") walk_.fact(file_group(), "JUMBF", fmt::format("{} bytes", b.whole.size));
  return {};
}

Result<void> BoxWalk::file_type(const Box& b) {
  if (walk_.media().fact(file_group(), "MajorBrand") != nullptr) return {};
  const Bytes bytes = TRY(walk_.read_up_to(b.body.offset, std::min<std::uint64_t>(b.body.size, 512)));
  std::string brands;
  for (std::size_t at = 8; at + 4 <= bytes.size(); at += 4) {
    if (!brands.empty()) brands += ", ";
    brands += trimmed(fourcc(bytes, at));
  }
  walk_.note(fourcc(bytes, 0));
  walk_.fact(file_group(), "MajorBrand", fourcc(bytes, 0));
  walk_.fact(file_group(), "CompatibleBrands", brands);
  return {};
}

// mvhd and mdhd begin alike: creation, modification, timescale, duration (8.2.2, 8.4.2).
Result<void> BoxWalk::header_times(const Box& b, const std::string& where) {
  const Bytes bytes = TRY(walk_.read_up_to(b.body.offset, std::min<std::uint64_t>(b.body.size, 40)));
  if (bytes.size() < 20) return make_error(Code::corrupt, "too short", b.body.offset);
  const bool wide = bytes[0] == 1;
  const std::uint64_t created = wide ? be64(bytes, 4) : be32(bytes, 4);
  const std::uint64_t modified = wide ? be64(bytes, 12) : be32(bytes, 8);
  const std::uint32_t scale = wide ? be32(bytes, 20) : be32(bytes, 12);
  const std::uint64_t duration = wide ? be64(bytes, 24) : be32(bytes, 16);
  walk_.fact(where, "CreateDate", date_1904(created));
  walk_.fact(where, "ModifyDate", date_1904(modified));
  walk_.fact(where, "Duration", seconds_of(duration, scale));
  if (b.type == "mdhd") {
    notes_.back().timescale = scale;
    say("TimeScale", fmt::format("{}", scale));
    const std::uint16_t packed = be16(bytes, wide ? 32 : 20);  // three letters of 5 bits (8.4.2.3)
    std::string language;
    for (int shift = 10; shift >= 0; shift -= 5) language += static_cast<char>((packed >> shift & 31) + 0x60);
    if (language != "und" && packed >= 0x400) say("Language", language);
  } else {
    movie_scale_ = scale;
  }
  return {};
}

Result<void> BoxWalk::track_leaf(const Box& b) {
  if (b.type == "tkhd") return track_header(b);
  if (b.type == "mdhd") return header_times(b, group());
  if (b.type == "stsd") return sample_description(b);
  if (b.type == "stts") return sample_times(b);
  if (b.type == "elst") return edit_list(b);
  if (b.type == "uuid") return unique(b);
  const Bytes bytes = TRY(walk_.read_up_to(b.body.offset, std::min<std::uint64_t>(b.body.size, 256)));
  if (b.type == "hdlr") {
    notes_.back().handler = fourcc(bytes, 8);
    say("HandlerType", fourcc(bytes, 8));
    // QuickTime counts the name's bytes first, ISO ends it with NUL.
    const ByteView name = part(bytes, 24);
    const bool counted = !name.empty() && name[0] > 0 && name[0] < 0x20;
    say("HandlerName", counted ? as_text(part(name, 1, name[0])) : until_nul(name));
    walk_.note(fourcc(bytes, 8));
  } else if (b.type == "stsz") {
    say("Samples", fmt::format("{}", be32(bytes, 8)));
  } else if (b.type == "stss") {
    say("KeyFrames", fmt::format("{}", be32(bytes, 4)));
  } else if (b.type == "ctts") {
    say("Reordering", fmt::format("{} display offsets", be32(bytes, 4)));
  } else if ((b.type == "stco" || b.type == "co64") && be32(bytes, 4) > 0) {
    notes_.back().first_sample = b.type == "stco" ? be32(bytes, 8) : be64(bytes, 8);
  }
  return {};
}

Result<void> BoxWalk::track_header(const Box& b) {
  const Bytes bytes = TRY(walk_.read_up_to(b.body.offset, std::min<std::uint64_t>(b.body.size, 96)));
  const bool wide = !bytes.empty() && bytes[0] == 1;
  say("CreateDate", date_1904(wide ? be64(bytes, 4) : be32(bytes, 4)));
  say("ModifyDate", date_1904(wide ? be64(bytes, 12) : be32(bytes, 8)));
  say("PresentedFor", seconds_of(wide ? be64(bytes, 28) : be32(bytes, 20), movie_scale_));
  const std::size_t matrix = wide ? 52 : 40;
  const std::uint32_t width = be32(bytes, matrix + 36) >> 16, height = be32(bytes, matrix + 40) >> 16;
  if (width == 0 || height == 0) return {};
  // The matrix' first two numbers are cos and sin of the turn, 16.16 (8.3.2).
  const auto a = static_cast<std::int32_t>(be32(bytes, matrix)), s = static_cast<std::int32_t>(be32(bytes, matrix + 4));
  const int turn = a == 0 ? (s > 0 ? 90 : s < 0 ? 270 : 0) : (a < 0 && s == 0 ? 180 : 0);
  say("ImageSize", fmt::format("{} × {}", width, height));
  if (turn != 0) say("Rotation", fmt::format("{}° clockwise", turn));
  Media& media = walk_.media();
  if (media.width == 0 && kind_of(media.format) == Kind::video) {
    media.width = picture_size(turn % 180 == 0 ? width : height);
    media.height = picture_size(turn % 180 == 0 ? height : width);
  }
  return {};
}

Result<void> BoxWalk::sample_description(const Box& b) {
  const Bytes bytes = TRY(walk_.read_up_to(b.body.offset, std::min<std::uint64_t>(b.body.size, 256)));
  if (be32(bytes, 4) == 0 || bytes.size() < 24) return {};
  const std::string format = fourcc(bytes, 12);
  say("Codec", trimmed(format));
  walk_.note(format);
  const ByteView entry = part(bytes, 16);
  if (format == "encv" || format == "enca" || format == "drms" || format == "drmi") say("Encryption", "protected");
  const std::string& handler = notes_.back().handler;
  if (handler == "vide" && entry.size() >= 74 && entry[42] > 0 && entry[42] < 32)
    say("CompressorName", as_text(part(entry, 43, entry[42])));
  if (handler == "vide" && entry.size() >= 16) say("Vendor", trimmed(be32(entry, 12) == 0 ? "" : fourcc(entry, 12)));
  if (handler == "soun" && entry.size() >= 28)
    say("Sound", fmt::format("{} channels, {} bits, {} Hz", be16(entry, 16), be16(entry, 18), be32(entry, 24) >> 16));
  return {};
}

Result<void> BoxWalk::sample_times(const Box& b) {
  constexpr std::uint64_t kEntries = 65536;  // half an hour of a phone's most irregular clip
  const std::uint32_t count = be32(TRY(walk_.read(b.body.offset, 8)), 4);
  const std::uint64_t room = (b.body.size - std::min<std::uint64_t>(8, b.body.size)) / 8;
  if (count > room) return make_error(Code::corrupt, "the table of sample times is cut off", b.body.offset);
  const Bytes table = TRY(walk_.read(b.body.offset + 8, std::min<std::uint64_t>(count, kEntries) * 8));
  std::map<std::uint32_t, std::uint64_t> spans;
  std::uint64_t samples = 0;
  for (std::size_t at = 0; at + 8 <= table.size(); at += 8) {
    if (be32(table, at) == 0) continue;
    spans[be32(table, at + 4)] += be32(table, at);
    samples += be32(table, at);
  }
  if (spans.empty()) return {};
  const auto most =
      std::max_element(spans.begin(), spans.end(), [](const auto& x, const auto& y) { return x.second < y.second; });
  if (spans.size() == 1)
    say("SampleTimes", fmt::format("constant, {} units each", most->first));
  else
    say("SampleTimes",
        fmt::format("{} different lengths; {:.1f} % are {} units", spans.size(),
                    100.0 * static_cast<double>(most->second) / static_cast<double>(samples), most->first));
  return {};
}

Result<void> BoxWalk::edit_list(const Box& b) {
  const Bytes bytes = TRY(walk_.read_up_to(b.body.offset, std::min<std::uint64_t>(b.body.size, 4096)));
  if (bytes.size() < 8) return make_error(Code::corrupt, "too short", b.body.offset);
  const bool wide = bytes[0] == 1;
  const std::size_t step = wide ? 20 : 12;
  const std::uint32_t count = be32(bytes, 4);
  std::string text = fmt::format("{} {}", count, count == 1 ? "entry" : "entries");
  for (std::size_t i = 0; i < std::min<std::size_t>(count, 4) && 8 + (i + 1) * step <= bytes.size(); ++i) {
    const std::size_t at = 8 + i * step;
    const std::uint64_t duration = wide ? be64(bytes, at) : be32(bytes, at);
    const auto start =
        wide ? static_cast<std::int64_t>(be64(bytes, at + 8)) : static_cast<std::int32_t>(be32(bytes, at + 4));
    text += start < 0 ? fmt::format("; nothing for {}", seconds_of(duration, movie_scale_))
                      : fmt::format("; {} from {} units", seconds_of(duration, movie_scale_), start);
  }
  say("EditList", text);
  return {};
}

Result<void> BoxWalk::unique(const Box& b) {
  if (b.whole.size < 24) return {};
  const Bytes id = TRY(walk_.read(b.body.offset - 16, 16));
  const std::string hex = to_hex(id);
  walk_.note(hex);
  if (hex == "be7acfcb97a942e89c71999491e3afac") {  // XMP part 3, 1.2.7
    const Bytes packet = TRY(walk_.read(b.body));
    walk_xmp(walk_, as_text(packet));
  } else if (hex == "d8fec3d61b0e483c92975828877ec481") {  // C2PA 2.x, A.5
    walk_.fact(file_group(), "JUMBF", fmt::format("{} bytes (C2PA)", b.whole.size));
  } else if (hex == "ffcc8263f8554a938814587a02521fdd") {
    walk_.fact("MP4", "Spherical", "marked as a 360° video");
  }
  return {};
}

// x264 and x265 sign their first picture in plain text (an SEI message); so does Lavc its sound.
Result<void> BoxWalk::encoder_words() {
  constexpr std::string_view kMarks[] = {"x264 - core "sv, "x265 (build "sv, "Lavc"sv};
  for (std::size_t i = 0; i < notes_.size(); ++i) {
    if (notes_[i].first_sample == 0) continue;
    const Bytes sample = TRY(walk_.read_up_to(notes_[i].first_sample, 2048));
    for (const std::string_view mark : kMarks) {
      const std::size_t at = as_text(sample).find(mark);
      if (at == std::string_view::npos) continue;
      const std::string_view rest = as_text(sample).substr(at, 400);
      const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c < 32 || c > 126; });
      walk_.fact(fmt::format("MP4 track {}", i + 1), "EncoderInStream",
                 rest.substr(0, static_cast<std::size_t>(end - rest.begin())));
      break;
    }
  }
  return {};
}
}  // namespace

Result<void> walk_bmff(Walk& walk) { return BoxWalk(walk).run(); }

}  // namespace bonafide::media
