// Matroska and WebM (RFC 8794, RFC 9559): Info, Tracks and Tags; clusters are counted by one node.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/time.h"
#include "media/container/walkers.h"

namespace bonafide::media {

namespace {
enum class Type { master, text, number, real, date, other };
struct Element {
  std::uint32_t id;
  std::string_view name;
  Type type;
};
constexpr Element kElements[] = {
    {0x1A45DFA3, "EBML", Type::master},
    {0x4282, "DocType", Type::text},
    {0x18538067, "Segment", Type::master},
    {0x114D9B74, "SeekHead", Type::other},
    {0x1549A966, "Info", Type::master},
    {0x2AD7B1, "TimestampScale", Type::number},
    {0x4489, "Duration", Type::real},
    {0x4461, "DateUTC", Type::date},
    {0x7BA9, "Title", Type::text},
    {0x4D80, "MuxingApp", Type::text},
    {0x5741, "WritingApp", Type::text},
    {0x1654AE6B, "Tracks", Type::master},
    {0xAE, "TrackEntry", Type::master},
    {0x83, "TrackType", Type::number},
    {0x86, "CodecID", Type::text},
    {0x536E, "Name", Type::text},
    {0x22B59C, "Language", Type::text},
    {0x23E383, "DefaultDuration", Type::number},
    {0xE0, "Video", Type::master},
    {0xB0, "PixelWidth", Type::number},
    {0xBA, "PixelHeight", Type::number},
    {0xE1, "Audio", Type::master},
    {0xB5, "SamplingFrequency", Type::real},
    {0x9F, "Channels", Type::number},
    {0x6D80, "ContentEncodings", Type::master},
    {0x6240, "ContentEncoding", Type::master},
    {0x5035, "ContentEncryption", Type::master},
    {0x1254C367, "Tags", Type::master},
    {0x7373, "Tag", Type::master},
    {0x67C8, "SimpleTag", Type::master},
    {0x45A3, "TagName", Type::text},
    {0x4487, "TagString", Type::text},
    {0x1F43B675, "Cluster", Type::other},
    {0x1C53BB6B, "Cues", Type::other},
    {0x1941A469, "Attachments", Type::other},
    {0x1043A770, "Chapters", Type::other},
    {0xEC, "Void", Type::other},
    {0xBF, "CRC-32", Type::other},
};
constexpr std::uint32_t kCluster = 0x1F43B675;
constexpr std::uint64_t kUnknown = UINT64_MAX;

const Element* find(std::uint64_t id) {
  const auto* const found =
      std::find_if(std::begin(kElements), std::end(kElements), [&](const Element& e) { return e.id == id; });
  return found == std::end(kElements) ? nullptr : found;
}

class EbmlWalk {
 public:
  explicit EbmlWalk(Walk& walk) : walk_(walk) {}
  Result<void> run() {
    TRY(walk_.tolerate("EBML", children(walk_.whole(), 0)));
    if (clusters_ > 0) walk_.fact("Matroska", "Clusters", fmt::format("{}", clusters_));
    return {};
  }

 private:
  struct Number {
    std::uint64_t value = 0;
    std::uint64_t bytes = 0;
  };
  Result<Number> vint(std::uint64_t at, bool keep_marker);
  Result<void> children(Region region, int depth);
  Result<void> value(const Element& e, Region body);
  std::string group() const { return track_ == 0 ? "Matroska" : fmt::format("Matroska track {}", track_); }

  Walk& walk_;
  int track_ = 0, tracks_ = 0;
  std::uint64_t clusters_ = 0;
  std::uint64_t scale_ = 1'000'000;  // RFC 9559 5.1.2.9: nanoseconds, when not said
  std::string tag_;
};

// RFC 8794 4: the number of leading zero bits tells the length. kUnknown when all data bits are set.
Result<EbmlWalk::Number> EbmlWalk::vint(std::uint64_t at, bool keep_marker) {
  const std::uint8_t first = TRY(walk_.read(at, 1))[0];
  if (first == 0) return make_error(Code::corrupt, "not an element", at);
  std::size_t bytes = 1;
  while ((first & (0x80U >> (bytes - 1))) == 0) ++bytes;
  if (keep_marker && bytes > 4) return make_error(Code::corrupt, "not an element's identity", at);
  const std::uint64_t value = load(TRY(walk_.read(at, bytes)), 0, bytes, true);
  if (keep_marker) return Number{value, bytes};
  const std::uint64_t mask = (std::uint64_t{1} << (7 * bytes)) - 1;
  return Number{(value & mask) == mask ? kUnknown : value & mask, bytes};
}

Result<void> EbmlWalk::children(Region region, int depth) {
  std::uint64_t at = region.offset;
  while (at + 2 <= region.end()) {
    const Number id = TRY(vint(at, true));
    const Number size = TRY(vint(at + id.bytes, false));
    const std::uint64_t head = id.bytes + size.bytes;
    if (head > region.end() - at) return make_error(Code::corrupt, "an element is cut off", at);
    const std::uint64_t room = region.end() - at - head;
    const Element* const e = find(id.value);
    const bool open_ended = size.value == kUnknown;
    std::uint64_t length = open_ended ? room : size.value;
    if (length > room) {
      walk_.damage(fmt::format("element {} at byte {} runs {} bytes past its end",
                               e != nullptr ? e->name : fmt::format("{:x}", id.value), at, length - room));
      length = room;
    }
    if (id.value == kCluster) {
      if (clusters_++ == 0) TRY(walk_.node("Cluster", at, head + length, depth));
      TRY(walk_.count(at));
      // A live stream's cluster does not say where it ends: what follows is only reached by reading it.
      if (open_ended) return {};
    } else {
      TRY(walk_.node(e != nullptr ? std::string(e->name) : fmt::format("{:x}", id.value), at, head + length, depth));
      const Region body{at + head, length};
      const int outer = track_;
      if (e != nullptr && e->name == "TrackEntry") track_ = ++tracks_;
      if (e != nullptr && e->name == "ContentEncryption") walk_.fact(group(), "Encryption", "protected");
      if (e != nullptr && e->type == Type::master)
        TRY(walk_.tolerate(e->name, children(body, depth + 1)));
      else if (e != nullptr && e->type != Type::other)
        TRY(value(*e, body));
      track_ = outer;
    }
    at += head + length;
  }
  return {};
}

Result<void> EbmlWalk::value(const Element& e, Region body) {
  const Bytes b = TRY(walk_.read(body.offset, std::min<std::uint64_t>(body.size, 8192)));
  if (b.size() > 8 && e.type != Type::text) return {};
  const std::uint64_t number = load(b, 0, b.size(), true);
  std::string text;
  if (e.type == Type::text) {
    text = until_nul(b);
  } else if (e.type == Type::number) {
    text = fmt::format("{}", number);
    if (e.name == "TimestampScale") return scale_ = number, Result<void>{};
    if (e.name == "DefaultDuration" && number > 0) text = fmt::format("{:.3f} ms", static_cast<double>(number) / 1e6);
    if (e.name == "TrackType") text = number == 1 ? "video" : number == 2 ? "audio" : number == 17 ? "subtitles" : text;
    if (e.name == "PixelWidth" && walk_.media().width == 0) walk_.media().width = picture_size(number);
    if (e.name == "PixelHeight" && walk_.media().height == 0) walk_.media().height = picture_size(number);
  } else if (e.type == Type::real && (b.size() == 4 || b.size() == 8)) {
    double real = 0;
    if (b.size() == 4) {
      const auto bits = static_cast<std::uint32_t>(number);
      float narrow = 0;
      std::copy_n(reinterpret_cast<const char*>(&bits), 4, reinterpret_cast<char*>(&narrow));
      real = static_cast<double>(narrow);
    } else {
      std::copy_n(reinterpret_cast<const char*>(&number), 8, reinterpret_cast<char*>(&real));
    }
    if (!std::isfinite(real)) return {};
    text = e.name == "Duration" ? fmt::format("{:.3f} s", real * static_cast<double>(scale_) / 1e9)
                                : fmt::format("{:.6g}", real);
  } else if (e.type == Type::date) {
    // Nanoseconds from 2001-01-01 (RFC 8794 7.6).
    const auto from_2001 = std::chrono::nanoseconds(static_cast<std::int64_t>(number));
    const auto time = std::chrono::sys_days(std::chrono::year(2001) / 1 / 1) +
                      std::chrono::duration_cast<std::chrono::seconds>(from_2001);
    text = to_rfc3339(time);
  }
  if (e.name == "TagName") return tag_ = text, Result<void>{};
  if (e.name == "TagString") return walk_.fact("Matroska", tag_.empty() ? "Tag" : tag_, text), Result<void>{};
  walk_.fact(group(), e.name, text);
  return {};
}
}  // namespace

Result<void> walk_ebml(Walk& walk) { return EbmlWalk(walk).run(); }

}  // namespace bonafide::media
