// The 107 cases of the validator suite that Google gave to c2pa-org/public-testfiles (pull request 31), rebuilt: their
// media are not at hand, so each is made here by our own writer, with certificates of our own. Names, lists of trust,
// clocks (moved so that the suite's year 2015 is the tests' now) and expectations are the suite's; docs/c2pa_suite.md
// pins the outcomes.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "provenance/c2pa/forge_test.h"
#include "provenance/c2pa/sign.h"

namespace bonafide::provenance::c2pa::testing {

constexpr UnixTime kYear = 365 * kDay;

using Codes = std::vector<std::string>;

/// What the suite expects of one manifest; what is left empty is not looked at.
struct Expected {
  bool no_failures = false;
  Codes failures = {}, failures_any = {}, failures_none = {};
  Codes successes = {}, successes_none = {}, successes_exactly = {};
  Codes informationals = {}, informationals_none = {};
  bool no_successes = false;
  std::string because = {};  ///< ours: part of a reason that is told, so that the case fails for what it is made for
};
/// A manifest that holds, of a signer that is believed.
Expected sound_and_trusted();

struct SuiteCase {
  std::string name;                                 ///< the suite's, with its folder
  std::function<std::optional<Validation>()> look;  ///< nothing: no manifest is found
  std::vector<Expected> manifests = {};             ///< the active one first; none: there must be none
  std::string not_had = {};                         ///< why the case is not rebuilt, or empty
};

/// Looks at each case, prints its row, and holds it against docs/c2pa_suite.md: name, what is expected, and the outcome
/// ("passes", "differs: …", "not had") stand there word for word; the reason is for people. Where BONAFIDE_SUITE_OUT
/// names a folder, files, lists, clock and our answer are left there, for tests/suite to ask the command the same.
void run_suite(const std::vector<SuiteCase>& cases);

/// A JPEG signed by our own writer as said, and how it is judged.
struct Scene {
  const pki::Identity* signer = nullptr;
  std::vector<const pki::Identity*> chain;  ///< intermediates, in order
  crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::es256;
  const pki::Identity* tsa = nullptr;
  pki::StampPlan stamp;
  std::vector<Bytes> ocsp;
  std::vector<const pki::Identity*> signers, authorities;  ///< anchors of the two lists
  UnixTime at = pki::kNow;
};
std::optional<Validation> judged(const Scene& scene);
std::unique_ptr<crypto::Signer> signer_of(const Scene& scene);  ///< whether its certificate is fit or not
/// Signs any work; `plan` says what is claimed.
Bytes signed_by(const Scene& scene, const Bytes& work, ManifestPlan plan);
std::optional<Validation> judged_file(const Scene& scene, const Bytes& file);
/// A store made by hand, judged beside a work, by the forge's world.
std::optional<Validation> judged_forgery(const Forge& plan);

/// Certificates of the suite, at the tests' clock.
pki::Identity authority(const std::string& name, UnixTime from, UnixTime to, const pki::Identity* issuer = nullptr,
                        const std::string& constraints = "critical,CA:TRUE");
pki::Identity leaf(UnixTime from, UnixTime to, const pki::Identity& issuer, const pki::Plan& like = {},
                   const std::string& kind = "P-256");
/// Roots that live long: root_ca1, root_ca2 of the suite, and its tsa_ca_2000_2019.
const pki::Identity& root1();
const pki::Identity& root2();
const pki::Identity& tsa_root();
/// A signer under root1, valid for a year on both sides of now.
const pki::Identity& plain_signer();

}  // namespace bonafide::provenance::c2pa::testing
