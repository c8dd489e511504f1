// RIFF: WAV (with INFO and EBU's bext, RF64 of EBU Tech 3306), AVI, WebP (RFC 9649).
#include <fmt/format.h>

#include <algorithm>

#include "media/container/walkers.h"

namespace bonafide::media {

namespace {
struct Info {
  std::string_view chunk, name;
};
constexpr Info kInfo[] = {
    {"IART", "Artist"},   {"ICMT", "Comment"},  {"ICOP", "Copyright"},  {"ICRD", "DateCreated"},
    {"IENG", "Engineer"}, {"IGNR", "Genre"},    {"INAM", "Title"},      {"IPRD", "Product"},
    {"ISFT", "Software"}, {"ISRC", "Source"},   {"ITCH", "Technician"}, {"IDIT", "DateTimeOriginal"},
    {"ISBJ", "Subject"},  {"IKEY", "Keywords"}, {"ITRK", "Track"},      {"IMED", "Medium"}};

class RiffWalk {
 public:
  explicit RiffWalk(Walk& walk) : walk_(walk) {}
  Result<void> run();

 private:
  Result<void> children(Region region, int depth, const std::string& list);
  Result<void> chunk(const std::string& type, Region body, const std::string& list);
  Result<void> wav(const std::string& type, Region body);
  Result<void> avi(const std::string& type, Region body);
  Result<void> webp(const std::string& type, Region body);
  std::string_view group() const { return to_string(walk_.media().format); }

  Walk& walk_;
  std::uint64_t long_data_ = 0;  // RF64: what ds64 says about data
  std::string stream_;
};

Result<void> RiffWalk::run() {
  std::uint64_t at = 0;
  while (at + 12 <= walk_.size()) {  // AVI 2 goes on in further RIFF parts
    const Bytes head = TRY(walk_.read(at, 12));
    const bool known = starts_with(head, "RIFF") || starts_with(head, "RF64") || starts_with(head, "BW64");
    if (!known) break;
    std::uint64_t size = std::uint64_t{le32(head, 4)} + 8;
    const bool open_ended = le32(head, 4) == 0xFFFFFFFF || le32(head, 4) == 0;  // RF64, or a stream never closed
    if (open_ended) size = walk_.size() - at;
    if (size > walk_.size() - at)
      walk_.damage(fmt::format("the file ends early ({} more bytes expected)", size - (walk_.size() - at)));
    size = std::max<std::uint64_t>(std::min(size, walk_.size() - at), 12);
    TRY(walk_.node(fmt::format("{} {}", fourcc(head, 0), trimmed(fourcc(head, 8))), at, size, 0));
    TRY(walk_.tolerate("RIFF", children({at + 12, size - 12}, 1, "")));
    at += size + (size & 1U);
  }
  if (at < walk_.size()) {
    TRY(walk_.node("after the end", at, walk_.size() - at, 0));
    walk_.fact(group(), "DataAfterEnd", fmt::format("{} bytes", walk_.size() - at));
  }
  return {};
}

Result<void> RiffWalk::children(Region region, int depth, const std::string& list) {
  std::uint64_t at = region.offset;
  while (at + 8 <= region.end()) {
    const Bytes head = TRY(walk_.read(at, 8));
    const std::string type = fourcc(head, 0);
    std::uint64_t size = le32(head, 4);
    if (type == "data" && size == 0xFFFFFFFF) size = long_data_ != 0 ? long_data_ : region.end() - at - 8;
    const std::uint64_t room = region.end() - at - 8;
    if (size > room) {
      walk_.damage(fmt::format("chunk {} at byte {} runs {} bytes past its end", type, at, size - room));
      size = room;
    }
    if (type == "LIST" && size >= 4) {
      const std::string name = fourcc(TRY(walk_.read(at + 8, 4)), 0);
      TRY(walk_.node(fmt::format("LIST {}", trimmed(name)), at, size + 8, depth));
      // The pictures and sounds themselves: one chunk each, thousands of them, all alike.
      if (name != "movi" && name != "rec ") TRY(children({at + 12, size - 4}, depth + 1, name));
    } else {
      TRY(walk_.node(type, at, size + 8, depth));
      TRY(walk_.tolerate(type, chunk(type, {at + 8, size}, list)));
    }
    at += 8 + size + (size & 1U);
  }
  return {};
}

Result<void> RiffWalk::chunk(const std::string& type, Region body, const std::string& list) {
  if (list == "INFO") {
    const auto* const known =
        std::find_if(std::begin(kInfo), std::end(kInfo), [&](const Info& i) { return i.chunk == type; });
    const Bytes text = TRY(walk_.read_up_to(body.offset, std::min<std::uint64_t>(body.size, 8192)));
    walk_.fact(group(), known == std::end(kInfo) ? type : known->name, until_nul(text));
    return {};
  }
  if (type == "_PMX" || type == "XMP ") {
    const Bytes packet = TRY(walk_.read(body));
    walk_xmp(walk_, as_text(packet));
    return {};
  }
  if (type == "C2PA") {
    walk_.fact(group(), "JUMBF", fmt::format("{} bytes (C2PA)", body.size));
    return {};
  }
  switch (walk_.media().format) {
    case Format::wav: return wav(type, body);
    case Format::avi: return avi(type, body);
    default: return webp(type, body);
  }
}

std::string_view wav_codec(unsigned tag) {
  switch (tag) {
    case 1: return "PCM";
    case 2: return "Microsoft ADPCM";
    case 3: return "float";
    case 6: return "A-law";
    case 7: return "µ-law";
    case 17: return "IMA ADPCM";
    case 49: return "GSM 6.10";
    case 85: return "MP3";
    case 0xFFFE: return "extensible";
    default: return "other";
  }
}

Result<void> RiffWalk::wav(const std::string& type, Region body) {
  if (type == "fmt ") {
    const Bytes b = TRY(walk_.read(body.offset, std::min<std::uint64_t>(body.size, 40)));
    if (b.size() < 16) return make_error(Code::corrupt, "too short", body.offset);
    walk_.fact("WAV", "Encoding", wav_codec(le16(b, 0)));
    walk_.fact("WAV", "Channels", fmt::format("{}", le16(b, 2)));
    walk_.fact("WAV", "SampleRate", fmt::format("{} Hz", le32(b, 4)));
    walk_.fact("WAV", "BitsPerSample", fmt::format("{}", le16(b, 14)));
    walk_.note(
        fmt::format("{}, {} channels, {} Hz, {} bits", wav_codec(le16(b, 0)), le16(b, 2), le32(b, 4), le16(b, 14)));
  } else if (type == "ds64") {
    long_data_ = le64(TRY(walk_.read(body.offset, 16)), 8);
  } else if (type == "bext") {  // EBU Tech 3285
    const Bytes b = TRY(walk_.read(body.offset, std::min<std::uint64_t>(body.size, 602)));
    walk_.fact("WAV", "Description", until_nul(part(b, 0, 256)));
    walk_.fact("WAV", "Originator", until_nul(part(b, 256, 32)));
    walk_.fact("WAV", "OriginatorReference", until_nul(part(b, 288, 32)));
    walk_.fact("WAV", "DateTimeOriginal",
               fmt::format("{} {}", until_nul(part(b, 320, 10)), until_nul(part(b, 330, 8))));
    if (body.size > 602) {
      const Bytes history = TRY(walk_.read_up_to(body.offset + 602, std::min<std::uint64_t>(body.size - 602, 4096)));
      walk_.fact("WAV", "CodingHistory", until_nul(history));
    }
  } else if (type == "id3 " || type == "ID3 ") {
    return walk_id3v2(walk_, body, 2);
  }
  return {};
}

Result<void> RiffWalk::avi(const std::string& type, Region body) {
  const Bytes b = TRY(walk_.read_up_to(body.offset, std::min<std::uint64_t>(body.size, 64)));
  if (type == "avih" && b.size() >= 40) {
    walk_.media().width = picture_size(le32(b, 32));
    walk_.media().height = picture_size(le32(b, 36));
    walk_.fact("AVI", "Frames", fmt::format("{}", le32(b, 16)));
    if (le32(b, 0) > 0) walk_.fact("AVI", "FrameRate", fmt::format("{:.3f}", 1e6 / le32(b, 0)));
  } else if (type == "strh" && b.size() >= 36) {
    stream_ = fourcc(b, 0);
    walk_.note(fmt::format("{} {}", stream_, fourcc(b, 4)));
    walk_.fact("AVI", "StreamType", stream_);
    if (stream_ == "vids") walk_.fact("AVI", "Codec", trimmed(fourcc(b, 4)));
  } else if (type == "strn") {
    walk_.fact("AVI", "StreamName", until_nul(b));
  } else if (type == "IDIT") {
    walk_.fact("AVI", "DateTimeOriginal", until_nul(b));
  }
  return {};
}

Result<void> RiffWalk::webp(const std::string& type, Region body) {
  Media& media = walk_.media();
  const Bytes b = TRY(walk_.read_up_to(body.offset, std::min<std::uint64_t>(body.size, 16)));
  if (type == "VP8X" && b.size() >= 10) {
    media.width = picture_size(le24(b, 4) + 1);
    media.height = picture_size(le24(b, 7) + 1);
    if ((b[0] & 0x02U) != 0) walk_.fact("WebP", "Animation", "yes");
    if ((b[0] & 0x10U) != 0) walk_.fact("WebP", "Alpha", "yes");
  } else if (type == "VP8 " && b.size() >= 10) {  // RFC 6386 9.1
    walk_.fact("WebP", "Compression", "lossy (VP8)");
    if (media.width == 0 && be24(b, 3) == 0x9D012A)
      media.width = le16(b, 6) & 0x3FFF, media.height = le16(b, 8) & 0x3FFF;
  } else if (type == "VP8L" && b.size() >= 5) {  // RFC 9649 3.4
    walk_.fact("WebP", "Compression", "lossless (VP8L)");
    const std::uint32_t bits = le32(b, 1);
    if (media.width == 0 && b[0] == 0x2F)
      media.width = static_cast<int>((bits & 0x3FFF) + 1), media.height = static_cast<int>((bits >> 14 & 0x3FFF) + 1);
  } else if (type == "EXIF") {
    const std::uint64_t skip = starts_with(b, std::string_view("Exif\0\0", 6)) ? 6 : 0;
    return walk_tiff(walk_, {body.offset + skip, body.size - skip}, 2, TiffRole::exif);
  } else if (type == "ICCP") {
    const Bytes profile = TRY(walk_.read(body));
    walk_icc(walk_, profile);
  }
  return {};
}
}  // namespace

Result<void> walk_riff(Walk& walk) { return RiffWalk(walk).run(); }

}  // namespace bonafide::media
