// A checkpoint (c2sp.org/tlog-checkpoint): a log's signed statement of how large its tree is and what its root is.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "provenance/log/merkle.h"
#include "provenance/log/note.h"

namespace bonafide::provenance::log {

struct Checkpoint {
  std::string origin;  ///< the log's name, which its key bears too
  std::uint64_t size = 0;
  Hash root = {};
  std::vector<std::string> extensions = {};  ///< further lines, which are signed with the rest

  std::string text() const;
};
/// A note's text; `corrupt` when it is none. An empty tree must have the empty root.
Result<Checkpoint> parse_checkpoint(std::string_view text);

struct SignedCheckpoint {
  Checkpoint checkpoint;
  Note note;
};
Result<SignedCheckpoint> parse_signed_checkpoint(std::string_view bytes);
/// The same, and signed by this key of the log; `denied` when it is not, or names another origin than the key.
Result<SignedCheckpoint> open_checkpoint(std::string_view bytes, const NoteKey& log);
/// A note with one signature.
Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const NoteSigner& signer);

}  // namespace bonafide::provenance::log
