#include "provenance/c2pa/embed.h"

#include <fmt/format.h>

#include <algorithm>

#include "provenance/c2pa/asset_map.h"

namespace bonafide::provenance::c2pa {

void Splicer::copy(Range from) {
  if (from.length == 0) return;
  if (!splice_.pieces.empty()) {
    Piece& last = splice_.pieces.back();
    if (last.kind == Piece::Kind::copy && last.from.end() == from.start) {
      last.from.length += from.length;
      last.length += from.length;
      position_ += from.length;
      return;
    }
  }
  splice_.pieces.push_back({Piece::Kind::copy, from, {}, from.length});
  position_ += from.length;
}

void Splicer::literal(Bytes bytes) {
  if (bytes.empty()) return;
  const std::uint64_t length = bytes.size();
  splice_.pieces.push_back({Piece::Kind::literal, {}, std::move(bytes), length});
  position_ += length;
}

void Splicer::frame(std::uint64_t length, std::uint64_t store_size) {
  splice_.pieces.push_back({Piece::Kind::frame, {}, {}, length});
  splice_.frame = {position_, length};
  splice_.store_size = store_size;
  position_ += length;
}

Result<Bytes> padded(ByteView store, std::uint64_t size) {
  if (store.size() > size) {
    return make_error(Code::internal, fmt::format("a store of {} bytes for a place of {}", store.size(), size));
  }
  Bytes bytes(static_cast<std::size_t>(size));
  std::ranges::copy(store, bytes.begin());
  return bytes;
}

Result<Bytes> frame_bare(const Splice& splice, ByteView store) { return padded(store, splice.store_size); }

Result<Splice> plan_embedding(const media::ByteSource& source, const EmbedRequest& request, const Context& context) {
  Bytes head(4096);
  head.resize(TRY(source.read_some(0, head)));
  const AssetMap* const map = asset_map(head);
  if (map == nullptr || map->plan == nullptr) {
    return make_error(Code::unsupported, "there is no place for a credential in this kind of file");
  }
  const Located none;
  EmbedRequest asked = request;
  if (asked.existing == nullptr) asked.existing = &none;
  if (!asked.existing->problem.empty()) {
    return make_error(Code::unsupported,
                      "the credential in this file is broken, so it cannot be replaced: " + asked.existing->problem);
  }
  if (asked.update && !(asked.existing->found() && asked.store_size)) {
    return make_error(Code::invalid_argument, "an update needs a credential in the file and a new one to put there");
  }
  if (asked.store_size.value_or(0) > context.limits.metadata_bytes) {
    return make_error(Code::limit, "the manifest store is larger than the limit");
  }
  return map->plan(source, asked, context);
}

Result<Bytes> frame_store(const Splice& splice, ByteView store) {
  const AssetMap* const map = asset_map(splice.container);
  if (map == nullptr || map->frame == nullptr) {
    return make_error(Code::unsupported, "there is no place for a credential in this kind of file");
  }
  if (store.size() > splice.store_size) {
    return make_error(Code::invalid_argument,
                      fmt::format("the store has {} bytes, but room was made for {}", store.size(), splice.store_size));
  }
  Bytes framed = TRY(map->frame(splice, store));
  if (framed.size() != splice.frame.length) {
    return make_error(Code::internal,
                      fmt::format("a frame of {} bytes for a place of {}", framed.size(), splice.frame.length));
  }
  return framed;
}

SplicedSource::SplicedSource(const media::ByteSource& original, const Splice& splice)
    : original_(original), splice_(splice) {
  starts_.reserve(splice.pieces.size());
  for (const Piece& piece : splice.pieces) {
    starts_.push_back(size_);
    size_ += piece.length;
  }
}

Result<std::size_t> SplicedSource::read_some(std::uint64_t offset, std::span<std::uint8_t> into) const {
  if (offset >= size_) return std::size_t{0};
  std::size_t done = 0;
  auto i = static_cast<std::size_t>(std::ranges::upper_bound(starts_, offset) - starts_.begin()) - 1;
  for (; i < starts_.size() && done < into.size(); ++i) {
    const Piece& piece = splice_.pieces[i];
    const std::uint64_t inside = offset + done - starts_[i];
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(piece.length - inside, into.size() - done));
    const auto place = into.subspan(done, count);
    if (piece.kind == Piece::Kind::copy) {
      if (TRY(original_.read_some(piece.from.start + inside, place)) != count) {
        return make_error(Code::io, "the original changed while it was read", piece.from.start + inside);
      }
    } else {
      const Bytes& bytes = piece.kind == Piece::Kind::literal ? piece.bytes : framed_;
      for (std::size_t k = 0; k < count; ++k) {  // a frame not yet filled is zeros
        place[k] = inside + k < bytes.size() ? bytes[static_cast<std::size_t>(inside + k)] : std::uint8_t{0};
      }
    }
    done += count;
  }
  return done;
}

}  // namespace bonafide::provenance::c2pa
