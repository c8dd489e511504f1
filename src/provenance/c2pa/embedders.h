// One embedder and one framer for each container, private to this room; see embed.h for what they answer.
#pragma once
#include "provenance/c2pa/embed.h"

namespace bonafide::provenance::c2pa {

/// Plans the whole file to be. `request.existing` is never null here and has no problem; with `request.update` there is
/// a store in it.
using Embedder = Result<Splice>(const media::ByteSource& source, const EmbedRequest& request, const Context& context);
/// Exactly splice.frame.length bytes, zeros behind a store that is shorter than splice.store_size.
using Framer = Result<Bytes>(const Splice& splice, ByteView store);

Embedder plan_jpeg, plan_png, plan_gif, plan_riff, plan_tiff, plan_bmff, plan_jxl, plan_id3, plan_svg, plan_sidecar;
Framer frame_jpeg, frame_png, frame_gif, frame_riff, frame_bmff, frame_jxl, frame_svg;
/// The store with its zeros: TIFF, ID3, sidecar, whose size fields are literals beside the frame.
Framer frame_bare;

/// Puts a Splice together from left to right, so that offsets in the new file need no arithmetic.
class Splicer {
 public:
  explicit Splicer(Container container) { splice_.container = container; }

  /// Where the next byte will stand in the new file.
  std::uint64_t position() const { return position_; }
  void copy(Range from);
  /// From `start` up to `end`; nothing when that is empty.
  void copy_until(std::uint64_t start, std::uint64_t end) { copy({start, end > start ? end - start : 0}); }
  void literal(Bytes bytes);
  /// The place of the framed store; once at most.
  void frame(std::uint64_t length, std::uint64_t store_size);
  /// Sets what the pieces do not say: optional framing, byte order, purpose.
  Splice& splice() { return splice_; }
  Splice finish() { return std::move(splice_); }

 private:
  Splice splice_;
  std::uint64_t position_ = 0;
};

/// `store` with zeros behind it up to `size`; internal when it is larger.
Result<Bytes> padded(ByteView store, std::uint64_t size);

}  // namespace bonafide::provenance::c2pa
