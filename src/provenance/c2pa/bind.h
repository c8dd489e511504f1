// Making hard bindings (C2PA 2.5 §16.3): the assertion that holds the hashes of the file to be written. The other side
// of binding.h.
#pragma once
#include <string>

#include "provenance/c2pa/embed.h"

namespace bonafide::provenance::c2pa {

enum class BindingForm {
  automatic,  ///< BMFF: by boxes, with a Merkle tree from 64 MiB of media data on; all else: the data hash
  data,       ///< c2pa.hash.data
  boxes,      ///< c2pa.hash.boxes
  bmff,       ///< c2pa.hash.bmff.v3
};

class StreamPlan;

struct BindOptions {
  BindingForm form = BindingForm::automatic;
  crypto::HashAlgorithm algorithm = crypto::HashAlgorithm::sha256;
  std::uint64_t merkle_block = 0;  ///< bytes of a leaf; 0: chosen by size (BMFF only)
  bool placeholder = false;        ///< same size as the real one, zeros for hashes; reads no media data
  bool proofs = false;             ///< fragments in one file: a tree over them, as EmbedRequest::proofs made room for
  const StreamPlan* stream = nullptr;  ///< the file is the initialization segment of this stream's first rendition
};

struct HardBinding {
  std::string label;  ///< "c2pa.hash.data", "c2pa.hash.boxes", "c2pa.hash.bmff.v3"
  Bytes cbor;
};

/// `view` is the file to be; `splice` says where the store will stand in it (without a frame: a sidecar's work).
Result<HardBinding> make_binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options,
                                 const Context& context);

}  // namespace bonafide::provenance::c2pa
