// Certificates for development: a root, an intermediate, a claim signer and a time-stamp authority of one's own, which
// nobody else trusts. The authorities' own keys are thrown away, so that no further certificate can be made under them.
#pragma once
#include <string>

#include "crypto/certificate.h"
#include "crypto/signature.h"

namespace bonafide::crypto {

struct DevelopmentPki {
  std::string root_pem;        ///< certificate, to be trusted with --trust
  std::string signer_key_pem;  ///< PKCS#8
  std::string signer_pem;      ///< leaf and intermediate
  std::string tsa_key_pem;
  std::string tsa_pem;       ///< leaf
  std::string tsa_root_pem;  ///< a root of its own, since signers and authorities are trusted apart
};

struct DevelopmentPlan {
  SignatureAlgorithm algorithm = SignatureAlgorithm::es256;
  std::string name = {};          ///< the signer's common name, at most 64 characters; "Claim signer" when empty
  std::string organization = {};  ///< " (DEVELOPMENT, NOT TRUSTED)" is put behind it; at most 37 characters
  UnixTime now = 0;               ///< certificates are valid from an hour before, for clocks that differ
  int days = 365;                 ///< 1 to 36500
  std::string passphrase = {};    ///< encrypts the keys when not empty
};

/// Fresh keys; EKU c2pa-kp-claimSigning for the signer, timeStamping for the authority (C2PA 2.5 §13.4). The
/// authority's key is on P-256 whatever the algorithm. invalid_argument: a name that is too long or no UTF-8, or odd
/// `days`.
Result<DevelopmentPki> make_development_pki(const DevelopmentPlan& plan);

}  // namespace bonafide::crypto
