#include "app/print.h"

#include <filesystem>
#include <optional>

#include "app/compare.h"
#include "app/log/opened.h"
#include "app/open_media.h"
#include "media/decode/decode.h"
#include "media/decode/planes.h"

namespace bonafide::app {

namespace {

namespace print = provenance::print;

media::GreyView view_of(const media::Plane& plane) {
  return {plane.data(), plane.width(), plane.height(), static_cast<std::ptrdiff_t>(plane.stride())};
}

Result<void> print_still(const media::Media& media, print::Query& query, const Context& context) {
  const media::Frame frame = TRY(media::read_still(media, context));
  const media::Plane upright = media::upright(frame.luma(), frame.info().orientation);
  query.turned = TRY(print::eight_prints(view_of(upright)));
  query.prints.picture = query.turned->front();
  return {};
}

/// One pass: pictures twice a second, and all of the sound.
Result<void> print_clip(const media::Media& media, print::Query& query, const Context& context) {
  print::FramePrinter frames;
  print::SoundPrinter sound;
  std::optional<Error> error;
  const auto keep = [&](Result<void> done) {
    if (!done && !error) error = std::move(done.error());
  };
  media::PassSink sink;
  sink.on_frame = [&](const media::Frame& frame) {
    if (!error && frames.wants(frame.time_s())) keep(frames.add(view_of(frame.luma()), frame.time_s()));
  };
  sink.on_audio = [&](media::AudioBlock&& block) {
    if (!error) keep(sound.add(block.speech, media::kSpeechRate));
  };
  TRY(media::run_pass(media, {}, sink, context));
  if (error) return *error;
  query.prints.frames = frames.finish();
  query.prints.sound = TRY(sound.finish());
  return {};
}

Error about(Error error, const std::string& path) {
  if (error.file.empty()) error.file = path;
  return error;
}

}  // namespace

Result<report::PrintedWork> print_work(const std::string& path, const Context& context) {
  auto opened = open_media(path, context);
  if (!opened) return about(std::move(opened.error()), path);
  const media::Media& media = *opened;
  report::PrintedWork work;
  work.path = path;
  work.kind = media.kind;
  work.sha256 = media.sha256;
  if (media.kind == media::Kind::document || media.kind == media::Kind::unknown)
    return about(make_error(Code::unsupported, "is neither a picture, a video nor a sound"), path);
  const auto printed = media.kind == media::Kind::image ? print_still(media, work.query, context)
                                                        : print_clip(media, work.query, context);
  if (!printed) return about(printed.error(), path);
  if (work.query.prints.empty())
    return about(make_error(Code::unsupported, "has no print: it is too short, or nothing of it could be decoded"),
                 path);
  return work;
}

WorkPrinter work_printer() {
  return [](const std::string& path, const Context& context) -> Result<Bytes> {
    report::PrintedWork work = TRY(print_work(path, context));
    auto map = picture_maps().make(path, context);
    if (!map && map.error().code == Code::cancelled) return map.error();
    if (map && map->size() <= print::kMostMap) work.query.prints.map = std::move(*map);  // some sizes have no map
    return print::encode_prints(work.query.prints);
  };
}

Result<Bytes> index_of_files(const std::vector<std::string>& files, const Context& context) {
  print::IndexBuilder builder;
  for (const std::string& path : files) {
    const report::PrintedWork work = TRY(print_work(path, context));
    TRY(builder.add({{}, path}, work.query.prints));
  }
  return builder.finish();
}

Result<Bytes> index_of_registry(const LogPlace& place) {
  const std::string path = place.kept() + "/" + std::string(kRegistryFile);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return about(make_error(Code::not_found, "there is no registry here: name the folder that is kept with --keep"),
                 path);
  const auto registry = TRY(log_registry(place));
  print::IndexBuilder builder;
  const auto take = [&](provenance::log::Record&& record) -> Result<void> {
    if (record.prints.empty()) return {};
    const print::WorkPrints prints = TRY(print::parse_prints(record.prints));
    return builder.add({record.leaf, record.name}, prints);
  };
  TRY(registry->each(take));
  return builder.finish();
}

Result<report::MatchedWork> match_work(const std::string& path, const print::PrintIndex& index,
                                       const Context& context) {
  report::MatchedWork matched;
  matched.work = TRY(print_work(path, context));
  matched.indexed_works = index.works();
  matched.indexed_prints = index.prints();
  for (print::WorkMatch& match : print::search(index, matched.work.query)) {
    const print::IndexedWork work = index.work(match.work);
    matched.found.push_back({work.name, work.leaf, std::move(match)});
  }
  return matched;
}

}  // namespace bonafide::app
