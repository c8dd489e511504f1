// Watching a log: what its own servers would not tell.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "app/log/opened.h"
#include "base/files.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "provenance/log/durable.h"
#include "provenance/log/key_index.h"

namespace bonafide::app {

namespace tlog = provenance::log;
using report::LogMonitorFacts;

namespace {

/// One look.
class Look {
 public:
  Look(const LogMonitorRequest& request, tlog::Policy policy, LogMonitorFacts& facts)
      : request_(request), policy_(std::move(policy)), facts_(facts), files_(files_of(request.place)) {}

  Result<void> run() {
    for (const std::string& text : request_.follow) follow_.push_back(TRY(tlog::parse_index_key(text)));
    TRY(load());
    const auto note = files_(std::string(tlog::kCheckpointPath));
    if (!note && note.error().code == Code::not_found) return off("missing", "the log shows no checkpoint");
    if (!note) return note.error();
    note_ = std::string(as_text(*note));
    const auto read = tlog::parse_signed_checkpoint(note_);
    if (!read) return off("corrupt", "its checkpoint cannot be read: " + read.error().message);
    facts_.tree = read->checkpoint;
    TRY(trust(*read));
    if (facts_.off()) return {};
    if (!continues()) return keep_evidence();
    TRY(entries());
    if (facts_.off()) return keep_evidence();
    for (const tlog::PolicyWitness& witness : policy_.witnesses)
      if (!witness.url.empty()) compare(witness);
    if (facts_.off()) return keep_evidence();
    return save();
  }

 private:
  Result<void> off(std::string kind, std::string what) {
    facts_.findings.push_back({std::move(kind), true, std::move(what)});
    return {};
  }
  void remark(std::string kind, std::string what) {
    facts_.findings.push_back({std::move(kind), false, std::move(what)});
  }

  Result<void> load() {
    if (request_.state.empty()) return {};
    const auto text = read_file(request_.state, tlog::kMostNoteBytes);
    if (!text && text.error().code == Code::not_found) return {};
    if (!text) return text.error();
    old_note_ = *text;
    const auto read = TRY(tlog::parse_signed_checkpoint(old_note_));
    old_ = read.checkpoint;
    facts_.old_size = old_.size;
    return {};
  }

  Result<void> trust(const tlog::SignedCheckpoint& read) {
    const tlog::CheckpointCheck check = tlog::check_checkpoint(read, policy_);
    facts_.witnesses = check.witnesses;
    switch (check.trust) {
      case tlog::CheckpointTrust::trusted: break;
      case tlog::CheckpointTrust::few_witnesses: return off("few_witnesses", check.reason);
      default: return off("wrong_key", check.reason);
    }
    if (request_.fresh_seconds <= 0) return {};
    std::uint64_t newest = 0;
    for (const auto& one : check.witnesses) newest = std::max(newest, one.time);
    const double age = static_cast<double>(unix_now()) - static_cast<double>(newest);
    if (newest == 0) return off("stale", "no witness says when it saw this checkpoint");
    if (age <= request_.fresh_seconds) return {};
    return off("stale", fmt::format("the newest witness saw it {:.0f} s ago, {:.0f} s are allowed", age,
                                    request_.fresh_seconds));
  }

  /// What can be told from two checkpoints alone.
  bool continues() {
    const tlog::Checkpoint& now = *facts_.tree;
    if (!facts_.old_size) return true;
    if (now.origin != old_.origin) {
      static_cast<void>(off("another_log", "this is the log " + clean_utf8(now.origin) + ", and " +
                                               clean_utf8(old_.origin) + " was seen here before"));
    } else if (now.size < old_.size) {
      static_cast<void>(off("rollback", fmt::format("it shows {} entries, and {} were signed and seen before: it was "
                                                    "put back to an older state",
                                                    now.size, old_.size)));
    } else if (now.size == old_.size && now.root != old_.root) {
      static_cast<void>(
          off("split_view", fmt::format("another tree of {} entries was signed and seen before", now.size)));
    }
    return !facts_.off();
  }

  /// All new entries are read; with the old tree's edge they must lead to the new root.
  Result<void> entries() {
    const tlog::Checkpoint& now = *facts_.tree;
    tlog::LogReader tree(files_, now.size);
    const std::uint64_t from = facts_.old_size ? old_.size : 0;
    auto edge = tlog::Frontier::load(from, tree.nodes());
    if (!edge && edge.error().code == Code::unavailable) return edge.error();
    if (!edge) return off("corrupt", "its tiles cannot be read: " + edge.error().to_string());
    if (facts_.old_size && edge->root() != old_.root)
      return off("split_view",
                 fmt::format("its first {} entries are not those that were signed and seen before", from));
    std::set<tlog::Hash> seen;
    for (std::uint64_t number = from; number < now.size; ++number) {
      auto entry = tree.entry(number);
      if (!entry && entry.error().code == Code::unavailable) return entry.error();
      if (!entry) return off("corrupt", fmt::format("entry {} cannot be read: {}", number, entry.error().to_string()));
      const tlog::Hash leaf = tlog::leaf_hash(*entry);
      edge->append(leaf);
      if (!seen.insert(leaf).second) static_cast<void>(off("replay", fmt::format("entry {} is there twice", number)));
      take(number, std::move(*entry));
    }
    if (edge->root() != now.root)
      return off("corrupt",
                 "its new entries do not lead to the root that was signed: an entry or a tile was changed, "
                 "or they were put in another order");
    facts_.new_entries = now.size - from;
    return {};
  }

  void take(std::uint64_t number, Bytes entry) {
    const auto keys = tlog::index_keys(entry);
    const auto wanted = [&](const tlog::IndexKey& key) { return std::ranges::find(keys, key) != keys.end(); };
    const bool followed = std::ranges::any_of(follow_, wanted);
    auto facts = entry_facts(number, std::move(entry));
    if (!facts.entry) remark("strange_entry", fmt::format("entry {} is not one of ours: {}", number, facts.problem));
    if (followed) facts_.followed.push_back(std::move(facts));
  }

  /// What a witness saw last must be a beginning of what is shown to us.
  void compare(const tlog::PolicyWitness& witness) {
    const Bytes name = crypto::digest(crypto::HashAlgorithm::sha256, as_bytes(facts_.tree->origin));
    const auto bytes = files_at(witness.url, request_.place.ask)(to_hex(name) + "/checkpoint");
    if (!bytes) return remark("witness", clean_utf8(witness.name) + " cannot be asked: " + bytes.error().message);
    const auto read = tlog::parse_signed_checkpoint(as_text(*bytes));
    const tlog::PolicyLog* const log = policy_.log_of(facts_.tree->origin);
    const auto vouched = read && log != nullptr ? tlog::check_note(read->note, {log->key, witness.key})
                                                : Result<std::vector<tlog::Vouched>>(std::vector<tlog::Vouched>());
    if (!vouched || vouched->size() < 2)
      return remark("witness", clean_utf8(witness.name) + " shows no checkpoint that the log and itself have signed");
    const tlog::Checkpoint& theirs = read->checkpoint;
    if (theirs.size > facts_.tree->size)
      return remark("behind", fmt::format("the witness {} has seen {} entries, {} are shown here",
                                          clean_utf8(witness.name), theirs.size, facts_.tree->size));
    tlog::LogReader tree(files_, facts_.tree->size);
    const auto root = tlog::root_of(theirs.size, tree.nodes());
    if (!root) return remark("witness", "what " + clean_utf8(witness.name) + " saw cannot be compared");
    if (*root == theirs.root) return;
    other_ = std::string(as_text(*bytes));
    static_cast<void>(off("split_view", fmt::format("the witness {} was shown another tree of {} entries",
                                                    clean_utf8(witness.name), theirs.size)));
  }

  Result<void> save() {
    if (request_.state.empty() || note_ == old_note_) return {};
    return put(request_.state, note_);
  }

  /// Two notes that the log signed and that exclude each other convict it; whoever has them must not lose them.
  Result<void> keep_evidence() {
    if (request_.state.empty()) return {};
    const std::string before = other_.empty() ? old_note_ : other_;
    return put(request_.state + ".evidence", before + "\n--- and now ---\n\n" + note_);
  }

  static Result<void> put(const std::string& file, const std::string& text) {
    const std::filesystem::path path(file);
    tlog::DurableWriter writer(path.has_parent_path() ? path.parent_path().string() : std::string("."));
    TRY(writer.put(path.filename().string(), as_bytes(text)));
    return writer.finish();
  }

  const LogMonitorRequest& request_;
  tlog::Policy policy_;
  LogMonitorFacts& facts_;
  tlog::FetchFile files_;
  std::vector<tlog::IndexKey> follow_;
  std::string note_, old_note_, other_;
  tlog::Checkpoint old_;
};

}  // namespace

Result<LogMonitorFacts> log_monitor(const LogMonitorRequest& request) {
  tlog::Policy policy = TRY(policy_for({.proof = {}, .file = {}, .policy = request.policy, .key = request.key}));
  if (policy.logs.empty())
    return make_error(Code::invalid_argument, "whose log is it? Name a policy (--policy) or its key (--log-key)");
  LogMonitorFacts facts;
  facts.place = request.place.folder;
  TRY(Look(request, std::move(policy), facts).run());
  return facts;
}

}  // namespace bonafide::app
