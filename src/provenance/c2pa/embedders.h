// One embedder and one framer for each container, private to this room; see embed.h for what they answer.
#pragma once
#include <map>

#include "provenance/c2pa/embed.h"

namespace bonafide::provenance::c2pa {

/// Plans the whole file to be. `request.existing` is never null here and has no problem; with `request.update` there is
/// a store in it.
using Embedder = Result<Splice>(const media::ByteSource& source, const EmbedRequest& request, const Context& context);
/// Exactly splice.frame.length bytes, zeros behind a store that is shorter than splice.store_size.
using Framer = Result<Bytes>(const Splice& splice, ByteView store);

Embedder plan_jpeg, plan_png, plan_gif, plan_riff, plan_tiff, plan_bmff, plan_jxl, plan_id3, plan_svg;
Framer frame_jpeg, frame_png, frame_gif, frame_riff, frame_bmff, frame_jxl, frame_svg;
/// The store with its zeros: TIFF and ID3, whose size fields are literals beside the frame.
Framer frame_bare;

/// Puts a Splice together from left to right, so that offsets in the new file need no arithmetic.
class Splicer {
 public:
  explicit Splicer(Container container) { splice_.container = container; }

  /// Bytes of the original that will read otherwise wherever a later copy takes them along. Must not overlap.
  void overwrite(std::uint64_t offset, Bytes bytes) { overwrites_[offset] = std::move(bytes); }
  /// Where the next byte will stand in the new file.
  std::uint64_t position() const { return position_; }
  void copy(Range from);
  /// From `start` up to `end`; nothing when that is empty.
  void copy_until(std::uint64_t start, std::uint64_t end) { copy({start, end > start ? end - start : 0}); }
  void literal(Bytes bytes);
  /// The place of the framed store; once at most.
  void frame(std::uint64_t length, std::uint64_t store_size);
  /// The whole file of `size` bytes with `old` (an empty range: the place to insert at) taken out, and a frame there
  /// instead when `store_size` is something.
  void replace(Range old, std::uint64_t size, std::optional<std::uint64_t> store_size, std::uint64_t frame_length);
  /// Sets what the pieces do not say: optional framing, byte order, purpose.
  Splice& splice() { return splice_; }
  Splice finish() { return std::move(splice_); }

 private:
  void copy_plain(Range from);

  Splice splice_;
  std::uint64_t position_ = 0;
  std::map<std::uint64_t, Bytes> overwrites_;
};

/// `store` with zeros behind it up to `size`; internal when it is larger.
Result<Bytes> padded(ByteView store, std::uint64_t size);
void append_number(Bytes& into, std::uint64_t value, std::size_t bytes, bool big_endian);
void append_text(Bytes& into, std::string_view text);
Bytes number(std::uint64_t value, std::size_t bytes, bool big_endian);

/// Where the store in the file is framed; an empty range at `otherwise` when there is none.
Range old_frame(const EmbedRequest& request, std::uint64_t otherwise);
/// Does the data hash of the last standard manifest in the file leave out exactly this field? A field that it hashes
/// may not change when an update is written.
bool is_left_out(const Located& existing, Range field);
/// unsupported: an update needs more room than the old store has, and the file says its size where it is hashed.
Error no_room(std::uint64_t needed, std::uint64_t room);

}  // namespace bonafide::provenance::c2pa
