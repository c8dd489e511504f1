// COSE, X.509, time stamps and OCSP answers as they come out of a file: an answer for any bytes, never Code::internal,
// and a signature or stamp that holds for one claim does not hold for another.
// link: bonafide_crypto
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "crypto/cose.h"
#include "crypto/ocsp.h"
#include "crypto/time_stamp.h"
#include "crypto/trust.h"

namespace {

using namespace bonafide;
using namespace bonafide::crypto;

constexpr UnixTime kTime = 1'800'000'000;
const std::array<std::uint8_t, 4> kClaim = {0xa1, 0x61, 'a', 0x01};

void must(bool promise) {
  if (!promise) std::abort();
}

template <typename T>
bool fine(const Result<T>& result) {
  must(result || result.error().code != Code::internal);
  return result.has_value();
}

void stamp(ByteView bytes, const TrustStore& store) {
  const TimeStampCheck check = check_time_stamp(bytes, kClaim, store);
  must(check.status != TimeStampStatus::trusted);  // the store is empty
  must(check.validated || !check.reason.empty());
  static_cast<void>(fine(parse_time_stamp(bytes)));
}

void certificate(ByteView bytes, const TrustStore& store) {
  const auto parsed = parse_certificate(bytes);
  if (!fine(parsed)) return;
  must(std::ranges::equal(parsed->der, bytes));
  static_cast<void>(check_claim_signer_profile(*parsed));
  static_cast<void>(check_tsa_profile(*parsed));
  const std::array others = {*parsed};
  must(check_chain(store, *parsed, others, kTime, ChainPurpose::claim_signer).status == ChainStatus::untrusted);
  TrustStore own;  // believes this certificate: still no path unless another one stands below it
  own.add_signer_list({"own", default_key_uses(), {{*parsed, {}, {}}}});
  must(check_chain(own, *parsed, others, kTime, ChainPurpose::claim_signer).status == ChainStatus::untrusted);
  static_cast<void>(check_ocsp(bytes, *parsed, *parsed, kTime));
}

void cose(ByteView bytes, const TrustStore& store) {
  const auto parsed = parse_cose(bytes);
  if (!fine(parsed)) return;
  const bool first = verify_cose(*parsed, kClaim).status == SignatureStatus::valid;
  const bool second = verify_cose(*parsed, {}).status == SignatureStatus::valid;
  must(!first || !second);
  for (const Bytes& der : parsed->x5chain) certificate(der, store);
  for (const auto* tokens : {&parsed->sig_tst, &parsed->sig_tst2}) {
    for (const Bytes& der : *tokens) stamp(der, store);
  }
  for (const CosePadding& pad : parsed->padding) must(pad.offset + pad.length <= bytes.size());
  for (const CoseOther& other : parsed->other_unprotected) must(other.offset + other.length <= bytes.size());
  if (parsed->x5chain.empty() || parsed->ocsp_values.empty()) return;
  const auto leaf = parse_certificate(parsed->x5chain.front());
  const auto issuer = parse_certificate(parsed->x5chain.back());
  if (!leaf || !issuer) return;
  static_cast<void>(check_ocsp(std::span<const Bytes>(parsed->ocsp_values), *leaf, *issuer, kTime));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TrustStore kNobody;
  const ByteView bytes(data, size);
  cose(bytes, kNobody);
  certificate(bytes, kNobody);
  stamp(bytes, kNobody);
  static_cast<void>(parse_pem_certificates(as_text(bytes)));
  static_cast<void>(parse_store_config(as_text(bytes)));
  return 0;
}
