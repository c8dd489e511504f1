// CBOR: an answer for any bytes; what was read stays inside the input, and written again in deterministic form it reads
// the same, once and for all.
// link: bonafide_base
#include <cstdint>
#include <cstdlib>

#include "base/cbor.h"

namespace {

using namespace bonafide;

void must(bool promise) {
  if (!promise) std::abort();
}

bool inside(ByteView part, ByteView whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

std::size_t look(const cbor::Value& value, ByteView input, int depth) {
  must(depth <= 32 && inside(value.encoded, input) && !value.encoded.empty());
  if (value.joined.empty()) must(inside(value.content, value.encoded));
  must(!value.text() || is_utf8(*value.text()));
  std::size_t items = 1;
  for (const cbor::Value& child : value.children) items += look(child, value.encoded, depth + 1);
  return items;
}

void write(cbor::Writer& writer, const cbor::Value& value) {
  const auto encoded = [](const cbor::Value& item) {
    cbor::Writer one;
    write(one, item);
    return one.take();
  };
  switch (value.type) {
    case cbor::Type::unsigned_int:
    case cbor::Type::negative_int:
      if (value.integer())
        writer.integer(*value.integer());
      else
        writer.raw(value.encoded);  // beyond 63 bits
      return;
    case cbor::Type::bytes: writer.bytes(value.content); return;
    case cbor::Type::text: writer.text(*value.text()); return;
    case cbor::Type::array:
      writer.array(value.children.size());
      for (const cbor::Value& child : value.children) write(writer, child);
      return;
    case cbor::Type::map: {
      std::vector<std::pair<Bytes, Bytes>> entries;
      for (std::size_t i = 0; i + 1 < value.children.size(); i += 2)
        entries.emplace_back(encoded(value.children[i]), encoded(value.children[i + 1]));
      writer.sorted_map(std::move(entries));
      return;
    }
    case cbor::Type::tag:
      writer.tag(value.argument);
      write(writer, value.children.front());
      return;
    case cbor::Type::boolean: writer.boolean(value.boolean); return;
    case cbor::Type::null: writer.null(); return;
    case cbor::Type::number: writer.number(value.number); return;
    case cbor::Type::undefined:
    case cbor::Type::simple: writer.raw(value.encoded); return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input{data, size};
  const auto value = cbor::parse(input);
  if (!value) {
    must(value.error().code != Code::internal && !value.error().message.empty());
    return 0;
  }
  must(value->encoded.size() == size && look(*value, input, 0) <= 200'000);
  must(cbor::diagnostic(*value, 1000).size() <= 1000 + 16 + 64);  // a mark that it was cut, and what closes 32 levels
  cbor::Writer first;
  write(first, *value);
  const auto again = cbor::parse(first.data());
  must(again.has_value());  // keys that differ in the input differ in deterministic form, too
  cbor::Writer second;
  write(second, *again);
  must(second.data() == first.data());
  return 0;
}
