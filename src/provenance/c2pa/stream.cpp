#include "provenance/c2pa/stream.h"

#include <algorithm>

#include "provenance/c2pa/bind_forms.h"
#include "provenance/c2pa/bmff_cover.h"
#include "provenance/c2pa/bmff_move.h"
#include "provenance/c2pa/bmff_tree.h"
#include "provenance/c2pa/cbor_map.h"

namespace bonafide::provenance::c2pa {

namespace {

std::int64_t as_signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

struct Seen {
  std::vector<BmffBox> roots;
  BmffBox moof;
  std::uint64_t track = 0;  ///< track_ID of the first track fragment
};

Result<Seen> look(const media::ByteSource& source, const Context& context) {
  Seen seen;
  seen.roots = TRY(bmff_roots(source, context));
  if ((seen.roots.empty() ? 0 : seen.roots.back().range.end()) != source.size()) {
    return make_error(Code::corrupt, "there are bytes after the last box");
  }
  const auto moofs = std::ranges::count(seen.roots, fourcc("moof"), &BmffBox::type);
  if (moofs != 1) return make_error(Code::unsupported, "a fragment must hold exactly one moof box");
  seen.moof = *std::ranges::find(seen.roots, fourcc("moof"), &BmffBox::type);
  seen.track = TRY(track_of(source, seen.moof, context));
  return seen;
}

/// Widths of the rows from the leaves up, until one is no wider than `most`.
std::vector<std::size_t> widths(std::size_t leaves, std::size_t most) {
  std::vector<std::size_t> found{leaves};
  while (found.back() > std::max<std::size_t>(most, 1)) found.push_back((found.back() + 1) / 2);
  return found;
}

}  // namespace

Result<std::uint64_t> decode_time(const media::ByteSource& fragment, const Context& context) {
  const auto roots = TRY(bmff_roots(fragment, context));
  for (const BmffBox& box : TRY(bmff_at(fragment, roots, "/moof/traf/tfdt", context))) {
    Window window(fragment);
    const std::uint64_t body = box.range.start + box.header;
    if (body + 8 > box.range.end()) break;
    const bool wide = TRY(window.u8(body)) == 1;
    return wide ? TRY(window.u64be(body + 4)) : std::uint64_t{TRY(window.u32be(body + 4))};
  }
  return make_error(Code::corrupt, "a fragment does not say when it begins");
}

/// The auxiliary box of one fragment (§A.5.3.2). Its size is the same whether the digests are known yet or not.
Bytes StreamPlan::proof(const Track& track, std::size_t index) {
  std::vector<Bytes> siblings;
  std::size_t position = index;
  for (std::size_t level = 0; level < track.level; ++level, position /= 2) {
    const std::vector<Bytes>& row = track.levels[level];
    if (position % 2 == 0 && position + 1 == row.size()) continue;  // an odd node moves up as it is
    siblings.push_back(row[position ^ 1]);
  }
  return merkle_box(track.unique, track.local, index, siblings);
}

Result<Splice> StreamPlan::spliced(const Track& track, std::size_t index, const media::ByteSource& source,
                                   const Context& context) const {
  const Seen seen = TRY(look(source, context));
  if (seen.track != track.local) {
    return make_error(Code::unsupported, "the fragments of one rendition must all be of the same track");
  }
  BmffMove move(source, seen.roots, context);
  for (const BmffBox& box : seen.roots) {  // proofs of an earlier signing
    if (!box.c2pa || TRY(c2pa_box(source, box)).purpose != Purpose::merkle) continue;
    move.edit({box.range.start, box.range.length, 0, Edit::Kind::nothing, {}});
  }
  Bytes box = proof(track, index);
  const std::uint64_t size = box.size();
  move.edit({seen.moof.range.start, 0, size, Edit::Kind::bytes, std::move(box)});
  TRY(move.settle());
  Splicer splicer(Container::bmff);
  move.write(splicer, 0);
  splicer.splice().purpose = "merkle";
  return splicer.finish();
}

/// The leaves, then all rows above. The proofs in the boxes are zeros until then, which changes no digest: the boxes
/// are left out.
Result<void> StreamPlan::hash(Track& track, const Context& context) const {
  std::vector<Bytes> leaves(track.fragments.size());
  Context quiet = context;  // the other threads tell no progress
  quiet.progress = nullptr;
  const auto worker = [&](bool own) {
    return [&, own](std::size_t i) -> Result<void> {
      const auto source = TRY(track.fragments[i].open());
      const Splice splice = TRY(spliced(track, i, *source, quiet));
      const SplicedSource view(*source, splice);
      const auto roots = TRY(bmff_roots(view, quiet));
      HashTrace none;
      leaves[i] = TRY(hash_boxes(view, roots, {0, view.size()}, own_holes(roots, false), algorithm_, quiet, none));
      if (own) context.report("verifying", i + 1, track.fragments.size());
      return {};
    };
  };
  TRY(side_by_side(0, track.fragments.size(), worker));
  track.levels.front() = std::move(leaves);
  for (std::size_t level = 1; level < track.levels.size(); ++level) {
    const std::vector<Bytes>& below = track.levels[level - 1];
    for (std::size_t i = 0; i < track.levels[level].size(); ++i) {
      Bytes& node = track.levels[level][i];
      node = below[2 * i];
      if (2 * i + 1 == below.size()) continue;
      crypto::Hasher hasher(algorithm_);
      hasher.update(below[2 * i]);
      hasher.update(below[2 * i + 1]);
      node = hasher.finish();
    }
  }
  return {};
}

Result<StreamPlan> StreamPlan::create(std::vector<Rendition> renditions, crypto::HashAlgorithm algorithm,
                                      const Context& context, std::size_t row) {
  StreamPlan plan;
  plan.algorithm_ = algorithm;
  if (renditions.empty()) return make_error(Code::invalid_argument, "a stream needs an initialization segment");
  for (Rendition& rendition : renditions) {
    if (rendition.fragments.empty()) return make_error(Code::invalid_argument, "a stream needs fragments");
    Track track;
    track.init = rendition.init;
    track.fragments = std::move(rendition.fragments);
    track.unique = plan.tracks_.size() + 1;
    const auto first = TRY(track.fragments.front().open());
    track.local = TRY(look(*first, context)).track;
    for (const std::size_t width : widths(track.fragments.size(), row)) {
      track.levels.emplace_back(width, Bytes(hash_size(algorithm), 0));
    }
    track.level = track.levels.size() - 1;
    TRY(plan.hash(track, context));
    plan.tracks_.push_back(std::move(track));
  }
  return plan;
}

Result<Splice> StreamPlan::fragment(std::size_t rendition, std::size_t index, const media::ByteSource& source,
                                    const Context& context) const {
  return spliced(tracks_[rendition], index, source, context);
}

Result<Splice> StreamPlan::init(std::size_t rendition, std::uint64_t store_size, const Context& context) const {
  const media::ByteSource& source = *tracks_[rendition].init;
  const Located located = TRY(locate(source, context));
  EmbedRequest request;
  request.existing = &located;
  request.store_size = store_size;
  return plan_embedding(source, request, context);
}

Result<HardBinding> StreamPlan::binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options,
                                        const Context& context) const {
  std::vector<Bytes> maps;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const Track& track = tracks_[i];
    Bytes init(hash_size(algorithm_), 0);
    if (!options.placeholder) {
      const Splice other = i == 0 ? Splice() : TRY(this->init(i, splice.store_size, context));
      const SplicedSource second(*track.init, other);
      const media::ByteSource& source = i == 0 ? view : static_cast<const media::ByteSource&>(second);
      const auto roots = TRY(bmff_roots(source, context, i == 0 ? splice.frame : other.frame));
      HashTrace none;
      init = TRY(hash_boxes(source, roots, {0, source.size()}, own_holes(roots, false), algorithm_, context, none));
    }
    std::vector<Bytes> row;
    for (const Bytes& node : track.levels[track.level]) row.push_back(cbor::Writer().bytes(node).take());
    CborMap map;
    map.integer("uniqueId", as_signed(track.unique)).integer("localId", as_signed(track.local));
    map.integer("count", as_signed(track.fragments.size())).text("alg", hash_name(algorithm_));
    map.bytes("initHash", init).raw("hashes", cbor_array(row));
    maps.push_back(map.take());
  }
  CborMap binding;
  binding.text("alg", hash_name(algorithm_)).raw("exclusions", own_exclusions(false));
  binding.raw("merkle", cbor_array(maps)).text("name", "jumbf manifest");
  return HardBinding{"c2pa.hash.bmff.v3", binding.take()};
}

}  // namespace bonafide::provenance::c2pa
