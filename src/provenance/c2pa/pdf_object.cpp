// Objects of PDF (ISO 32000-2, 7.2 and 7.3).
#include <algorithm>

#include "provenance/c2pa/pdf.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr int kDeepest = 32;

bool is_space(std::uint8_t c) { return c == 0 || c == 9 || c == 10 || c == 12 || c == 13 || c == 32; }
bool is_delimiter(std::uint8_t c) {
  return std::string_view("()<>[]{}/%").find(static_cast<char>(c)) != std::string_view::npos;
}
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class Parser {
 public:
  explicit Parser(ByteView bytes) : bytes_(bytes) {}

  std::size_t position() const { return at_; }
  bool cut() const { return at_ >= bytes_.size(); }

  Result<PdfObject> object(int depth) {
    if (depth > kDeepest) return make_error(Code::limit, "PDF objects are nested too deep", at_);
    skip_space();
    if (cut()) return ended();
    const std::uint8_t c = bytes_[at_];
    if (c == '/') return name();
    if (c == '(') return string();
    if (c == '[') return array(depth);
    if (c == '<') return at_ + 1 < bytes_.size() && bytes_[at_ + 1] == '<' ? dictionary(depth) : hex_string();
    if ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.') return number();
    return word();
  }

 private:
  static Error ended() { return make_error(Code::corrupt, "a PDF object has no end"); }
  Error unexpected() const { return make_error(Code::corrupt, "a PDF object was expected", at_); }

  void skip_space() {
    for (; at_ < bytes_.size(); ++at_) {
      if (bytes_[at_] == '%') {  // a comment, to the end of the line
        while (at_ + 1 < bytes_.size() && bytes_[at_] != '\n' && bytes_[at_] != '\r') ++at_;
      } else if (!is_space(bytes_[at_])) {
        return;
      }
    }
  }

  /// Everything up to white space or a delimiter.
  std::string_view token() {
    const std::size_t begin = at_;
    while (at_ < bytes_.size() && !is_space(bytes_[at_]) && !is_delimiter(bytes_[at_])) ++at_;
    return as_text(bytes_.subspan(begin, at_ - begin));
  }

  Result<PdfObject> name() {
    ++at_;
    const std::string_view raw = token();
    if (cut()) return ended();
    PdfObject made;
    made.kind = PdfObject::Kind::name;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const int high = raw[i] == '#' && i + 2 < raw.size() ? hex_digit(raw[i + 1]) : -1;
      const int low = high >= 0 ? hex_digit(raw[i + 2]) : -1;
      made.text += low >= 0 ? static_cast<char>(high * 16 + low) : raw[i];
      if (low >= 0) i += 2;
    }
    return made;
  }

  Result<PdfObject> string() {
    PdfObject made;
    made.kind = PdfObject::Kind::string;
    int open = 0;
    for (; at_ < bytes_.size(); ++at_) {
      const std::uint8_t c = bytes_[at_];
      if (c == '\\') {  // what it escapes matters to nobody here
        ++at_;
        continue;
      }
      if (c == '(' && ++open == 1) continue;
      if (c == ')' && --open == 0) {
        ++at_;
        return made;
      }
      made.text += static_cast<char>(c);
    }
    return ended();
  }

  Result<PdfObject> hex_string() {
    PdfObject made;
    made.kind = PdfObject::Kind::string;
    for (++at_; at_ < bytes_.size(); ++at_) {
      const char c = static_cast<char>(bytes_[at_]);
      if (c == '>') {
        ++at_;
        return made;
      }
      if (!is_space(bytes_[at_]) && hex_digit(c) < 0) return unexpected();
      made.text += c;
    }
    return ended();
  }

  Result<PdfObject> array(int depth) {
    PdfObject made;
    made.kind = PdfObject::Kind::array;
    for (++at_;;) {
      skip_space();
      if (cut()) return ended();
      if (bytes_[at_] == ']') {
        ++at_;
        return made;
      }
      made.items.push_back(TRY(object(depth + 1)));
    }
  }

  Result<PdfObject> dictionary(int depth) {
    PdfObject made;
    made.kind = PdfObject::Kind::dictionary;
    for (at_ += 2;;) {
      skip_space();
      if (at_ + 1 >= bytes_.size()) {
        at_ = bytes_.size();
        return ended();
      }
      if (bytes_[at_] == '>' && bytes_[at_ + 1] == '>') {
        at_ += 2;
        return made;
      }
      if (bytes_[at_] != '/') return unexpected();
      PdfObject key = TRY(name());
      made.items.push_back(TRY(object(depth + 1)));
      made.keys.push_back(std::move(key.text));
    }
  }

  /// Digits alone, as an object's number and generation are written.
  static std::optional<std::int64_t> whole(std::string_view text) {
    if (text.empty() || text.size() > 15) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : text) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    return value;
  }

  Result<PdfObject> number() {
    const std::string_view text = token();
    if (cut()) return ended();
    PdfObject made;
    const bool sign = text[0] == '-' || text[0] == '+';
    const auto value = whole(text.substr(sign ? 1 : 0));
    made.kind = value ? PdfObject::Kind::integer : PdfObject::Kind::real;
    made.number = value ? (text[0] == '-' ? -*value : *value) : 0;
    if (!value || sign) return made;
    const std::size_t behind = at_;
    skip_space();
    const auto generation = whole(token());
    skip_space();
    if (cut()) return ended();  // it may go on as a reference
    if (generation && token() == "R") {
      if (cut()) return ended();
      made.kind = PdfObject::Kind::reference;
    } else {
      at_ = behind;
    }
    return made;
  }

  Result<PdfObject> word() {
    const std::string_view text = token();
    if (cut()) return ended();
    PdfObject made;
    if (text == "null") return made;
    if (text != "true" && text != "false") return unexpected();
    made.kind = PdfObject::Kind::boolean;
    made.number = text == "true" ? 1 : 0;
    return made;
  }

  ByteView bytes_;
  std::size_t at_ = 0;
};

}  // namespace

const PdfObject* PdfObject::find(std::string_view key) const {
  const auto entry = std::find(keys.rbegin(), keys.rend(), key);
  return entry == keys.rend() ? nullptr : &items[static_cast<std::size_t>(keys.rend() - entry) - 1];
}

Result<PdfObject> parse_pdf_object(ByteView bytes, std::size_t& used, bool& cut) {
  Parser parser(bytes);
  auto object = parser.object(0);
  used = parser.position();
  cut = !object && parser.cut();
  return object;
}

}  // namespace bonafide::provenance::c2pa
