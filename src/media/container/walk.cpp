#include "media/container/walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace bonafide::media {

namespace {
constexpr std::size_t kWindow = 64 * 1024;
constexpr std::size_t kFactBytes = 4096;                // Fact::value's promise
constexpr std::size_t kAllFactBytes = 8 * 1024 * 1024;  // bounds memory whatever the file says
constexpr std::size_t kDamageLines = 50;                // nobody reads more
constexpr std::size_t kTypeBytes = 64, kNoteBytes = 256;

std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
  text.resize(end);
  return text;
}

void append_utf8(std::string& text, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 63));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 63)), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
  }
}
}  // namespace

Result<Bytes> Walk::read_up_to(std::uint64_t offset, std::uint64_t count) {
  if (context_.stopped()) return make_error(Code::cancelled, "stopped while reading the file's structure");
  if (offset >= size() || count == 0) return Bytes{};
  count = std::min(count, size() - offset);
  if (count > limits().metadata_bytes)
    return make_error(Code::corrupt, fmt::format("a metadata block of {} bytes is larger than allowed", count), offset);
  if (count > kWindow / 4) {
    Bytes bytes(static_cast<std::size_t>(count));
    bytes.resize(TRY(source_.read_some(offset, bytes)));
    return bytes;
  }
  const bool inside = offset >= window_offset_ && offset + count <= window_offset_ + window_.size();
  if (!inside) {
    window_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, size() - offset)));
    window_offset_ = offset;
    window_.resize(TRY(source_.read_some(offset, window_)));
    count = std::min<std::uint64_t>(count, window_.size());
  }
  const auto begin = window_.begin() + static_cast<std::ptrdiff_t>(offset - window_offset_);
  return Bytes(begin, begin + static_cast<std::ptrdiff_t>(count));
}

Result<Bytes> Walk::read(std::uint64_t offset, std::uint64_t count) {
  if (offset > size() || count > size() - offset)
    return make_error(Code::corrupt,
                      fmt::format("the file ends {} bytes too early", count - (size() - std::min(offset, size()))),
                      offset);
  Bytes bytes = TRY(read_up_to(offset, count));
  if (bytes.size() != count) return make_error(Code::io, "the file became shorter while it was read", offset);
  return bytes;
}

Result<void> Walk::count(std::uint64_t offset) {
  if (context_.stopped()) return make_error(Code::cancelled, "stopped while reading the file's structure");
  if (++counted_ > limits().nodes)
    return make_error(Code::limit, fmt::format("more than {} parts in one file", limits().nodes), offset);
  return {};
}

Result<void> Walk::node(std::string_view type, std::uint64_t offset, std::uint64_t size, int depth,
                        std::string_view note) {
  TRY(count(offset));
  if (depth > limits().depth)
    return make_error(Code::limit, fmt::format("parts nested deeper than {} levels", limits().depth), offset);
  // A part lies inside the file, whatever it says of itself.
  offset = std::min(offset, this->size());
  size = std::min(size, this->size() - offset);
  media_.tree.push_back({cut(clean_utf8(type), kTypeBytes), offset, size, depth, cut(clean_utf8(note), kNoteBytes)});
  return {};
}

void Walk::note(std::string_view text) {
  if (media_.tree.empty()) return;
  std::string& note = media_.tree.back().note;
  note = cut(note + (note.empty() ? "" : ", ") + clean_utf8(text), kNoteBytes);
}

void Walk::fact(std::string_view group, std::string_view name, std::string_view value) {
  std::string clean =
      cut(trimmed(clean_utf8(cut(std::string(value.substr(0, kFactBytes + 4)), kFactBytes))), kFactBytes);
  if (clean.empty()) return;
  std::string label = cut(trimmed(clean_utf8(name.substr(0, kTypeBytes))), kTypeBytes);
  fact_bytes_ += clean.size() + label.size() + sizeof(Fact);
  if (fact_bytes_ > kAllFactBytes) return;
  media_.facts.push_back({std::string(group), std::move(label), std::move(clean)});
}

void Walk::damage(std::string text) {
  text = cut(clean_utf8(text), kNoteBytes);
  auto& lines = media_.damage;
  if (lines.size() < kDamageLines && std::find(lines.begin(), lines.end(), text) == lines.end())
    lines.push_back(std::move(text));
}

Result<void> Walk::tolerate(std::string_view what, Result<void> result) {
  if (result) return {};
  const Error& error = result.error();
  if (error.code != Code::corrupt) return error;
  damage(error.offset ? fmt::format("{}: {} (at byte {})", what, error.message, *error.offset)
                      : fmt::format("{}: {}", what, error.message));
  return {};
}

std::uint64_t load(ByteView bytes, std::size_t at, std::size_t count, bool big_endian) {
  if (at > bytes.size() || count > bytes.size() - at) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + (big_endian ? i : count - 1 - i)];
  return value;
}

ByteView part(ByteView bytes, std::size_t at, std::size_t count) {
  if (at >= bytes.size()) return {};
  return bytes.subspan(at, std::min(count, bytes.size() - at));
}

bool starts_with(ByteView bytes, std::string_view magic, std::size_t at) {
  return as_text(part(bytes, at, magic.size())) == magic;
}

std::string_view until_nul(ByteView bytes) {
  const std::string_view text = as_text(bytes);
  return text.substr(0, text.find('\0'));
}

std::string latin1_to_utf8(ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (byte == 0) break;
    append_utf8(text, byte);
  }
  return text;
}

std::string utf16_to_utf8(ByteView bytes, bool big_endian) {
  std::string text;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t unit = static_cast<std::uint32_t>(load(bytes, i, 2, big_endian));
    if (unit == 0) break;
    if (unit >= 0xD800 && unit < 0xDC00) {
      const auto low = static_cast<std::uint32_t>(load(bytes, i + 2, 2, big_endian));
      if (low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      } else {
        unit = 0xFFFD;
      }
    } else if (unit >= 0xDC00 && unit < 0xE000) {
      unit = 0xFFFD;
    }
    append_utf8(text, unit);
  }
  return text;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view blank(" \t\r\n\v\f\0", 7);
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(blank) - begin + 1));
}

std::string fourcc(ByteView bytes, std::size_t at) {
  std::string text;
  for (const std::uint8_t byte : part(bytes, at, 4)) {
    if (byte == 0xA9)
      text += "\xC2\xA9";  // QuickTime's (c)
    else if (byte >= 0x20 && byte < 0x7F)
      text += static_cast<char>(byte);
    else
      text += fmt::format("\\x{:02x}", byte);
  }
  return text;
}

int picture_size(std::uint64_t value) {
  return value <= static_cast<std::uint64_t>(std::numeric_limits<int>::max()) ? static_cast<int>(value) : 0;
}

}  // namespace bonafide::media
