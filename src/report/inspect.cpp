#include "report/inspect.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/time.h"

namespace bonafide::report {

namespace {

constexpr std::string_view kBold = "\033[1m", kDim = "\033[2m", kPlain = "\033[0m";

class Page {
 public:
  explicit Page(const TextStyle& style) : style_(style) {}

  void title(std::string_view text) { text_ += paint(kBold, text) + "\n"; }
  void section(std::string_view name) { text_ += "\n" + paint(kBold, name) + "\n"; }
  void line(std::string_view text) { text_ += fmt::format("  {}\n", text); }
  void field(std::string_view name, std::size_t width, std::string_view value) {
    std::string clean = clean_utf8(value);
    std::replace(clean.begin(), clean.end(), '\n', ' ');
    text_ += fmt::format("  {}  {}\n", paint(kDim, fmt::format("{:<{}}", name, width)), clean);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string paint(std::string_view with, std::string_view text) const {
    return style_.colour ? fmt::format("{}{}{}", with, text, kPlain) : std::string(text);
  }
  TextStyle style_;
  std::string text_;
};

std::string size_words(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  if (bytes < 1'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string picture_track(const media::Track& track) {
  std::string words = fmt::format("{}×{}", track.width, track.height);
  if (track.frame_rate > 0) {
    words += fmt::format(" · {:.4g} frames/s{}", track.frame_rate, track.variable_frame_rate ? " (variable)" : "");
  }
  if (track.rotation != 0) words += fmt::format(" · turned {}°", track.rotation);
  if (!track.pixel_format.empty()) words += fmt::format(" · {} ({} bit)", track.pixel_format, track.bit_depth);
  if (!track.colour.empty()) words += " · " + track.colour;
  return words;
}

std::string track_words(const media::Track& track) {
  std::string words = track.codec;
  if (!track.profile.empty()) words += " (" + track.profile + ")";
  if (track.kind == media::Track::Kind::video) words += " · " + picture_track(track);
  if (track.kind == media::Track::Kind::audio) {
    words += fmt::format(" · {} Hz · {} channel{}", track.sample_rate, track.channels, track.channels == 1 ? "" : "s");
    if (track.bit_depth > 0) words += fmt::format(" · {} bit", track.bit_depth);
  }
  if (track.bitrate > 0) words += fmt::format(" · {} kbit/s", track.bitrate / 1000);
  if (track.duration_s > 0) words += " · " + to_clock(track.duration_s, true);
  if (track.start_s != 0) words += fmt::format(" · starts at {:+.3f} s", track.start_s);
  if (!track.encoder.empty()) words += " · " + track.encoder;
  return words;
}

std::string_view name_of(media::Track::Kind kind) {
  return kind == media::Track::Kind::video ? "picture" : kind == media::Track::Kind::audio ? "sound" : "other";
}

void jpeg_section(const media::JpegInfo& jpeg, Page& page) {
  page.section("JPEG");
  page.line(fmt::format("{} · {} component{} · {} · {} scan{} · {} Huffman tables",
                        jpeg.progressive ? "progressive" : "sequential", jpeg.components,
                        jpeg.components == 1 ? "" : "s", jpeg.subsampling, jpeg.scans, jpeg.scans == 1 ? "" : "s",
                        jpeg.standard_huffman ? "standard" : "own"));
  page.line(jpeg.ijg_quality ? fmt::format("quantisation as libjpeg's quality {:.0f}", *jpeg.ijg_quality)
                             : std::string("quantisation tables are not libjpeg's"));
  for (const media::QuantTable& table : jpeg.tables) {
    page.line(fmt::format("table {} ({} bit)", table.id, table.precision));
    for (std::size_t row = 0; row + 8 <= table.values.size(); row += 8) {
      std::string numbers;
      for (std::size_t i = row; i < row + 8; ++i) numbers += fmt::format("{:>5}", table.values[i]);
      page.line(numbers);
    }
  }
}

void facts_section(const std::vector<media::Fact>& facts, Page& page) {
  page.section("Facts, in the file's own words");
  std::size_t width = 0;
  for (const media::Fact& fact : facts) width = std::max(width, fact.group.size() + fact.name.size() + 1);
  width = std::min<std::size_t>(width, 40);
  for (const media::Fact& fact : facts) page.field(fact.group + " " + fact.name, width, fact.value);
}

void tree_section(const std::vector<media::Node>& tree, bool whole, Page& page) {
  page.section("Structure (offset, bytes)");
  std::size_t hidden = 0;
  for (const media::Node& node : tree) {
    if (!whole && node.depth > 0) {
      ++hidden;
      continue;
    }
    const std::string name = std::string(static_cast<std::size_t>(node.depth) * 2, ' ') + clean_utf8(node.type);
    page.line(fmt::format("{:>10} {:>10}  {}{}{}", node.offset, node.size, name, node.note.empty() ? "" : "  ",
                          clean_utf8(node.note)));
  }
  if (hidden > 0) page.line(fmt::format("{} more inside; --tree shows them", hidden));
}

}  // namespace

Json inspect_json(const Inspection& inspection) {
  Json hashes = Json::object();
  for (const auto& [name, digits] : inspection.hashes) hashes[name] = digits;
  return {{"schema", "bonafide.inspect/1"}, {"hashes", hashes}, {"media", to_json(inspection.media)}};
}

std::string inspect_text(const Inspection& inspection, bool whole_tree, const TextStyle& style) {
  const media::Media& media = inspection.media;
  Page page(style);
  page.title(clean_utf8(media.path));
  std::string what = fmt::format("{} {}", to_string(media.format), to_string(media.kind));
  if (media.width > 0) what += fmt::format(" · {}×{}", media.width, media.height);
  if (media.duration_s > 0) what += " · " + to_clock(media.duration_s, true);
  page.line(what + " · " + size_words(media.size));
  for (const auto& [name, digits] : inspection.hashes) page.field(name, 8, digits);
  if (!media.extension_mismatch.empty()) page.field("name", 8, media.extension_mismatch);
  if (media.orientation != 1) page.field("turned", 8, fmt::format("EXIF orientation {}", media.orientation));
  if (media.thumbnail) {
    page.field("thumbnail", 8, fmt::format("{} bytes at {}", media.thumbnail->size, media.thumbnail->offset));
  }
  for (const std::string& damage : media.damage) page.field("damage", 8, damage);
  if (!media.tracks.empty()) page.section("Tracks");
  for (const media::Track& track : media.tracks) {
    page.line(fmt::format("{}  {:<7}  {}", track.index, name_of(track.kind), clean_utf8(track_words(track))));
  }
  if (media.jpeg) jpeg_section(*media.jpeg, page);
  if (!media.facts.empty()) facts_section(media.facts, page);
  if (!media.tree.empty()) tree_section(media.tree, whole_tree, page);
  return page.take();
}

}  // namespace bonafide::report
