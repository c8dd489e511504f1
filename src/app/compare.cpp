#include "app/compare.h"

#include <optional>

#include "app/clip_map.h"
#include "app/open_media.h"
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

using AnyMap = std::variant<mark::BlockMap, mark::ClipMap>;

/// The picture as it is to be shown.
Result<media::Plane> upright_of(const media::Media& media, const Context& context) {
  const media::Frame frame = TRY(media::read_still(media, context));
  return media::upright(frame.rgb(), frame.info().orientation);
}

mark::RgbView view_of(const media::Plane& plane) { return {plane.data(), plane.width(), plane.height()}; }

Result<AnyMap> map_of(const std::string& path, const Context& context) {
  const media::Media media = TRY(open_media(path, context));
  if (media.kind == media::Kind::image) {
    const media::Plane picture = TRY(upright_of(media, context));
    return AnyMap(TRY(mark::make_block_map(view_of(picture))));
  }
  return AnyMap(TRY(clip_map_of(media, context)));
}

Result<AnyMap> parse_map(ByteView cbor) {
  if (mark::is_clip_map(cbor)) return AnyMap(TRY(mark::parse_clip_map(cbor)));
  return AnyMap(TRY(mark::parse_block_map(cbor)));
}

Result<AnyComparison> compare_with(AnyMap map, const std::string& suspect, const Context& context) {
  const media::Media media = TRY(open_media(suspect, context));
  if (const auto* const clip = std::get_if<mark::ClipMap>(&map)) {
    if (media.kind == media::Kind::image)
      return make_error(Code::unsupported, "is a still picture; the original is a clip or a sound");
    return AnyComparison(TRY(compare_clip(*clip, media, context)));
  }
  if (media.kind != media::Kind::image)
    return make_error(Code::unsupported, "is no still picture; the original is one");
  report::Comparison comparison;
  const media::Plane picture = TRY(upright_of(media, context));
  comparison.suspect = suspect;
  comparison.width = picture.width();
  comparison.height = picture.height();
  comparison.result = TRY(mark::compare_block_map(std::get<mark::BlockMap>(map), view_of(picture), context));
  comparison.map = std::move(std::get<mark::BlockMap>(map));
  return AnyComparison(std::move(comparison));
}

struct SignedMap {
  AnyMap map;
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
  SignedMap answer{TRY(parse_map(*vouched)), ""};
  answer.sentence =
      "signed by " + (signer && !signer->name.empty() ? signer->name : std::string("an unnamed signer")) +
      (signer && !signer->trusted_by.empty() ? ", trusted by " + signer->trusted_by : ", whom nobody here vouches for");
  return std::optional(std::move(answer));
}

}  // namespace

Result<AnyComparison> compare(const CompareRequest& request, const Trust& trust, const Context& context) {
  auto from_credential = signed_map(request, trust, context);
  if (!from_credential) return about(std::move(from_credential.error()), request.original);
  AnyMap map;
  if (*from_credential) {
    map = std::move((*from_credential)->map);
  } else {
    auto made = map_of(request.original, context);
    if (!made) return about(std::move(made.error()), request.original);
    map = std::move(*made);
  }
  auto comparison = compare_with(std::move(map), request.suspect, context);
  if (!comparison) return about(std::move(comparison.error()), request.suspect);
  if (auto* const still = std::get_if<report::Comparison>(&*comparison))
    still->basis = *from_credential ? "credential" : "picture";
  else
    std::get<report::ClipComparison>(*comparison).basis = *from_credential ? "credential" : "media";
  std::visit(
      [&](auto& any) {
        any.original = request.original;
        if (*from_credential) any.credential = (*from_credential)->sentence;
      },
      *comparison);
  return comparison;
}

Result<AnyComparison> compare_with_map(ByteView map, const std::string& suspect, const Context& context) {
  AnyMap kept = TRY(parse_map(map));
  return compare_with(std::move(kept), suspect, context);
}

Result<AnyComparison> compare_map(ByteView map, const std::string& suspect, const Context& context) {
  return compare_with(TRY(parse_map(map)), suspect, context);
}

PictureMaps picture_maps() {
  PictureMaps maps;
  maps.make = [](const std::string& path, const Context& context) -> Result<Bytes> {
    const AnyMap map = TRY(map_of(path, context));
    if (const auto* const clip = std::get_if<mark::ClipMap>(&map)) return mark::encode_clip_map(*clip);
    return mark::encode_block_map(std::get<mark::BlockMap>(map));
  };
  maps.compare = [](ByteView map, const std::string& path, const Context& context) -> Result<PictureDifference> {
    const AnyComparison comparison = TRY(compare_with_map(map, path, context));
    return std::visit(
        [](const auto& any) {
          return PictureDifference{std::string(report::to_string(report::answer_of(any))),
                                   report::comparison_sentences(any)};
        },
        comparison);
  };
  return maps;
}

}  // namespace bonafide::app
