// Certificates for development: a root, an intermediate, a claim signer and a time-stamp authority of one's own, which
// nobody else trusts.
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
  std::string tsa_pem;       ///< leaf and intermediate
  std::string tsa_root_pem;  ///< a root of its own, since signers and authorities are trusted apart
};

struct DevelopmentPlan {
  SignatureAlgorithm algorithm = SignatureAlgorithm::es256;
  std::string name;          ///< the signer's common name
  std::string organization;  ///< "… (DEVELOPMENT, NOT TRUSTED)" is put behind it
  UnixTime now = 0;
  int days = 365;
  std::string passphrase;  ///< encrypts the keys when not empty
};

/// Fresh keys; EKU c2pa-kp-claimSigning for the signer, timeStamping for the authority (C2PA 2.5 §13.4).
Result<DevelopmentPki> make_development_pki(const DevelopmentPlan& plan);

}  // namespace bonafide::crypto
