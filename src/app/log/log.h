// The record as use cases: make a log, add to it, prove and verify, look it over. A log is two folders: one that is
// handed out, and one that is kept (key, guard, registry).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/credential/keys.h"
#include "app/log/witnesses.h"
#include "base/context.h"
#include "base/work_prints.h"
#include "crypto/trust.h"
#include "report/log/facts.h"

namespace bonafide::app {

struct LogPlace {
  std::string folder;                  ///< or the URL of somebody's log, for those who only read
  std::string keep;                    ///< empty: folder + ".keep"
  crypto::Passphrase passphrase = {};  ///< of the log's key, when it is sealed
  HttpAsk ask = {};                    ///< how a URL is reached; nothing: it is not
  std::string kept() const;
  bool remote() const;
};

/// Makes an empty log of this name; its key is sealed when there is a passphrase. invalid_argument: there is one, or
/// the name cannot be one.
Result<report::LogFacts> log_init(const LogPlace& place, const std::string& origin, const std::string& passphrase = {});
/// Whether entries could be added now: key, guard, tiles and registry are there and fit. Nothing is signed.
Result<void> log_ready(const LogPlace& place);

struct LogAddRequest {
  LogPlace place;
  std::string type = "register";
  std::vector<std::string> files;      ///< works, an entry each; none: one entry about no work
  bool plain = false;                  ///< the works are public: their hashes are not sealed
  KeySource key;                       ///< the issuer's
  std::optional<std::uint64_t> about;  ///< an earlier entry's number
  std::string record;                  ///< a document to commit to (its salt goes into the registry)
  std::string manifest;                ///< C2PA manifest store of the work (with one file)
  std::string mark_id;                 ///< hex (with one file)
  std::string subject;                 ///< PEM certificate whose key a key-add or key-revoke is about
  std::optional<std::uint64_t> distrust_from;
  std::string contact;      ///< for the registry
  bool proofs = false;      ///< write FILE.tlog-proof beside each work
  bool anonymous = false;   ///< leave the issuer's certificate out of proofs
  WitnessWish witnesses;    ///< who is asked for cosignatures on the proofs
  std::string log_key;      ///< of somebody's log (a URL): what its proofs are checked against
  std::string token;        ///< for somebody's log
  bool credential = false;  ///< keep the manifest store that a work carries, if it does
  WorkPrinter prints = {};  ///< for the registry; what it cannot print (no media) is registered without
};
/// denied: the log was rolled back, its guard is gone, or a witness saw more than the log shows.
Result<report::LogAdded> log_add(const LogAddRequest& request, const Context& context);

struct LogProveRequest {
  LogPlace place;
  std::string file = {};                    ///< a registered work, or
  std::optional<std::uint64_t> entry = {};  ///< an entry's number
  bool anonymous = false;
  WitnessWish witnesses = {};
  std::string log_key = {};  ///< the log's public key, where its private one is not kept here
};
/// A .tlog-proof. not_found: the work or number is not there.
Result<std::string> log_prove(const LogProveRequest& request, const Context& context);
/// The same as a COSE receipt (RFC 9942), or with `statement` as the entry with the receipt in it (RFC 9943). Receipts
/// know no witnesses.
Result<Bytes> log_receipt(const LogProveRequest& request, bool statement, const Context& context);
/// A COSE receipt that the log of this older checkpoint (a file) is the beginning of the log as it is.
Result<Bytes> log_growth_receipt(const LogPlace& place, const std::string& since);

struct LogVerifyRequest {
  std::string proof;                      ///< file
  std::string file;                       ///< the work; empty: none
  std::string policy;                     ///< file; or
  std::string key;                        ///< the log's key, with no witness asked for
  std::string entry = {};                 ///< what a bare receipt is about: a file with the entry, or with a statement
  std::string log = {};                   ///< the log's folder: looked through for a revocation of the issuer's key
  std::vector<std::string> headers = {};  ///< for OpenTimestamps: block headers in hex, or files with one
  crypto::TrustStore trust = {};          ///< for RFC 3161: which authorities to believe
  std::string since = {};                 ///< what a receipt of consistency is about: a file with the older checkpoint
  LogPlace against = {};  ///< a log as it is now, which the proof's tree must be the beginning of; no folder: none
};
/// Needs nothing but these files.
Result<report::LogProofFacts> log_verify(const LogVerifyRequest& request, const Context& context);

/// What a file is that proves something, by its first bytes.
enum class ProofKind { bundle, receipt, statement, growth, index, open_timestamp, time_stamp, unknown };
Result<ProofKind> proof_kind(const std::string& path);
/// For a receipt or a statement.
Result<report::LogProofFacts> log_verify_receipt(const LogVerifyRequest& request, const Context& context);
/// For a receipt of consistency.
Result<report::LogGrowthFacts> log_verify_growth(const LogVerifyRequest& request);

struct LogAnchorRequest {
  LogPlace place;
  StampSource stamp = {};                   ///< an authority of RFC 3161
  std::vector<std::string> calendars = {};  ///< of OpenTimestamps: URLs
  bool upgrade = false;                     ///< ask the calendars for what they promised before, instead
  Network network = {};                     ///< for calendars
};
/// Has the published checkpoint dated by others; what they say lies in the log's folder (provenance/log/anchor.h).
Result<report::LogAnchored> log_anchor(const LogAnchorRequest& request);
/// A stamp (.tsr, .ots) of a checkpoint (request.file).
Result<report::LogAnchorFacts> log_verify_anchor(const LogVerifyRequest& request);

/// Brings the index beside the checkpoint up to date and signs it. `log_add` does so by itself.
Result<report::LogIndexFacts> log_index(const LogPlace& place);
/// All entries under a key ("issuer:9f2c…"), or that there is none, as the index has it: brought up to date first where
/// the log's key is kept; else as it is handed out, checked against `log_key`.
Result<std::string> log_prove_key(const LogPlace& place, const std::string& key, const std::string& log_key);
Result<report::LogIndexProofFacts> log_verify_index(const LogVerifyRequest& request);

/// `key`: the log's, for those who have only the folder that is handed out.
Result<provenance::log::FsckReport> log_fsck(const LogPlace& place, const std::string& key);
/// The last `count` entries, or those from `from` on. What is shown was recomputed up to the signed root.
Result<report::LogTail> log_tail(const LogPlace& place, const std::string& key, std::uint64_t count,
                                 std::optional<std::uint64_t> from);
/// Destroys what the registry has about an entry; the log stays as it is.
Result<void> log_erase(const LogPlace& place, std::uint64_t number);

struct LogMonitorRequest {
  LogPlace place;
  std::string policy, key;               ///< as in LogVerifyRequest
  std::string state;                     ///< file with the checkpoint that was seen last; empty: none is kept
  std::vector<std::string> follow = {};  ///< keys of the index ("issuer:9f2c…") whose entries are told
  double fresh_seconds = 0;              ///< how old the newest cosignature may be; 0: any age
};
/// One look at a log: is it the continuation of what was seen last, do its entries lead to its root, do its witnesses
/// see the same? What is new and right is kept in the state file. unavailable: the log cannot be reached.
Result<report::LogMonitorFacts> log_monitor(const LogMonitorRequest& request);

/// A witness on a folder, made when missing (then with this name); trusts these logs from now on. Answers its key.
Result<std::string> log_witness(const std::string& folder, const std::string& name,
                                const std::vector<std::string>& logs);

}  // namespace bonafide::app
