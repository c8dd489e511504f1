// What the tests of this folder share: other people's C2PA implementations as a function call, keys that only the tests
// trust, one small file of every format, and our own verdict on a file.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/credential/sign.h"
#include "base/json.h"
#include "crypto/trust.h"
#include "provenance/credential.h"

namespace bonafide::oracle {

/// Why the oracle cannot be asked, as a line for GTEST_SKIP(); nothing when it can.
std::optional<std::string> missing();
/// Runs tests/oracle/SCRIPT once over all jobs, one answer for each, in order. What the jobs and answers hold is
/// written at the head of the script. Ends the test run loudly when the script itself fails.
std::vector<Json> ask(const std::string& script, const std::vector<Json>& jobs);

/// A folder of keys and certificates made by pki.sh, once per build folder.
std::string pki(const std::string& name);
/// Believes pki()'s roots: root.pem for signers, tsa_root.pem for time stamps.
const crypto::TrustStore& trust();
inline const std::vector<std::string> kAlgorithms = {"es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"};

/// Small files of every format in which both sides can write, by name ("jpg", "mp4_faststart").
const std::vector<std::string>& sample_names();
/// The file, made on the spot; nothing when the tool that makes it is not there.
std::optional<std::string> sample(const std::string& name);

/// The definition both sides sign by: one c2pa.created action.
Json definition(const std::string& title);
/// A job for sign.mjs with pki()'s key for this algorithm.
Json signing_job(const std::string& input, const std::string& output, const std::string& algorithm);
/// The same for our side: app::sign() with pki()'s key.
app::SignRequest signing(const std::string& input, const std::string& output, const std::string& algorithm);
/// A job for verify.mjs that believes what trust() believes.
Json verifying_job(const std::string& file);

/// Our answer: "Trusted", "Valid", "Invalid", "none", "not read" or "error", with what was objected to.
struct Ours {
  std::string state, notes;
  bool stamped = false;      ///< by an authority we believe
  bool not_revoked = false;  ///< says a stapled OCSP answer
  std::string summary() const { return state + (stamped ? ", stamped" : "") + (not_revoked ? ", not revoked" : ""); }
};
Ours ours(const std::string& file, const std::string& sidecar = {});

}  // namespace bonafide::oracle
