// A CBOR map put together key by key, written in deterministic order (RFC 8949 §4.2.1), and JSON turned into CBOR.
#pragma once
#include <string_view>
#include <utility>
#include <vector>

#include "base/cbor.h"
#include "base/json.h"

namespace bonafide::provenance::c2pa {

class CborMap {
 public:
  CborMap& text(std::string_view key, std::string_view value) { return raw(key, of(cbor::Writer().text(value))); }
  CborMap& bytes(std::string_view key, ByteView value) { return raw(key, of(cbor::Writer().bytes(value))); }
  CborMap& integer(std::string_view key, std::int64_t value) { return raw(key, of(cbor::Writer().integer(value))); }
  CborMap& boolean(std::string_view key, bool value) { return raw(key, of(cbor::Writer().boolean(value))); }
  /// `encoded` is one item.
  CborMap& raw(std::string_view key, Bytes encoded) {
    entries_.emplace_back(of(cbor::Writer().text(key)), std::move(encoded));
    return *this;
  }
  /// Nothing is written when the text is empty.
  CborMap& text_if(std::string_view key, std::string_view value) { return value.empty() ? *this : text(key, value); }
  bool empty() const { return entries_.empty(); }
  Bytes take() { return of(cbor::Writer().sorted_map(std::move(entries_))); }

 private:
  static Bytes of(cbor::Writer& writer) { return writer.take(); }
  static Bytes of(cbor::Writer&& writer) { return writer.take(); }
  std::vector<std::pair<Bytes, Bytes>> entries_;
};

/// An array of items that are encoded already.
inline Bytes cbor_array(const std::vector<Bytes>& items) {
  cbor::Writer writer;
  writer.array(items.size());
  for (const Bytes& item : items) writer.raw(item);
  return writer.take();
}

/// JSON as CBOR: whole numbers as integers, texts of the form b64'…' (crJSON's byte strings) as bytes. invalid_argument
/// for base64 that is none, numbers beyond 64 bits, more than 32 levels.
Result<Bytes> cbor_of_json(const Json& json);

}  // namespace bonafide::provenance::c2pa
