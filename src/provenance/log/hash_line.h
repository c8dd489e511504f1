// A hash as a line of base64, as proofs are written.
#pragma once
#include <string_view>

#include "provenance/log/merkle.h"

namespace bonafide::provenance::log {

inline constexpr std::size_t kMostProofHashes = 63;  // c2sp.org/tlog-witness; a tree of 2^62 entries needs 62

inline Result<Hash> parse_hash_line(std::string_view line) {
  const auto bytes = from_base64(line);
  if (!bytes || bytes->size() != 32 || to_base64(*bytes) != line)
    return make_error(Code::corrupt, "a line of a proof is not a hash of 32 bytes in base64");
  return to_hash(*bytes);
}

}  // namespace bonafide::provenance::log
