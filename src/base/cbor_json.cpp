#include "base/cbor_json.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <set>

namespace bonafide::cbor {

namespace {

constexpr std::size_t kMostKey = 200;  // characters of a key that is no text

std::string key_text(const Value& key) {
  if (const auto text = key.text()) return std::string(*text);
  return diagnostic(key, kMostKey);
}

Json integer_json(const Value& value) {
  if (value.is(Type::unsigned_int)) return value.argument;
  if (const auto number = value.integer()) return *number;
  return diagnostic(value, kMostKey);
}

/// The shortest decimal that gives the float back: 0.1 written in single precision is shown as 0.1.
Json number_json(const Value& value) {
  if (!std::isfinite(value.number)) return nullptr;
  const bool is_double = value.encoded.empty() || value.encoded.front() == 0xfb;
  if (is_double) return value.number;
  const std::string digits = fmt::format("{}", static_cast<float>(value.number));
  double number = value.number;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// Members are appended, not looked up: a map of a hundred thousand keys would take minutes otherwise.
Json map_json(const Value& map, ByteForm form) {
  Json json = Json::object();
  auto& members = json.get_ref<Json::object_t&>();
  members.reserve(map.children.size() / 2);
  std::set<std::string, std::less<>> taken;
  for (std::size_t i = 0; i + 1 < map.children.size(); i += 2) {
    std::string key = key_text(map.children[i]);
    while (!taken.insert(key).second) key += '\'';
    members.emplace_back(std::move(key), to_json(map.children[i + 1], form));
  }
  return json;
}

}  // namespace

std::string to_text(ByteView bytes, ByteForm form) {
  const std::string base64 = to_base64(bytes);
  return form == ByteForm::crjson ? "b64'" + base64 + "'" : base64;
}

Json to_json(const Value& value, ByteForm form) {
  switch (value.type) {
    case Type::unsigned_int:
    case Type::negative_int: return integer_json(value);
    case Type::bytes: return to_text(value.content, form);
    case Type::text: return std::string(as_text(value.content));
    case Type::array: {
      Json json = Json::array();
      for (const Value& child : value.children) json.push_back(to_json(child, form));
      return json;
    }
    case Type::map: return map_json(value, form);
    case Type::tag: return value.children.empty() ? Json() : to_json(value.children.front(), form);
    case Type::boolean: return value.boolean;
    case Type::number: return number_json(value);
    case Type::simple: return diagnostic(value, kMostKey);
    case Type::null:
    case Type::undefined: return nullptr;
  }
  return nullptr;
}

}  // namespace bonafide::cbor
