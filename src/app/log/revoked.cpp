// What a log says of the key that issued an entry.
#include <fmt/format.h>

#include <set>

#include "app/log/opened.h"
#include "base/files.h"

namespace bonafide::app {

namespace tlog = provenance::log;
using report::LogProofFacts;

namespace {

/// Reads a log from its first entry to its last and keeps what concerns one key.
struct Reading {
  tlog::Hash key = {};
  std::set<tlog::Hash> may_revoke = {};  ///< the key itself, and whoever brought it in by a key-add
  LogProofFacts::Standing standing = {};

  void take(std::uint64_t number, const tlog::SignedEntry& read) {
    const tlog::Entry& entry = read.entry;
    if (entry.subject_key != key) return;
    if (entry.type == tlog::EntryType::key_add) may_revoke.insert(read.issuer);
    if (entry.type != tlog::EntryType::key_revoke || !may_revoke.contains(read.issuer)) return;
    const std::uint64_t from = entry.distrust_from.value_or(0);
    if (standing.revoked_by && standing.distrust_from <= from) return;
    standing.revoked_by = number;
    standing.distrust_from = from;
  }
};

}  // namespace

Result<void> judge_key(LogProofFacts& facts, const std::string& folder, const tlog::Policy& policy) {
  if (!facts.entry.entry || facts.state == LogProofFacts::State::broken) return {};
  const tlog::PolicyLog* const log = policy.log_of(facts.tree.origin);
  if (log == nullptr) return {};
  const std::string note = TRY(read_file(folder + "/checkpoint", tlog::kMostNoteBytes));
  const tlog::Checkpoint now = TRY(tlog::open_checkpoint(note, log->key)).checkpoint;
  if (now.size < facts.tree.size)
    return make_error(Code::denied,
                      fmt::format("the log in {} has {} entries, the proof is of {}: it was put back to an "
                                  "older state, or is an older copy",
                                  folder, now.size, facts.tree.size));
  Reading reading{.key = facts.entry.entry->issuer};
  reading.may_revoke.insert(reading.key);
  tlog::LogReader tree(tlog::files_in(folder), now.size);
  tlog::Frontier read;
  tlog::Hash then{};
  while (read.size() < now.size) {
    for (const Bytes& bytes : TRY(tree.bundle(read.size() / tlog::kTileWidth))) {
      if (const auto entry = tlog::parse_signed_entry(bytes)) reading.take(read.size(), *entry);
      read.append(tlog::leaf_hash(bytes));
      if (read.size() == facts.tree.size) then = read.root();
    }
  }
  if (read.root() != now.root)
    return make_error(Code::corrupt, "the entries do not lead to the signed root: `log fsck` names the damage");
  if (then != facts.tree.root && facts.tree.root != tlog::Hash{}) {
    facts.state = LogProofFacts::State::broken;
    facts.reason = "the log in " + folder + " is another than the one of the proof: a split view";
    return {};
  }
  reading.standing.looked_at = now.size;
  reading.standing.covers = reading.standing.revoked_by && facts.entry.number >= reading.standing.distrust_from &&
                            facts.entry.number != *reading.standing.revoked_by;
  facts.key = reading.standing;
  if (!facts.key->covers || facts.state != LogProofFacts::State::proven) return {};
  facts.state = LogProofFacts::State::untrusted;
  facts.reason = fmt::format("the key that signed the entry was revoked by entry {}", *facts.key->revoked_by);
  return {};
}

}  // namespace bonafide::app
