#include "provenance/c2pa/embed.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/cbor.h"
#include "provenance/c2pa/asset_map.h"
#include "provenance/c2pa/store.h"

namespace bonafide::provenance::c2pa {

namespace {

/// A superbox with a description and the label "c2pa", and nothing in it.
constexpr std::uint64_t kSmallestStore = 38;

}  // namespace

void Splicer::copy(Range from) {
  while (from.length > 0) {
    const auto next = overwrites_.lower_bound(from.start);
    if (next == overwrites_.end() || next->first + next->second.size() > from.end()) break;
    copy_plain({from.start, next->first - from.start});
    literal(next->second);
    const std::uint64_t behind = next->first + next->second.size();
    from = {behind, from.end() - behind};
  }
  copy_plain(from);
}

void Splicer::copy_plain(Range from) {
  if (from.length == 0) return;
  position_ += from.length;
  Piece* const last = splice_.pieces.empty() ? nullptr : &splice_.pieces.back();
  if (last != nullptr && last->kind == Piece::Kind::copy && last->from.end() == from.start) {
    last->from.length += from.length;
    last->length += from.length;
    return;
  }
  splice_.pieces.push_back({Piece::Kind::copy, from, {}, from.length});
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

void Splicer::replace(Range old, std::uint64_t size, std::optional<std::uint64_t> store_size,
                      std::uint64_t frame_length) {
  copy_until(0, old.start);
  if (store_size) frame(frame_length, *store_size);
  copy_until(old.end(), size);
}

Result<Bytes> padded(ByteView store, std::uint64_t size) {
  if (store.size() > size) {
    return make_error(Code::internal, fmt::format("a store of {} bytes for a place of {}", store.size(), size));
  }
  Bytes bytes(static_cast<std::size_t>(size));
  std::ranges::copy(store, bytes.begin());
  return bytes;
}

void append_number(Bytes& into, std::uint64_t value, std::size_t bytes, bool big_endian) {
  for (std::size_t i = 0; i < bytes; ++i) {
    into.push_back(static_cast<std::uint8_t>(value >> 8 * (big_endian ? bytes - 1 - i : i)));
  }
}

void append_text(Bytes& into, std::string_view text) {
  into.insert(into.end(), as_bytes(text).begin(), as_bytes(text).end());
}

Bytes number(std::uint64_t value, std::size_t bytes, bool big_endian) {
  Bytes made;
  append_number(made, value, bytes, big_endian);
  return made;
}

Range old_frame(const EmbedRequest& request, std::uint64_t otherwise) {
  return request.existing->framing.empty() ? Range{otherwise, 0} : request.existing->framing.front();
}

bool is_left_out(const Located& existing, Range field) {
  const auto store = Store::parse(existing.stores);
  if (!store) return false;
  const auto standard = std::find_if(store->manifests().rbegin(), store->manifests().rend(),
                                     [](const Manifest& manifest) { return !manifest.update; });
  if (standard == store->manifests().rend() || standard->assertions == nullptr) return false;
  const JumbfBox* const assertion = standard->assertions->child("c2pa.hash.data");
  const JumbfBox* const content = assertion == nullptr ? nullptr : assertion->content(fourcc("cbor"));
  const auto map = content == nullptr ? Result<cbor::Value>(cbor::Value()) : cbor::parse(content->payload);
  const cbor::Value* const list = map ? map->find("exclusions") : nullptr;
  if (list == nullptr) return false;
  return std::ranges::any_of(list->children, [&](const cbor::Value& item) {
    const auto says = [&](std::string_view key, std::uint64_t wanted) {
      const cbor::Value* const value = item.find(key);
      const auto got = value == nullptr ? std::nullopt : value->integer();
      return got && *got >= 0 && static_cast<std::uint64_t>(*got) == wanted;
    };
    return says("start", field.start) && says("length", field.length);
  });
}

Error no_room(std::uint64_t needed, std::uint64_t room) {
  return make_error(Code::unsupported,
                    fmt::format("the update needs {} bytes where the first credential left {}, and the file states "
                                "that size in a field that is signed",
                                needed, room));
}

Result<Bytes> frame_bare(const Splice& splice, ByteView store) { return padded(store, splice.store_size); }

namespace {

/// Whatever was planned must be found again, or be gone: files can be built so that a place is read in two ways.
Result<void> find_again(const media::ByteSource& source, const Splice& splice, const EmbedRequest& request,
                        const Context& context) {
  SplicedSource view(source, splice);
  if (request.store_size) {
    Bytes store = number(splice.store_size, 4, true);  // a box of that size, with nothing but a description in it
    append_text(store, std::string_view("jumb\0\0\0\x1Ejumd", 12));
    const Uuid uuid = c2pa_uuid("c2pa");
    store.insert(store.end(), uuid.begin(), uuid.end());
    append_text(store, std::string_view("\x03"
                                        "c2pa\0",
                                        6));
    store.resize(static_cast<std::size_t>(splice.store_size));
    view.fill(TRY(frame_store(splice, store)));
  }
  const Located located = TRY(locate(view, context));
  const bool right =
      request.store_size ? std::ranges::find(located.framing, splice.frame) != located.framing.end() : !located.found();
  if (right && located.problem.empty()) return {};
  return make_error(Code::corrupt, "the file is built in such a way that a credential would not be found again");
}

}  // namespace

Result<Splice> plan_embedding(const media::ByteSource& source, const EmbedRequest& request, const Context& context) {
  Bytes head(4096);
  head.resize(TRY(source.read_some(0, head)));
  const AssetMap* const map = asset_map(head);
  if (request.existing != nullptr && !request.existing->problem.empty()) {
    return make_error(Code::unsupported,
                      "the credential in this file is broken, so it cannot be replaced: " + request.existing->problem);
  }
  if (!request.store_size && (request.existing == nullptr || !request.existing->found())) {
    Splicer whole(map == nullptr ? Container::other : map->container);  // as it is: for a credential kept elsewhere
    whole.copy_until(0, source.size());
    return whole.finish();
  }
  if (map == nullptr || map->plan == nullptr) {
    return make_error(Code::unsupported, "there is no place for a credential in this kind of file");
  }
  const Located none;
  EmbedRequest asked = request;
  if (asked.existing == nullptr) asked.existing = &none;
  if (asked.update && !(asked.existing->found() && asked.store_size)) {
    return make_error(Code::invalid_argument, "an update needs a credential in the file and a new one to put there");
  }
  for (const Range& frame : asked.existing->framing) {
    if (frame.end() > source.size()) return make_error(Code::corrupt, "the credential is cut short", frame.start);
  }
  if (asked.store_size && *asked.store_size < kSmallestStore) {
    return make_error(Code::invalid_argument, "no manifest store is as small as that");
  }
  if (asked.store_size.value_or(0) > context.limits.metadata_bytes) {
    return make_error(Code::limit, "the manifest store is larger than the limit");
  }
  Splice splice = TRY(map->plan(source, asked, context));
  TRY(find_again(source, splice, asked, context));
  return splice;
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

std::uint64_t SplicedSource::data_from(std::uint64_t offset) const {
  if (offset >= size_) return offset;
  const auto i = static_cast<std::size_t>(std::ranges::upper_bound(starts_, offset) - starts_.begin()) - 1;
  const Piece& piece = splice_.pieces[i];
  if (piece.kind != Piece::Kind::copy) return offset;
  const std::uint64_t inside = piece.from.start + (offset - starts_[i]);
  return offset + (std::min(original_.data_from(inside), piece.from.end()) - inside);
}

}  // namespace bonafide::provenance::c2pa
