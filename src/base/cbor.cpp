#include "base/cbor.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace bonafide::cbor {

namespace {

constexpr int kIndefinite = 31;

// Half precision, RFC 8949 appendix D.
double half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const double mantissa = bits & 1023;
  double value = 0;
  if (exponent == 0)
    value = std::ldexp(mantissa, -24);
  else if (exponent != 31)
    value = std::ldexp(mantissa + 1024, exponent - 25);
  else
    value = mantissa == 0 ? HUGE_VAL : std::nan("");
  return (bits & 0x8000) != 0 ? -value : value;
}

/// The half-precision number that is exactly this, if there is one.
std::optional<std::uint16_t> exact_half(double value) {
  const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const double magnitude = std::abs(value);
  if (magnitude == 0) return sign;
  if (std::isinf(magnitude)) return static_cast<std::uint16_t>(sign | 0x7C00);
  if (magnitude >= 65536) return std::nullopt;
  int exponent = 0;
  std::frexp(magnitude, &exponent);  // magnitude is 0.5…1 times 2^exponent
  const int unit = std::max(exponent - 11, -24);
  const double mantissa = std::ldexp(magnitude, -unit);
  if (mantissa != std::floor(mantissa)) return std::nullopt;
  const auto whole = static_cast<std::uint32_t>(mantissa);  // below 1024: subnormal
  const std::uint32_t bits = whole < 1024 ? whole : static_cast<std::uint32_t>(unit + 25) << 10 | (whole & 1023);
  return static_cast<std::uint16_t>(sign | bits);
}

/// What an item means, so that two items are equal exactly when these bytes are: the same key may be written in several
/// ways, and readers that take the first and readers that take the last of two must not be told apart by that.
void append_meaning(const Value& value, std::string& into) {
  const auto append_number = [&](std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) into += static_cast<char>(number >> shift);
  };
  into += static_cast<char>(value.type);
  switch (value.type) {
    case Type::bytes:
    case Type::text:
      append_number(value.content.size());
      into += as_text(value.content);
      return;
    case Type::number:
      append_number(std::bit_cast<std::uint64_t>(std::isnan(value.number) ? std::nan("") : value.number));
      return;
    case Type::boolean: into += value.boolean ? '1' : '0'; return;
    case Type::map: {
      std::vector<std::pair<std::string, std::string>> entries(value.children.size() / 2);
      for (std::size_t i = 0; i < entries.size(); ++i) {
        append_meaning(value.children[2 * i], entries[i].first);
        append_meaning(value.children[2 * i + 1], entries[i].second);
      }
      std::sort(entries.begin(), entries.end());
      append_number(entries.size());
      for (const auto& [key, content] : entries) {
        into += key + content;
      }
      return;
    }
    case Type::array:
    case Type::tag:
      if (value.type == Type::tag) append_number(value.argument);
      append_number(value.children.size());
      for (const Value& child : value.children) append_meaning(child, into);
      return;
    default: append_number(value.argument); return;
  }
}

class Parser {
 public:
  Parser(ByteView input, const Bounds& bounds, std::uint64_t base) : input_(input), bounds_(bounds), base_(base) {}

  Result<Value> whole() {
    Value value = TRY(item(0));
    if (position_ != input_.size()) return wrong("something follows the CBOR item");
    return value;
  }

 private:
  struct Head {
    std::uint8_t major = 0;
    int info = 0;
    std::uint64_t argument = 0;
  };

  Error wrong(std::string_view what, Code code = Code::corrupt) const {
    return make_error(code, std::string(what), base_ + position_);
  }

  Result<Head> head() {
    if (position_ >= input_.size()) return wrong("CBOR ends too early");
    const std::uint8_t first = input_[position_++];
    Head head{static_cast<std::uint8_t>(first >> 5), first & 31, 0};
    if (head.info < 24) {
      head.argument = static_cast<std::uint64_t>(head.info);
    } else if (head.info < 28) {
      const std::size_t size = std::size_t{1} << (head.info - 24);
      if (size > input_.size() - position_) return wrong("CBOR ends too early");
      for (std::size_t i = 0; i < size; ++i) head.argument = head.argument << 8 | input_[position_++];
    } else if (head.info != kIndefinite || head.major < 2 || head.major == 6) {
      return wrong("reserved CBOR length");
    }
    return head;
  }

  bool at_break() const { return position_ < input_.size() && input_[position_] == 0xFF; }

  Result<Value> item(int depth) {
    if (depth > bounds_.depth) return wrong("CBOR is nested too deeply", Code::limit);
    if (++items_ > bounds_.items) return wrong("too many CBOR items", Code::limit);
    const std::size_t begin = position_;
    const Head first = TRY(head());
    Value value;
    value.argument = first.argument;
    switch (first.major) {
      case 0: value.type = Type::unsigned_int; break;
      case 1: value.type = Type::negative_int; break;
      case 2:
      case 3: TRY(string(first, value)); break;
      case 4:
      case 5: TRY(container(first, depth, value)); break;
      case 6:
        value.type = Type::tag;
        value.children.push_back(TRY(item(depth + 1)));
        break;
      default: TRY(simple(first, value)); break;
    }
    value.encoded = input_.subspan(begin, position_ - begin);
    return value;
  }

  Result<ByteView> chunk(std::uint64_t size) {
    if (size > input_.size() - position_) return wrong("CBOR string runs past the end");
    const ByteView view = input_.subspan(position_, static_cast<std::size_t>(size));
    position_ += static_cast<std::size_t>(size);
    return view;
  }

  Result<void> string(const Head& first, Value& value) {
    value.type = first.major == 2 ? Type::bytes : Type::text;
    if (first.info != kIndefinite) {
      value.content = TRY(chunk(first.argument));
    } else {
      while (!at_break()) {
        const Head part = TRY(head());
        if (part.major != first.major || part.info == kIndefinite) return wrong("wrong chunk in a CBOR string");
        if (++items_ > bounds_.items) return wrong("too many CBOR items", Code::limit);
        const ByteView bytes = TRY(chunk(part.argument));
        value.joined.insert(value.joined.end(), bytes.begin(), bytes.end());
      }
      ++position_;
      value.content = value.joined;  // a vector's buffer stays where it is when the Value is moved
    }
    if (value.type == Type::text && !is_utf8(as_text(value.content))) return wrong("CBOR text is not UTF-8");
    return {};
  }

  Result<void> container(const Head& first, int depth, Value& value) {
    value.type = first.major == 4 ? Type::array : Type::map;
    const std::uint64_t width = first.major == 4 ? 1 : 2;
    const bool indefinite = first.info == kIndefinite;
    // Every item takes a byte at least: a count beyond that is a lie, caught before anything is reserved.
    if (!indefinite && first.argument > (input_.size() - position_) / width)
      return wrong("CBOR count runs past the end");
    for (std::uint64_t i = 0; indefinite ? !at_break() : i < first.argument; ++i) {
      for (std::uint64_t j = 0; j < width; ++j) value.children.push_back(TRY(item(depth + 1)));
    }
    if (indefinite) ++position_;
    if (value.type == Type::map) return unique_keys(value);
    return {};
  }

  Result<void> unique_keys(const Value& map) {
    std::vector<std::string> keys(map.children.size() / 2);
    for (std::size_t i = 0; i < keys.size(); ++i) append_meaning(map.children[2 * i], keys[i]);
    std::sort(keys.begin(), keys.end());
    if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) return wrong("the same key twice in a CBOR map");
    return {};
  }

  Result<void> simple(const Head& first, Value& value) {
    switch (first.info) {
      case 20:
      case 21:
        value.type = Type::boolean;
        value.boolean = first.info == 21;
        return {};
      case 22: value.type = Type::null; return {};
      case 23: value.type = Type::undefined; return {};
      case 24:
        if (first.argument < 32) return wrong("CBOR simple value in a longer form than needed");
        value.type = Type::simple;
        return {};
      case 25:
        value.type = Type::number;
        value.number = half(static_cast<std::uint16_t>(first.argument));
        return {};
      case 26:
        value.type = Type::number;
        value.number = static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(first.argument)));
        return {};
      case 27:
        value.type = Type::number;
        value.number = std::bit_cast<double>(first.argument);
        return {};
      case kIndefinite: return wrong("CBOR break outside an open item");
      default: value.type = Type::simple; return {};
    }
  }

  ByteView input_;
  Bounds bounds_;
  std::uint64_t base_;
  std::size_t position_ = 0;
  std::size_t items_ = 0;
};

}  // namespace

std::optional<std::int64_t> Value::integer() const {
  constexpr std::uint64_t kMost = INT64_MAX;
  if (argument > kMost) return std::nullopt;
  if (type == Type::unsigned_int) return static_cast<std::int64_t>(argument);
  if (type == Type::negative_int) return -1 - static_cast<std::int64_t>(argument);
  return std::nullopt;
}

std::optional<std::string_view> Value::text() const {
  if (type != Type::text) return std::nullopt;
  return as_text(content);
}

std::optional<ByteView> Value::bytes() const {
  if (type != Type::bytes) return std::nullopt;
  return content;
}

std::optional<bool> Value::truth() const {
  if (type != Type::boolean) return std::nullopt;
  return boolean;
}

const Value* Value::find(std::string_view key) const {
  if (type != Type::map) return nullptr;
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
    if (children[i].text() == key) return &children[i + 1];
  }
  return nullptr;
}

const Value* Value::find(std::int64_t key) const {
  if (type != Type::map) return nullptr;
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
    if (children[i].integer() == key) return &children[i + 1];
  }
  return nullptr;
}

Result<Value> parse(ByteView input, const Bounds& bounds, std::uint64_t base) {
  return Parser(input, bounds, base).whole();
}

void Writer::head(std::uint8_t major, std::uint64_t argument) {
  const auto top = static_cast<std::uint8_t>(major << 5);
  if (argument < 24) {
    data_.push_back(static_cast<std::uint8_t>(top | argument));
    return;
  }
  const int power = argument < 0x100 ? 0 : argument < 0x10000 ? 1 : argument < 0x100000000 ? 2 : 3;
  data_.push_back(static_cast<std::uint8_t>(top | (24 + power)));
  for (int shift = (8 << power) - 8; shift >= 0; shift -= 8)
    data_.push_back(static_cast<std::uint8_t>(argument >> shift));
}

Writer& Writer::integer(std::int64_t value) {
  if (value >= 0)
    head(0, static_cast<std::uint64_t>(value));
  else
    head(1, static_cast<std::uint64_t>(-1 - value));
  return *this;
}

Writer& Writer::text(std::string_view value) {
  head(3, value.size());
  return raw(as_bytes(value));
}

Writer& Writer::bytes(ByteView value) {
  head(2, value.size());
  return raw(value);
}

Writer& Writer::boolean(bool value) {
  data_.push_back(value ? 0xF5 : 0xF4);
  return *this;
}

Writer& Writer::null() {
  data_.push_back(0xF6);
  return *this;
}

Writer& Writer::number(double value) {
  const auto put = [&](std::uint8_t first, std::uint64_t bits, int size) {
    data_.push_back(first);
    for (int shift = size * 8 - 8; shift >= 0; shift -= 8) data_.push_back(static_cast<std::uint8_t>(bits >> shift));
  };
  if (std::isnan(value)) {
    put(0xF9, 0x7E00, 2);
    return *this;
  }
  if (const auto bits = exact_half(value)) {
    put(0xF9, *bits, 2);
    return *this;
  }
  const auto single = static_cast<float>(value);
  if (std::bit_cast<std::uint64_t>(static_cast<double>(single)) == std::bit_cast<std::uint64_t>(value)) {
    put(0xFA, std::bit_cast<std::uint32_t>(single), 4);
  } else {
    put(0xFB, std::bit_cast<std::uint64_t>(value), 8);
  }
  return *this;
}

Writer& Writer::tag(std::uint64_t number) { return head(6, number), *this; }
Writer& Writer::array(std::size_t count) { return head(4, count), *this; }
Writer& Writer::map(std::size_t count) { return head(5, count), *this; }

Writer& Writer::raw(ByteView encoded) {
  data_.insert(data_.end(), encoded.begin(), encoded.end());
  return *this;
}

Writer& Writer::sorted_map(std::vector<std::pair<Bytes, Bytes>> entries) {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  map(entries.size());
  for (const auto& [key, value] : entries) raw(key).raw(value);
  return *this;
}

namespace {

void write_diagnostic(const Value& value, std::size_t most, std::string& out) {
  if (out.size() > most) return;
  const auto list = [&](std::string_view open, std::string_view close, std::size_t width) {
    out += open;
    for (std::size_t i = 0; i < value.children.size() && out.size() <= most; ++i) {
      if (i > 0) out += width == 2 && i % 2 == 1 ? ": " : ", ";
      write_diagnostic(value.children[i], most, out);
    }
    out += close;
  };
  switch (value.type) {
    case Type::unsigned_int: out += fmt::format("{}", value.argument); break;
    case Type::negative_int:
      out +=
          value.argument == UINT64_MAX ? std::string("-18446744073709551616") : fmt::format("-{}", value.argument + 1);
      break;
    case Type::bytes:
      out += value.content.size() > 64
                 ? fmt::format("h'{}…' ({} bytes)", to_hex(value.content.first(64)), value.content.size())
                 : "h'" + to_hex(value.content) + "'";
      break;
    case Type::text:
      out += '"';
      for (const char c : clean_utf8(as_text(value.content)))
        out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
      out += '"';
      break;
    case Type::array: list("[", "]", 1); break;
    case Type::map: list("{", "}", 2); break;
    case Type::tag: list(fmt::format("{}(", value.argument), ")", 1); break;
    case Type::boolean: out += value.boolean ? "true" : "false"; break;
    case Type::null: out += "null"; break;
    case Type::undefined: out += "undefined"; break;
    case Type::simple: out += fmt::format("simple({})", value.argument); break;
    case Type::number: {
      const std::string digits = fmt::format("{}", value.number);
      out += std::isnan(value.number)   ? "NaN"
             : std::isinf(value.number) ? (value.number < 0 ? "-Infinity" : "Infinity")
                                        : digits;
      break;
    }
  }
}

}  // namespace

std::string diagnostic(const Value& value, std::size_t most) {
  std::string out;
  write_diagnostic(value, most, out);
  return out;
}

}  // namespace bonafide::cbor
