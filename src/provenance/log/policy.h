// A trust policy (c2sp.org/tlog-policy): which logs are known, which witnesses, and how many of them must have cosigned
// a checkpoint before it counts. A text file, so that it can be read, shared and compared.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "provenance/log/checkpoint.h"

namespace bonafide::provenance::log {

struct PolicyLog {
  NoteKey key;
  std::string url;
};
struct PolicyWitness {
  std::string name;  ///< inside the policy
  NoteKey key;
  std::string url;
};
struct PolicyGroup {
  std::string name;
  std::size_t needed = 0;            ///< how many members must have witnessed
  std::vector<std::string> members;  ///< witnesses and groups defined before
};

struct Policy {
  std::vector<PolicyLog> logs;
  std::vector<PolicyWitness> witnesses;
  std::vector<PolicyGroup> groups;
  std::string quorum = "none";  ///< a witness, a group, or "none"

  const PolicyLog* log_of(std::string_view origin) const;
};

/// `corrupt` names the line that is wrong; `limit`: more than 1 MiB, or than 1024 of a kind.
Result<Policy> parse_policy(std::string_view text);
/// A policy that knows one log and asks for no witness.
Policy policy_of(const NoteKey& log);

enum class CheckpointTrust {
  trusted,        ///< signed by a known log and cosigned as the quorum wants
  unknown_log,    ///< the policy does not know the log
  wrong_key,      ///< the log is known, but its key did not sign
  broken,         ///< a signature by a known key does not fit
  few_witnesses,  ///< signed by the log, but not cosigned by enough witnesses
};
struct CheckpointCheck {
  CheckpointTrust trust = CheckpointTrust::unknown_log;
  std::string reason;  ///< plain sentence unless trusted
  struct Cosigned {
    std::string witness;
    std::uint64_t time = 0;
  };
  std::vector<Cosigned> witnesses;  ///< those of the policy that cosigned
};
CheckpointCheck check_checkpoint(const SignedCheckpoint& checkpoint, const Policy& policy);

}  // namespace bonafide::provenance::log
