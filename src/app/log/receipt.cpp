#include "provenance/log/receipt.h"

#include <algorithm>

#include "app/log/opened.h"
#include "base/files.h"
#include "crypto/time_stamp.h"
#include "provenance/log/key_index.h"
#include "provenance/log/open_timestamps.h"

namespace bonafide::app {

namespace tlog = provenance::log;
using report::LogProofFacts;

namespace {

constexpr std::uint64_t kMostStatement = 1 << 20;

Result<Bytes> bytes_of_file(const std::string& path, std::uint64_t most) {
  const std::string text = TRY(read_file(path, most));
  return Bytes(text.begin(), text.end());
}

/// The receipt in a file, and the entry that comes with it or is named apart.
struct Shown {
  tlog::Receipt receipt;
  Bytes entry;
};
Result<Shown> shown(const LogVerifyRequest& request) {
  const Bytes bytes = TRY(bytes_of_file(request.proof, kMostStatement));
  Shown found;
  if (const auto statement = tlog::parse_statement(bytes)) {
    if (statement->receipts.size() > 1)
      return make_error(Code::unsupported, "a statement with several receipts: check them one by one");
    found.entry = statement->entry;
    found.receipt = TRY(tlog::parse_receipt(statement->receipts.front()));
    return found;
  }
  found.receipt = TRY(tlog::parse_receipt(bytes));
  if (std::holds_alternative<tlog::ConsistencyProof>(found.receipt.proof)) return found;
  if (request.entry.empty())
    return make_error(Code::invalid_argument,
                      "a receipt alone does not carry the entry that it is about: name it (--entry)");
  found.entry = TRY(bytes_of_file(request.entry, kMostStatement));
  if (const auto statement = tlog::parse_statement(found.entry)) found.entry = statement->entry;
  return found;
}

/// The policy's log that the receipt says it is of, or a reason why there is none.
const tlog::PolicyLog* log_of(const tlog::Receipt& receipt, const tlog::Policy& policy, std::string& reason) {
  const tlog::PolicyLog* const log = policy.log_of(receipt.issuer);
  if (log == nullptr) {
    reason = "the policy does not know the log " + (receipt.issuer.empty() ? "(it has no name)" : receipt.issuer);
    return nullptr;
  }
  if (receipt.kid.empty() || receipt.kid == tlog::cose_key_id(log->key)) return log;
  reason = "it is signed by another key than the policy has for " + receipt.issuer;
  return nullptr;
}

/// State and reason of a receipt; `known` is what its proof starts from.
LogProofFacts::State state_of(const tlog::Receipt& receipt, const tlog::Hash& known, const tlog::Policy& policy,
                              std::string& reason, tlog::Hash& root) {
  const tlog::PolicyLog* const log = log_of(receipt, policy, reason);
  if (log == nullptr) return LogProofFacts::State::untrusted;
  const auto checked = tlog::check_receipt(receipt, known, log->key);
  if (!checked) {
    reason = checked.error().message;
    return LogProofFacts::State::broken;
  }
  root = *checked;
  if (policy.quorum == "none") return LogProofFacts::State::proven;
  reason = "the policy asks for witnesses, and a receipt carries none";
  return LogProofFacts::State::untrusted;
}

}  // namespace

Result<Bytes> log_receipt(const LogProveRequest& request, bool statement, const Context& context) {
  const ToProve found = TRY(to_prove(request, context));
  const tlog::NoteSigner signer = TRY(log_signer(request.place));
  const tlog::Checkpoint tree = TRY(tlog::parse_signed_checkpoint(found.checkpoint)).checkpoint;
  tlog::LogReader reader(files_of(request.place), tree.size);
  const tlog::InclusionProof proof{.size = tree.size,
                                   .index = found.number,
                                   .path = TRY(tlog::make_inclusion(found.number, tree.size, reader.nodes()))};
  const tlog::Hash leaf = tlog::leaf_hash(found.evidence.entry);
  if (!tlog::check_inclusion(proof.index, proof.size, leaf, proof.path, tree.root))
    return make_error(Code::corrupt,
                      "the log's files do not prove this entry: some are damaged; `log fsck` names them");
  Bytes receipt = TRY(tlog::inclusion_receipt(signer, proof, leaf, tree.root));
  if (!statement) return receipt;
  return tlog::write_statement({.entry = found.evidence.entry, .receipts = {std::move(receipt)}});
}

Result<Bytes> log_growth_receipt(const LogPlace& place, const std::string& since) {
  const tlog::NoteSigner signer = TRY(log_signer(place));
  const std::string older = TRY(read_file(since, tlog::kMostNoteBytes));
  const tlog::Checkpoint old = TRY(tlog::open_checkpoint(older, signer.key())).checkpoint;
  const std::string note = TRY(log_checkpoint(place, signer.key()));
  const tlog::Checkpoint tree = TRY(tlog::parse_signed_checkpoint(note)).checkpoint;
  if (old.size == 0) return make_error(Code::invalid_argument, "an empty log is the beginning of any other");
  if (old.size > tree.size)
    return make_error(Code::denied, "the older checkpoint has more entries than the log: it was rolled back");
  tlog::LogReader reader(files_of(place), tree.size);
  const tlog::ConsistencyProof proof{
      .old = old.size, .size = tree.size, .path = TRY(tlog::make_consistency(old.size, tree.size, reader.nodes()))};
  TRY(tlog::check_consistency(proof.old, proof.size, old.root, tree.root, proof.path));
  return tlog::consistency_receipt(signer, proof, old.root, tree.root);
}

Result<ProofKind> proof_kind(const std::string& path) {
  const FileReader file = TRY(FileReader::open(path));
  const auto size = static_cast<std::size_t>(std::min(file.size(), kMostStatement));
  const Bytes bytes = TRY(file.read(0, size));
  if (as_text(bytes).starts_with("c2sp.org/tlog-proof@")) return ProofKind::bundle;
  if (as_text(bytes).starts_with(tlog::kIndexProofLine)) return ProofKind::index;
  if (tlog::parse_open_timestamp(bytes)) return ProofKind::open_timestamp;
  if (crypto::parse_time_stamp(bytes)) return ProofKind::time_stamp;
  if (tlog::parse_statement(bytes)) return ProofKind::statement;
  const auto receipt = tlog::parse_receipt(bytes);
  if (!receipt) return ProofKind::unknown;
  return std::holds_alternative<tlog::InclusionProof>(receipt->proof) ? ProofKind::receipt : ProofKind::growth;
}

Result<LogProofFacts> log_verify_receipt(const LogVerifyRequest& request, const Context& context) {
  const tlog::Policy policy = TRY(policy_for(request));
  const Shown found = TRY(shown(request));
  const auto* const inclusion = std::get_if<tlog::InclusionProof>(&found.receipt.proof);
  if (inclusion == nullptr) return make_error(Code::unsupported, "a receipt of consistency is about no entry");
  LogProofFacts facts;
  facts.path = request.file;
  facts.entry = entry_facts(inclusion->index, found.entry);
  facts.tree.origin = found.receipt.issuer;
  facts.tree.size = inclusion->size;
  facts.witnesses_wanted = policy.quorum != "none";
  facts.state = state_of(found.receipt, facts.entry.leaf, policy, facts.reason, facts.tree.root);
  TRY(judge_work(facts, {.entry = found.entry}, context));
  if (!request.log.empty()) TRY(judge_key(facts, request.log, policy));
  return facts;
}

Result<report::LogGrowthFacts> log_verify_growth(const LogVerifyRequest& request) {
  const tlog::Policy policy = TRY(policy_for(request));
  const tlog::Receipt receipt = TRY(shown(request)).receipt;
  const auto* const growth = std::get_if<tlog::ConsistencyProof>(&receipt.proof);
  if (growth == nullptr) return make_error(Code::unsupported, "this receipt is about an entry");
  if (request.since.empty())
    return make_error(Code::invalid_argument, "a receipt of consistency needs the older checkpoint (--since)");
  const std::string text = TRY(read_file(request.since, tlog::kMostNoteBytes));
  const tlog::SignedCheckpoint older = TRY(tlog::parse_signed_checkpoint(text));
  report::LogGrowthFacts facts;
  facts.origin = receipt.issuer;
  facts.old = growth->old;
  facts.size = growth->size;
  tlog::Hash root{};
  facts.state = state_of(receipt, older.checkpoint.root, policy, facts.reason, root);
  if (facts.state != LogProofFacts::State::proven) return facts;
  const tlog::CheckpointCheck known = tlog::check_checkpoint(older, policy);
  if (older.checkpoint.size != growth->old || older.checkpoint.origin != receipt.issuer) {
    facts.state = LogProofFacts::State::broken;
    facts.reason = "the receipt is about another checkpoint than this one";
  } else if (known.trust != tlog::CheckpointTrust::trusted) {
    facts.state = LogProofFacts::State::untrusted;
    facts.reason = "the older checkpoint: " + known.reason;
  }
  return facts;
}

}  // namespace bonafide::app
