#include "base/time.h"
#include "report/credential/hash_steps.h"
#include "report/credential/verification.h"

namespace bonafide::report {

namespace {

using provenance::c2pa::Kind;
using provenance::c2pa::ManifestReport;
using provenance::c2pa::Status;
using provenance::c2pa::Validation;

constexpr std::size_t kMostLines = 12;  // of one list, on a terminal; --json has them all

/// The first lines of a list, the rest as a number.
class Lines {
 public:
  Lines(Page& page, std::string_view name) : page_(page), name_(name) {}
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  ~Lines() {
    if (count_ > kMostLines) page_.more(fmt::format("{} more; --json shows them", count_ - kMostLines));
  }
  void add(std::string_view text) {
    if (count_++ < kMostLines) page_.field(count_ == 1 ? name_ : "", text);
  }

 private:
  Page& page_;
  std::string_view name_;
  std::size_t count_ = 0;
};

/// Whether anybody vouches for the signer is another question than whether the file was changed.
bool about_signer(const Status& status) {
  return status.code.starts_with("signingCredential.") || status.code.ends_with("outsideValidity");
}

void integrity(Page& page, const Validation& validation) {
  page.field("integrity", validation.broken   ? "broken: a hash or signature does not hold"
                          : validation.intact ? "holds: every hash and signature that was checked"
                                              : "not known: " + validation.unsupported);
  Lines lines(page, "");
  const auto show = [&](const Status& status, std::string_view where) {
    if (status.kind != Kind::failure || about_signer(status)) return;
    lines.add(fmt::format("{}{}{}", where, status.code, status.reason.empty() ? "" : ": " + status.reason));
  };
  for (const Status& status : validation.manifests.front().statuses) show(status, "");
  for (const auto& delta : validation.deltas)
    for (const Status& status : delta.failures) show(status, "history: ");
}

/// What the map that was signed says of a picture whose bytes were changed.
void picture(Page& page, const PictureDifference& difference) {
  Lines lines(page, "picture");
  if (difference.state == "altered") lines.add("it differs from what was signed:");
  for (const std::string& sentence : difference.sentences) lines.add(sentence);
}

void signer(Page& page, const ManifestReport& manifest, bool has_lists) {
  const auto& who = manifest.signer;
  if (who) {
    page.field("signer", fmt::format("{}{}{}", who->name, who->organization.empty() ? "" : ", ", who->organization));
    page.more("issued by " + who->issuer);
    page.more(fmt::format("certificate valid from {} to {}", unix_to_rfc3339(who->not_before),
                          unix_to_rfc3339(who->not_after)));
  } else {
    page.field("signer", "not known");
  }
  page.field("trust", signer_trust(manifest, has_lists).sentence);
}

void time(Page& page, const ManifestReport& manifest, crypto::UnixTime at) {
  if (manifest.stamped) {
    page.field("time", fmt::format("signed by {}, says a trusted authority{}", unix_to_rfc3339(*manifest.stamped),
                                   manifest.stamped_by.empty() ? "" : ", in a stamp that was added later"));
  } else {
    page.field("time", "no trusted time stamp; judged at " + unix_to_rfc3339(at));
    if (!manifest.stamp.empty()) page.more("stamp not believed: " + manifest.stamp);
  }
  if (manifest.claimed_time) {
    page.more("the signer says it was " + unix_to_rfc3339(*manifest.claimed_time) + ", which proves nothing");
  }
}

void identity(Page& page, const ManifestReport& manifest) {
  Lines lines(page, "identity");
  for (const auto& one : manifest.identities) {
    std::string words = one.label + ": present, not checked";
    if (!one.problem.empty())
      words += "; " + one.problem;
    else if (!one.sig_type.empty())
      words += fmt::format(" ({}{}{})", one.sig_type, one.roles.empty() ? "" : ", as ", fmt::join(one.roles, ", "));
    lines.add(words);
  }
}

void claims(Page& page, const Validation& validation) {
  const ManifestReport& manifest = validation.manifests.front();
  Lines lines(page, "claimed");
  lines.add(manifest.generator.empty() ? "nothing can be read" : "made with " + manifest.generator);
  for (const auto& action : manifest.actions) {
    lines.add(fmt::format("{}{}{}{}", action.name, action.agent.empty() ? "" : " with " + action.agent,
                          action.source_type.empty() ? "" : ", source " + action.source_type,
                          action.when.empty() ? "" : ", " + action.when));
  }
  for (const std::string& ingredient : manifest.ingredients) lines.add(ingredient);
  const std::size_t earlier = validation.manifests.size() - 1;
  if (earlier > 0) lines.add(fmt::format("{} earlier credential{} in its history", earlier, earlier == 1 ? "" : "s"));
}

void uncovered(Page& page, const Validation& validation) {
  Lines lines(page, "not covered");
  for (const auto& part : validation.uncovered) {
    if (part.range.length == 0) continue;
    lines.add(fmt::format("bytes {} to {}: {}", part.range.start, part.range.end() - 1, part.what));
  }
}

void findings(Page& page, const Validation& validation) {
  Lines lines(page, "strict");
  for (const auto& finding : validation.findings) {
    const std::string where = finding.range && finding.range->length > 0
                                  ? fmt::format(" (bytes {} to {})", finding.range->start, finding.range->end() - 1)
                                  : "";
    lines.add(finding.what + where);
  }
}

}  // namespace

SignerTrust signer_trust(const ManifestReport& manifest, bool has_lists) {
  const auto reason = [&](std::string_view code) {
    for (const Status& status : manifest.statuses) {
      if (status.code == code && !status.reason.empty()) return ": " + status.reason;
    }
    return std::string();
  };
  if (!manifest.signer) return {"unknown", "not known who signed" + reason("signingCredential.invalid")};
  if (manifest.has("signingCredential.ocsp.revoked")) {
    return {"revoked", "not trusted: the certificate was revoked" + reason("signingCredential.ocsp.revoked")};
  }
  if (manifest.has("signingCredential.invalid")) {
    return {"unfit", "not trusted: this certificate may not sign credentials" + reason("signingCredential.invalid")};
  }
  if (manifest.has("claimSignature.outsideValidity")) {
    return {"outside_validity", "not trusted" + reason("claimSignature.outsideValidity")};
  }
  if (manifest.has("signingCredential.trusted")) return {"trusted", "vouched for by " + manifest.signer->trusted_by};
  if (!has_lists) return {"untrusted", "not known: no trust list was given to judge the signer by"};
  return {"untrusted", "not trusted" + reason("signingCredential.untrusted")};
}

std::string verification_text(const Verification& verification, const TextStyle& style) {
  Page page(style);
  page.title(verification.path);
  const provenance::Credential& credential = verification.credential;
  page.field("credential", credential.source.sentence);
  if (!credential.validation || credential.validation->manifests.empty()) return page.take();
  const Validation& validation = *credential.validation;
  const ManifestReport& active = validation.manifests.front();
  integrity(page, validation);
  if (verification.picture) picture(page, *verification.picture);
  signer(page, active, !verification.lists.empty());
  time(page, active, verification.at);
  identity(page, active);
  claims(page, validation);
  uncovered(page, validation);
  findings(page, validation);
  if (validation.hash_trace.on) put_hash_trace(page, validation.hash_trace);
  return page.take();
}

}  // namespace bonafide::report
