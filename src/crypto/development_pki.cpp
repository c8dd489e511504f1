#include "crypto/development_pki.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "crypto/handles.h"
#include "crypto/private_key.h"

namespace bonafide::crypto {
namespace {

constexpr std::string_view kMark = "DEVELOPMENT, NOT TRUSTED";
constexpr std::size_t kMostNameCharacters = 64;  // RFC 5280 appendix A.1, ub-common-name and ub-organization-name
constexpr UnixTime kEarlier = 3600;              // seconds
constexpr int kMostDays = 36'500;

struct Identity {
  KeyHandle key;
  X509Handle certificate;
};

struct Wanted {
  std::string common_name;
  std::vector<std::pair<const char*, const char*>> extensions;  ///< name and value as in openssl.cnf
  SignatureAlgorithm key = SignatureAlgorithm::es384;
};

std::vector<std::pair<const char*, const char*>> authority(const char* constraints) {
  return {{"basicConstraints", constraints}, {"keyUsage", "critical,keyCertSign,cRLSign"}};
}

std::vector<std::pair<const char*, const char*>> leaf(const char* use) {
  return {
      {"basicConstraints", "critical,CA:FALSE"}, {"keyUsage", "critical,digitalSignature"}, {"extendedKeyUsage", use}};
}

bool add_extension(X509& certificate, X509& issuer, const char* name, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf(nullptr, &context, name, value));
  return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

bool add_name(X509_NAME& name, const char* field, const std::string& text) {
  return X509_NAME_add_entry_by_txt(&name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()), -1, 0) == 1;
}

/// 127 random bits (RFC 5280 section 4.1.2.2: positive, at most 20 bytes).
bool set_serial(X509& certificate) {
  const Handle<BIGNUM, BN_free> number(BN_new());
  return number && BN_rand(number.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

const EVP_MD* digest_for(evp_pkey_st& issuer_key) {
  return EVP_PKEY_get_base_id(&issuer_key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha384();
}

/// Signed by `issuer`, or by itself.
Result<Identity> make_identity(const Wanted& wanted, const std::string& organization, const DevelopmentPlan& plan,
                               const Identity* issuer) {
  Identity made{TRY(make_private_key(wanted.key)), X509Handle(X509_new())};
  X509* const certificate = made.certificate.get();
  X509* const parent = issuer != nullptr ? issuer->certificate.get() : certificate;
  evp_pkey_st& signer = issuer != nullptr ? *issuer->key : *made.key;
  bool fine = certificate != nullptr && X509_set_version(certificate, X509_VERSION_3) == 1 &&
              set_serial(*certificate) &&
              ASN1_TIME_set(X509_getm_notBefore(certificate), plan.now - kEarlier) != nullptr &&
              ASN1_TIME_set(X509_getm_notAfter(certificate), plan.now + UnixTime{86'400} * plan.days) != nullptr &&
              X509_set_pubkey(certificate, made.key.get()) == 1 &&
              add_name(*X509_get_subject_name(certificate), "O", organization) &&
              add_name(*X509_get_subject_name(certificate), "CN", wanted.common_name) &&
              X509_set_issuer_name(certificate, X509_get_subject_name(parent)) == 1 &&
              add_extension(*certificate, *parent, "subjectKeyIdentifier", "hash");
  for (const auto& [name, value] : wanted.extensions) fine = fine && add_extension(*certificate, *parent, name, value);
  if (issuer != nullptr) fine = fine && add_extension(*certificate, *parent, "authorityKeyIdentifier", "keyid:always");
  if (!fine || X509_sign(certificate, &signer, digest_for(signer)) <= 0) {
    return make_error(Code::internal, "OpenSSL cannot make a development certificate");
  }
  return made;
}

Result<std::string> pem_of(std::initializer_list<const Identity*> chain) {
  const Handle<BIO, BIO_free_all> out(BIO_new(BIO_s_mem()));
  bool fine = out != nullptr;
  for (const Identity* const each : chain) fine = fine && PEM_write_bio_X509(out.get(), each->certificate.get()) == 1;
  char* text = nullptr;
  const long size = fine ? BIO_get_mem_data(out.get(), &text) : 0;
  if (size <= 0) return make_error(Code::internal, "a development certificate cannot be written");
  return std::string(text, static_cast<std::size_t>(size));
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

Result<std::string> organization_of(const DevelopmentPlan& plan) {
  const bool control = std::ranges::any_of(plan.name + plan.organization,
                                           [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (control || !is_utf8(plan.name) || !is_utf8(plan.organization)) {
    return make_error(Code::invalid_argument, "a name must be UTF-8 text on one line");
  }
  if (characters(plan.name) > kMostNameCharacters) {
    return make_error(Code::invalid_argument, "the signer's name has more than 64 characters");
  }
  if (plan.organization.empty()) return std::string(kMark);
  std::string text = plan.organization + " (" + std::string(kMark) + ")";
  if (characters(text) > kMostNameCharacters) {
    return make_error(Code::invalid_argument, "the organization's name has more than 37 characters");
  }
  return text;
}

}  // namespace

Result<DevelopmentPki> make_development_pki(const DevelopmentPlan& plan) {
  const ErrorQueue queue;
  if (plan.days < 1 || plan.days > kMostDays) {
    return make_error(Code::invalid_argument, "certificates are made for 1 to 36500 days");
  }
  const std::string organization = TRY(organization_of(plan));
  const auto make = [&](Wanted wanted, const Identity* issuer) {
    return make_identity(wanted, organization, plan, issuer);
  };
  const Identity root = TRY(make({"Development root", authority("critical,CA:TRUE")}, nullptr));
  const Identity middle = TRY(make({"Development intermediate", authority("critical,CA:TRUE,pathlen:0")}, &root));
  const Identity signer = TRY(
      make({plan.name.empty() ? "Claim signer" : plan.name, leaf("1.3.6.1.4.1.62558.2.1"), plan.algorithm}, &middle));
  const Identity tsa_root = TRY(make({"Development time-stamp root", authority("critical,CA:TRUE")}, nullptr));
  const Identity tsa = TRY(
      make({"Development time-stamp authority", leaf("critical,timeStamping"), SignatureAlgorithm::es256}, &tsa_root));
  DevelopmentPki made;
  made.root_pem = TRY(pem_of({&root}));
  made.signer_key_pem = TRY(private_key_pem(*signer.key, plan.passphrase));
  made.signer_pem = TRY(pem_of({&signer, &middle}));
  made.tsa_key_pem = TRY(private_key_pem(*tsa.key, plan.passphrase));
  made.tsa_pem = TRY(pem_of({&tsa}));
  made.tsa_root_pem = TRY(pem_of({&tsa_root}));
  return made;
}

}  // namespace bonafide::crypto
