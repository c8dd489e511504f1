// The report as canonical JSON and back. One fields() per type; the order of its calls is the order in the text.
#include "report/archive.h"
#include "report/png.h"
#include "report/report.h"

namespace bonafide::report {

namespace {

using Pair = std::pair<std::string, std::string>;
using TimedBox = std::pair<double, forensics::face::Box>;

}  // namespace

template <typename A>
void fields(A& a, Pair& pair) {
  a("name", pair.first);
  a("value", pair.second);
}

template <typename A>
void fields(A& a, media::TimeSpan& span) {
  a("begin_s", span.begin_s);
  a("end_s", span.end_s);
}

template <typename A>
void fields(A& a, TimedBox& box) {
  a("time_s", box.first);
  a("x", box.second.x);
  a("y", box.second.y);
  a("width", box.second.width);
  a("height", box.second.height);
}

// ---- the file

template <typename A>
void fields(A& a, media::Node& node) {
  a("type", node.type);
  a("offset", node.offset);
  a("size", node.size);
  a("depth", node.depth);
  a("note", node.note);
}

template <typename A>
void fields(A& a, media::Fact& fact) {
  a("group", fact.group);
  a("name", fact.name);
  a("value", fact.value);
}

template <typename A>
void fields(A& a, media::QuantTable& table) {
  a("id", table.id);
  a("precision", table.precision);
  a("values", table.values);
}

template <typename A>
void fields(A& a, media::JpegInfo& jpeg) {
  a("tables", jpeg.tables);
  a("progressive", jpeg.progressive);
  a("components", jpeg.components);
  a("subsampling", jpeg.subsampling);
  a("standard_huffman", jpeg.standard_huffman);
  a("scans", jpeg.scans);
  a("ijg_quality", jpeg.ijg_quality);
}

template <typename A>
void fields(A& a, media::Thumbnail& thumbnail) {
  a("offset", thumbnail.offset);
  a("size", thumbnail.size);
}

template <typename A>
void fields(A& a, media::Track& track) {
  a("kind", track.kind);
  a("index", track.index);
  a("codec", track.codec);
  a("profile", track.profile);
  a("start_s", track.start_s);
  a("duration_s", track.duration_s);
  a("bitrate", track.bitrate);
  a("width", track.width);
  a("height", track.height);
  a("rotation", track.rotation);
  a("frame_rate", track.frame_rate);
  a("variable_frame_rate", track.variable_frame_rate);
  a("frames", track.frames);
  a("pixel_format", track.pixel_format);
  a("bit_depth", track.bit_depth);
  a("colour", track.colour);
  a("sample_rate", track.sample_rate);
  a("channels", track.channels);
  a("encoder", track.encoder);
}

template <typename A>
void fields(A& a, media::Media& media) {
  a("path", media.path);
  a("size", media.size);
  a("sha256", media.sha256);
  a("format", media.format);
  a("kind", media.kind);
  a("extension_mismatch", media.extension_mismatch);
  a("width", media.width);
  a("height", media.height);
  a("orientation", media.orientation);
  a("duration_s", media.duration_s);
  a("tracks", media.tracks);
  a("jpeg", media.jpeg);
  a("thumbnail", media.thumbnail);
  a("facts", media.facts);
  a("tree", media.tree);
  a("damage", media.damage);
}

// ---- what was found

template <typename A>
void fields(A& a, forensics::Region& region) {
  a("x", region.x);
  a("y", region.y);
  a("width", region.width);
  a("height", region.height);
}

template <typename A>
void fields(A& a, forensics::Curve& curve) {
  a("name", curve.name);
  a("x_unit", curve.x_unit);
  a("y_unit", curve.y_unit);
  a("x", curve.x);
  a("y", curve.y);
  a("normal_low", curve.normal_low);
  a("normal_high", curve.normal_high);
  a("ticks", curve.ticks);
  if constexpr (A::kReading) {
    if (curve.x.size() != curve.y.size()) a.fail("has more of x than of y, or less");
  }
}

template <typename A>
void fields(A& a, forensics::HeatMap& map) {
  a("name", map.name);
  a("reading", map.reading);
  std::optional<Bytes> png;
  if constexpr (!A::kReading) {
    if (a.pictures() && !map.values.empty()) png = encode_png(map.values);
  }
  a("png", png);
  if constexpr (A::kReading) {
    if (!png) return;
    Result<media::Plane> plane = decode_grey_png(*png);
    if (!plane) return a.fail(fmt::format("has no readable picture: {}", plane.error().message));
    map.values = std::move(*plane);
  }
}

template <typename A>
void fields(A& a, forensics::Finding& finding) {
  a("detector", finding.detector);
  a("version", finding.version);
  a("group", finding.group);
  a("title", finding.title);
  a("question", finding.question);
  a("claim", finding.claim);
  a("outcome", finding.outcome);
  a("sentence", finding.sentence);
  a("reason", finding.reason);
  a("log10_lr", finding.log10_lr);
  a("grade", finding.grade);
  a("score_name", finding.score_name);
  a("score", finding.score);
  a("spans", finding.spans);
  a("regions", finding.regions);
  a("face", finding.face);
  a("limits", finding.limits);
  a("details", finding.details);
  a("curves", finding.curves);
  a("maps", finding.maps);
}

template <typename A>
void fields(A& a, forensics::Preview& preview) {
  a("time_s", preview.time_s);
  a("width", preview.width);
  a("height", preview.height);
  a("jpeg", preview.jpeg);
}

template <typename A>
void fields(A& a, forensics::FaceSummary& face) {
  a("track", face.track);
  a("seen", face.seen);
  a("mean_size", face.mean_size);
  a("boxes", face.boxes);
}

template <typename A>
void fields(A& a, forensics::PipelineResult& result) {
  a("findings", result.findings);
  a("examined", result.examined);
  a("frames", result.frames);
  a("not_examined", result.not_examined);
  a("damage", result.damage);
  a("faces", result.faces);
  std::optional<std::vector<forensics::Preview>> previews;
  if constexpr (!A::kReading) {
    if (a.pictures()) previews = result.previews;
  }
  a("previews", previews);
  if constexpr (A::kReading) {
    if (previews) result.previews = std::move(*previews);
  }
}

// ---- the answer and its surroundings

template <typename A>
void fields(A& a, provenance::AlteredBox& box) {
  a("x", box.x);
  a("y", box.y);
  a("width", box.width);
  a("height", box.height);
}

template <typename A>
void fields(A& a, provenance::AlteredTime& time) {
  a("begin_s", time.begin_s);
  a("end_s", time.end_s);
}

template <typename A>
void fields(A& a, provenance::Altered& altered) {
  a("method", altered.method);
  a("sentence", altered.sentence);
  a("log10_p", altered.log10_p);
  a("box", altered.box);
  a("time", altered.time);
}

template <typename A>
void fields(A& a, provenance::AlteredMap& map) {
  a("method", map.method);
  a("name", map.name);
  a("reading", map.reading);
  std::optional<Bytes> png;
  if constexpr (!A::kReading) {
    if (a.pictures() && !map.values.empty()) png = encode_png({map.width, map.height, 1, map.values});
  }
  a("png", png);
  if constexpr (A::kReading) {
    if (!png) return;
    const Result<media::Plane> plane = decode_grey_png(*png);
    if (!plane) return a.fail(fmt::format("has no readable picture: {}", plane.error().message));
    map.width = plane->width();
    map.height = plane->height();
    map.values.assign(plane->data(), plane->data() + plane->stride() * static_cast<std::size_t>(plane->height()));
  }
}

// What nobody found is left out, so that reports of before stay readable.
template <typename A, typename T>
void list_if_any(A& a, const char* key, std::vector<T>& list) {
  std::optional<std::vector<T>> some;
  if (!list.empty()) some = list;
  a(key, some);
  if constexpr (A::kReading) {
    if (some) list = std::move(*some);
  }
}

template <typename A>
void fields(A& a, provenance::Source& source) {
  a("name", source.name);
  a("state", source.state);
  a("sentence", source.sentence);
  list_if_any(a, "altered", source.altered);
  list_if_any(a, "maps", source.maps);
}

template <typename A>
void fields(A& a, provenance::Provenance& provenance) {
  a("state", provenance.state);
  a("sources", provenance.sources);
}

template <typename A>
void fields(A& a, verdict::GroupResult& group) {
  a("group", group.group);
  a("applicable", group.applicable);
  a("log10_lr", group.log10_lr);
  a("calibrated", group.calibrated);
  a("findings", group.findings);
}

template <typename A>
void fields(A& a, verdict::Verdict& verdict) {
  a("strength", verdict.strength);  // absent: could not tell
  a.derived("words", words(verdict.strength));
  a("log10_lr", verdict.log10_lr);
  a("calibrated", verdict.calibrated);
  a("tests", verdict.tests);
  a("applied", verdict.applied);
  a("groups", verdict.groups);
  a("reasons", verdict.reasons);
  a("limits", verdict.limits);
  a("change", verdict.change);
}

template <typename A>
void fields(A& a, Environment& environment) {
  a("version", environment.version);
  a("made_at", environment.made_at);
  a("system", environment.system);
  a("libraries", environment.libraries);
  a("models", environment.models);
  a("command", environment.command);
  a("seconds", environment.seconds);
}

template <typename A>
void fields(A& a, Report& report) {
  std::string schema(kSchema);
  a("schema", schema);
  if constexpr (A::kReading) {
    if (schema != kSchema) return a.fail(fmt::format("is written in \"{}\", not in {}", one_line(schema), kSchema));
  }
  a("verdict", report.verdict);
  a("provenance", report.provenance);
  a("file", report.media);
  a("sampled", report.sampled);
  a("forensics", report.forensics);
  a("environment", report.environment);
  if constexpr (A::kReading) {
    for (const verdict::GroupResult& group : report.verdict.groups) {
      for (const std::size_t index : group.findings) {
        if (index >= report.forensics.findings.size()) return a.fail("points to a finding that is not there");
      }
    }
  }
}

Json to_json(const Report& report, bool with_previews) {
  Writer writer(with_previews);
  fields(writer, const_cast<Report&>(report));  // fields() serves both ways; the Writer only reads
  return writer.take();
}

Json to_json(const media::Media& media) {
  Writer writer(false);
  fields(writer, const_cast<media::Media&>(media));
  return writer.take();
}

Result<Report> from_json(const Json& json) {
  Report report;
  std::optional<Error> error;
  Reader reader(json, "the report", error);
  fields(reader, report);
  if (error) return std::move(*error);
  return report;
}

}  // namespace bonafide::report
