#include "crypto/time_stamp.h"

#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "crypto/handles.h"
#include "crypto/signing_chain.h"

namespace bonafide::crypto {
namespace {

constexpr std::size_t kMostTokenBytes = std::size_t{1} << 20;
constexpr int kMostCertificates = 32;

using CmsHandle = Handle<CMS_ContentInfo, CMS_ContentInfo_free>;
using InfoHandle = Handle<TS_TST_INFO, TS_TST_INFO_free>;

/// One DER element at the front of a view.
struct Element {
  int tag = 0;
  bool universal = false;
  ByteView content;
  ByteView whole;
  ByteView rest;
};

std::optional<Element> element(ByteView der) {
  if (der.empty()) return std::nullopt;
  const unsigned char* at = der.data();
  long length = 0;
  int tag = 0;
  int kind = 0;
  const int flags = ASN1_get_object(&at, &length, &tag, &kind, static_cast<long>(der.size()));
  if ((flags & 0x80) != 0 || (flags & 0x01) != 0) return std::nullopt;  // an error; an indefinite length
  const auto head = static_cast<std::size_t>(at - der.data());
  const auto size = static_cast<std::size_t>(length);
  if (size > der.size() - head) return std::nullopt;
  return Element{tag, kind == V_ASN1_UNIVERSAL, der.subspan(head, size), der.first(head + size),
                 der.subspan(head + size)};
}

bool is_sequence(const std::optional<Element>& found) {
  return found && found->universal && found->tag == V_ASN1_SEQUENCE;
}

/// The ContentInfo inside a TimeStampResp (RFC 3161 section 2.4.2), cut out as it came.
Result<ByteView> token_of_response(const Element& outer) {
  const auto status = element(outer.content);
  if (!is_sequence(status)) return make_error(Code::corrupt, "time stamp: neither a token nor a response");
  const auto number = element(status->content);
  if (!number || !number->universal || number->tag != V_ASN1_INTEGER || number->content.size() != 1) {
    return make_error(Code::corrupt, "time stamp: response without a status");
  }
  if (number->content[0] > 1) {  // 0 granted, 1 grantedWithMods
    return make_error(Code::corrupt,
                      "time stamp: the authority refused (status " + std::to_string(number->content[0]) + ")");
  }
  const auto token = element(status->rest);
  if (!is_sequence(token) || !token->rest.empty()) {
    return make_error(Code::corrupt, "time stamp: response with no token or with more than one");
  }
  return token->whole;
}

std::string dotted(const ASN1_OBJECT* object) {
  std::array<char, 128> text{};
  const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  if (size <= 0 || size >= static_cast<int>(text.size())) return {};
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<HashAlgorithm> hash_of(int nid) {
  switch (nid) {
    case NID_sha256: return HashAlgorithm::sha256;
    case NID_sha384: return HashAlgorithm::sha384;
    case NID_sha512: return HashAlgorithm::sha512;
    default: return std::nullopt;
  }
}

CmsHandle decode_cms(ByteView der) {
  const unsigned char* at = der.data();
  CmsHandle cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
  if (cms && at != der.data() + der.size()) return {};
  return cms;
}

ByteView string_of(const ASN1_STRING* text) {
  if (text == nullptr) return {};
  return {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

/// The only signer; empty unless there is exactly one.
CMS_SignerInfo* signer_of(CMS_ContentInfo& cms) {
  STACK_OF(CMS_SignerInfo)* const signers = CMS_get0_SignerInfos(&cms);
  return sk_CMS_SignerInfo_num(signers) == 1 ? sk_CMS_SignerInfo_value(signers, 0) : nullptr;
}

Result<void> read_info(CMS_ContentInfo& cms, TimeStamp& stamp) {
  ASN1_OCTET_STRING** const content = CMS_get0_content(&cms);
  if (content == nullptr || *content == nullptr) return make_error(Code::corrupt, "time stamp: token without content");
  const ByteView der = string_of(*content);
  const unsigned char* at = der.data();
  const InfoHandle info(der.empty() ? nullptr : d2i_TS_TST_INFO(nullptr, &at, static_cast<long>(der.size())));
  if (!info || at != der.data() + der.size() || TS_TST_INFO_get_version(info.get()) != 1) {
    return make_error(Code::corrupt, "time stamp: TSTInfo cannot be read");
  }
  std::tm parts{};
  const ASN1_GENERALIZEDTIME* const time = TS_TST_INFO_get_time(info.get());
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    return make_error(Code::corrupt, "time stamp: its time cannot be read");
  }
  stamp.time = static_cast<UnixTime>(timegm(&parts));
  stamp.serial = hex_of(TS_TST_INFO_get_serial(info.get()));
  stamp.nonce = hex_of(TS_TST_INFO_get_nonce(info.get()));
  stamp.policy = dotted(TS_TST_INFO_get_policy_id(info.get()));
  TS_MSG_IMPRINT* const imprint = TS_TST_INFO_get_msg_imprint(info.get());
  const X509_ALGOR* const algorithm = TS_MSG_IMPRINT_get_algo(imprint);
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  stamp.imprint_oid = dotted(object);
  stamp.imprint_algorithm = hash_of(OBJ_obj2nid(object));
  const ByteView hash = string_of(TS_MSG_IMPRINT_get_msg(imprint));
  stamp.imprint.assign(hash.begin(), hash.end());
  return {};
}

Result<void> read_certificates(CMS_ContentInfo& cms, CMS_SignerInfo& signer, TimeStamp& stamp) {
  const X509StackHandle certificates(CMS_get1_certs(&cms));
  const int count = certificates ? sk_X509_num(certificates.get()) : 0;
  if (count > kMostCertificates) return make_error(Code::limit, "time stamp: more than 32 certificates");
  for (int i = 0; i < count; ++i) {
    X509* const certificate = sk_X509_value(certificates.get(), i);
    Certificate described = TRY(describe_x509(*certificate));
    if (!stamp.has_signer_certificate && CMS_SignerInfo_cert_cmp(&signer, certificate) == 0) {
      stamp.has_signer_certificate = true;
      stamp.certificates.insert(stamp.certificates.begin(), std::move(described));
    } else {
      stamp.certificates.push_back(std::move(described));
    }
  }
  return {};
}

Result<TimeStamp> read_token(CMS_ContentInfo& cms) {
  if (OBJ_obj2nid(CMS_get0_type(&cms)) != NID_pkcs7_signed) {
    return make_error(Code::corrupt, "time stamp: the token is not signed data");
  }
  if (OBJ_obj2nid(CMS_get0_eContentType(&cms)) != NID_id_smime_ct_TSTInfo) {
    return make_error(Code::corrupt, "time stamp: what is signed is not a TSTInfo");
  }
  CMS_SignerInfo* const signer = signer_of(cms);
  if (signer == nullptr) return make_error(Code::corrupt, "time stamp: the token has not exactly one signer");
  TimeStamp stamp;
  TRY(read_info(cms, stamp));
  TRY(read_certificates(cms, *signer, stamp));
  return stamp;
}

/// Whether the first certificate id of a SigningCertificate (RFC 2634, SHA-1) or SigningCertificateV2 (RFC 5035)
/// attribute is the hash of this certificate.
bool names_certificate(ByteView attribute, bool version_2, ByteView certificate) {
  const auto outer = element(attribute);
  if (!is_sequence(outer)) return false;
  const auto list = element(outer->content);
  if (!is_sequence(list)) return false;
  const auto first = element(list->content);
  if (!is_sequence(first)) return false;
  auto hash = element(first->content);
  const EVP_MD* method = version_2 ? EVP_sha256() : EVP_sha1();
  if (version_2 && is_sequence(hash)) {
    const auto object = element(hash->content);
    if (!object || !object->universal || object->tag != V_ASN1_OBJECT) return false;
    const unsigned char* at = object->whole.data();
    const Handle<ASN1_OBJECT, ASN1_OBJECT_free> algorithm(
        d2i_ASN1_OBJECT(nullptr, &at, static_cast<long>(object->whole.size())));
    if (!algorithm || !hash_of(OBJ_obj2nid(algorithm.get()))) return false;
    method = EVP_get_digestbyobj(algorithm.get());
    hash = element(hash->rest);
  }
  if (!hash || !hash->universal || hash->tag != V_ASN1_OCTET_STRING || method == nullptr) return false;
  std::array<unsigned char, EVP_MAX_MD_SIZE> wanted{};
  unsigned size = 0;
  if (EVP_Digest(certificate.data(), certificate.size(), wanted.data(), &size, method, nullptr) != 1) return false;
  return std::ranges::equal(hash->content, ByteView(wanted.data(), size));
}

/// Nothing, or why the signed attributes do not hold: RFC 3161 section 2.4.2 demands contentType TSTInfo and the
/// signer's certificate by its hash, so that no second certificate for the same key can take its place.
std::string wrong_attributes(const CMS_SignerInfo& signer, const Certificate& certificate) {
  if (CMS_signed_get_attr_count(&signer) <= 0) return "the time stamp's signature covers no attributes";
  const auto* const type = static_cast<const ASN1_OBJECT*>(
      CMS_signed_get0_data_by_OBJ(&signer, OBJ_nid2obj(NID_pkcs9_contentType), -3, V_ASN1_OBJECT));
  if (type == nullptr || OBJ_obj2nid(type) != NID_id_smime_ct_TSTInfo) {
    return "the time stamp's signature is over something else than a time stamp";
  }
  bool named = false;
  for (const bool version_2 : {false, true}) {
    const int nid = version_2 ? NID_id_smime_aa_signingCertificateV2 : NID_id_smime_aa_signingCertificate;
    if (CMS_signed_get_attr_by_NID(&signer, nid, -1) < 0) continue;
    const auto* const value =
        static_cast<const ASN1_STRING*>(CMS_signed_get0_data_by_OBJ(&signer, OBJ_nid2obj(nid), -3, V_ASN1_SEQUENCE));
    if (!names_certificate(string_of(value), version_2, certificate.der)) {
      return "the time stamp names another certificate than the one it is signed with";
    }
    named = true;
  }
  return named ? std::string() : "the time stamp does not name the certificate it is signed with";
}

bool strong_digest(CMS_SignerInfo& signer) {
  X509_ALGOR* digest_algorithm = nullptr;
  CMS_SignerInfo_get0_algs(&signer, nullptr, nullptr, &digest_algorithm, nullptr);
  if (digest_algorithm == nullptr) return false;
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, digest_algorithm);
  return hash_of(OBJ_obj2nid(object)).has_value();
}

TimeStampCheck failed(TimeStampCheck check, TimeStampStatus status, std::string reason) {
  check.status = status;
  check.reason = std::move(reason);
  return check;
}

}  // namespace

Result<TimeStamp> parse_time_stamp(ByteView der) {
  const ErrorQueue queue;
  if (der.size() > kMostTokenBytes) return make_error(Code::limit, "time stamp of more than 1 MiB");
  const auto outer = element(der);
  if (!is_sequence(outer) || !outer->rest.empty()) {
    return make_error(Code::corrupt, "time stamp: neither a token nor a response");
  }
  const auto first = element(outer->content);
  const bool response = is_sequence(first);
  ByteView token = der;
  if (response) token = TRY(token_of_response(*outer));
  const CmsHandle cms = decode_cms(token);
  if (!cms) return make_error(Code::corrupt, "time stamp: the token is no CMS structure");
  TimeStamp stamp = TRY(read_token(*cms));
  stamp.from_response = response;
  stamp.token.assign(token.begin(), token.end());
  return stamp;
}

std::string_view status_code(TimeStampStatus status) {
  switch (status) {
    case TimeStampStatus::trusted: return "timeStamp.trusted";
    case TimeStampStatus::untrusted: return "timeStamp.untrusted";
    case TimeStampStatus::malformed: return "timeStamp.malformed";
    case TimeStampStatus::mismatch: return "timeStamp.mismatch";
    case TimeStampStatus::outside_validity: return "timeStamp.outsideValidity";
    case TimeStampStatus::credential_invalid: return "timeStamp.credentialInvalid";
  }
  return "timeStamp.malformed";
}

TimeStampCheck check_time_stamp(ByteView der, ByteView stamped_bytes, const TrustStore& store) {
  const ErrorQueue queue;
  TimeStampCheck check;
  auto parsed = parse_time_stamp(der);
  if (!parsed) return failed(std::move(check), TimeStampStatus::malformed, parsed.error().message);
  check.stamp = std::move(*parsed);
  const TimeStamp& stamp = *check.stamp;
  if (!stamp.imprint_algorithm) {
    return failed(std::move(check), TimeStampStatus::untrusted,
                  "the time stamp's digest algorithm is not allowed (" + stamp.imprint_oid + ")");
  }
  if (digest(*stamp.imprint_algorithm, stamped_bytes) != stamp.imprint) {
    return failed(std::move(check), TimeStampStatus::mismatch, "the time stamp is of something else");
  }
  if (!stamp.has_signer_certificate) {
    return failed(std::move(check), TimeStampStatus::untrusted, "the time stamp lacks its authority's certificate");
  }
  const CmsHandle cms = decode_cms(stamp.token);
  CMS_SignerInfo* const signer = cms ? signer_of(*cms) : nullptr;
  if (signer == nullptr) return failed(std::move(check), TimeStampStatus::malformed, "the time stamp has no signer");
  if (!strong_digest(*signer)) {
    return failed(std::move(check), TimeStampStatus::untrusted, "the time stamp is signed over a weak digest");
  }
  // The certificate's chain is judged below, at genTime and against our own anchors.
  if (CMS_verify(cms.get(), nullptr, nullptr, nullptr, nullptr, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1) {
    return failed(std::move(check), TimeStampStatus::mismatch, "the time stamp's own signature is broken");
  }
  const Certificate& authority = stamp.certificates.front();
  if (std::string wrong = wrong_attributes(*signer, authority); !wrong.empty()) {
    return failed(std::move(check), TimeStampStatus::malformed, std::move(wrong));
  }
  if (const auto wrong = check_tsa_profile(authority); !wrong.empty()) {
    return failed(std::move(check), TimeStampStatus::credential_invalid,
                  "the time-stamp authority's certificate: " + joined(wrong));
  }
  check.validated = true;
  const std::span<const Certificate> others = std::span(stamp.certificates).subspan(1);
  check.chain = check_chain(store, authority, others, stamp.time, ChainPurpose::time_stamping);
  const bool inside = authority.valid_at(stamp.time) && check.chain->status != ChainStatus::outside_validity;
  if (!inside) {
    return failed(std::move(check), TimeStampStatus::outside_validity,
                  "the authority's certificates were not valid at the time it stamped");
  }
  const std::string reason = check.chain->reason;
  const bool trusted = check.chain->status == ChainStatus::trusted;
  return failed(std::move(check), trusted ? TimeStampStatus::trusted : TimeStampStatus::untrusted, reason);
}

}  // namespace bonafide::crypto
