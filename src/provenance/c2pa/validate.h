// Validation of a manifest store against its file (C2PA 2.5 §14): status codes of Annex D, the states invalid, valid
// and trusted, and, apart from them, whether any byte was changed. An unknown signer is not a changed file.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/trust.h"
#include "provenance/c2pa/binding.h"
#include "provenance/c2pa/soft_binding.h"

namespace bonafide::provenance::c2pa {

enum class Kind { success, informational, failure };

struct Status {
  Kind kind = Kind::success;
  std::string code;    ///< "claimSignature.mismatch" (Annex D)
  std::string url;     ///< what it is about, or empty
  std::string reason;  ///< plain sentence, or empty
};

struct Signer {
  std::string name, organization, issuer, serial;
  std::string algorithm;   ///< "es256"
  std::string trusted_by;  ///< the list (and anchor) that vouches, or empty
  crypto::UnixTime not_before = 0, not_after = 0;
};

struct Action {
  std::string name;         ///< "c2pa.created"
  std::string source_type;  ///< digitalSourceType, or empty
  std::string agent, when;
};

/// A CAWG identity assertion (CAWG 1.3): read, but not checked here, and without weight for integrity or trust.
struct Identity {
  std::string label;     ///< of the assertion: "cawg.identity"
  std::string sig_type;  ///< "cawg.x509.cose", "cawg.identity_claims_aggregation"; empty when it cannot be read
  std::vector<std::string> roles;  ///< "cawg.creator", as it claims
  std::vector<std::string> about;  ///< URLs of the assertions that it speaks of
  std::string problem;             ///< why it is not of its form, or empty
};

struct ManifestReport {
  std::string label, title, format, generator, instance_id;
  int claim_version = 2;
  bool update = false;
  bool compressed = false;
  std::vector<Status> statuses;
  std::optional<Signer> signer;
  std::optional<crypto::UnixTime> stamped;       ///< by a trusted authority
  bool signature_holds = false;                  ///< it fits claim and certificate, whatever is thought of the signer
  std::string stamp;                             ///< plain sentence about the time stamp, or empty
  std::string stamped_by;                        ///< label of the later manifest that brought the stamp; empty: its own
  std::optional<crypto::UnixTime> claimed_time;  ///< what the signer itself says (iat); proves nothing
  std::vector<Action> actions;                   ///< what is claimed
  std::vector<std::string> assertions;           ///< labels, those of gathered assertions with " (not vouched for)"
  std::vector<std::string> ingredients;          ///< "parentOf: title"
  std::vector<Identity> identities;
  std::vector<SoftBinding> soft_bindings;  ///< as claimed: whether the work carries them is for their readers to say

  bool has(std::string_view code) const;
};

/// What came to light about one ingredient that was not recorded when it was taken in (§14, ingredient deltas).
struct Delta {
  std::string url;       ///< of the ingredient's assertion
  std::string manifest;  ///< label, or empty
  std::vector<Status> failures;
  std::vector<Status> recorded;  ///< failures that were known when it was taken in, as the signer recorded them
};

/// What a strict reader objects to.
struct Objection {
  std::string code;            ///< ours, the same in every version: "signature.pad"
  std::string what;            ///< plain sentence
  std::optional<Range> range;  ///< in the file, when it is one known stretch
};

enum class State { invalid, valid, trusted };
std::string_view to_string(State state);  ///< "Invalid", "Valid", "Trusted"

struct Validation {
  State state = State::invalid;
  bool intact = false;  ///< every hash and signature was checked and holds; says nothing about who signed
  bool broken = false;  ///< one does not hold, or is not there although it must be; both false: `unsupported` says why
  std::string unsupported;  ///< why the answer is incomplete (a binding or algorithm not known here), or empty
  std::vector<ManifestReport> manifests;  ///< the active one first
  std::vector<Delta> deltas;
  std::vector<Uncovered> uncovered;    ///< file ranges no hash and no signature covers
  std::vector<Objection> findings;     ///< with options.strict any of these makes the answer Invalid
  HashTrace hash_trace;                ///< how the hard binding was computed, with options.explain
  std::shared_ptr<const Store> store;  ///< what was validated, taken apart; nothing when it could not be read
};

struct ValidateOptions {
  const crypto::TrustStore* trust = nullptr;  ///< required; may be empty
  crypto::UnixTime at = 0;                    ///< the validation clock
  bool strict = false;
  bool explain = false;                              ///< fill Validation::hash_trace
  const std::vector<Fragment>* fragments = nullptr;  ///< the source is a stream's initialization segment; its fragments
};

/// An Error only when the file cannot be read, a limit is met or the work was stopped.
Result<Validation> validate(const media::ByteSource& source, Located located, const ValidateOptions& options,
                            const Context& context);

}  // namespace bonafide::provenance::c2pa
