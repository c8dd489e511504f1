// CBOR (RFC 8949): views into the bytes as they came, since hashes and signatures need the original encoding, and a
// writer for core deterministic encoding (section 4.2.1).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace bonafide::cbor {

enum class Type { unsigned_int, negative_int, bytes, text, array, map, tag, boolean, null, undefined, simple, number };

/// One decoded item. Bytes and text are views: the input must outlive it. Children of arrays, maps (key, value, key,
/// value, …) and tags (one child) are values of their own.
class Value {
 public:
  Value() = default;
  Value(Value&&) = default;
  Value& operator=(Value&&) = default;
  Value(const Value&) = delete;  // `content` may view `joined`, which a copy would not carry along
  Value& operator=(const Value&) = delete;

  Type type = Type::null;
  std::uint64_t argument = 0;  ///< unsigned value; n for the negative number -1-n; tag number; simple value
  double number = 0;           ///< half, single or double precision
  bool boolean = false;
  ByteView content;  ///< bytes and text: what they hold
  ByteView encoded;  ///< the whole item as it stands in the input
  std::vector<Value> children;
  Bytes joined;  ///< holds the content of an indefinite-length string, which `content` views

  bool is(Type wanted) const { return type == wanted; }
  std::optional<std::int64_t> integer() const;  ///< nothing when it is none or does not fit
  std::optional<std::string_view> text() const;
  std::optional<ByteView> bytes() const;
  std::optional<bool> truth() const;
  /// A map's value for a text or integer key; nothing when it is not a map or has no such key.
  const Value* find(std::string_view key) const;
  const Value* find(std::int64_t key) const;
};

struct Bounds {
  int depth = 32;               ///< nesting
  std::size_t items = 200'000;  ///< in all
};

/// Exactly one item and nothing after it. Refuses what is not well-formed (RFC 8949 section 5.3), invalid UTF-8 in
/// text, and maps with the same key twice. `base` is the view's offset in its file, for messages.
Result<Value> parse(ByteView input, const Bounds& bounds = {}, std::uint64_t base = 0);

/// Appends items in the shortest form. Maps: call map(n), then key and value n times in the order of section 4.2.1
/// (bytewise order of the encoded keys); sorted_map() does that ordering itself.
class Writer {
 public:
  Writer& integer(std::int64_t value);
  Writer& text(std::string_view value);
  Writer& bytes(ByteView value);
  Writer& boolean(bool value);
  Writer& null();
  Writer& number(double value);  ///< the shortest float that keeps the value
  Writer& tag(std::uint64_t number);
  Writer& array(std::size_t count);
  Writer& map(std::size_t count);
  Writer& raw(ByteView encoded);  ///< one item that is encoded already
  /// Encoded keys and values; written in deterministic order.
  Writer& sorted_map(std::vector<std::pair<Bytes, Bytes>> entries);

  const Bytes& data() const { return data_; }
  Bytes take() { return std::move(data_); }

 private:
  void head(std::uint8_t major, std::uint64_t argument);
  Bytes data_;
};

/// RFC 8949 section 8: for people to read; cut after `most` characters, then closed again.
std::string diagnostic(const Value& value, std::size_t most = 100'000);

}  // namespace bonafide::cbor
