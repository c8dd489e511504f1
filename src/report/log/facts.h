// What the verbs of the record answer, before anybody words it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "provenance/log/entry.h"
#include "provenance/log/fsck.h"
#include "provenance/log/key_index.h"
#include "provenance/log/policy.h"

namespace bonafide::report {

struct LogFacts {
  std::string folder, keep;  ///< what is handed out; what is kept for ourselves
  std::string origin, key;   ///< the key as verifiers want it
  std::string policy;        ///< a file that knows this log
};

struct LogAdded {
  struct One {
    std::string path;  ///< of the work; empty: the entry is about no file
    std::uint64_t number = 0;
    provenance::log::Hash leaf = {};
    std::string proof;   ///< file that was written, if any
    bool known = false;  ///< the same was said before: nothing new was logged
  };
  std::vector<One> entries;
  std::uint64_t size = 0;  ///< entries in the log now
};

struct LogEntryFacts {
  std::uint64_t number = 0;
  provenance::log::Hash leaf = {};
  Bytes bytes;
  std::optional<provenance::log::SignedEntry> entry;
  std::string problem;  ///< why `entry` is not there
};

struct LogTail {
  provenance::log::Checkpoint tree;
  std::vector<LogEntryFacts> entries;
};

/// One look at a log by a monitor.
struct LogMonitorFacts {
  struct Finding {
    std::string kind;     ///< "rollback", "split_view", … (docs/http.md)
    bool adverse = true;  ///< something is off
    std::string what;     ///< a plain sentence
  };
  std::string place;
  std::optional<provenance::log::Checkpoint> tree;  ///< what it shows now, when it could be read
  std::optional<std::uint64_t> old_size;            ///< of the tree that was seen last
  std::uint64_t new_entries = 0;                    ///< that were read and lead to the root
  std::vector<provenance::log::CheckpointCheck::Cosigned> witnesses;
  std::vector<Finding> findings;
  std::vector<LogEntryFacts> followed;  ///< new entries under a key that is followed
  bool off() const {
    for (const Finding& one : findings)
      if (one.adverse) return true;
    return false;
  }
};

/// How a proof and a work hold up; each question for itself.
struct LogProofFacts {
  enum class State {
    proven,     ///< in a log that is believed, and nothing contradicts it
    broken,     ///< the path, a signature or the work does not fit
    untrusted,  ///< it holds by itself, but log, key or witnesses are not those that are believed
  };
  enum class Work {
    fits,        ///< the entry is about this very file
    differs,     ///< it is about another one
    sealed,      ///< the entry's commitment cannot be opened: the salt is not in the proof
    none,        ///< the entry names no work
    not_looked,  ///< no file was given
  };
  State state = State::broken;
  std::string reason;  ///< plain sentence unless proven
  std::string path;    ///< of the work, empty when none was given
  Work work = Work::not_looked;
  LogEntryFacts entry;
  provenance::log::Checkpoint tree;
  std::vector<provenance::log::CheckpointCheck::Cosigned> witnesses;
  bool witnesses_wanted = false;  ///< the policy has a quorum
  /// What the log itself says of the issuer's key, when it was looked through.
  struct Standing {
    std::uint64_t looked_at = 0;              ///< entries, from the first
    std::optional<std::uint64_t> revoked_by;  ///< number of the entry that revokes the key
    std::uint64_t distrust_from = 0;          ///< entries by the key from this number on are not to be believed
    bool covers = false;                      ///< this entry is one of them
  };
  std::optional<Standing> key = {};
  std::string issuer_name;  ///< from a certificate that fits the entry; nobody has vouched for the name
};

/// That an older tree is the beginning of a newer one.
struct LogGrowthFacts {
  LogProofFacts::State state = LogProofFacts::State::broken;
  std::string reason;  ///< plain sentence unless proven
  std::string origin;
  std::uint64_t old = 0, size = 0;
};

struct LogIndexFacts {
  provenance::log::IndexHead head;
};

/// Which entries stand under a key, by the log's index.
struct LogIndexProofFacts {
  LogProofFacts::State state = LogProofFacts::State::broken;
  std::string reason;  ///< plain sentence unless proven
  provenance::log::IndexKey key;
  std::vector<std::uint64_t> numbers;  ///< none: it is proven that there is none
  provenance::log::IndexHead head;
};

struct LogAnchored {
  std::uint64_t size = 0;            ///< of the tree whose checkpoint was stamped; 0: only older ones were completed
  std::vector<std::string> files;    ///< below the log's folder: written or completed
  std::vector<std::string> waiting;  ///< promised, but in no block yet
};

/// What a stamp says of a checkpoint, or of any file.
struct LogAnchorFacts {
  LogProofFacts::State state = LogProofFacts::State::broken;
  std::string reason;  ///< plain sentence unless proven
  std::string kind;    ///< "rfc3161" or "opentimestamps"
  std::string path;    ///< what was stamped
  std::string origin;  ///< of a checkpoint, else empty
  std::uint64_t size = 0;
  std::optional<std::int64_t> time;  ///< it existed by then, says the authority
  std::string authority;             ///< who says so
  std::string block;                 ///< name of the block whose header was given
};

}  // namespace bonafide::report
