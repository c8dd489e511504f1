// Manifests made by hand, right and wrong in every way the tests ask for: what the builder refuses to write, and what
// an attacker would. Kept beside the work (a sidecar), so that nothing but the store itself decides.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crypto/pki_test.h"
#include "provenance/c2pa/cbor_map.h"
#include "provenance/c2pa/validate.h"

namespace bonafide::provenance::c2pa::testing {

namespace pki = crypto::testing;
using crypto::UnixTime;
using pki::kDay;

/// Certificates that the tests' trust lists believe; kNow is pki::kNow.
struct World {
  World();
  pki::Identity root, middle, signer;  ///< signers' authorities; `signer` was certified by `middle`
  pki::Identity tsa_root, tsa;
  crypto::TrustStore trust;
  static const World& get();
};

struct ForgedAssertion {
  std::string label;
  Bytes content;              ///< of its one content box
  std::string kind = "cbor";  ///< type of the box: "cbor", "json"
  bool gathered = false;
  bool in_store = true, in_claim = true;
  std::string url = {};             ///< in the claim; made of the label when empty
  std::optional<Bytes> hash = {};   ///< in the claim; the right one otherwise
  std::string alg = {};             ///< in the claim, or empty
  std::optional<Bytes> whole = {};  ///< the superbox in the store, instead of one made of the above
};

using Header = std::pair<Bytes, Bytes>;  ///< encoded key and value

struct Forge {
  std::string label = "urn:c2pa:00000000-0000-4000-8000-000000000001";
  std::string type = "c2ma";  ///< or c2um
  int version = 2;            ///< of the claim
  std::vector<ForgedAssertion> assertions;
  std::map<std::string, std::optional<Bytes>> claim;  ///< fields replaced, or left out where there is nothing
  std::vector<std::string> redacted;
  const pki::Identity* signer = nullptr;  ///< the world's when not given
  crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::es256;
  std::optional<std::vector<Bytes>> chain;  ///< x5chain; signer and middle otherwise
  const pki::Identity* tsa = nullptr;       ///< adds a sigTst2
  pki::StampPlan stamp;
  std::vector<Bytes> ocsp;
  std::vector<Header> protected_more, unprotected_more;
  bool breaks_signature = false;
  std::vector<Bytes> more;            ///< boxes put into the manifest
  std::vector<Bytes> claim_contents;  ///< content boxes instead of the claim's CBOR
  bool without_claim = false, without_signature = false;
};

struct Forged {
  std::string label;
  Bytes box;              ///< the manifest's superbox
  Bytes signature_input;  ///< what a late time stamp stamps
};

Forged forge(const Forge& plan);
Bytes store_of(const std::vector<Forged>& manifests);

/// The work that forged manifests are bound to.
const Bytes& work();
ForgedAssertion bound_to(ByteView bytes, std::string label = "c2pa.hash.data");
/// c2pa.created with a source type.
ForgedAssertion created();
ForgedAssertion actions(const std::vector<Bytes>& list, std::string label = "c2pa.actions.v2");
Bytes action(std::string_view name, const std::vector<std::pair<std::string, Bytes>>& more = {});
/// {"parameters": {"ingredients": […]}} for `action`.
std::pair<std::string, Bytes> with_ingredients(const std::vector<std::pair<std::string, Bytes>>& url_and_hash);
/// A manifest that is as it should be.
Forge sound();
/// An ingredient assertion (v3) that takes `below` in; `more` overrides fields.
ForgedAssertion takes_in(const Forged& below, std::string label = "c2pa.ingredient.v3",
                         std::string_view relationship = "parentOf",
                         const std::vector<std::pair<std::string, Bytes>>& more = {});
/// The assertion's superbox as forge() writes it, and the hash that a reference to it needs.
Bytes box_of(const ForgedAssertion& assertion);
Bytes hash_of(const ForgedAssertion& assertion);
Bytes reference(std::string_view url, ByteView hash);
Bytes text_item(std::string_view text);
Bytes key(std::string_view text);

struct Question {
  const crypto::TrustStore* trust = nullptr;  ///< the world's when not given
  UnixTime at = pki::kNow;
  bool strict = false;
};
Validation judged(const Bytes& store, const Question& question = {}, const Bytes& of = work());
Validation judged(const Forge& plan, const Question& question = {});

/// All codes of the active manifest (of its history with `deltas`), for messages and matchers.
std::vector<std::string> codes(const Validation& validation, Kind kind);
std::vector<std::string> delta_codes(const Validation& validation);
std::vector<std::string> finding_codes(const Validation& validation);
std::string told(const Validation& validation);

}  // namespace bonafide::provenance::c2pa::testing
