#include "app/trace_source.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "app/log/opened.h"
#include "base/files.h"
#include "crypto/certificate.h"
#include "provenance/log/reader.h"

namespace bonafide::app {

namespace {

namespace tlog = provenance::log;
namespace print = provenance::print;
using report::LogProofFacts;
using report::TraceHit;
using report::TraceReason;

constexpr std::size_t kByMap = 8;       // works whose map is tried when no print is near: a third of a second each
constexpr std::size_t kMostHits = 100;  // of one log

class Folder : public TraceSource {
 public:
  Folder(LogPlace place, std::string policy, std::vector<std::string> witnesses)
      : place_(std::move(place)), policy_(std::move(policy)), witnesses_(std::move(witnesses)) {}
  std::string name() const override { return place_.folder; }
  Result<TraceAnswers> ask(const TraceQuestion& question, const Context& context) override;

 private:
  struct Found {
    TraceReason reason;
    std::optional<print::WorkMatch> match;
  };
  struct Rows {
    std::map<tlog::Hash, Found> found;                                  // by leaf
    std::map<std::uint64_t, std::vector<report::LogEntryFacts>> about;  // entries by the number they speak of
    std::size_t works = 0;
  };
  Result<Rows> look(tlog::Registry& registry, const TraceQuestion& question, report::TracePlace& place) const;
  Result<TraceHit> hit_of(const tlog::Record& record, const Found& found, tlog::LogReader& tree,
                          const tlog::Checkpoint& checkpoint, const tlog::CheckpointCheck& check) const;

  LogPlace place_;
  std::string policy_;
  std::vector<std::string> witnesses_;
};

bool has_mark(const tlog::Record& record, const TraceQuestion& question) {
  if (question.marks.empty()) return false;
  const auto entry = tlog::parse_signed_entry(record.entry);
  return entry && !entry->entry.mark_id.empty() &&
         std::ranges::find(question.marks, entry->entry.mark_id) != question.marks.end();
}

/// One walk through the registry: what is about this very file, what carries its mark, what it resembles.
Result<Folder::Rows> Folder::look(tlog::Registry& registry, const TraceQuestion& question,
                                  report::TracePlace& place) const {
  Rows rows;
  print::IndexBuilder builder;
  const auto read = [&](tlog::Record&& record) -> Result<void> {
    if (const auto entry = tlog::parse_signed_entry(record.entry); entry && entry->entry.earlier && record.number)
      rows.about[entry->entry.earlier->number].push_back(entry_facts(*record.number, record.entry));
    if (record.asset == question.asset) {
      rows.found[record.leaf] = {TraceReason::same_file, {}};
    } else if (has_mark(record, question)) {
      rows.found[record.leaf] = {TraceReason::mark, {}};
    }
    if (record.prints.empty()) return {};
    const auto prints = print::parse_prints(record.prints);
    if (!prints) return {};  // what cannot be read resembles nothing; an entry that is found says so
    ++rows.works;
    return builder.add({record.leaf, record.name}, *prints);
  };
  TRY(registry.each(read));
  const print::PrintIndex index = TRY(print::PrintIndex::over(builder.finish()));
  place.works = index.works();
  place.prints = index.prints();
  const auto take = [&](const print::WorkMatch& match, TraceReason reason) {
    const tlog::Hash leaf = index.work(match.work).leaf;
    const auto [at, fresh] = rows.found.try_emplace(leaf, Found{reason, match});
    if (!fresh) at->second.match = match;
  };
  for (const print::WorkMatch& match : print::search(index, question.work->query)) {
    if (rows.found.size() >= kMostHits) break;
    take(match, TraceReason::print);
  }
  if (rows.found.empty() && question.work->query.turned)
    for (const print::WorkMatch& match : print::nearest(index, *question.work->query.turned, kByMap))
      take(match, TraceReason::map);
  return rows;
}

/// Entry, prints and issuer, each held against what the log signed.
Result<void> check_record(const tlog::Record& record, TraceHit& hit) {
  if (!hit.entry.entry) return make_error(Code::corrupt, hit.entry.problem);
  const tlog::Entry& entry = hit.entry.entry->entry;
  if (record.asset && entry.asset_commitment &&
      *entry.asset_commitment != tlog::commitment("asset", record.salt, *record.asset))
    return make_error(Code::corrupt, "the registry's work is not the one that was logged");
  if (record.asset && entry.asset_hash && *entry.asset_hash != *record.asset)
    return make_error(Code::corrupt, "the registry's work is not the one that was logged");
  const bool sealed = entry.print_commitment.has_value();
  if (!record.prints.empty() &&
      (!sealed || *entry.print_commitment != tlog::commitment("print", record.salt, record.prints)))
    return make_error(Code::corrupt, "the registry's prints are not those that were logged");
  if (record.certificate.empty()) return {};
  const crypto::Certificate certificate = TRY(crypto::parse_certificate(record.certificate));
  if (!TRY(tlog::check_entry(*hit.entry.entry, certificate)))
    return make_error(Code::corrupt, "the entry is not signed by the certificate that the registry keeps");
  hit.issuer = certificate.subject.full;
  return {};
}

Result<void> check_place(const tlog::Record& record, tlog::LogReader& tree, const tlog::Checkpoint& checkpoint) {
  if (!record.number || *record.number >= checkpoint.size)
    return make_error(Code::corrupt, "the registry knows it, but it is not in the log (yet)");
  const std::uint64_t number = *record.number;
  if (TRY(tree.entry(number)) != record.entry)
    return make_error(Code::corrupt, "the log holds another entry at this number");
  const tlog::Proof path = TRY(tlog::make_inclusion(number, checkpoint.size, tree.nodes()));
  return tlog::check_inclusion(number, checkpoint.size, record.leaf, path, checkpoint.root);
}

Result<TraceHit> Folder::hit_of(const tlog::Record& record, const Found& found, tlog::LogReader& tree,
                                const tlog::Checkpoint& checkpoint, const tlog::CheckpointCheck& check) const {
  TraceHit hit;
  hit.reason = found.reason;
  hit.match = found.match;
  hit.place = place_.folder;
  hit.name = record.name;
  hit.entry = entry_facts(record.number.value_or(0), record.entry);
  hit.tree = checkpoint;
  hit.witnesses = check.witnesses;
  const auto stands = check_place(record, tree, checkpoint), fits = check_record(record, hit);
  hit.state =
      check.trust == tlog::CheckpointTrust::trusted ? LogProofFacts::State::proven : LogProofFacts::State::untrusted;
  hit.problem = check.reason;
  if (check.trust == tlog::CheckpointTrust::broken || !stands || !fits) {
    hit.state = LogProofFacts::State::broken;
    hit.problem = !stands ? stands.error().message : !fits ? fits.error().message : check.reason;
  }
  if (!record.prints.empty())
    if (auto prints = print::parse_prints(record.prints)) hit.map = std::move(prints->map);
  return hit;
}

Result<TraceAnswers> Folder::ask(const TraceQuestion& question, const Context& context) {
  TraceAnswers answers;
  answers.place.place = place_.folder;
  const std::string policy_file = policy_.empty() ? place_.kept() + "/" + std::string(kLogPolicyFile) : policy_;
  const std::string policy_text = TRY(read_file(policy_file, 1 << 20));
  const tlog::Policy policy = TRY(tlog::parse_policy(policy_text));
  const std::string published = TRY(read_file(place_.folder + "/checkpoint", tlog::kMostNoteBytes));
  const std::string note = TRY(cosigned(place_, published, WitnessWish{.places = witnesses_}));
  const tlog::SignedCheckpoint checkpoint = TRY(tlog::parse_signed_checkpoint(note));
  const tlog::CheckpointCheck check = tlog::check_checkpoint(checkpoint, policy);
  answers.place.origin = checkpoint.checkpoint.origin;
  answers.place.entries = checkpoint.checkpoint.size;
  const std::string registry_file = place_.kept() + "/" + std::string(kRegistryFile);
  std::error_code ignored;
  if (!std::filesystem::exists(registry_file, ignored))
    return make_error(Code::not_found,
                      "no registry is kept here (" + registry_file + "): only its keeper can trace by it");
  const auto registry = TRY(log_registry(place_));
  Rows rows = TRY(look(*registry, question, answers.place));
  tlog::LogReader tree(tlog::files_in(place_.folder), checkpoint.checkpoint.size);
  for (const auto& [leaf, found] : rows.found) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    const auto record = TRY(registry->find(leaf));
    if (!record) continue;
    TraceHit hit = TRY(hit_of(*record, found, tree, checkpoint.checkpoint, check));
    hit.later = rows.about[hit.entry.number];
    answers.hits.push_back(std::move(hit));
  }
  return answers;
}

}  // namespace

std::unique_ptr<TraceSource> trace_folder(LogPlace place, std::string policy, std::vector<std::string> witnesses) {
  return std::make_unique<Folder>(std::move(place), std::move(policy), std::move(witnesses));
}

}  // namespace bonafide::app
