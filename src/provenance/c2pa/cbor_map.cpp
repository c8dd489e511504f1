#include "provenance/c2pa/cbor_map.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr int kMostDepth = 32;

Result<void> write(cbor::Writer& writer, const Json& json, int depth) {
  if (depth > kMostDepth) return make_error(Code::invalid_argument, "nested too deep");
  switch (json.type()) {
    case Json::value_t::null: writer.null(); return {};
    case Json::value_t::boolean: writer.boolean(json.get<bool>()); return {};
    case Json::value_t::number_integer: writer.integer(json.get<std::int64_t>()); return {};
    case Json::value_t::number_unsigned:
      if (json.get<std::uint64_t>() > INT64_MAX) return make_error(Code::invalid_argument, "a number too large");
      writer.integer(json.get<std::int64_t>());
      return {};
    case Json::value_t::number_float: writer.number(json.get<double>()); return {};
    case Json::value_t::string: {
      const auto& text = json.get_ref<const std::string&>();
      if (text.starts_with("b64'") && text.ends_with("'") && text.size() > 4) {
        const auto bytes = from_base64(std::string_view(text).substr(4, text.size() - 5));
        if (!bytes) return make_error(Code::invalid_argument, "a byte string that is not base64");
        writer.bytes(*bytes);
      } else {
        writer.text(text);
      }
      return {};
    }
    case Json::value_t::array:
      writer.array(json.size());
      for (const Json& item : json) TRY(write(writer, item, depth + 1));
      return {};
    case Json::value_t::object: {
      std::vector<std::pair<Bytes, Bytes>> entries;
      for (const auto& [key, value] : json.items()) {
        cbor::Writer name, inner;
        name.text(key);
        TRY(write(inner, value, depth + 1));
        entries.emplace_back(name.take(), inner.take());
      }
      writer.sorted_map(std::move(entries));
      return {};
    }
    default: return make_error(Code::invalid_argument, "a JSON value of a kind that CBOR does not have");
  }
}

}  // namespace

Result<Bytes> cbor_of_json(const Json& json) {
  cbor::Writer writer;
  TRY(write(writer, json, 0));
  return writer.take();
}

}  // namespace bonafide::provenance::c2pa
