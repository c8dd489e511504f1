#include "provenance/c2pa/signature.h"

#include <fmt/format.h>

#include <algorithm>

#include "crypto/ocsp.h"
#include "crypto/time_stamp.h"

namespace bonafide::provenance::c2pa {

namespace {

using crypto::Certificate;
using crypto::ChainPurpose;
using crypto::ChainStatus;

constexpr std::size_t kMostLateStamps = 16;      // tried for one manifest
constexpr crypto::UnixTime kClocksDiffer = 300;  // seconds that an authority's clock may be ahead of ours

/// A key use that C2PA, this project's list of usual ones or one of the caller's lists accepts for claims (§13.4).
bool may_sign_claims(const Certificate& leaf, const crypto::TrustStore& trust) {
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

/// RFC 9360: each certificate is followed by the one that signed it.
bool in_order(const std::vector<Certificate>& chain) {
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    if (chain[i].issuer.full != chain[i + 1].subject.full) return false;
  }
  return true;
}

}  // namespace

void SignatureJob::add(Kind kind, std::string code, std::string reason) {
  report.statuses.push_back({kind, std::move(code), url, std::move(reason)});
}

void SignatureJob::object(std::string code, std::string what, Range in_store) {
  objections.push_back({std::move(code), std::move(what), in_store});
}

/// Answers whether it is to be believed.
bool SignatureJob::one_stamp(const Bytes& der, const Bytes& stamped) {
  const crypto::TimeStampCheck check = crypto::check_time_stamp(der, stamped, *options.trust);
  if (check.validated) add(Kind::success, "timeStamp.validated");
  const bool trusted = check.status == crypto::TimeStampStatus::trusted;
  if (check.status == crypto::TimeStampStatus::credential_invalid) {  // §14.8.2: that is told besides, not instead
    add(Kind::informational, "timeStamp.untrusted", check.reason);
  }
  add(trusted ? Kind::success : Kind::informational, std::string(crypto::status_code(check.status)), check.reason);
  report.stamp = check.reason;
  if (!trusted || !check.stamp) return false;
  report.stamped = check.stamp->time;
  if (check.stamp->time > options.at + kClocksDiffer) {
    object("stamp.future", "the time stamp is from after the time of validation");
  }
  return true;
}

void SignatureJob::stamps(const crypto::CoseSign1& cose) {
  if (!cose.time_stamp_problem.empty()) add(Kind::informational, "timeStamp.malformed", cose.time_stamp_problem);
  const Bytes stamped = crypto::counter_signature_input(cose);
  bool believed = false;
  if (cose.sig_tst.size() + cose.sig_tst2.size() > 1) {
    add(Kind::informational, "timeStamp.malformed", "there is more than one time stamp");
  } else {
    for (const Bytes& token : cose.sig_tst2) believed = one_stamp(token, stamped);
    for (const Bytes& token : cose.sig_tst) {
      believed = one_stamp(token, crypto::counter_signature_input_v1(cose, claim.bytes));
    }
  }
  std::size_t tried = 0;
  for (const LateStamp* const stamp : late) {  // §14.8.1.2
    if (believed || ++tried > kMostLateStamps) break;
    believed = one_stamp(stamp->token, stamped);
    if (believed) report.stamped_by = stamp->from;
  }
}

/// The subject of a certificate authority of the chain that was revoked, or nothing (§14.9).
std::string SignatureJob::revoked_authority(const std::vector<Bytes>& answers,
                                            const std::vector<Certificate>& issuers) const {
  for (std::size_t i = 1; i < chain_.size(); ++i) {
    const Certificate* const issuer = crypto::find_issuer(chain_[i], issuers);
    if (issuer == nullptr || issuer->sha256 == chain_[i].sha256) continue;
    const auto check = crypto::check_ocsp(answers, chain_[i], *issuer, {options.at, report.stamped});
    if (check.status == crypto::OcspStatus::revoked) return chain_[i].subject.full;
  }
  return {};
}

/// A revocation takes back what the trust list said.
void SignatureJob::distrust() {
  std::erase_if(report.statuses, [](const Status& s) { return s.code == "signingCredential.trusted"; });
  report.signer->trusted_by.clear();
}

void SignatureJob::revocation(const crypto::CoseSign1& cose) {
  std::vector<Bytes> answers = cose.ocsp_values;
  answers.insert(answers.end(), ocsp.begin(), ocsp.end());
  if (!cose.revocation_problem.empty()) object("signature.revocation", cose.revocation_problem);
  if (answers.empty()) {
    return add(Kind::informational, "signingCredential.ocsp.skipped",
               "the credential brings no answer about revocation");
  }
  std::vector<Certificate> issuers(chain_.begin() + 1, chain_.end());
  for (const crypto::AnchorList& list : options.trust->signer_lists())
    for (const crypto::TrustAnchor& anchor : list.anchors) issuers.push_back(anchor.certificate);
  if (const std::string name = revoked_authority(answers, issuers); !name.empty()) {
    distrust();
    add(Kind::failure, "signingCredential.untrusted", "an authority behind the signer was revoked: " + name);
  }
  const Certificate* const issuer = crypto::find_issuer(chain_[0], issuers);
  if (issuer == nullptr) {
    return add(Kind::informational, "signingCredential.ocsp.skipped", "the issuer is not known");
  }
  const crypto::OcspCheck check = crypto::check_ocsp(answers, chain_[0], *issuer, {options.at, report.stamped});
  switch (check.status) {
    case crypto::OcspStatus::not_revoked: return add(Kind::success, "signingCredential.ocsp.notRevoked", check.reason);
    case crypto::OcspStatus::revoked:
      distrust();
      return add(Kind::failure, "signingCredential.ocsp.revoked", check.reason);
    case crypto::OcspStatus::unknown: return add(Kind::informational, "signingCredential.ocsp.unknown", check.reason);
    case crypto::OcspStatus::skipped: return add(Kind::informational, "signingCredential.ocsp.skipped", check.reason);
  }
}

void SignatureJob::claimed_time(const crypto::CoseSign1& cose) {
  if (!cose.claimed_time) return;
  report.claimed_time = *cose.claimed_time;
  const auto path = crypto::check_chain(*options.trust, chain_[0], std::span(chain_).subspan(1), *cose.claimed_time,
                                        ChainPurpose::claim_signer);
  const bool inside = chain_[0].valid_at(*cose.claimed_time) && path.inside_validity;
  const bool later = report.stamped && *cose.claimed_time > *report.stamped;
  add(Kind::informational, inside && !later ? "timeOfSigning.insideValidity" : "timeOfSigning.outsideValidity",
      later ? "the signer claims a time after its time stamp" : "the time that the signer claims; nothing proves it");
}

void SignatureJob::trust(const crypto::CoseSign1& cose) {
  const Certificate& leaf = chain_[0];
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
  fit_ = faults.empty();
  if (!faults.empty()) add(Kind::failure, "signingCredential.invalid", fmt::format("{}", fmt::join(faults, "; ")));
  const crypto::UnixTime time = report.stamped.value_or(options.at);
  const crypto::ChainCheck check =
      crypto::check_chain(*options.trust, leaf, std::span(chain_).subspan(1), time, ChainPurpose::claim_signer);
  in_time_ = leaf.valid_at(time) && check.status != ChainStatus::outside_validity;
  if (check.status == ChainStatus::untrusted) {
    add(Kind::failure, "signingCredential.untrusted", check.reason);
  } else if (fit_) {  // a path to an anchor is there; whether in time is told apart
    if (in_time_) add(Kind::success, "signingCredential.trusted", check.reason);
    signer.trusted_by = check.anchor.empty() ? check.list : fmt::format("{} ({})", check.list, check.anchor);
  }
  report.signer = std::move(signer);
}

void SignatureJob::verify(const crypto::CoseSign1& cose) {
  const crypto::SignatureCheck signature = crypto::verify_cose(cose, claim.bytes);
  switch (signature.status) {
    case crypto::SignatureStatus::valid:
      report.signature_holds = true;
      if (in_time_)
        add(Kind::success, "claimSignature.insideValidity");
      else
        add(Kind::failure, "claimSignature.outsideValidity",
            report.stamped ? "the signature was made when the certificate was not valid"
                           : "the certificate is not valid now, and no trusted time stamp says when it signed");
      // §14.7: of a claim that was rejected for its signer, nothing is said to be validated.
      if (in_time_ && fit_) add(Kind::success, "claimSignature.validated");
      return;
    case crypto::SignatureStatus::mismatch: return add(Kind::failure, "claimSignature.mismatch", signature.reason);
    case crypto::SignatureStatus::unsupported_algorithm:
      unsupported = signature.reason;
      return add(Kind::failure, "algorithm.unsupported", signature.reason);
    case crypto::SignatureStatus::invalid_credential:
      return add(Kind::failure, "signingCredential.invalid", signature.reason);
  }
}

void SignatureJob::credential(const crypto::CoseSign1& cose) {
  if (!cose.credential_problem.empty()) return add(Kind::failure, "signingCredential.invalid", cose.credential_problem);
  for (const Bytes& der : cose.x5chain) {
    auto certificate = crypto::parse_certificate(der);
    if (!certificate) return add(Kind::failure, "signingCredential.invalid", certificate.error().message);
    chain_.push_back(std::move(*certificate));
  }
  if (chain_.empty()) return add(Kind::failure, "signingCredential.invalid", "there is no certificate");
  if (!in_order(chain_)) object("signature.chain", "the signer's certificates are not in the order that they signed");
  trust(cose);
  claimed_time(cose);
  revocation(cose);
  verify(cose);
}

void SignatureJob::unsigned_parts(const crypto::CoseSign1& cose, ByteView encoded) {
  const auto place = [&](std::size_t at, std::size_t length) { return Range{offset_ + at, length}; };
  for (const crypto::CosePadding& pad : cose.padding) {
    if (pad.all_zero) continue;
    object("signature.pad", "the padding of the signature is not all zero", place(pad.offset, pad.length));
  }
  for (const crypto::CoseOther& other : cose.other_unprotected) {
    object("signature.header", "the signature carries the unsigned header " + other.label,
           place(other.offset, other.length));
  }
  if (!cose.tagged) object("signature.untagged", "the signature is not marked as what it is (CBOR tag 18)");
  if (cose.payload) object("signature.payload", "the signature carries a copy of the claim");
  if (!cose.x5chain.empty() && !cose.x5chain_protected) {
    object("signature.chain.unsigned", "nobody signed which certificate is the signer's");
  }
  const auto value = cbor::parse(encoded);
  if (!value) return;
  const cbor::Value& parts = value->is(cbor::Type::tag) ? value->children.front() : *value;
  const ByteView headers = parts.children.size() == 4 ? parts.children[1].encoded : ByteView();
  if (headers.empty()) return;
  // The unprotected headers lie between the protected bytes and the signature; tokens in them protect themselves.
  loose.push_back({place(static_cast<std::size_t>(headers.data() - encoded.data()), headers.size()),
                   "unsigned headers and padding of the signature"});
}

void SignatureJob::run() {
  const JumbfBox* const content = box.content(fourcc("cbor"));
  if (content == nullptr) return add(Kind::failure, "claimSignature.missing", "the signature's box holds no CBOR");
  const auto cose = crypto::parse_cose(content->payload);
  if (!cose) return add(Kind::failure, "claimSignature.mismatch", cose.error().message);
  offset_ = content->offset + (content->whole.size() - content->payload.size());
  unsigned_parts(*cose, content->payload);
  stamps(*cose);
  credential(*cose);
}

}  // namespace bonafide::provenance::c2pa
