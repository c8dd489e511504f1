// Putting a manifest store into a file: what the signed file will be made of, piece by piece, before a byte is written.
// Hashing and writing both read the same view, so what is hashed is what is written.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "crypto/hash.h"
#include "provenance/c2pa/locate.h"

namespace bonafide::provenance::c2pa {

/// One stretch of the file to be written.
struct Piece {
  enum class Kind {
    copy,     ///< bytes of the original
    literal,  ///< bytes the embedder made: a patched size field, a header
    frame,    ///< where the framed store will stand; zeros until filled
  };
  Kind kind = Kind::copy;
  Range from;                ///< copy: in the original
  Bytes bytes;               ///< literal
  std::uint64_t length = 0;  ///< of all kinds
};

struct Splice {
  Container container = Container::other;
  std::vector<Piece> pieces;            ///< the whole file in order; at most one frame
  Range frame;                          ///< in the new file: exactly what locate() will call its framing
  std::vector<Range> optional_framing;  ///< size fields that a hash had better leave out (RIFF), in the new file
  std::uint64_t store_size = 0;
  bool big_endian = false;  ///< TIFF
  std::string purpose;      ///< BMFF: "manifest", "update"
};

struct EmbedRequest {
  const Located* existing = nullptr;        ///< what locate() found: replaced; an update keeps it where it must stay
  std::optional<std::uint64_t> store_size;  ///< nothing: only take the existing store out
  bool update = false;                      ///< an update manifest: nothing that was hashed may move (§11.2.3)
  bool proofs = false;                      ///< fragments in one file: each gets a box for its proof (BMFF, §A.5.3)
};

/// unsupported: no place for a store in this kind of file, or this file cannot take an update; corrupt, limit as
/// locate().
Result<Splice> plan_embedding(const media::ByteSource& source, const EmbedRequest& request, const Context& context);
/// The framed store: exactly splice.frame.length bytes. `store` may be shorter than splice.store_size: zeros follow it.
Result<Bytes> frame_store(const Splice& splice, ByteView store);

/// The file to be, as a file to read: pieces in order, the frame as zeros or as filled.
class SplicedSource final : public media::ByteSource {
 public:
  SplicedSource(const media::ByteSource& original, const Splice& splice);
  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read_some(std::uint64_t offset, std::span<std::uint8_t> into) const override;
  std::uint64_t data_from(std::uint64_t offset) const override;
  void fill(Bytes framed) { framed_ = std::move(framed); }

 private:
  const media::ByteSource& original_;
  const Splice& splice_;
  std::vector<std::uint64_t> starts_;  ///< of each piece, in the new file
  std::uint64_t size_ = 0;
  Bytes framed_;
};

}  // namespace bonafide::provenance::c2pa
