// What the use cases of the record share: a log's key, its files, its checkpoint.
#pragma once
#include "app/log/log.h"
#include "provenance/log/directory_store.h"
#include "provenance/log/registry.h"

namespace bonafide::app {

inline constexpr std::string_view kLogKeyFile = "log.key", kLogPolicyFile = "policy", kRegistryFile = "registry.db";

/// invalid_argument when the folder is none; unavailable when its key is not kept here.
Result<provenance::log::NoteSigner> log_signer(const LogPlace& place);
/// The key in `text`, or that of the signer.
Result<provenance::log::NoteKey> log_key(const LogPlace& place, const std::string& text);
/// The checkpoint that is handed out, signed by this key, as text.
Result<std::string> log_checkpoint(const LogPlace& place, const provenance::log::NoteKey& key);
Result<std::unique_ptr<provenance::log::Registry>> log_registry(const LogPlace& place);

/// An entry that a proof is asked for.
struct ToProve {
  std::uint64_t number = 0;
  provenance::log::Evidence evidence;
  std::string checkpoint;  ///< the published one, signed by the log
};
Result<ToProve> to_prove(const LogProveRequest& request, const Context& context);
report::LogEntryFacts entry_facts(std::uint64_t number, Bytes bytes);
Result<provenance::log::Policy> policy_for(const LogVerifyRequest& request);
/// What is still open once the proof itself was judged (facts.state, facts.reason): whether the entry is about the work
/// at facts.path, and whether its issuer signed it.
Result<void> judge_work(report::LogProofFacts& facts, const provenance::log::Evidence& evidence,
                        const Context& context);

/// Looks through the log in this folder for what it says of the key that issued the entry: facts.key; an entry that a
/// revocation covers is not trusted any more. The log must be the one of the proof, signed by a key of the policy, and
/// contain the proof's tree.
Result<void> judge_key(report::LogProofFacts& facts, const std::string& folder, const provenance::log::Policy& policy);

/// What is wrong with the index in the folder that is kept, measured by the signed one; it can be deleted, and is built
/// anew.
Result<std::optional<provenance::log::LogFault>> index_fault(const LogPlace& place,
                                                             const provenance::log::NoteKey& log);

/// A .tlog-proof for one entry of this checkpoint's tree, with cosignatures by these witnesses.
Result<std::string> make_proof(const LogPlace& place, std::uint64_t number, const std::string& checkpoint,
                               const provenance::log::Evidence& evidence);
/// The checkpoint with the cosignatures of these witnesses. An Error when one of them refuses.
Result<std::string> cosigned(const LogPlace& place, const std::string& checkpoint, const WitnessWish& wish);
/// The files that are handed out, here or at a URL.
provenance::log::FetchFile files_of(const LogPlace& place);

}  // namespace bonafide::app
