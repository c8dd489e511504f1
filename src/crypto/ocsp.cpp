#include "crypto/ocsp.h"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "crypto/handles.h"

namespace bonafide::crypto {
namespace {

constexpr std::size_t kMostResponseBytes = std::size_t{1} << 20;
constexpr int kMostAnswers = 100;
constexpr UnixTime kDay = 86'400;  // how long an answer without nextUpdate counts: RFC 6960 sets no end, we do

using ResponseHandle = Handle<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using BasicHandle = Handle<OCSP_BASICRESP, OCSP_BASICRESP_free>;

struct StackRelease {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }  // does not own what it holds
};
using BorrowedStack = std::unique_ptr<STACK_OF(X509), StackRelease>;

OcspCheck skipped(std::string reason) {
  OcspCheck check;
  check.reason = std::move(reason);
  return check;
}

std::optional<UnixTime> seconds(const ASN1_GENERALIZEDTIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return static_cast<UnixTime>(timegm(&parts));
}

bool strong(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  int digest_nid = NID_undef;
  if (OBJ_find_sigid_algs(OBJ_obj2nid(object), &digest_nid, nullptr) != 1) return false;
  // NID_undef: RSASSA-PSS keeps the digest in its parameters, Ed25519 has none.
  return digest_nid == NID_sha256 || digest_nid == NID_sha384 || digest_nid == NID_sha512 || digest_nid == NID_undef;
}

bool issued(const Certificate& certificate, const Certificate& issuer) {
  const ErrorQueue queue;
  const X509Handle child = decode_x509(certificate);
  const X509Handle parent = decode_x509(issuer);
  if (!child || !parent || !issuer.is_ca) return false;
  if (X509_check_issued(parent.get(), child.get()) != X509_V_OK) return false;
  EVP_PKEY* const key = X509_get0_pubkey(parent.get());
  return key != nullptr && X509_verify(child.get(), key) == 1;
}

/// Nothing, or why this responder may not answer for the issuer (RFC 6960 section 4.2.2.2).
std::string wrong_responder(const Certificate& responder, const Certificate& issuer) {
  if (responder.sha256 == issuer.sha256) return {};
  if (!responder.has_eku(oid::kOcspSigning) || responder.extended_key_usage->size() != 1) {
    return "the responder's certificate is not for answering about revocation alone";
  }
  if (responder.is_ca || responder.key_cert_sign || responder.broken_extensions ||
      responder.unknown_critical_extension) {
    return "the responder's certificate is not one for a responder";
  }
  if (!issued(responder, issuer)) return "the responder was not authorised by the certificate's issuer";
  return {};
}

struct Answer {
  int status = -1;
  std::optional<UnixTime> this_update, next_update, revoked_at;
  bool taken_off_hold = false;
};

/// Every answer about this certificate, matched by issuer name, issuer key and serial number.
std::vector<Answer> answers_about(OCSP_BASICRESP& basic, X509& certificate, X509& issuer) {
  std::vector<Answer> answers;
  const int count = std::min(OCSP_resp_count(&basic), kMostAnswers);
  for (int i = 0; i < count; ++i) {
    OCSP_SINGLERESP* const single = OCSP_resp_get0(&basic, i);
    auto* const id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single));  // OCSP_id_get0_info takes no const
    ASN1_OBJECT* method_object = nullptr;
    if (OCSP_id_get0_info(nullptr, &method_object, nullptr, nullptr, id) != 1) continue;
    const EVP_MD* const method = EVP_get_digestbyobj(method_object);
    if (method == nullptr) continue;
    const Handle<OCSP_CERTID, OCSP_CERTID_free> wanted(OCSP_cert_to_id(method, &certificate, &issuer));
    if (!wanted || OCSP_id_cmp(wanted.get(), id) != 0) continue;
    int reason = -1;
    ASN1_GENERALIZEDTIME* revoked_at = nullptr;
    ASN1_GENERALIZEDTIME* this_update = nullptr;
    ASN1_GENERALIZEDTIME* next_update = nullptr;
    Answer answer;
    answer.status = OCSP_single_get0_status(single, &reason, &revoked_at, &this_update, &next_update);
    answer.this_update = seconds(this_update);
    answer.next_update = seconds(next_update);
    answer.revoked_at = seconds(revoked_at);
    answer.taken_off_hold = reason == OCSP_REVOKED_STATUS_REMOVEFROMCRL;
    answers.push_back(answer);
  }
  return answers;
}

OcspCheck judge(const Answer& answer, const Certificate& responder, const OcspClock& clock) {
  const UnixTime time = clock.stamped.value_or(clock.now);
  OcspCheck check;
  check.this_update = answer.this_update;
  check.next_update = answer.next_update;
  check.revoked_at = answer.revoked_at;
  if (!answer.this_update) return skipped("the answer does not say when it was made");
  if (clock.now < *answer.this_update) return skipped("the answer was made after the time of validation");
  if (!responder.valid_at(*answer.this_update)) return skipped("the responder's certificate was not valid at the time");
  if (answer.status == V_OCSP_CERTSTATUS_REVOKED && !answer.taken_off_hold) {
    if (!answer.revoked_at || *answer.revoked_at <= time) {
      check.status = OcspStatus::revoked;
      check.reason = "the signer's certificate was revoked before the time in question";
      return check;
    }
    check.status = OcspStatus::not_revoked;
    check.reason = "the signer's certificate was revoked later";
    return check;
  }
  const UnixTime until = answer.next_update.value_or(*answer.this_update + kDay);
  const bool made_later = time < *answer.this_update;
  if (time > until) return skipped("the answer was no longer current at the time in question");
  if (!made_later && !responder.valid_at(time)) return skipped("the responder's certificate was not valid at the time");
  const bool good = answer.status == V_OCSP_CERTSTATUS_GOOD || answer.status == V_OCSP_CERTSTATUS_REVOKED;
  check.status = good ? OcspStatus::not_revoked : OcspStatus::unknown;
  check.reason = good ? "the signer's certificate was not revoked" : "the responder does not know the certificate";
  return check;
}

int weight(OcspStatus status) {
  switch (status) {
    case OcspStatus::revoked: return 3;
    case OcspStatus::not_revoked: return 2;
    case OcspStatus::unknown: return 1;
    case OcspStatus::skipped: break;
  }
  return 0;
}

Result<BasicHandle> decode(ByteView der) {
  if (der.empty() || der.size() > kMostResponseBytes)
    return make_error(Code::limit, "the answer is empty or above 1 MiB");
  const unsigned char* at = der.data();
  const ResponseHandle response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
  if (!response || at != der.data() + der.size()) return make_error(Code::corrupt, "the answer is no OCSP response");
  if (OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    return make_error(Code::corrupt, "the responder gave no answer");
  }
  BasicHandle basic(OCSP_response_get1_basic(response.get()));
  if (!basic) return make_error(Code::corrupt, "the answer is of a kind that we do not read");
  return basic;
}

}  // namespace

OcspCheck check_ocsp(ByteView der, const Certificate& certificate, const Certificate& issuer, const OcspClock& clock) {
  const ErrorQueue queue;
  auto decoded = decode(der);
  if (!decoded) return skipped(decoded.error().message);
  OCSP_BASICRESP& basic = **decoded;
  const X509Handle leaf = decode_x509(certificate);
  const X509Handle parent = decode_x509(issuer);
  const BorrowedStack extra(sk_X509_new_null());
  if (!leaf || !parent || !extra || sk_X509_push(extra.get(), parent.get()) <= 0) {
    return skipped("the certificates cannot be read");
  }
  // Cheap things first: a store may carry many answers, most of them about others.
  const std::vector<Answer> answers = answers_about(basic, *leaf, *parent);
  if (answers.empty()) return skipped("the answer is about another certificate");
  X509* signer = nullptr;
  if (OCSP_resp_get0_signer(&basic, &signer, extra.get()) != 1 || signer == nullptr) {
    return skipped("the responder's certificate is missing");
  }
  const auto responder = describe_x509(*signer);
  if (!responder) return skipped("the responder's certificate cannot be read");
  if (!strong(OCSP_resp_get0_tbs_sigalg(&basic))) return skipped("the answer is signed over a weak digest");
  // OCSP_NOVERIFY: the signature alone; who the responder may be is judged here, with the clock we were given.
  if (OCSP_basic_verify(&basic, extra.get(), nullptr, OCSP_NOVERIFY) != 1)
    return skipped("the answer's signature is broken");
  if (std::string wrong = wrong_responder(*responder, issuer); !wrong.empty()) return skipped(std::move(wrong));

  OcspCheck best;
  for (const Answer& answer : answers) {
    OcspCheck check = judge(answer, *responder, clock);
    if (best.reason.empty() || weight(check.status) > weight(best.status)) best = std::move(check);
  }
  best.responder = responder->subject.full;
  return best;
}

OcspCheck check_ocsp(std::span<const Bytes> responses, const Certificate& certificate, const Certificate& issuer,
                     const OcspClock& clock) {
  OcspCheck best = skipped("there is no answer");
  bool first = true;
  for (const Bytes& der : responses) {
    OcspCheck check = check_ocsp(ByteView(der), certificate, issuer, clock);
    if (first || weight(check.status) > weight(best.status)) best = std::move(check);
    first = false;
  }
  return best;
}

const Certificate* find_issuer(const Certificate& certificate, std::span<const Certificate> candidates) {
  for (const Certificate& candidate : candidates) {
    if (issued(certificate, candidate)) return &candidate;
  }
  return nullptr;
}

}  // namespace bonafide::crypto
