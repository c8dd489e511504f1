#include "base/bytes.h"

#include <array>

namespace bonafide {

namespace {
Error past_end(std::uint64_t offset) { return make_error(Code::corrupt, "data ends too early", offset); }
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
}  // namespace

Result<void> ByteReader::seek(std::size_t position) {
  if (position > bytes_.size()) return past_end(base_ + bytes_.size());
  position_ = position;
  return {};
}

Result<void> ByteReader::skip(std::size_t count) {
  if (count > remaining()) return past_end(offset());
  position_ += count;
  return {};
}

Result<ByteView> ByteReader::take(std::size_t count) {
  if (count > remaining()) return past_end(offset());
  const ByteView view = bytes_.subspan(position_, count);
  position_ += count;
  return view;
}

template <typename T>
Result<T> ByteReader::integer(std::size_t count, bool big_endian) {
  const ByteView view = TRY(take(count));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | view[big_endian ? i : count - 1 - i];
  return static_cast<T>(value);
}

Result<std::uint8_t> ByteReader::u8() { return integer<std::uint8_t>(1, true); }
Result<std::uint16_t> ByteReader::u16be() { return integer<std::uint16_t>(2, true); }
Result<std::uint32_t> ByteReader::u24be() { return integer<std::uint32_t>(3, true); }
Result<std::uint32_t> ByteReader::u32be() { return integer<std::uint32_t>(4, true); }
Result<std::uint64_t> ByteReader::u64be() { return integer<std::uint64_t>(8, true); }
Result<std::uint16_t> ByteReader::u16le() { return integer<std::uint16_t>(2, false); }
Result<std::uint32_t> ByteReader::u32le() { return integer<std::uint32_t>(4, false); }
Result<std::uint64_t> ByteReader::u64le() { return integer<std::uint64_t>(8, false); }

std::string to_hex(ByteView bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return make_error(Code::invalid_argument, "hex text has an odd number of digits");
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return make_error(Code::invalid_argument, "not a hex digit", i);
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

std::string to_base64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t word = static_cast<std::uint32_t>(bytes[i]) << 16 |
                               (left > 1 ? static_cast<std::uint32_t>(bytes[i + 1]) << 8 : 0U) |
                               (left > 2 ? static_cast<std::uint32_t>(bytes[i + 2]) : 0U);
    text += kBase64[word >> 18];
    text += kBase64[word >> 12 & 63];
    text += left > 1 ? kBase64[word >> 6 & 63] : '=';
    text += left > 2 ? kBase64[word & 63] : '=';
  }
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  Bytes bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t word = 0;
  int bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = kBase64.find(text[i]);
    if (digit == std::string_view::npos) return make_error(Code::invalid_argument, "not a base64 digit", i);
    word = word << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<std::uint8_t>(word >> bits));
    }
  }
  if (bits >= 6) return make_error(Code::invalid_argument, "base64 text is cut off");
  return bytes;
}

namespace {
// Length of the well-formed UTF-8 sequence at the front (Unicode 15, table 3-7), or 0.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U; };
  const auto tail = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
  const unsigned a = at(0);
  const unsigned b = at(1);
  if (a < 0x80) return 1;
  if (a >= 0xC2 && a <= 0xDF) return tail(1) ? 2 : 0;
  if (a >= 0xE0 && a <= 0xEF) {
    if (!tail(1) || !tail(2) || (a == 0xE0 && b < 0xA0) || (a == 0xED && b > 0x9F)) return 0;
    return 3;
  }
  if (a >= 0xF0 && a <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3) || (a == 0xF0 && b < 0x90) || (a == 0xF4 && b > 0x8F)) return 0;
    return 4;
  }
  return 0;
}
}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string clean_utf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      clean += "\xEF\xBF\xBD";
      text.remove_prefix(1);
      continue;
    }
    const char c = text[0];
    const bool control = length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) && c != '\n' && c != '\t';
    if (control)
      clean += ' ';
    else
      clean.append(text.substr(0, length));
    text.remove_prefix(length);
  }
  return clean;
}

}  // namespace bonafide
