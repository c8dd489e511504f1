// What a manifest holds, opened up for whoever shows it or takes it over: its assertions with their coding, their
// values as JSON, and the facts of its signature. Says what is written, not whether it holds.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/cbor_json.h"
#include "crypto/certificate.h"
#include "crypto/cose.h"
#include "provenance/c2pa/store.h"

namespace bonafide::provenance::c2pa {

enum class Coding {
  cbor,
  json,
  file,      ///< an embedded file (ISO 19566-5 annex B.7): thumbnails, icons, c2pa.embedded-data
  redacted,  ///< taken out by a later signer, only its mark is left (§8.3)
  other,     ///< UUID, code stream and what else JUMBF knows
};
std::string_view to_string(Coding coding);  ///< "CBOR", "JSON", "file", "redacted", "other"

/// One box of a manifest's assertion store; views the store's bytes.
struct StoredAssertion {
  std::string label;              ///< with its instance number: "c2pa.ingredient.v3__1"
  const JumbfBox* box = nullptr;  ///< the superbox
  Coding coding = Coding::other;
  ByteView content;        ///< the CBOR item, the JSON text or the file's bytes; empty otherwise
  std::string media_type;  ///< of a file, or empty
  bool declared = false;   ///< the claim names it
  bool created = false;    ///< the signer vouches for it; in claims of version 1 all that are declared
  ByteView hash;           ///< what the claim says it hashes to; views the claim, empty when it is not declared
};

/// One box by itself; `declared`, `created` and `hash` are left alone.
StoredAssertion opened(const JumbfBox& box);
/// In the order of the store. `claim` absent: nothing is declared.
std::vector<StoredAssertion> assertions_in(const Manifest& manifest, const Claim* claim);

/// The decoded value; nothing for files and others. corrupt, limit: CBOR or JSON that cannot be read.
Result<std::optional<Json>> value_of(const StoredAssertion& assertion, cbor::ByteForm form);

/// The claim when it can be read, whatever else is wrong with the manifest.
std::optional<Claim> claim_in(const Manifest& manifest);
/// All of the claim's map. corrupt when there is no claim or its CBOR cannot be read.
Result<Json> claim_json(const Manifest& manifest, cbor::ByteForm form);

/// What stands in the signature's box. Nothing when it cannot be read.
struct SignatureView {
  crypto::CoseSign1 cose;
  std::vector<crypto::Certificate> chain;         ///< leaf first, as far as they can be read
  std::optional<crypto::UnixTime> stamped;        ///< what a time stamp says, believed or not
  std::optional<crypto::Certificate> stamped_by;  ///< that authority's certificate, when the token brings it
};
std::optional<SignatureView> signature_in(const Manifest& manifest);

}  // namespace bonafide::provenance::c2pa
