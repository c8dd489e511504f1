#include "app/credential/keys.h"

#include <chrono>
#include <filesystem>

#include "base/files.h"

namespace bonafide::app {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostPem = std::uint64_t{1} << 20;

std::string in(const std::string& folder, std::string_view name) { return (fs::path(folder) / name).string(); }

Error in_file(Error error, const std::string& path) {
  if (error.file.empty()) error.file = path;
  return error;
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

constexpr std::string_view kWarning =
    "DEVELOPMENT KEYS. NOBODY TRUSTS THEM.\n"
    "\n"
    "Made by `bonafide keys new`. They are for trying things out: a credential signed with them is shown as *signer "
    "not\n"
    "trusted* by everybody who was not told to trust root.pem. Whoever reads signer.key can sign in this name.\n"
    "For real use, get a certificate from an authority on the C2PA trust list and keep its key in a token.\n"
    "\n"
    "  root.pem      verify with --trust root.pem\n"
    "  signer.key    sign with --keys FOLDER, or --key signer.key --cert signer.pem\n"
    "  signer.pem    the signer's certificate and its issuer's\n"
    "  tsa-root.pem  verify with --tsa-trust tsa-root.pem\n"
    "  tsa.key       time stamps with --keys FOLDER --tsa local\n"
    "  tsa.pem       the time-stamp authority's certificate and its issuer's\n";

}  // namespace

Result<std::optional<crypto::SignatureAlgorithm>> algorithm_named(const std::string& name) {
  using crypto::SignatureAlgorithm;
  if (name.empty()) return std::optional<SignatureAlgorithm>();
  for (const SignatureAlgorithm algorithm :
       {SignatureAlgorithm::es256, SignatureAlgorithm::es384, SignatureAlgorithm::es512, SignatureAlgorithm::ps256,
        SignatureAlgorithm::ps384, SignatureAlgorithm::ps512, SignatureAlgorithm::ed25519}) {
    if (crypto::to_string(algorithm) == name) return std::optional(algorithm);
  }
  return make_error(Code::unsupported, "signature algorithm " + name + " is not supported");
}

Result<std::shared_ptr<const crypto::Signer>> open_signer(const KeySource& source) {
  using Shared = std::shared_ptr<const crypto::Signer>;
  if (source.signer != nullptr) return source.signer;
  const auto algorithm = TRY(algorithm_named(source.algorithm));
  if (!source.command.empty()) return Shared(TRY(crypto::command_signer(source.command)));
  const std::string certificate = source.folder.empty() ? source.certificate : in(source.folder, key_files::kSigner);
  const std::string key = source.folder.empty() ? source.key : in(source.folder, key_files::kSignerKey);
  if (source.certificate_pem.empty() && certificate.empty()) {
    return make_error(
        Code::unavailable,
        "no key to sign with: give --key and --cert, --keys FOLDER, or --signer; `bonafide keys new` makes "
        "a set to try with");
  }
  const std::string chain =
      source.certificate_pem.empty() ? TRY(read_file(certificate, kMostPem)) : source.certificate_pem;
  if (!source.token.empty()) {
    return Shared(TRY(crypto::pkcs11_signer(source.token, source.token_module, chain, algorithm, source.passphrase)));
  }
  if (key.empty() && source.key_pem.empty()) return make_error(Code::unavailable, "no key to sign with was given");
  const std::string pem = source.key_pem.empty() ? TRY(read_file(key, kMostPem)) : source.key_pem;
  auto signer = crypto::pem_signer(pem, chain, algorithm, source.passphrase);
  if (!signer) return in_file(std::move(signer.error()), key);
  return Shared(std::move(*signer));
}

Result<std::shared_ptr<const crypto::Stamper>> open_stamper(const StampSource& source) {
  using Shared = std::shared_ptr<const crypto::Stamper>;
  if (source.stamper != nullptr || !source.wanted()) return source.stamper;
  if (!source.command.empty()) return Shared(crypto::command_stamper(source.command));
  if (!source.url.empty()) {
    if (!source.network) return make_error(Code::unavailable, "this program has no network for a time-stamp authority");
    return Shared(crypto::http_stamper(source.url, source.network({source.url})));
  }
  const std::string key = source.folder.empty() ? source.key : in(source.folder, key_files::kTsaKey);
  const std::string certificate = source.folder.empty() ? source.certificate : in(source.folder, key_files::kTsa);
  const std::string pem = source.key_pem.empty() ? TRY(read_file(key, kMostPem)) : source.key_pem;
  const std::string chain =
      source.certificate_pem.empty() ? TRY(read_file(certificate, kMostPem)) : source.certificate_pem;
  auto stamper = crypto::local_stamper(pem, chain, {}, source.passphrase);
  if (!stamper) return in_file(std::move(stamper.error()), key);
  return Shared(std::move(*stamper));
}

Result<std::vector<std::string>> new_keys(const KeysRequest& request) {
  const std::string folder = request.folder;
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return in_file(make_error(Code::io, "cannot be made: " + failed.message()), folder);
  const crypto::DevelopmentPki pki = TRY(crypto::make_development_pki(
      {request.algorithm, request.name, request.organization, now(), request.days, request.passphrase}));
  const std::vector<std::pair<std::string_view, std::string_view>> files{
      {key_files::kRoot, pki.root_pem},      {key_files::kSignerKey, pki.signer_key_pem},
      {key_files::kSigner, pki.signer_pem},  {key_files::kTsaRoot, pki.tsa_root_pem},
      {key_files::kTsaKey, pki.tsa_key_pem}, {key_files::kTsa, pki.tsa_pem},
      {key_files::kReadMe, kWarning}};
  for (const auto& [name, text] : files) {
    if (fs::exists(in(folder, name))) {
      return in_file(make_error(Code::invalid_argument, "exists already; keys are never replaced"), in(folder, name));
    }
  }
  std::vector<std::string> written;
  for (const auto& [name, text] : files) {
    const bool secret = name == key_files::kSignerKey || name == key_files::kTsaKey;
    FileWriter writer = TRY(FileWriter::create(in(folder, name), false, secret ? 0600 : 0644));
    TRY(writer.write(text));
    TRY(writer.commit());
    written.push_back(in(folder, name));
  }
  return written;
}

}  // namespace bonafide::app
