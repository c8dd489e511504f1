// Metadata blocks several formats carry: XMP packets, Photoshop resources, IPTC records, ICC profiles.
#include <fmt/format.h>

#include <algorithm>

#include "media/container/walkers.h"

namespace bonafide::media {

namespace {
constexpr int kXmpFacts = 1000;        // histories of thousands of steps say no more
constexpr std::size_t kXmpDepth = 64;  // elements within elements

std::string unescaped(std::string_view text) {
  struct Entity {
    std::string_view name, character;
  };
  constexpr Entity kEntities[] = {{"&amp;", "&"},  {"&lt;", "<"},  {"&gt;", ">"}, {"&quot;", "\""},
                                  {"&apos;", "'"}, {"&#xA;", " "}, {"&#10;", " "}};
  std::string plain;
  while (!text.empty()) {
    const auto* const entity = text[0] != '&' ? std::end(kEntities)
                                              : std::find_if(std::begin(kEntities), std::end(kEntities),
                                                             [&](const Entity& e) { return text.starts_with(e.name); });
    if (entity == std::end(kEntities)) {
      plain += text[0];
      text.remove_prefix(1);
    } else {
      plain += entity->character;
      text.remove_prefix(entity->name.size());
    }
  }
  return plain;
}

// Reads RDF/XML as a stream of tags: enough for XMP (ISO 16684-1 clause 7), and it cannot be led astray by
// document types or entities because it knows none.
class XmpReader {
 public:
  XmpReader(Walk& walk, std::string_view text) : walk_(walk), text_(text) {}
  void run();

 private:
  void open_tag(std::string_view inside);
  void attributes(std::string_view rest);
  void say(std::string_view name, std::string_view value);
  std::string_view property() const;

  Walk& walk_;
  std::string_view text_;
  std::vector<std::string_view> open_;
  int said_ = 0;
};

bool names_nothing(std::string_view name) {
  return name.starts_with("rdf:") || name.starts_with("xml:") || name.starts_with("xmlns") || name.starts_with("x:") ||
         name.find(':') == std::string_view::npos;
}

// The element a text belongs to: rdf:li and rdf:Alt only wrap it.
std::string_view XmpReader::property() const {
  const auto found =
      std::find_if(open_.rbegin(), open_.rend(), [](std::string_view name) { return !names_nothing(name); });
  return found == open_.rend() ? std::string_view{} : *found;
}

void XmpReader::say(std::string_view name, std::string_view value) {
  if (name.empty() || said_ >= kXmpFacts || trimmed(value).empty()) return;
  ++said_;
  walk_.fact("XMP", name, unescaped(value.substr(0, 8192)));
}

void XmpReader::attributes(std::string_view rest) {
  while (true) {
    const std::size_t begin = rest.find_first_not_of(" \t\r\n/");
    const std::size_t equals = rest.find('=');
    if (begin == std::string_view::npos || equals == std::string_view::npos || begin >= equals) return;
    const std::string name = trimmed(rest.substr(begin, equals - begin));
    const std::size_t quote = rest.find_first_of("\"'", equals);
    if (quote == std::string_view::npos) return;
    const std::size_t close = rest.find(rest[quote], quote + 1);
    if (close == std::string_view::npos) return;
    const std::string_view value = rest.substr(quote + 1, close - quote - 1);
    if (!names_nothing(name))
      say(name, value);
    else if (name == "rdf:resource")
      say(property(), value);
    else if (name == "x:xmptk")
      say("x:xmptk", value);
    rest.remove_prefix(close + 1);
  }
}

void XmpReader::open_tag(std::string_view inside) {
  const bool closed = inside.ends_with('/');
  const std::size_t end = std::min(inside.find_first_of(" \t\r\n/"), inside.size());
  const std::string_view name = inside.substr(0, end);
  if (open_.size() >= kXmpDepth) return;
  open_.push_back(name);
  attributes(inside.substr(end));
  if (closed) open_.pop_back();
}

void XmpReader::run() {
  std::size_t at = 0;
  while (at < text_.size() && said_ < kXmpFacts) {
    const std::size_t tag = text_.find('<', at);
    if (tag == std::string_view::npos) break;
    if (tag > at) say(property(), text_.substr(at, tag - at));
    if (text_.substr(tag).starts_with("<!--")) {
      const std::size_t end = text_.find("-->", tag);
      if (end == std::string_view::npos) break;
      at = end + 3;
      continue;
    }
    const std::size_t close = text_.find('>', tag);
    if (close == std::string_view::npos) break;
    const std::string_view inside = text_.substr(tag + 1, close - tag - 1);
    if (inside.starts_with('/')) {
      if (!open_.empty()) open_.pop_back();
    } else if (!inside.starts_with('?') && !inside.starts_with('!')) {
      open_tag(inside);
    }
    at = close + 1;
  }
}

struct Named {
  int number;
  std::string_view name;
};
// IPTC-IIM 4.2, record 2.
constexpr Named kIptc[] = {{5, "ObjectName"},
                           {40, "SpecialInstructions"},
                           {55, "DateCreated"},
                           {60, "TimeCreated"},
                           {62, "DigitalCreationDate"},
                           {65, "OriginatingProgram"},
                           {70, "ProgramVersion"},
                           {80, "By-line"},
                           {90, "City"},
                           {101, "Country"},
                           {105, "Headline"},
                           {110, "Credit"},
                           {115, "Source"},
                           {116, "CopyrightNotice"},
                           {120, "Caption"},
                           {25, "Keywords"}};
// Adobe Photoshop File Formats Specification, "Image Resource IDs": the telling ones.
constexpr Named kResources[] = {{0x03ED, "resolution"},
                                {0x03F3, "print flags"},
                                {0x0404, "IPTC"},
                                {0x0406, "JPEG quality"},
                                {0x0408, "guides"},
                                {0x040C, "thumbnail"},
                                {0x040F, "ICC profile"},
                                {0x0411, "ICC untagged"},
                                {0x0414, "document ids"},
                                {0x0419, "global altitude"},
                                {0x0421, "version"},
                                {0x0422, "Exif"},
                                {0x0424, "XMP"},
                                {0x0425, "caption digest"},
                                {0x043A, "print information"}};

std::string_view name_of(std::span<const Named> table, int number) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Named& n) { return n.number == number; });
  return found == table.end() ? std::string_view{} : found->name;
}
}  // namespace

void walk_xmp(Walk& walk, std::string_view packet) { XmpReader(walk, packet).run(); }

Result<void> walk_photoshop(Walk& walk, Region region, int depth) {
  std::uint64_t at = region.offset;
  while (at + 12 <= region.end()) {
    const Bytes head = TRY(walk.read(at, 7));
    if (!starts_with(head, "8BIM")) return {};  // PHUT, AgHg and others end the list we know
    const int id = be16(head, 4);
    const std::uint64_t name = (std::uint64_t{head[6]} + 2) / 2 * 2;  // a Pascal string, padded to even
    const std::uint64_t body = at + 6 + name + 4;
    if (body > region.end()) return make_error(Code::corrupt, "an image resource is cut off", at);
    const std::uint64_t size = be32(TRY(walk.read(body - 4, 4)), 0);
    if (size > region.end() - body) return make_error(Code::corrupt, "an image resource runs past its block", at);
    TRY(walk.node(fmt::format("8BIM {:04x}", id), at, body + size - at, depth, name_of(kResources, id)));
    if (id == 0x0404) {
      const Bytes records = TRY(walk.read(body, size));
      walk_iptc(walk, records);
    } else if (id == 0x0406 && size >= 2) {
      // Photoshop's "quality": stored as (setting - 4), so that 8 stands for 12, the highest.
      const auto stored = static_cast<std::int16_t>(be16(TRY(walk.read(body, 2)), 0));
      walk.fact("Photoshop", "Quality", fmt::format("{} of 12", stored + 4));
    } else if (id == 0x0421 && size > 5) {
      const Bytes version = TRY(walk.read(body, std::min<std::uint64_t>(size, 512)));
      const std::uint32_t units = be32(version, 5);
      walk.fact("Photoshop", "WriterName",
                utf16_to_utf8(part(version, 9, std::min<std::size_t>(units, 200) * 2), true));
    }
    at = body + size + (size & 1U);
  }
  return {};
}

void walk_iptc(Walk& walk, ByteView bytes) {
  std::size_t at = 0;
  for (int records = 0; at + 5 <= bytes.size() && bytes[at] == 0x1C && records < 1000; ++records) {
    const std::size_t size = be16(bytes, at + 3);
    if (size >= 0x8000 || at + 5 + size > bytes.size()) return;
    const std::string_view name = bytes[at + 1] == 2 ? name_of(kIptc, bytes[at + 2]) : std::string_view{};
    if (!name.empty()) walk.fact("IPTC", name, as_text(bytes.subspan(at + 5, size)));
    at += 5 + size;
  }
}

// ICC.1:2022 7.3: a tag table from byte 128; 'desc' is text (version 2) or 'mluc' (version 4).
void walk_icc(Walk& walk, ByteView profile) {
  const std::uint32_t tags = std::min<std::uint32_t>(be32(profile, 128), 200);
  for (std::size_t i = 0; i < tags; ++i) {
    if (!starts_with(profile, "desc", 132 + i * 12)) continue;
    const ByteView tag = part(profile, be32(profile, 136 + i * 12), be32(profile, 140 + i * 12));
    if (starts_with(tag, "desc"))
      walk.fact("ICC", "ProfileDescription", until_nul(part(tag, 12)));
    else if (starts_with(tag, "mluc"))
      walk.fact("ICC", "ProfileDescription", utf16_to_utf8(part(tag, be32(tag, 24), be32(tag, 20)), true));
    return;
  }
}

}  // namespace bonafide::media
