#include "provenance/c2pa/references.h"

#include <algorithm>
#include <array>

namespace bonafide::provenance::c2pa {

namespace {

std::string text_of(const cbor::Value& map, std::string_view key) {
  const cbor::Value* const value = map.find(key);
  return value != nullptr && value->text() ? std::string(*value->text()) : std::string();
}

class Walker {
 public:
  Walker(const std::string& url, const RuleScope& scope, AssertionFacts& facts)
      : url_(url), scope_(scope), facts_(facts) {}

  void walk(const cbor::Value& value, const std::string& enclosing) {
    if (!value.is(cbor::Type::map)) {
      for (const cbor::Value& child : value.children) walk(child, enclosing);
      return;
    }
    const std::string own = text_of(value, "alg");
    const std::string target = text_of(value, "url");
    if (target.starts_with("self#jumbf=") && value.find("code") == nullptr) return check(value, target, enclosing);
    for (std::size_t i = 0; i + 1 < value.children.size(); i += 2) {
      const auto key = value.children[i].text();
      if (key && std::ranges::find(kOwnRules, *key) != kOwnRules.end()) continue;
      walk(value.children[i + 1], own.empty() ? enclosing : own);
    }
  }

 private:
  static constexpr std::array<std::string_view, 5> kOwnRules{"activeManifest", "c2pa_manifest", "claimSignature",
                                                             "validationResults", "validationStatus"};

  void check(const cbor::Value& value, const std::string& target, const std::string& enclosing) {
    const JumbfBox* const box = scope_.store.resolve(target, scope_.manifest);
    if (scope_.is_redacted(target)) {
      return facts_.note("assertion.redacted", url_, "it refers to what a later signer took out");
    }
    if (box == nullptr) {
      return facts_.fail("hashedURI.missing", url_, "it refers to something that is not there: " + target);
    }
    const auto uri = hashed_uri(&value);
    if (!uri) return facts_.fail("hashedURI.mismatch", url_, "it refers to something without its hash: " + target);
    const std::string named = uri->alg.value_or(enclosing.empty() ? scope_.claim.alg.value_or("") : enclosing);
    if (!hash_algorithm(named)) {
      return facts_.fail("algorithm.unsupported", url_, "no hash algorithm that C2PA allows is named");
    }
    if (!reference_fits(*uri, *box, scope_.claim, scope_.memo, enclosing)) {
      facts_.fail("hashedURI.mismatch", url_, "it refers to something that is not as it was: " + target);
    }
  }

  const std::string& url_;
  const RuleScope& scope_;
  AssertionFacts& facts_;
};

}  // namespace

bool reference_fits(const HashedUri& uri, const JumbfBox& box, const Claim& claim, Memo& memo,
                    const std::string& enclosing) {
  const std::string fallback = enclosing.empty() ? claim.alg.value_or("") : enclosing;
  const auto algorithm = hash_algorithm(uri.alg ? *uri.alg : fallback);
  if (!algorithm || memo.digest(box, *algorithm) != uri.hash) return false;
  memo.hold(box);
  return true;
}

void check_references(const cbor::Value& value, const std::string& url, const RuleScope& scope, AssertionFacts& facts) {
  Walker(url, scope, facts).walk(value, {});
}

}  // namespace bonafide::provenance::c2pa
