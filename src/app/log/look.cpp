#include "app/log/opened.h"
#include "base/files.h"
#include "crypto/hash.h"
#include "provenance/log/proof.h"
#include "provenance/log/witness.h"

namespace bonafide::app {

namespace tlog = provenance::log;
using report::LogEntryFacts;
using report::LogProofFacts;

namespace {

/// A crash may have come between logging an entry and writing its number down; the index of leaves knows it still.
Result<void> find_number(const LogPlace& place, tlog::Registry& registry, tlog::Record& record) {
  if (record.number) return {};
  const auto leaves = TRY(tlog::LeafIndex::open(place.kept() + "/" + std::string(tlog::kLeavesFile)));
  record.number = TRY(leaves->find(record.leaf));
  if (record.number) TRY(registry.set_number(record.leaf, *record.number));
  return {};
}

/// The newest entry about this work.
Result<tlog::Record> record_of(const LogPlace& place, tlog::Registry& registry, const std::string& path,
                               const Context& context) {
  const FileReader file = TRY(FileReader::open(path));
  const Bytes digest = TRY(crypto::digest_file(crypto::HashAlgorithm::sha256, file, context));
  const tlog::Hash asset = TRY(tlog::to_hash(digest));
  std::optional<tlog::Record> newest;
  for (tlog::Record& record : TRY(registry.find_asset(asset))) {
    TRY(find_number(place, registry, record));
    if (record.number && (!newest || *record.number > *newest->number)) newest = std::move(record);
  }
  if (newest) return std::move(*newest);
  Error error = make_error(Code::not_found, "this work is not registered in the log");
  error.file = path;
  return error;
}

LogProofFacts::Work work_of(const LogProofFacts& facts, const tlog::Evidence& evidence, const tlog::Hash& asset) {
  if (!facts.entry.entry) return LogProofFacts::Work::none;
  const tlog::Entry& entry = facts.entry.entry->entry;
  const auto tell = [](bool same) { return same ? LogProofFacts::Work::fits : LogProofFacts::Work::differs; };
  if (entry.asset_hash) return tell(*entry.asset_hash == asset);
  if (!entry.asset_commitment) return LogProofFacts::Work::none;
  if (evidence.salt.empty()) return LogProofFacts::Work::sealed;
  return tell(*entry.asset_commitment == tlog::commitment("asset", evidence.salt, asset));
}

/// The issuer's signature, as far as the proof says who he is.
Result<void> check_issuer(LogProofFacts& facts, const tlog::Evidence& evidence) {
  if (!facts.entry.entry || evidence.certificate.empty()) return {};
  const crypto::Certificate certificate = TRY(crypto::parse_certificate(evidence.certificate));
  if (!TRY(tlog::check_entry(*facts.entry.entry, certificate)))
    return make_error(Code::corrupt, "the entry is not signed by the certificate that the proof brings along");
  facts.issuer_name = certificate.subject.full;
  return {};
}

}  // namespace

LogEntryFacts entry_facts(std::uint64_t number, Bytes bytes) {
  LogEntryFacts facts;
  facts.number = number;
  facts.leaf = tlog::leaf_hash(bytes);
  auto entry = tlog::parse_signed_entry(bytes);
  if (entry) facts.entry = std::move(*entry);
  if (!entry) facts.problem = entry.error().message;
  facts.bytes = std::move(bytes);
  return facts;
}

Result<tlog::Policy> policy_for(const LogVerifyRequest& request) {
  if (!request.policy.empty() && !request.key.empty())
    return make_error(Code::invalid_argument, "a policy or a key, not both");
  if (!request.key.empty()) {
    const tlog::NoteKey key = TRY(tlog::parse_note_key(request.key));
    return tlog::policy_of(key);
  }
  if (request.policy.empty()) return tlog::Policy{};
  const std::string text = TRY(read_file(request.policy, 1 << 20));
  return tlog::parse_policy(text);
}

Result<void> judge_work(LogProofFacts& facts, const tlog::Evidence& evidence, const Context& context) {
  const auto broken = [&](const std::string& why) {
    facts.state = LogProofFacts::State::broken;
    facts.reason = why;
  };
  if (!facts.path.empty()) {
    const FileReader file = TRY(FileReader::open(facts.path));
    const Bytes digest = TRY(crypto::digest_file(crypto::HashAlgorithm::sha256, file, context));
    const tlog::Hash asset = TRY(tlog::to_hash(digest));
    facts.work = work_of(facts, evidence, asset);
  }
  const auto issuer = check_issuer(facts, evidence);
  if (facts.state == LogProofFacts::State::broken) return {};
  if (!facts.entry.entry) {
    broken(facts.entry.problem);
  } else if (!issuer) {
    broken(issuer.error().message);
  } else if (facts.work == LogProofFacts::Work::differs) {
    broken("the entry is about another file, or this one was changed");
  } else if (facts.work == LogProofFacts::Work::none && !facts.path.empty()) {
    broken("the entry is about no work");
  } else if (facts.state == LogProofFacts::State::proven && facts.work == LogProofFacts::Work::sealed) {
    facts.state = LogProofFacts::State::untrusted;
    facts.reason = "the entry stands in the log, but nothing ties it to this file: the salt is not in the proof";
  }
  return {};
}

Result<ToProve> to_prove(const LogProveRequest& request, const Context& context) {
  if (request.file.empty() == !request.entry.has_value())
    return make_error(Code::invalid_argument, "name a registered work or an entry's number");
  const tlog::NoteKey key = TRY(log_key(request.place, request.log_key));
  ToProve found{
      .number = request.entry.value_or(0), .evidence = {}, .checkpoint = TRY(log_checkpoint(request.place, key))};
  std::optional<tlog::Record> record;
  std::unique_ptr<tlog::Registry> registry;
  if (!request.place.remote() || !request.place.keep.empty()) registry = TRY(log_registry(request.place));
  if (!registry && !request.file.empty())
    return make_error(Code::invalid_argument, "what was registered there is in a folder of yours: name it with --keep");
  if (!request.file.empty()) record = TRY(record_of(request.place, *registry, request.file, context));
  if (request.file.empty() && registry) record = TRY(registry->find(found.number));
  if (record) {
    found.number = record->number.value_or(0);
    found.evidence = {record->entry, record->salt, request.anonymous ? Bytes() : record->certificate};
  } else {
    const tlog::Checkpoint tree = TRY(tlog::parse_signed_checkpoint(found.checkpoint)).checkpoint;
    tlog::LogReader reader(files_of(request.place), tree.size);
    found.evidence.entry = TRY(reader.entry(found.number));
  }
  return found;
}

Result<std::string> log_prove(const LogProveRequest& request, const Context& context) {
  const ToProve found = TRY(to_prove(request, context));
  const std::string note = TRY(cosigned(request.place, found.checkpoint, request.witnesses));
  return make_proof(request.place, found.number, note, found.evidence);
}

/// Whether the log, as it is now, goes on from the proof's tree.
Result<void> compare_with(const LogPlace& now, const tlog::Policy& policy, LogProofFacts& facts) {
  const auto differs = [&](const std::string& why) {
    facts.state = LogProofFacts::State::broken;
    facts.reason = why;
    return Result<void>();
  };
  const tlog::PolicyLog* const log = policy.log_of(facts.tree.origin);
  if (log == nullptr) return make_error(Code::invalid_argument, "the policy does not know the proof's log");
  const std::string note = TRY(log_checkpoint(now, log->key));
  const std::uint64_t size = TRY(tlog::parse_signed_checkpoint(note)).checkpoint.size;
  if (size < facts.tree.size)
    return differs("the log shows " + std::to_string(size) + " entries, and the proof is of a tree of " +
                   std::to_string(facts.tree.size) + ": it was put back to an older state (a rollback)");
  tlog::LogReader tree(files_of(now), size);
  const tlog::Hash root = TRY(tlog::root_of(facts.tree.size, tree.nodes()));
  return root == facts.tree.root ? Result<void>()
                                 : differs("the log does not go on from the proof's tree: it shows another history");
}

Result<LogProofFacts> log_verify(const LogVerifyRequest& request, const Context& context) {
  const tlog::Policy policy = TRY(policy_for(request));
  const std::string text = TRY(read_file(request.proof, tlog::kMostBundleBytes));
  const tlog::ProofBundle bundle = TRY(tlog::parse_proof_bundle(text));
  if (!bundle.extra) return make_error(Code::unsupported, "the proof does not carry the entry that it proves");
  const tlog::Evidence evidence = TRY(tlog::parse_evidence(*bundle.extra));
  LogProofFacts facts;
  facts.path = request.file;
  facts.entry = entry_facts(bundle.index, evidence.entry);
  const tlog::BundleCheck check = TRY(tlog::check_proof_bundle(bundle, facts.entry.leaf, policy));
  facts.tree = check.tree;
  facts.witnesses = check.checkpoint.witnesses;
  facts.witnesses_wanted = policy.quorum != "none";
  facts.reason = check.reason;
  facts.state = check.holds() ? LogProofFacts::State::proven : LogProofFacts::State::untrusted;
  if (!check.included || check.checkpoint.trust == tlog::CheckpointTrust::broken)
    facts.state = LogProofFacts::State::broken;
  if (!request.against.folder.empty() && facts.state == LogProofFacts::State::proven)
    TRY(compare_with(request.against, policy, facts));
  TRY(judge_work(facts, evidence, context));
  if (!request.log.empty()) TRY(judge_key(facts, request.log, policy));
  return facts;
}

Result<tlog::FsckReport> log_fsck(const LogPlace& place, const std::string& key) {
  const tlog::NoteKey log = TRY(log_key(place, key));
  if (place.remote()) return tlog::fsck(files_of(place), log);
  std::optional<std::string> guard;
  const auto note = read_file(place.kept() + "/" + std::string(tlog::kGuardFile), tlog::kMostNoteBytes);
  if (note) guard = *note;
  auto report = TRY(tlog::fsck(place.folder, log, guard));
  if (!note && key.empty()) report.faults.push_back({"the guard", note.error().message});
  if (auto fault = TRY(index_fault(place, log))) report.faults.push_back(std::move(*fault));
  return report;
}

Result<report::LogTail> log_tail(const LogPlace& place, const std::string& key, std::uint64_t count,
                                 std::optional<std::uint64_t> from) {
  const tlog::NoteKey log = TRY(log_key(place, key));
  report::LogTail tail;
  const std::string note = TRY(log_checkpoint(place, log));
  tail.tree = TRY(tlog::parse_signed_checkpoint(note)).checkpoint;
  const std::uint64_t size = tail.tree.size;
  const std::uint64_t first = from.value_or(size > count ? size - count : 0);
  tlog::LogReader tree(files_of(place), size);
  for (std::uint64_t number = first; number < size && number - first < count; ++number) {
    Bytes bytes = TRY(tree.entry(number));
    const tlog::Proof path = TRY(tlog::make_inclusion(number, size, tree.nodes()));
    if (!tlog::check_inclusion(number, size, tlog::leaf_hash(bytes), path, tail.tree.root))
      return make_error(Code::corrupt, "the log's files do not lead to its signed root: `log fsck` names the damage");
    tail.entries.push_back(entry_facts(number, std::move(bytes)));
  }
  return tail;
}

Result<std::string> log_witness(const std::string& folder, const std::string& name,
                                const std::vector<std::string>& logs) {
  if (!name.empty()) TRY(tlog::Witness::create(folder, name));
  tlog::Witness witness = TRY(tlog::Witness::open(folder));
  for (const std::string& log : logs) {
    const tlog::NoteKey key = TRY(tlog::parse_note_key(log));
    TRY(witness.trust(key));
  }
  return witness.key().text();
}

}  // namespace bonafide::app
