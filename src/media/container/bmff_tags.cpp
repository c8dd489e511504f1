// The words a movie says about itself: QuickTime user data, iTunes' ilst, Apple's and Android's keys.
#include <fmt/format.h>

#include <algorithm>

#include "media/container/bmff.h"

namespace bonafide::media::bmff {

namespace {
struct Name {
  std::string_view type, name;
};
constexpr Name kNames[] = {
    {"©nam", "Title"},       {"©ART", "Artist"},      {"©alb", "Album"},       {"©day", "ContentCreateDate"},
    {"©cmt", "Comment"},     {"©gen", "Genre"},       {"©wrt", "Composer"},    {"©too", "Encoder"},
    {"©enc", "EncodedBy"},   {"cprt", "Copyright"},   {"©cpy", "Copyright"},   {"desc", "Description"},
    {"©mak", "Make"},        {"©mod", "Model"},       {"©swr", "Software"},    {"©xyz", "GPSCoordinates"},
    {"©inf", "Information"}, {"aART", "AlbumArtist"}, {"auth", "Author"},      {"titl", "Title"},
    {"©fmt", "Format"},      {"©src", "Source"},      {"©des", "Description"}, {"©req", "Requirements"},
    {"manu", "Make"},        {"modl", "Model"},       {"tool", "Encoder"},     {"hinf", "HintInfo"},
};

std::string name_of(const std::string& type) {
  const auto* const found =
      std::find_if(std::begin(kNames), std::end(kNames), [&](const Name& n) { return n.type == type; });
  return found == std::end(kNames) ? type : std::string(found->name);
}

// QuickTime "well-known types": 1 UTF-8, 2 UTF-16, 21 signed and 22 unsigned big-endian integers.
std::string value_of(ByteView data) {
  const ByteView value = part(data, 8);
  switch (be32(data, 0)) {
    case 1: return std::string(as_text(value));
    case 2: return utf16_to_utf8(value, true);
    case 21:
    case 22: return value.size() <= 8 ? fmt::format("{}", load(value, 0, value.size(), true)) : std::string{};
    case 13:
    case 14: return fmt::format("a picture of {} bytes", value.size());
    default: return value.size() <= 4 ? fmt::format("0x{}", to_hex(value)) : fmt::format("{} bytes", value.size());
  }
}
}  // namespace

Result<void> Tags::keys(const Box& box) {
  const Bytes b = TRY(walk_.read(box.body));
  std::size_t at = 8;
  keys_.clear();
  while (at + 8 <= b.size()) {
    TRY(walk_.count(box.body.offset + at));
    const std::size_t size = be32(b, at);
    if (size < 8 || size > b.size() - at)
      return make_error(Code::corrupt, "a metadata key is cut off", box.body.offset + at);
    keys_.emplace_back(as_text(part(b, at + 8, size - 8)));
    at += size;
  }
  return {};
}

Result<void> Tags::item(const Box& box, int depth) {
  std::string name = name_of(box.type);
  const std::uint32_t index = be32(TRY(walk_.read(box.whole.offset + 4, 4)), 0);
  if (index >= 1 && index <= keys_.size()) name = keys_[index - 1];
  std::string value, own_name;
  std::uint64_t at = box.body.offset;
  while (at + 8 <= box.body.end()) {
    const Header header = TRY(read_header(walk_, at, box.body));
    TRY(walk_.node(header.box.type, at, header.box.whole.size, depth));
    const Bytes b = TRY(walk_.read_up_to(header.box.body.offset, std::min<std::uint64_t>(header.box.body.size, 8192)));
    if (header.box.type == "data")
      value += (value.empty() ? "" : ", ") + value_of(b);
    else if (header.box.type == "name")
      own_name = std::string(as_text(part(b, 4)));
    at = header.box.whole.end();
  }
  walk_.fact("MP4", own_name.empty() ? name : own_name, value);
  return {};
}

Result<void> Tags::user_data(const Box& box) {
  const bool quicktime = box.type.starts_with("©");
  const bool known = name_of(box.type) != box.type;
  if (!quicktime && !known) return {};
  const Bytes b = TRY(walk_.read_up_to(box.body.offset, std::min<std::uint64_t>(box.body.size, 8192)));
  std::string text;
  if (quicktime && b.size() >= 4 && std::size_t{be16(b, 0)} + 4 <= b.size())
    text = as_text(part(b, 4, be16(b, 0)));  // length, language, text
  else if (!quicktime && b.size() > 6 && be32(b, 0) == 0)
    text = until_nul(part(b, 6));  // 3GPP: version, flags, language, text
  else
    text = until_nul(b);
  walk_.fact("MP4", name_of(box.type), text);
  return {};
}

}  // namespace bonafide::media::bmff
