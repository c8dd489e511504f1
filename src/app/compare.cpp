#include "app/compare.h"

#include <optional>

#include "base/files.h"
#include "media/decode/decode.h"
#include "media/decode/planes.h"
#include "provenance/credential.h"
#include "provenance/vouched_map.h"

namespace bonafide::app {

namespace {

namespace mark = provenance::mark;

Error about(Error error, const std::string& path) {
  if (error.file.empty()) error.file = path;
  return error;
}

/// The picture as it is to be shown.
Result<media::Plane> read_upright(const std::string& path, const Context& context) {
  const FileReader file = TRY(FileReader::open(path));
  const media::Media media = TRY(media::open(file, context));
  if (media.kind != media::Kind::image) return make_error(Code::unsupported, "is no still picture");
  const media::Frame frame = TRY(media::read_still(media, context));
  return media::upright(frame.rgb(), frame.info().orientation);
}

mark::RgbView view_of(const media::Plane& plane) { return {plane.data(), plane.width(), plane.height()}; }

Result<mark::BlockMap> map_of(const std::string& path, const Context& context) {
  const media::Plane picture = TRY(read_upright(path, context));
  return mark::make_block_map(view_of(picture));
}

Result<report::Comparison> compare_with(mark::BlockMap map, const std::string& suspect, const Context& context) {
  report::Comparison comparison;
  const media::Plane picture = TRY(read_upright(suspect, context));
  comparison.suspect = suspect;
  comparison.width = picture.width();
  comparison.height = picture.height();
  comparison.result = TRY(mark::compare_block_map(map, view_of(picture), context));
  comparison.map = std::move(map);
  return comparison;
}

struct SignedMap {
  mark::BlockMap map;
  std::string sentence;
};

/// What the original's credential holds. Nothing: there is none, or none with a map.
Result<std::optional<SignedMap>> signed_map(const CompareRequest& request, const Trust& trust, const Context& context) {
  const FileReader original = TRY(FileReader::open(request.original));
  // A credential by itself is checked against the suspect: its signature holds or does not, whatever became of the
  // work.
  const media::FileSource source(original);
  const auto located = TRY(provenance::c2pa::locate(source, context));
  const bool alone = located.container == provenance::c2pa::Container::sidecar;
  provenance::CredentialRequest question;
  question.trust = &trust.store;
  question.at = request.at;
  if (alone) question.sidecar = request.original;
  const FileReader work = alone ? TRY(FileReader::open(request.suspect)) : original;
  const provenance::Credential credential = TRY(provenance::read_credential(work, question, context));
  if (!credential.validation || credential.validation->manifests.empty()) return std::optional<SignedMap>();
  const auto vouched = provenance::vouched_map(*credential.validation);
  if (!vouched) {
    if (vouched.error().code == Code::not_found && !alone) return std::optional<SignedMap>();
    return vouched.error();
  }
  const auto& signer = credential.validation->manifests.front().signer;
  SignedMap answer{TRY(mark::parse_block_map(*vouched)), ""};
  answer.sentence =
      "signed by " + (signer && !signer->name.empty() ? signer->name : std::string("an unnamed signer")) +
      (signer && !signer->trusted_by.empty() ? ", trusted by " + signer->trusted_by : ", whom nobody here vouches for");
  return std::optional(std::move(answer));
}

}  // namespace

Result<report::Comparison> compare(const CompareRequest& request, const Trust& trust, const Context& context) {
  auto from_credential = signed_map(request, trust, context);
  if (!from_credential) return about(std::move(from_credential.error()), request.original);
  mark::BlockMap map;
  if (*from_credential) {
    map = (*from_credential)->map;
  } else {
    auto made = map_of(request.original, context);
    if (!made) return about(std::move(made.error()), request.original);
    map = std::move(*made);
  }
  auto comparison = compare_with(std::move(map), request.suspect, context);
  if (!comparison) return about(std::move(comparison.error()), request.suspect);
  comparison->original = request.original;
  comparison->basis = *from_credential ? "credential" : "picture";
  if (*from_credential) comparison->credential = (*from_credential)->sentence;
  return comparison;
}

PictureMaps picture_maps() {
  PictureMaps maps;
  maps.make = [](const std::string& path, const Context& context) -> Result<Bytes> {
    const mark::BlockMap map = TRY(map_of(path, context));
    return mark::encode_block_map(map);
  };
  maps.compare = [](ByteView map, const std::string& path, const Context& context) -> Result<PictureDifference> {
    mark::BlockMap kept = TRY(mark::parse_block_map(map));
    const report::Comparison comparison = TRY(compare_with(std::move(kept), path, context));
    return PictureDifference{std::string(report::to_string(report::answer_of(comparison))),
                             report::comparison_sentences(comparison)};
  };
  return maps;
}

}  // namespace bonafide::app
