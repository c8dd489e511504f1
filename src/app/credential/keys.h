// keys: where a signer's key and a time-stamp authority come from, and a development PKI to try things with.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/fetch.h"
#include "crypto/development_pki.h"
#include "crypto/signer.h"
#include "crypto/stamper.h"

namespace bonafide::app {

/// One of: a signer the caller made; a folder made by `keys new`; a key and its certificates; a token; a program.
struct KeySource {
  std::shared_ptr<const crypto::Signer> signer;
  std::string folder;
  std::string key, certificate;          ///< PEM files
  std::string key_pem, certificate_pem;  ///< the same as text, when there are no files
  std::string token, token_module;       ///< RFC 7512 URI; the certificates come from `certificate`
  std::vector<std::string> command;
  std::string algorithm;  ///< "es256", …; follows from the key when empty
  crypto::Passphrase passphrase;
  /// Whether any of them is there.
  bool named() const {
    return signer != nullptr || !folder.empty() || !command.empty() || !certificate.empty() || !certificate_pem.empty();
  }
};
/// "es256", …; nothing for an empty name; unsupported for one that is not known.
Result<std::optional<crypto::SignatureAlgorithm>> algorithm_named(const std::string& name);
Result<std::shared_ptr<const crypto::Signer>> open_signer(const KeySource& source);

/// At most one of: a stamper the caller made; a URL; a program; a key and its certificates; the development authority
/// of `folder`.
struct StampSource {
  std::shared_ptr<const crypto::Stamper> stamper;
  std::string url;
  std::vector<std::string> command;
  std::string key, certificate;          ///< PEM files
  std::string key_pem, certificate_pem;  ///< the same as text, when there are no files
  std::string folder;
  Network network;  ///< for `url`; nothing: this program has none
  crypto::Passphrase passphrase;
  bool wanted() const {
    return stamper != nullptr || !url.empty() || !command.empty() || !key.empty() || !key_pem.empty() ||
           !folder.empty();
  }
};
/// Nothing when no time stamp is wanted.
Result<std::shared_ptr<const crypto::Stamper>> open_stamper(const StampSource& source);

struct KeysRequest {
  std::string folder;
  crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::es256;
  std::string name, organization, passphrase;
  int days = 365;
};
/// Names of files in the folder of a development PKI.
namespace key_files {
inline constexpr std::string_view kRoot = "root.pem", kSignerKey = "signer.key", kSigner = "signer.pem",
                                  kTsaRoot = "tsa-root.pem", kTsaKey = "tsa.key", kTsa = "tsa.pem",
                                  kReadMe = "README.txt";
}
/// Writes the files; refuses when one is there. Keys are readable by their owner alone.
Result<std::vector<std::string>> new_keys(const KeysRequest& request);

}  // namespace bonafide::app
