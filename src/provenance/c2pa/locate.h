// Where a manifest store lies in a file, and exactly which bytes frame it: a validator that takes an exclusion at its
// word can be made to skip pictures (c2pa-rs #2653, #2610), so the extent is always worked out anew from the container.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "media/container/byte_source.h"
#include "provenance/c2pa/jumbf.h"

namespace bonafide::provenance::c2pa {

struct Range {
  std::uint64_t start = 0;
  std::uint64_t length = 0;
  std::uint64_t end() const { return start + length; }
  bool operator==(const Range&) const = default;
};

/// A stretch of a store as it lies in the file.
struct Mapped {
  std::uint64_t store_offset = 0;
  Range file;
  std::size_t store = 0;  ///< which of Located::stores
};

enum class Container { jpeg, png, riff, gif, tiff, bmff, jxl, id3, svg, pdf, sidecar, other };
std::string_view to_string(Container container);

struct Located {
  Container container = Container::other;
  bool readable = true;        ///< false: C2PA defines a place in this kind of file that this version does not read
  std::vector<Bytes> stores;   ///< manifest stores in file order; BMFF may have an "original" and an "update"
  std::vector<Range> framing;  ///< what the manifest exclusion of a data hash must cover, in file order
  std::vector<Mapped> layout;  ///< where each stretch of the stores lies; empty when they are encoded (SVG)
  std::vector<Range> optional_framing;  ///< may be excluded besides: TIFF's count field, RIFF's size field
  std::uint64_t loose_tail = 0;  ///< padding at the end of the framing that a hash may cover instead (odd RIFF chunks)
  std::string problem;     ///< a store is there, but split, doubled or out of order: manifest.inaccessible.malformed
  std::string remote_url;  ///< filled by find_remote(): where the credential is said to be kept

  bool found() const { return !stores.empty(); }
};

/// Empty `stores` and `problem` when there is none. corrupt: the container breaks its own format before that is clear.
/// A store of more than context.limits.metadata_bytes is a `limit`.
Result<Located> locate(const media::ByteSource& source, const Context& context);

/// The reference in a file's own XMP (dcterms:provenance, C2PA 2.5 §11.8.1, §14.5.3.1) to a credential that is kept
/// elsewhere. Reads structure and metadata within the limits; nothing is ever fetched here.
Result<void> find_remote(const media::ByteSource& source, Located& located, const Context& context);

/// Exactly `count` bytes; corrupt when the file ends before.
Result<Bytes> read_exactly(const media::ByteSource& source, std::uint64_t offset, std::uint64_t count);

}  // namespace bonafide::provenance::c2pa
