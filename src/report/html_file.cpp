// What the file says about itself: streams, metadata, structure. Claims, not findings.
#include <algorithm>

#include "base/time.h"
#include "report/html.h"

namespace bonafide::report::html {

namespace {

// Beyond this a page becomes slow and nobody reads on; the JSON report has everything.
constexpr std::size_t kMostFacts = 400;
constexpr std::size_t kMostNodes = 600;
constexpr std::size_t kLongestValue = 600;

std::string cut(const std::string& value) {
  if (value.size() <= kLongestValue) return isolated(value);
  std::size_t end = kLongestValue;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) --end;
  return fmt::format("{} <span class=\"soft\">… {} in all</span>", isolated(value.substr(0, end)),
                     size_words(value.size()));
}

void add_row(std::string& out, std::string_view name, const std::string& safe_value) {
  if (!safe_value.empty()) add(out, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", name, safe_value);
}

void add_track(std::string& out, const media::Track& track) {
  const bool picture = track.kind == media::Track::Kind::video;
  add(out, "<table><caption>Stream {}: {}</caption><tbody>", track.index,
      picture                                   ? "picture"
      : track.kind == media::Track::Kind::audio ? "sound"
                                                : "other");
  add_row(out, "Codec",
          track.codec.empty() ? "" : isolated(fmt::format("{} {}", codec_words(track.codec), track.profile)));
  if (track.duration_s > 0) add_row(out, "Length", to_clock(track.duration_s, true));
  if (track.start_s != 0) add_row(out, "Starts at", fmt::format("{} s", number_words(track.start_s)));
  if (track.bitrate > 0) add_row(out, "Bit rate", fmt::format("{} kbit/s", track.bitrate / 1000));
  if (track.width > 0) add_row(out, "Size", fmt::format("{} × {}", track.width, track.height));
  if (track.rotation != 0) add_row(out, "Turned", fmt::format("{}°", track.rotation));
  if (picture && track.frame_rate > 0)
    add_row(out, "Frame rate",
            fmt::format("{} a second{}", number_words(track.frame_rate), track.variable_frame_rate ? ", varying" : ""));
  if (!track.pixel_format.empty())
    add_row(out, "Samples", isolated(fmt::format("{}, {} bit", track.pixel_format, track.bit_depth)));
  add_row(out, "Colour", track.colour.empty() ? "" : isolated(track.colour));
  if (track.sample_rate > 0)
    add_row(out, "Sampling",
            fmt::format("{} Hz, {} channel{}", track.sample_rate, track.channels, track.channels == 1 ? "" : "s"));
  add_row(out, "Encoder", track.encoder.empty() ? "" : isolated(track.encoder));
  out += "</tbody></table>";
}

void add_jpeg(std::string& out, const media::JpegInfo& jpeg) {
  out += "<details class=\"fold\"><summary>JPEG coding</summary><div><div class=\"tables\"><table><tbody>";
  add_row(out, "Kind", jpeg.progressive ? "progressive" : "baseline");
  add_row(out, "Colour sampling", isolated(jpeg.subsampling));
  if (jpeg.ijg_quality)
    add_row(out, "Quality", fmt::format("libjpeg {}", number_words(*jpeg.ijg_quality)));
  else
    add_row(out, "Quality", "its tables are not those of libjpeg");
  add_row(out, "Huffman tables", jpeg.standard_huffman ? "the standard’s" : "made for this picture");
  add_row(out, "Scans", fmt::format("{}", jpeg.scans));
  out += "</tbody></table>";
  for (const media::QuantTable& table : jpeg.tables) {
    if (table.values.size() != 64) continue;
    add(out, "<div class=\"scroll\"><table><caption>Quantisation table {}</caption><tbody>", table.id);
    for (std::size_t y = 0; y < 8; ++y) {
      out += "<tr>";
      for (std::size_t x = 0; x < 8; ++x) add(out, "<td>{}</td>", table.values[y * 8 + x]);
      out += "</tr>";
    }
    out += "</tbody></table></div>";
  }
  out += "</div></div></details>";
}

void add_facts(std::string& out, const std::vector<media::Fact>& facts) {
  if (facts.empty()) return;
  add(out,
      "<details class=\"fold\"><summary>Metadata ({})</summary><div class=\"scroll\"><p class=\"soft\">Written into "
      "the file "
      "by whoever made or changed it. Nothing here is checked, and all of it can be edited.</p><table><thead><tr><th "
      "scope=\"col\">Where</th><th scope=\"col\">Field</th><th scope=\"col\">Value</th></tr></thead><tbody>",
      facts.size());
  for (std::size_t i = 0; i < std::min(kMostFacts, facts.size()); ++i) {
    add(out, "<tr><td>{}</td><th scope=\"row\">{}</th><td>{}</td></tr>", isolated(facts[i].group),
        isolated(facts[i].name), cut(facts[i].value));
  }
  out += "</tbody></table>";
  if (facts.size() > kMostFacts) add(out, "<p>{} more are in the JSON report.</p>", facts.size() - kMostFacts);
  out += "</div></details>";
}

void add_tree(std::string& out, const std::vector<media::Node>& tree) {
  if (tree.empty()) return;
  add(out,
      "<details class=\"fold\"><summary>Structure ({} parts)</summary><div class=\"scroll\"><ul class=\"tree\" "
      "dir=\"ltr\">",
      tree.size());
  for (std::size_t i = 0; i < std::min(kMostNodes, tree.size()); ++i) {
    const media::Node& node = tree[i];
    add(out, "<li style=\"--d:{}\">{} <span class=\"soft\">at {}, {}{}{}</span></li>", std::clamp(node.depth, 0, 24),
        isolated(node.type), node.offset, size_words(node.size), node.note.empty() ? "" : " · ",
        node.note.empty() ? "" : isolated(node.note));
  }
  out += "</ul>";
  if (tree.size() > kMostNodes) add(out, "<p>{} more are in the JSON report.</p>", tree.size() - kMostNodes);
  out += "</div></details>";
}

}  // namespace

void add_file(std::string& out, const Report& report) {
  const media::Media& media = report.media;
  out += "<section id=\"file\"><h2>The file</h2><div class=\"tables\"><table><caption>In short</caption><tbody>";
  add_row(out, "Name", isolated(file_name(media)));
  add_row(out, "Format", std::string(format_words(media.format)));
  add_row(out, "Size", fmt::format("{} ({} bytes)", size_words(media.size), media.size));
  if (media.width > 0) add_row(out, "Picture", fmt::format("{} × {} pixels", media.width, media.height));
  if (media.kind == media::Kind::image && media.orientation != 1)
    add_row(out, "Orientation", fmt::format("stored turned (EXIF {}), shown upright here", media.orientation));
  if (media.duration_s > 0) add_row(out, "Length", to_clock(media.duration_s, true));
  if (media.thumbnail)
    add_row(out, "Thumbnail", fmt::format("{} at byte {}", size_words(media.thumbnail->size), media.thumbnail->offset));
  add_row(out, "SHA-256", fmt::format("<span class=\"mono\">{}</span>", text(media.sha256)));
  out += "</tbody></table>";
  if (media.kind != media::Kind::image) {
    for (const media::Track& track : media.tracks) add_track(out, track);
  }
  out += "</div>";
  if (media.jpeg) add_jpeg(out, *media.jpeg);
  add_facts(out, media.facts);
  add_tree(out, media.tree);
  out += "</section>";
}

}  // namespace bonafide::report::html
