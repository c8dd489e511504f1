// Embedding into ISO base media files (C2PA 2.5 §A.5): a uuid box behind ftyp, or for updates at the end of the file.
#include <algorithm>

#include "provenance/c2pa/bmff_move.h"
#include "provenance/c2pa/bmff_tree.h"
#include "provenance/c2pa/embedders.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::string_view kManifest = "manifest", kOriginal = "original", kUpdate = "update";

void big_endian(Bytes& into, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) into.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

struct Known {
  BmffBox box;
  C2paBox content;
};

class Plan {
 public:
  Plan(const media::ByteSource& source, const EmbedRequest& request, const Context& context)
      : source_(source), request_(request), context_(context) {}
  Result<Splice> run();

 private:
  Result<void> look();
  Result<void> standard(BmffMove& move, bool use_free) const;
  Result<void> proofs(BmffMove& move) const;
  Result<void> update(BmffMove& move) const;
  void place(BmffMove& move, Range old, std::uint64_t frame, bool use_free) const;
  const BmffBox* free_box_at(std::uint64_t offset) const;

  const media::ByteSource& source_;
  const EmbedRequest& request_;
  const Context& context_;
  std::vector<BmffBox> roots_;
  std::vector<Known> known_;          ///< C2PA's boxes in file order
  std::uint64_t behind_type_ = 0;     ///< where a store belongs: the end of ftyp, or the start of the file
  std::uint64_t media_ = UINT64_MAX;  ///< where the first moov, mdat or moof begins
};

Result<void> Plan::look() {
  roots_ = TRY(bmff_roots(source_, context_));
  const std::uint64_t end = roots_.empty() ? 0 : roots_.back().range.end();
  if (end != source_.size()) return make_error(Code::corrupt, "there are bytes after the last box", end);
  bool movie = false, fragments = false;
  for (const BmffBox& box : roots_) {
    const bool media = box.type == fourcc("moov") || box.type == fourcc("mdat") || box.type == fourcc("moof");
    if (media) media_ = std::min(media_, box.range.start);
    if (box.type == fourcc("ftyp") && behind_type_ == 0) behind_type_ = box.range.end();
    movie = movie || box.type == fourcc("moov") || box.type == fourcc("meta");
    fragments = fragments || box.type == fourcc("moof");
    if (box.c2pa) known_.push_back({box, TRY(c2pa_box(source_, box))});
  }
  if (fragments && !movie) {
    return make_error(Code::unsupported, "this is a fragment; its credential belongs into the initialization segment");
  }
  return {};
}

const BmffBox* Plan::free_box_at(std::uint64_t offset) const {
  const auto found = std::ranges::find(roots_, offset, [](const BmffBox& box) { return box.range.start; });
  const bool free =
      found != roots_.end() && (found->type == fourcc("free") || found->type == fourcc("skip")) && found->header == 8;
  return free && found->range.length <= 0xFFFFFFFF ? &*found : nullptr;
}

/// The frame in place of `old` (which may be empty). Where a free box follows that is large enough, its room is used,
/// so that nothing moves.
void Plan::place(BmffMove& move, Range old, std::uint64_t frame, bool use_free) const {
  const BmffBox* const room = use_free && frame > old.length ? free_box_at(old.end()) : nullptr;
  const std::uint64_t more = frame - old.length;
  if (room != nullptr && (room->range.length == more || room->range.length >= more + 8)) {
    move.edit({old.start, frame, frame, Edit::Kind::frame, {}});
    if (room->range.length == more) return;
    Bytes header;
    big_endian(header, room->range.length - more, 4);
    big_endian(header, room->type, 4);
    move.edit({old.start + frame, 8, 8, Edit::Kind::bytes, std::move(header)});
    return;
  }
  move.edit({old.start, old.length, frame, Edit::Kind::frame, {}});
}

Result<void> Plan::standard(BmffMove& move, bool use_free) const {
  bool placed = !request_.store_size;
  const std::uint64_t frame = c2pa_box_size(kManifest, request_.store_size.value_or(0));
  for (const Known& known : known_) {
    const Purpose purpose = known.content.purpose;
    const bool store = purpose == Purpose::manifest || purpose == Purpose::original;
    if (!store && purpose != Purpose::update && purpose != Purpose::merkle) continue;
    const Range range = known.box.range;
    if (store && !placed && range.start >= behind_type_ && range.start < media_) {
      place(move, range, frame, use_free);
      placed = true;
    } else {
      move.edit({range.start, range.length, 0, Edit::Kind::nothing, {}});
    }
  }
  if (!placed) place(move, {behind_type_, 0}, frame, use_free);
  return request_.store_size && request_.proofs ? proofs(move) : Result<void>();
}

/// A box in front of each moof with its number; all digests go into the manifest.
Result<void> Plan::proofs(BmffMove& move) const {
  std::uint64_t count = 0, track = 0;
  for (const BmffBox& box : roots_) {
    if (box.type != fourcc("moof")) continue;
    const std::uint64_t own = TRY(track_of(source_, box, context_));
    if (count > 0 && own != track) {
      return make_error(Code::unsupported, "the fragments of this file take turns between tracks, which need one tree");
    }
    track = own;
    Bytes proof = merkle_box(1, track, count++, {});
    const std::uint64_t size = proof.size();
    move.edit({box.range.start, 0, size, Edit::Kind::bytes, std::move(proof)});
  }
  if (count == 0) return make_error(Code::unsupported, "this file has no fragments");
  return {};
}

/// What was hashed stays where it is: the store is renamed where it stands (its purpose is in no hash), and the update
/// comes as the last box (§16.3.2.2).
Result<void> Plan::update(BmffMove& move) const {
  const Known* old = nullptr;
  const Known* store = nullptr;
  for (const Known& known : known_) {
    if (known.content.purpose == Purpose::manifest || known.content.purpose == Purpose::original) store = &known;
    if (known.content.purpose == Purpose::update) old = &known;
  }
  if (store == nullptr) return make_error(Code::unsupported, "there is no credential in this file to be updated");
  const BmffBox& last = roots_.back();
  if (TRY(read_exactly(source_, last.range.start, 4)) == Bytes(4)) {
    return make_error(Code::unsupported, "the last box of this file has no size of its own, so nothing can follow it");
  }
  const std::uint64_t frame = c2pa_box_size(kUpdate, *request_.store_size);
  if (store->content.purpose == Purpose::manifest) {
    const ByteView name = as_bytes(kOriginal);
    move.edit(
        {store->content.purpose_at, name.size(), name.size(), Edit::Kind::bytes, Bytes(name.begin(), name.end())});
  }
  if (old == nullptr) {
    move.edit({source_.size(), 0, frame, Edit::Kind::frame, {}});
  } else if (old->box.range == last.range) {
    move.edit({last.range.start, last.range.length, frame, Edit::Kind::frame, {}});
  } else {
    return make_error(Code::unsupported, "an earlier update is not the last box of this file");
  }
  return {};
}

Result<Splice> Plan::run() {
  TRY(look());
  for (const bool use_free : {true, false}) {
    BmffMove move(source_, roots_, context_);
    if (request_.update) {
      TRY(update(move));
    } else {
      TRY(standard(move, use_free));
    }
    auto settled = move.settle();
    if (!settled && use_free && settled.error().code == Code::corrupt) continue;  // something points into the free box
    if (!settled) return settled.error();
    Splicer splicer(Container::bmff);
    move.write(splicer, request_.store_size.value_or(0));
    splicer.splice().purpose = request_.update ? kUpdate : kManifest;
    return splicer.finish();
  }
  return make_error(Code::internal, "no way of placing the credential was tried");
}

}  // namespace

Result<Splice> plan_bmff(const media::ByteSource& source, const EmbedRequest& request, const Context& context) {
  return Plan(source, request, context).run();
}

Result<Bytes> frame_bmff(const Splice& splice, ByteView store) {
  // The first box with a proof, if this file has any, is one of the pieces.
  const Bytes proof = make_c2pa_box("merkle", {});
  const ByteView head = ByteView(proof).subspan(4);
  std::uint64_t at = 0, place = 0;
  for (const Piece& piece : splice.pieces) {
    const bool first = place == 0 && piece.kind == Piece::Kind::literal && piece.bytes.size() > proof.size() &&
                       std::ranges::equal(head, ByteView(piece.bytes).subspan(4, head.size()));
    if (first) place = at;
    at += piece.length;
  }
  return make_c2pa_box(splice.purpose, TRY(padded(store, splice.store_size)), place);
}

}  // namespace bonafide::provenance::c2pa
