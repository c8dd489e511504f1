#include "provenance/credential.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/time.h"

namespace bonafide::provenance {

namespace {

using c2pa::Kind;
using c2pa::Validation;

std::string time_words(crypto::UnixTime time) {
  return to_rfc3339(std::chrono::sys_seconds(std::chrono::seconds(time)));
}

std::string signer_words(const Validation& validation) {
  const auto& signer = validation.manifests.front().signer;
  if (!signer) return "by an unknown signer";
  std::string words = "signed by " + (signer->name.empty() ? std::string("an unnamed signer") : signer->name);
  if (!signer->organization.empty() && signer->organization != signer->name) words += " (" + signer->organization + ")";
  return words;
}

std::string first_failure(const Validation& validation) {
  const auto words = [](const c2pa::Status& status) {
    return status.reason.empty() ? status.code : status.reason + " (" + status.code + ")";
  };
  for (const auto& status : validation.manifests.front().statuses) {
    const bool person = status.code.starts_with("signingCredential.") || status.code.ends_with("outsideValidity");
    if (status.kind == Kind::failure && !person) return words(status);
  }
  for (const auto& delta : validation.deltas) {
    for (const auto& status : delta.failures) {
      if (!status.code.starts_with("signingCredential.")) return "in its history: " + words(status);
    }
  }
  return "the signature cannot be checked";
}

/// Why an intact credential is not a trusted one.
std::string doubt(const Validation& validation, bool has_anchors) {
  const auto& active = validation.manifests.front();
  if (active.has("signingCredential.ocsp.revoked")) return "the signer's certificate was revoked";
  if (active.has("signingCredential.invalid")) return "the signer's certificate may not sign credentials";
  if (active.has("claimSignature.outsideValidity")) {
    return "the certificate is not valid at this time, and no trusted time stamp says when it signed";
  }
  if (!has_anchors) return "no trust list was given to judge the signer by";
  if (!active.has("signingCredential.trusted")) return "the signer is on no trust list that was given";
  for (const auto& status : active.statuses) {
    if (status.kind == Kind::failure) return "it does not follow the standard (" + status.code + ")";
  }
  if (!validation.deltas.empty()) return "not every signer in its history is trusted";
  return "its hash leaves room for changes";
}

void absent(Credential& credential, bool readable) {
  Source& source = credential.source;
  if (!credential.remote_url.empty()) {  // what was not looked at is not "none" (C2PA: manifest.inaccessible)
    source.state = State::not_examined;
    source.sentence = "a Content Credential is said to be kept at " + credential.remote_url +
                      "; it was not fetched (verify --fetch does, or give it with --sidecar)";
    return;
  }
  source.state = readable ? State::none : State::not_examined;
  source.sentence = readable ? "no Content Credential in the file, as in most files"
                             : "not examined: this version cannot read one in this kind of file";
}

void judge(Credential& credential, const CredentialRequest& request) {
  const Validation& validation = *credential.validation;
  Source& source = credential.source;
  if (validation.broken) {
    source.state = State::broken;
    source.sentence = "present, but it does not hold: " + first_failure(validation);
  } else if (!validation.unsupported.empty()) {
    source.state = State::not_examined;
    source.sentence = "present, but this version cannot check it: " + validation.unsupported;
  } else if (request.strict && !validation.findings.empty()) {
    source.state = State::broken;
    source.sentence = "present, but refused by the strict rules: " + validation.findings.front().what;
  } else if (validation.state == c2pa::State::trusted) {
    source.state = State::trusted;
    source.sentence = fmt::format("intact, {}, trusted by {}", signer_words(validation),
                                  validation.manifests.front().signer->trusted_by);
  } else {
    source.state = State::intact;
    source.sentence =
        fmt::format("intact, {}; {}", signer_words(validation), doubt(validation, request.trust->has_signer_anchors()));
  }
  if (const auto stamp = validation.manifests.front().stamped; stamp && source.state != State::broken) {
    source.sentence += "; time stamp of " + time_words(*stamp);
  }
}

/// The credential that is kept elsewhere. What cannot be had is said, and is no error: the file is none the worse for
/// it.
Result<void> follow_reference(Credential& credential, c2pa::Located& located, const Fetch& fetch,
                              const Context& context) {
  HttpRequest question;
  question.url = credential.remote_url;
  question.accept = "application/c2pa";
  question.most = std::min<std::uint64_t>(question.most, context.limits.metadata_bytes);
  const auto answer = fetch(question);
  std::string why = answer ? "" : answer.error().message;
  if (answer) {
    const media::MemorySource source(*answer);
    auto there = c2pa::locate(source, context);
    if (!there)
      why = there.error().message;
    else if (there->container != c2pa::Container::sidecar)
      why = "what is kept there is no credential";
    else {
      located = std::move(*there);
      located.layout.clear();  // its offsets are not the work's
      credential.fetched = true;
      return {};
    }
  }
  credential.source.state = State::not_examined;
  credential.source.sentence =
      "a Content Credential is said to be kept at " + credential.remote_url + "; it could not be had: " + why;
  return {};
}

/// A sidecar by itself: nothing can be checked without the work, but what is written can be read.
Result<c2pa::Validation> unvalidated(c2pa::Located located) {
  Validation validation;
  validation.unsupported = "there is no work to check it against";
  if (!located.found()) return make_error(Code::corrupt, "holds no credential");
  c2pa::Store store = TRY(c2pa::Store::parse(std::move(located.stores)));
  validation.store = std::make_shared<const c2pa::Store>(std::move(store));
  return validation;
}

}  // namespace

Result<Credential> read_credential(const FileReader& file, const CredentialRequest& request, const Context& context) {
  return read_credential(media::FileSource(file), request, context);
}

Result<Credential> read_credential(const media::ByteSource& work, const CredentialRequest& request,
                                   const Context& context) {
  Credential credential;
  credential.source.name = "credential";
  c2pa::Located located = TRY(c2pa::locate(work, context));
  credential.container = std::string(c2pa::to_string(located.container));
  if (located.container == c2pa::Container::sidecar && request.facts_only) {
    credential.validation = TRY(unvalidated(std::move(located)));
    credential.source.sentence = "a credential without its work";
    return credential;
  }
  if (located.container == c2pa::Container::sidecar) {
    return make_error(Code::invalid_argument,
                      "is a credential without its work: name the work, and give this file with --sidecar");
  }
  if (!request.sidecar.empty()) {
    const media::FileSource sidecar(TRY(FileReader::open(request.sidecar)));
    located = TRY(c2pa::locate(sidecar, context));
    located.layout.clear();  // its offsets are not the work's
    if (located.container != c2pa::Container::sidecar) {
      Error error = make_error(Code::invalid_argument, "is not a credential kept beside its work");
      error.file = request.sidecar;
      return error;
    }
  }
  if (!located.found() && located.problem.empty()) {
    TRY(c2pa::find_remote(work, located, context));
    credential.remote_url = located.remote_url;
    absent(credential, located.readable);
    if (!credential.remote_url.empty() && request.fetch) {
      TRY(follow_reference(credential, located, request.fetch, context));
    }
    if (!credential.fetched) return credential;
  }
  std::vector<c2pa::Fragment> fragments;
  for (const std::string& path : request.fragments) fragments.push_back(c2pa::file_fragment(path));
  const c2pa::ValidateOptions options{request.trust, request.at, request.strict, request.explain, &fragments};
  credential.validation = TRY(c2pa::validate(work, std::move(located), options, context));
  judge(credential, request);
  return credential;
}

}  // namespace bonafide::provenance
