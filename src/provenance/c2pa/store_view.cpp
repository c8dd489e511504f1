#include "provenance/c2pa/store_view.h"

#include <algorithm>
#include <map>

#include "crypto/time_stamp.h"
#include "provenance/c2pa/assertions.h"

namespace bonafide::provenance::c2pa {

namespace {

/// What the claim names, by label. A hostile claim names a hundred thousand: looking through them for each box is out.
struct Named {
  const HashedUri* uri;
  bool created;
};
using ByLabel = std::map<std::string_view, Named>;

ByLabel named_by(const Claim* claim) {
  ByLabel found;
  if (claim == nullptr) return found;
  for (const HashedUri& uri : claim->created) found.emplace(last_step(uri.url), Named{&uri, true});
  for (const HashedUri& uri : claim->gathered) found.emplace(last_step(uri.url), Named{&uri, false});
  return found;
}

/// bfdb: a byte of toggles, then the media type and a zero (ISO 19566-5 annex B.7).
std::string media_type_of(const JumbfBox& description) {
  if (description.payload.empty()) return {};
  const ByteView rest = description.payload.subspan(1);
  const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{0});
  return clean_utf8(as_text(rest.first(static_cast<std::size_t>(end - rest.begin()))));
}

}  // namespace

std::string_view to_string(Coding coding) {
  switch (coding) {
    case Coding::cbor: return "CBOR";
    case Coding::json: return "JSON";
    case Coding::file: return "file";
    case Coding::redacted: return "redacted";
    case Coding::other: return "other";
  }
  return "other";
}

StoredAssertion opened(const JumbfBox& box) {
  StoredAssertion assertion;
  assertion.label = std::string(box.label);
  assertion.box = &box;
  if (is_redaction_mark(box)) {
    assertion.coding = Coding::redacted;
  } else if (const JumbfBox* const cbor = box.content(fourcc("cbor"))) {
    assertion.coding = Coding::cbor;
    assertion.content = cbor->payload;
  } else if (const JumbfBox* const json = box.content(fourcc("json"))) {
    assertion.coding = Coding::json;
    assertion.content = json->payload;
  } else if (const JumbfBox* const file = box.content(fourcc("bidb"))) {
    assertion.coding = Coding::file;
    assertion.content = file->payload;
    if (const JumbfBox* const description = box.content(fourcc("bfdb"))) {
      assertion.media_type = media_type_of(*description);
    }
  }
  return assertion;
}

std::vector<StoredAssertion> assertions_in(const Manifest& manifest, const Claim* claim) {
  std::vector<StoredAssertion> found;
  if (manifest.assertions == nullptr) return found;
  const ByLabel named = named_by(claim);
  for (const JumbfBox& box : manifest.assertions->children) {
    if (!box.super()) continue;
    StoredAssertion assertion = opened(box);
    if (const auto entry = named.find(box.label); entry != named.end()) {
      assertion.declared = true;
      assertion.created = entry->second.created;
      assertion.hash = entry->second.uri->hash;
    }
    found.push_back(std::move(assertion));
  }
  return found;
}

Result<std::optional<Json>> value_of(const StoredAssertion& assertion, cbor::ByteForm form) {
  if (assertion.coding == Coding::json) return std::optional<Json>(TRY(parse_json(as_text(assertion.content))));
  if (assertion.coding != Coding::cbor) return std::optional<Json>();
  const cbor::Value value = TRY(cbor::parse(assertion.content, {}, assertion.box->offset));
  return std::optional<Json>(cbor::to_json(value, form));
}

std::optional<Claim> claim_in(const Manifest& manifest) {
  if (manifest.claims.empty()) return std::nullopt;
  std::string code;
  auto claim = parse_claim(*manifest.claims.front(), code);
  if (!claim) return std::nullopt;
  return std::move(*claim);
}

Result<Json> claim_json(const Manifest& manifest, cbor::ByteForm form) {
  const JumbfBox* const content = manifest.claims.empty() ? nullptr : manifest.claims.front()->content(fourcc("cbor"));
  if (content == nullptr) return make_error(Code::corrupt, "the manifest holds no claim");
  const cbor::Value value = TRY(cbor::parse(content->payload, {}, content->offset));
  return cbor::to_json(value, form);
}

std::optional<SignatureView> signature_in(const Manifest& manifest) {
  const JumbfBox* const content = manifest.signature == nullptr ? nullptr : manifest.signature->content(fourcc("cbor"));
  if (content == nullptr) return std::nullopt;
  auto cose = crypto::parse_cose(content->payload);
  if (!cose) return std::nullopt;
  SignatureView view;
  view.cose = std::move(*cose);
  for (const Bytes& der : view.cose.x5chain) {
    auto certificate = crypto::parse_certificate(der);
    if (!certificate) break;
    view.chain.push_back(std::move(*certificate));
  }
  const auto& tokens = view.cose.sig_tst2.empty() ? view.cose.sig_tst : view.cose.sig_tst2;
  if (tokens.size() == 1) {
    if (auto stamp = crypto::parse_time_stamp(tokens.front())) {
      view.stamped = stamp->time;
      if (stamp->has_signer_certificate) view.stamped_by = std::move(stamp->certificates.front());
    }
  }
  return view;
}

}  // namespace bonafide::provenance::c2pa
