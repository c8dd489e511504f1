#include "provenance/c2pa/signature.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/ocsp.h"
#include "crypto/time_stamp.h"

namespace bonafide::provenance::c2pa {

namespace {

/// A key use that C2PA, this project's list of usual ones or one of the caller's lists accepts for claims (§13.4).
bool may_sign_claims(const crypto::Certificate& leaf, const crypto::TrustStore& trust) {
  if (trust.in_address_book(leaf)) return true;
  for (const std::string_view use : {crypto::oid::kC2paClaimSigning, crypto::oid::kEmailProtection,
                                     crypto::oid::kDocumentSigning, crypto::oid::kMicrosoftC2paSigning}) {
    if (leaf.has_eku(use)) return true;
  }
  for (const crypto::AnchorList& list : trust.signer_lists()) {
    if (std::ranges::any_of(list.key_uses, [&](const std::string& use) { return leaf.has_eku(use); })) return true;
  }
  return false;
}

}  // namespace

void SignatureJob::add(Kind kind, std::string code, std::string reason) {
  report.statuses.push_back({kind, std::move(code), url, std::move(reason)});
}

void SignatureJob::one_stamp(const Bytes& der, const Bytes& stamped) {
  const crypto::TimeStampCheck check = crypto::check_time_stamp(der, stamped, *options.trust);
  if (check.validated) add(Kind::success, "timeStamp.validated");
  const bool trusted = check.status == crypto::TimeStampStatus::trusted;
  add(trusted ? Kind::success : Kind::informational, std::string(crypto::status_code(check.status)), check.reason);
  report.stamp = check.reason;
  if (trusted && check.stamp) report.stamped = check.stamp->time;
}

void SignatureJob::stamps(const crypto::CoseSign1& cose) {
  if (!cose.time_stamp_problem.empty()) add(Kind::informational, "timeStamp.malformed", cose.time_stamp_problem);
  const std::size_t tokens = cose.sig_tst.size() + cose.sig_tst2.size();
  if (tokens > 1) {
    add(Kind::informational, "timeStamp.malformed", "there is more than one time stamp");
    return;
  }
  for (const Bytes& token : cose.sig_tst2) one_stamp(token, crypto::counter_signature_input(cose));
  for (const Bytes& token : cose.sig_tst) one_stamp(token, crypto::counter_signature_input_v1(cose, claim.bytes));
}

void SignatureJob::revocation(const crypto::CoseSign1& cose, const std::vector<crypto::Certificate>& chain,
                              crypto::UnixTime time) {
  std::vector<crypto::Certificate> issuers(chain.begin() + 1, chain.end());
  for (const crypto::AnchorList& list : options.trust->signer_lists())
    for (const crypto::TrustAnchor& anchor : list.anchors) issuers.push_back(anchor.certificate);
  const crypto::Certificate* const issuer = crypto::find_issuer(chain[0], issuers);
  if (cose.ocsp_values.empty() || issuer == nullptr) {
    add(Kind::informational, "signingCredential.ocsp.skipped",
        cose.ocsp_values.empty() ? "the credential brings no answer about revocation" : "the issuer is not known");
    return;
  }
  const crypto::OcspCheck check = crypto::check_ocsp(cose.ocsp_values, chain[0], *issuer, time);
  switch (check.status) {
    case crypto::OcspStatus::not_revoked: return add(Kind::success, "signingCredential.ocsp.notRevoked", check.reason);
    case crypto::OcspStatus::revoked: return add(Kind::failure, "signingCredential.ocsp.revoked", check.reason);
    case crypto::OcspStatus::unknown: return add(Kind::informational, "signingCredential.ocsp.unknown", check.reason);
    case crypto::OcspStatus::skipped: return add(Kind::informational, "signingCredential.ocsp.skipped", check.reason);
  }
}

void SignatureJob::credential(const crypto::CoseSign1& cose) {
  if (!cose.credential_problem.empty()) return add(Kind::failure, "signingCredential.invalid", cose.credential_problem);
  std::vector<crypto::Certificate> chain;
  for (const Bytes& der : cose.x5chain) {
    auto certificate = crypto::parse_certificate(der);
    if (!certificate) return add(Kind::failure, "signingCredential.invalid", certificate.error().message);
    chain.push_back(std::move(*certificate));
  }
  if (chain.empty()) return add(Kind::failure, "signingCredential.invalid", "there is no certificate");
  const crypto::Certificate& leaf = chain[0];
  Signer signer{leaf.subject.common_name,
                leaf.subject.organization,
                leaf.issuer.full,
                leaf.serial,
                {},
                {},
                leaf.not_before,
                leaf.not_after};
  if (cose.algorithm) signer.algorithm = std::string(crypto::to_string(*cose.algorithm));
  std::vector<std::string> faults = crypto::check_claim_signer_profile(leaf);
  if (!may_sign_claims(leaf, *options.trust)) faults.emplace_back("its key is not meant for signing claims");
  if (!faults.empty()) add(Kind::failure, "signingCredential.invalid", fmt::format("{}", fmt::join(faults, "; ")));
  const crypto::UnixTime time = report.stamped.value_or(options.at);
  const crypto::ChainCheck check =
      crypto::check_chain(*options.trust, leaf, std::span(chain).subspan(1), time, crypto::ChainPurpose::claim_signer);
  const bool in_time = leaf.valid_at(time) && check.status != crypto::ChainStatus::outside_validity;
  if (check.status == crypto::ChainStatus::untrusted) {
    add(Kind::failure, "signingCredential.untrusted", check.reason);
  } else {  // a path to an anchor is there; whether in time is told apart
    if (in_time) add(Kind::success, "signingCredential.trusted", check.reason);
    signer.trusted_by = check.anchor.empty() ? check.list : fmt::format("{} ({})", check.list, check.anchor);
  }
  revocation(cose, chain, time);
  report.signer = std::move(signer);
  const crypto::SignatureCheck signature = crypto::verify_cose(cose, claim.bytes);
  switch (signature.status) {
    case crypto::SignatureStatus::valid:
      if (in_time)
        add(Kind::success, "claimSignature.insideValidity");
      else
        add(Kind::failure, "claimSignature.outsideValidity",
            report.stamped ? "the signature was made when the certificate was not valid"
                           : "the certificate is not valid now, and no trusted time stamp says when it signed");
      return add(Kind::success, "claimSignature.validated");
    case crypto::SignatureStatus::mismatch: return add(Kind::failure, "claimSignature.mismatch", signature.reason);
    case crypto::SignatureStatus::unsupported_algorithm:
      unsupported = signature.reason;
      return add(Kind::failure, "algorithm.unsupported", signature.reason);
    case crypto::SignatureStatus::invalid_credential:
      return add(Kind::failure, "signingCredential.invalid", signature.reason);
  }
}

void SignatureJob::unsigned_parts(const crypto::CoseSign1& cose) {
  for (const crypto::CosePadding& pad : cose.padding) {
    if (!pad.all_zero) findings.push_back({"signature.pad", "the padding of the signature is not all zero", {}});
  }
  for (const crypto::CoseOther& other : cose.other_unprotected) {
    findings.push_back({"signature.header", "the signature carries the unsigned header " + other.label, {}});
  }
}

void SignatureJob::run() {
  const JumbfBox* const content = box.content(fourcc("cbor"));
  if (content == nullptr) return add(Kind::failure, "claimSignature.missing", "the signature's box holds no CBOR");
  const auto cose = crypto::parse_cose(content->payload);
  if (!cose) return add(Kind::failure, "claimSignature.mismatch", cose.error().message);
  const std::uint64_t offset = content->offset + (content->whole.size() - content->payload.size());
  // The unprotected headers lie between the protected bytes and the signature; tokens in them protect themselves.
  unsigned_parts(*cose);
  if (auto value = cbor::parse(content->payload)) {
    const cbor::Value& parts = value->is(cbor::Type::tag) ? value->children.front() : *value;
    const ByteView headers = parts.children.size() == 4 ? parts.children[1].encoded : ByteView();
    const auto at = static_cast<std::uint64_t>(headers.empty() ? 0 : headers.data() - content->payload.data());
    if (!headers.empty())
      loose.push_back({{offset + at, headers.size()}, "unsigned headers and padding of the signature"});
  }
  stamps(*cose);
  credential(*cose);
}

}  // namespace bonafide::provenance::c2pa
