#include "crypto/certificate.h"

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "crypto/handles.h"
#include "crypto/hash.h"

namespace bonafide::crypto {
namespace {

constexpr std::size_t kMostCertificateBytes = std::size_t{64} << 10;  // the largest of ../shared/data/c2pa: 2.1 KiB
constexpr std::size_t kMostPemCertificates = 10'000;
constexpr int kMostNameParts = 64;
constexpr std::size_t kMostNameBytes = 1024;
constexpr int kLeastRsaBits = 2048;  // C2PA 2.5 section 13.5

using BioHandle = Handle<BIO, BIO_free_all>;
using BigHandle = Handle<BIGNUM, BN_free>;

std::string dotted(const ASN1_OBJECT* object) {
  std::array<char, 128> text{};
  const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  if (size <= 0 || size >= static_cast<int>(text.size())) return "unreadable";
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string name_of(const ASN1_OBJECT* object) {
  const int nid = OBJ_obj2nid(object);
  return nid == NID_undef ? dotted(object) : OBJ_nid2ln(nid);
}

std::string one_line(std::string text) {
  if (text.size() > kMostNameBytes) text.resize(kMostNameBytes);
  text = clean_utf8(text);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return text;
}

std::string value_of(const X509_NAME_ENTRY* entry) {
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
  if (size < 0) return {};
  std::string value(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return one_line(std::move(value));
}

std::string part_of(const X509_NAME* name, int nid) {
  const int index = X509_NAME_get_index_by_NID(name, nid, -1);
  return index < 0 ? std::string() : value_of(X509_NAME_get_entry(name, index));
}

/// "CN", "O", …, or the dotted identifier where there is no short name.
std::string short_name_of(const ASN1_OBJECT* object) {
  const int nid = OBJ_obj2nid(object);
  return nid == NID_undef ? dotted(object) : OBJ_nid2sn(nid);
}

DistinguishedName describe(const X509_NAME* name) {
  DistinguishedName described;
  const BioHandle out(BIO_new(BIO_s_mem()));
  constexpr unsigned long kReadable = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  if (out && X509_NAME_print_ex(out.get(), name, 0, kReadable) >= 0) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    if (size > 0) described.full = one_line({text, static_cast<std::size_t>(size)});
  }
  described.common_name = part_of(name, NID_commonName);
  described.organization = part_of(name, NID_organizationName);
  for (int i = 0; i < std::min(X509_NAME_entry_count(name), kMostNameParts); ++i) {
    const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(name, i);
    described.parts.emplace_back(short_name_of(X509_NAME_ENTRY_get_object(entry)), value_of(entry));
  }
  return described;
}

Result<UnixTime> seconds(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    return make_error(Code::corrupt, "certificate with a broken date");
  }
  return static_cast<UnixTime>(timegm(&parts));
}

std::string curve_of(EVP_PKEY& key) {
  int explicit_parameters = 0;
  if (EVP_PKEY_get_int_param(&key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit_parameters) == 1 &&
      explicit_parameters != 0) {
    return "explicit parameters";  // RFC 5480 section 2.1.1 forbids them; CVE-2020-0601 is why it matters
  }
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(&key, name.data(), name.size(), &size) != 1) return "unknown";
  const std::string_view found(name.data(), size);
  if (found == "prime256v1") return "P-256";
  if (found == "secp384r1") return "P-384";
  if (found == "secp521r1") return "P-521";
  return std::string(found);
}

void describe_key(X509& certificate, Certificate& described) {
  ASN1_OBJECT* algorithm = nullptr;
  X509_PUBKEY_get0_param(&algorithm, nullptr, nullptr, nullptr, X509_get_X509_PUBKEY(&certificate));
  if (algorithm != nullptr) described.key_algorithm = name_of(algorithm);
  EVP_PKEY* const key = X509_get0_pubkey(&certificate);
  if (key == nullptr) return;
  described.key_bits = EVP_PKEY_get_bits(key);
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: described.key_type = KeyType::rsa; break;
    case EVP_PKEY_RSA_PSS: described.key_type = KeyType::rsa_pss; break;
    case EVP_PKEY_ED25519: described.key_type = KeyType::ed25519; break;
    case EVP_PKEY_EC:
      described.key_type = KeyType::ec;
      described.curve = curve_of(*key);
      break;
    default: break;
  }
}

void describe_signature(X509& certificate, Certificate& described) {
  const X509_ALGOR* algorithm = nullptr;
  X509_get0_signature(nullptr, &algorithm, &certificate);
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  described.signature_algorithm = name_of(object);
  described.signature_oid = dotted(object);
  int digest_nid = NID_undef;
  if (X509_get_signature_info(&certificate, &digest_nid, nullptr, nullptr, nullptr) == 1 && digest_nid != NID_undef) {
    described.signature_digest = OBJ_nid2sn(digest_nid);
  }
}

/// Authority information access (RFC 5280 section 4.2.2.1). A URL that no browser would take either is not one.
std::string ocsp_url_of(X509& certificate) {
  constexpr std::size_t kMostUrlBytes = 2048;
  struct Free {
    void operator()(STACK_OF(OPENSSL_STRING) * urls) const { X509_email_free(urls); }
  };
  const std::unique_ptr<STACK_OF(OPENSSL_STRING), Free> urls(X509_get1_ocsp(&certificate));
  for (int i = 0; urls && i < sk_OPENSSL_STRING_num(urls.get()); ++i) {
    const std::string_view url = sk_OPENSSL_STRING_value(urls.get(), i);
    const bool plain = std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7F; });
    const bool web = url.starts_with("http://") || url.starts_with("https://");
    if (plain && web && url.size() <= kMostUrlBytes) return std::string(url);
  }
  return {};
}

void describe_extensions(X509& certificate, Certificate& described) {
  const std::uint32_t flags = X509_get_extension_flags(&certificate);  // also makes OpenSSL read them all
  described.broken_extensions = (flags & EXFLAG_INVALID) != 0;
  described.unknown_critical_extension = (flags & EXFLAG_CRITICAL) != 0;
  described.self_issued = (flags & EXFLAG_SI) != 0;
  described.is_ca = (flags & EXFLAG_CA) != 0;
  if (const long length = X509_get_pathlen(&certificate); length >= 0) described.path_length = static_cast<int>(length);
  described.has_key_usage = (flags & EXFLAG_KUSAGE) != 0;
  if (described.has_key_usage) {
    const std::uint32_t uses = X509_get_key_usage(&certificate);
    described.digital_signature = (uses & KU_DIGITAL_SIGNATURE) != 0;
    described.content_commitment = (uses & KU_NON_REPUDIATION) != 0;
    described.key_cert_sign = (uses & KU_KEY_CERT_SIGN) != 0;
    described.only_signature_uses = (uses & ~std::uint32_t{KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION}) == 0;
  }
  described.ocsp_url = ocsp_url_of(certificate);
  described.has_subject_key_id = X509_get_ext_by_NID(&certificate, NID_subject_key_identifier, -1) >= 0;
  described.has_authority_key_id = X509_get_ext_by_NID(&certificate, NID_authority_key_identifier, -1) >= 0;
  if (X509_get_ext_by_NID(&certificate, NID_ext_key_usage, -1) < 0) return;
  int critical = -1;
  const Handle<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free> uses(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(&certificate, NID_ext_key_usage, &critical, nullptr)));
  if (!uses) {
    described.broken_extensions = true;
    return;
  }
  described.extended_key_usage.emplace();
  described.extended_key_usage_critical = critical > 0;
  for (int i = 0; i < sk_ASN1_OBJECT_num(uses.get()); ++i) {
    described.extended_key_usage->push_back(dotted(sk_ASN1_OBJECT_value(uses.get(), i)));
  }
}

bool allowed_signature(const Certificate& certificate) {
  // ecdsa-with-SHA256/384/512, sha256/384/512WithRSAEncryption, Ed25519; RSASSA-PSS by its digest.
  static constexpr std::array<std::string_view, 7> kAllowed = {
      "1.2.840.10045.4.3.2",   "1.2.840.10045.4.3.3",   "1.2.840.10045.4.3.4", "1.2.840.113549.1.1.11",
      "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", "1.3.101.112"};
  if (std::ranges::find(kAllowed, certificate.signature_oid) != kAllowed.end()) return true;
  return certificate.signature_oid == "1.2.840.113549.1.1.10" &&
         (certificate.signature_digest == "SHA256" || certificate.signature_digest == "SHA384" ||
          certificate.signature_digest == "SHA512");
}

void check_common(const Certificate& certificate, std::vector<std::string>& wrong) {
  if (certificate.version != 3) wrong.emplace_back("it is not an X.509 version 3 certificate");
  if (certificate.broken_extensions) wrong.emplace_back("one of its extensions is broken or comes twice");
  if (certificate.unknown_critical_extension) wrong.emplace_back("it has a critical extension that we do not know");
  if (certificate.is_ca) wrong.emplace_back("it is a certificate authority's, which must not sign content itself");
  if (certificate.key_cert_sign) wrong.emplace_back("its key may sign certificates");
}

void check_key(const Certificate& certificate, std::vector<std::string>& wrong) {
  switch (certificate.key_type) {
    case KeyType::rsa:
    case KeyType::rsa_pss:
      if (certificate.key_bits < kLeastRsaBits) {
        wrong.push_back("its RSA key has " + std::to_string(certificate.key_bits) + " bits, fewer than 2048");
      }
      break;
    case KeyType::ec:
      if (certificate.curve != "P-256" && certificate.curve != "P-384" && certificate.curve != "P-521") {
        wrong.push_back("its key lies on a curve that is not allowed (" + certificate.curve + ")");
      }
      break;
    case KeyType::ed25519: break;
    case KeyType::other: wrong.push_back("its kind of key is not supported (" + certificate.key_algorithm + ")"); break;
  }
}

void check_signer_uses(const Certificate& certificate, std::vector<std::string>& wrong) {
  if (!certificate.extended_key_usage || certificate.extended_key_usage->empty()) {
    wrong.emplace_back("it does not say what its key is for (no extended key usage)");
    return;
  }
  if (certificate.has_eku(oid::kAnyExtendedKeyUsage)) wrong.emplace_back("it claims every use (anyExtendedKeyUsage)");
  if (certificate.has_eku(oid::kTimeStamping))
    wrong.emplace_back("its key is for stamping time, not for signing claims");
  if (certificate.has_eku(oid::kOcspSigning)) {
    wrong.emplace_back("its key is for answering about revocation, not for signing claims");
  }
}

}  // namespace

void X509Release::operator()(x509_st* certificate) const { X509_free(certificate); }
void X509StackRelease::operator()(stack_st_X509* stack) const { sk_X509_pop_free(stack, X509_free); }

ErrorQueue::~ErrorQueue() { ERR_clear_error(); }

Bytes taken(unsigned char* der, int size) {
  if (size <= 0) return {};
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

std::string hex_of(const asn1_string_st* integer) {
  const BigHandle number(integer == nullptr ? nullptr : ASN1_INTEGER_to_BN(integer, nullptr));
  if (!number) return {};
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  const std::string hex = bytes.empty() ? "00" : to_hex(bytes);
  return BN_is_negative(number.get()) ? "-" + hex : hex;
}

X509Handle decode_x509(ByteView der) {
  if (der.empty() || der.size() > kMostCertificateBytes) return {};
  const unsigned char* at = der.data();
  X509Handle certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (certificate && at != der.data() + der.size()) return {};
  return certificate;
}

X509Handle decode_x509(const Certificate& certificate) {
  if (!certificate.decoded) return decode_x509(certificate.der);
  X509_up_ref(certificate.decoded.get());
  return X509Handle(certificate.decoded.get());
}

Result<Certificate> describe_x509(x509_st& certificate) {
  Certificate described;
  X509_up_ref(&certificate);
  described.decoded = std::shared_ptr<x509_st>(&certificate, X509Release());
  described.der = der_of(certificate, i2d_X509);
  if (described.der.empty()) return make_error(Code::corrupt, "certificate that cannot be written back");
  described.sha256 = digest(HashAlgorithm::sha256, described.der);
  described.version = static_cast<int>(X509_get_version(&certificate)) + 1;
  described.subject = describe(X509_get_subject_name(&certificate));
  described.issuer = describe(X509_get_issuer_name(&certificate));
  described.serial = hex_of(X509_get0_serialNumber(&certificate));
  described.not_before = TRY(seconds(X509_get0_notBefore(&certificate)));
  described.not_after = TRY(seconds(X509_get0_notAfter(&certificate)));
  const ASN1_BIT_STRING* issuer_id = nullptr;
  const ASN1_BIT_STRING* subject_id = nullptr;
  X509_get0_uids(&certificate, &issuer_id, &subject_id);
  described.has_unique_ids = issuer_id != nullptr || subject_id != nullptr;
  describe_key(certificate, described);
  describe_signature(certificate, described);
  describe_extensions(certificate, described);
  return described;
}

bool Certificate::has_eku(std::string_view wanted) const {
  return extended_key_usage && std::ranges::find(*extended_key_usage, wanted) != extended_key_usage->end();
}

Result<Certificate> parse_certificate(ByteView der) {
  const ErrorQueue queue;
  if (der.size() > kMostCertificateBytes) return make_error(Code::limit, "certificate of more than 64 KiB");
  const X509Handle certificate = decode_x509(der);
  if (!certificate) return make_error(Code::corrupt, "not one whole DER certificate");
  Certificate described = TRY(describe_x509(*certificate));
  if (!std::ranges::equal(described.der, der)) {
    return make_error(Code::corrupt, "certificate that is not in DER (X.690 section 10)");
  }
  return described;
}

Result<Bytes> public_key_der(const Certificate& certificate) {
  const ErrorQueue queue;
  const X509Handle decoded = decode_x509(certificate);
  X509_PUBKEY* const key = decoded ? X509_get_X509_PUBKEY(decoded.get()) : nullptr;
  Bytes der = key == nullptr ? Bytes() : der_of(*key, i2d_X509_PUBKEY);
  if (der.empty()) return make_error(Code::corrupt, "the certificate's key cannot be read");
  return der;
}

Result<std::vector<Certificate>> parse_pem_certificates(std::string_view pem) {
  static constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  static constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  std::vector<Certificate> certificates;
  for (std::size_t at = pem.find(kBegin); at != std::string_view::npos; at = pem.find(kBegin, at)) {
    const std::size_t from = at + kBegin.size();
    const std::size_t to = pem.find(kEnd, from);
    if (to == std::string_view::npos) return make_error(Code::corrupt, "PEM block without an end", at);
    std::string text(pem.substr(from, to - from));
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
    auto der = from_base64(text);
    if (!der) return make_error(Code::corrupt, "PEM block that is not base64", at);
    auto certificate = parse_certificate(*der);
    if (!certificate) return make_error(certificate.error().code, certificate.error().message, at);
    if (certificates.size() == kMostPemCertificates) return make_error(Code::limit, "more than 10000 certificates", at);
    certificates.push_back(std::move(*certificate));
    at = to + kEnd.size();
  }
  if (certificates.empty()) return make_error(Code::not_found, "no certificate in this text");
  return certificates;
}

std::vector<std::string> check_claim_signer_profile(const Certificate& certificate) {
  std::vector<std::string> wrong;
  check_common(certificate, wrong);
  if (!allowed_signature(certificate)) {
    wrong.push_back("it is signed by an algorithm that is not allowed (" + certificate.signature_algorithm + ")");
  }
  check_key(certificate, wrong);
  if (certificate.has_unique_ids) wrong.emplace_back("it carries a unique identifier (X.509 v2)");
  if (!certificate.has_authority_key_id && !certificate.self_issued) {
    wrong.emplace_back("it does not name its issuer's key (no authority key identifier)");
  }
  if (!certificate.has_key_usage) {
    wrong.emplace_back("it does not say how its key may be used (no key usage)");
  } else if (!certificate.digital_signature) {
    wrong.emplace_back("its key may not make digital signatures");
  }
  check_signer_uses(certificate, wrong);
  return wrong;
}

std::vector<std::string> check_tsa_profile(const Certificate& certificate) {
  std::vector<std::string> wrong;
  check_common(certificate, wrong);
  check_key(certificate, wrong);
  if (!certificate.has_eku(oid::kTimeStamping)) {
    wrong.emplace_back("its key is not for stamping time");
  } else if (certificate.extended_key_usage->size() != 1) {
    wrong.emplace_back("its key is for other things than stamping time as well");
  } else if (!certificate.extended_key_usage_critical) {
    wrong.emplace_back("its key use for stamping time is not marked critical");
  }
  if (certificate.has_key_usage && !(certificate.digital_signature || certificate.content_commitment)) {
    wrong.emplace_back("its key may not make digital signatures");
  }
  return wrong;
}

}  // namespace bonafide::crypto
