// A small certification authority for this room's tests: keys, certificates, signatures, time stamps and OCSP answers,
// right and wrong in every way the tests ask for.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/hash.h"
#include "crypto/signature.h"

namespace bonafide::crypto::testing {

constexpr UnixTime kDay = 86'400;
constexpr UnixTime kNow = 1'800'000'000;  ///< 2027-01-15T08:00:00Z; certificates below live a year on both sides

using Key = std::shared_ptr<void>;  ///< an EVP_PKEY
/// "P-256", "P-384", "P-521", "secp256k1", "rsa2048", "rsa1024", "ed25519".
Key make_key(const std::string& kind);
enum class KeyForm { pkcs8, traditional };  ///< traditional: PKCS#1 or SEC1
/// As PEM, encrypted when there is a passphrase.
std::string key_pem(const Key& key, KeyForm form = KeyForm::pkcs8, const std::string& passphrase = {});
std::string certificate_pem(const Certificate& certificate);
/// The COSE form: r || s for ECDSA, PSS with `salt` bytes (default: the digest's) for RSA.
Bytes sign(const Key& key, SignatureAlgorithm algorithm, ByteView message, std::optional<int> salt = {});

struct Plan {
  std::string name = "Signer";
  UnixTime from = kNow - 365 * kDay, to = kNow + 365 * kDay;
  /// (name, value) as in openssl.cnf; "AKI" and "SKI" are put in by themselves unless bare.
  std::vector<std::pair<std::string, std::string>> extensions = {
      {"basicConstraints", "critical,CA:FALSE"},
      {"keyUsage", "critical,digitalSignature"},
      {"extendedKeyUsage", "critical,1.3.6.1.4.1.62558.2.1"},
  };
  bool bare = false;
  int version = 3;
  std::string digest = "SHA256";  ///< ignored for Ed25519 issuers
  long serial = 7;
};
Plan authority_plan(std::string name, std::string basic_constraints = "critical,CA:TRUE");
Plan tsa_plan();
Plan with(Plan plan, const std::string& extension, const std::string& value);  ///< replaces; empty value: leaves it out

struct Identity {
  Key key;
  Certificate certificate;
};
/// Signed by `issuer`, or by itself.
Identity make_identity(const Plan& plan, const std::string& key_kind = "P-256", const Identity* issuer = nullptr);

struct StampPlan {
  UnixTime time = kNow;
  HashAlgorithm imprint = HashAlgorithm::sha256;
  bool names_certificate = true;  ///< the ESS attribute
  bool includes_certificate = true;
  bool as_response = false;  ///< TimeStampResp around it
  int response_status = 0;
  std::string digest = "SHA256";
  std::string content_type = "id-smime-ct-TSTInfo";
  std::vector<Certificate> more;  ///< intermediates to put in
};
Bytes make_stamp(const Identity& authority, ByteView stamped, const StampPlan& plan = {});

struct OcspPlan {
  char status = 'g';  ///< good, revoked, unknown
  UnixTime this_update = kNow - kDay;
  std::optional<UnixTime> next_update = kNow + kDay;
  UnixTime revoked_at = kNow - 2 * kDay;
};
Bytes make_ocsp(const Identity& responder, const Certificate& about, const Certificate& issuer,
                const OcspPlan& plan = {});

}  // namespace bonafide::crypto::testing
