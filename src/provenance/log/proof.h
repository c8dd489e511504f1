// A proof that an entry is in a log, as one file that is checked without asking anybody (c2sp.org/tlog-proof,
// ".tlog-proof"): the entry's number, its path to the root, and the checkpoint with all its signatures.
#pragma once
#include <optional>
#include <string>

#include "provenance/log/policy.h"

namespace bonafide::provenance::log {

struct ProofBundle {
  std::optional<Bytes> extra;  ///< what the checker needs besides; nobody vouches for it
  std::uint64_t index = 0;
  Proof hashes;            ///< from the leaf's sibling upwards
  std::string checkpoint;  ///< a signed note, verbatim
};
inline constexpr std::size_t kMostBundleBytes = std::size_t{2} << 20;

Result<ProofBundle> parse_proof_bundle(std::string_view text);
std::string write_proof_bundle(const ProofBundle& bundle);

struct BundleCheck {
  bool included = false;  ///< the path leads from the entry to the checkpoint's root
  CheckpointCheck checkpoint;
  Checkpoint tree;     ///< what the checkpoint says
  std::string reason;  ///< plain sentence when something does not hold
  bool holds() const { return included && checkpoint.trust == CheckpointTrust::trusted; }
};
/// Needs nothing but the entry's own hash and whom to believe. An Error only when the checkpoint cannot be read at all.
Result<BundleCheck> check_proof_bundle(const ProofBundle& bundle, const Hash& leaf, const Policy& policy);

}  // namespace bonafide::provenance::log
