#include "report/credential/tree.h"

#include <set>

#include "base/time.h"
#include "report/credential/page.h"
#include "report/credential/store_parts.h"

namespace bonafide::report {

namespace c2pa = provenance::c2pa;

namespace {

constexpr int kDeepest = 32;  // columns run out; what lies deeper is shown at this depth

std::string size_words(std::size_t bytes) {
  return bytes < 1000 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
}

std::string text_at(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string();
}

class Tree {
 public:
  Tree(const c2pa::Store& store, bool whole, Page& page) : store_(store), whole_(whole), page_(page) {}

  void all() {
    const auto& manifests = store_.manifests();
    manifest(manifests.back(), 1, "active, ");
    if (!whole_) {
      if (manifests.size() > 1)
        line(1, fmt::format("{} more manifest{} in the store; --tree shows the history", manifests.size() - 1,
                            manifests.size() == 2 ? "" : "s"));
      return;
    }
    for (const c2pa::Manifest& one : manifests) {
      if (!shown_.contains(&one)) manifest(one, 1, "nothing refers to it, ");
    }
  }

 private:
  void line(int depth, const std::string& text) {
    const auto columns = static_cast<std::size_t>(std::min(depth, kDeepest)) * 2;
    page_.indented(columns, text);
  }

  void manifest(const c2pa::Manifest& one, int depth, const std::string& role) {
    shown_.insert(&one);
    const auto claim = c2pa::claim_in(one);
    line(depth, fmt::format("{} ({}{}{}{})", one.label, role, one.update ? "an update, " : "",
                            one.compressed ? "compressed, " : "", size_words(one.box->whole.size())));
    if (!one.problem.empty()) line(depth + 1, "malformed: " + one.problem);
    if (!one.broken_pack.empty()) line(depth + 1, "cannot be unpacked: " + one.broken_pack);
    if (claim) {
      const std::string generator = claim->generator.empty() ? "" : ", made with " + claim->generator;
      line(depth + 1, fmt::format("claim, version {}, {}{}{}", claim->version, size_words(claim->bytes.size()),
                                  generator, claim->title.empty() ? "" : ", title \"" + claim->title + "\""));
    } else {
      line(depth + 1, "claim: none that can be read");
    }
    signature(one, depth + 1);
    assertions(one, claim ? &*claim : nullptr, depth + 1);
  }

  void signature(const c2pa::Manifest& one, int depth) {
    const auto view = c2pa::signature_in(one);
    if (!view) return line(depth, "signature: none that can be read");
    const std::string algorithm = view->cose.algorithm ? std::string(crypto::to_string(*view->cose.algorithm)) : "?";
    std::string words = fmt::format("signature, {}, {}", algorithm, size_words(one.signature->whole.size()));
    if (!view->chain.empty()) words += ", by " + view->chain.front().subject.full;
    if (view->stamped) words += ", stamped " + unix_to_rfc3339(*view->stamped);
    line(depth, words);
  }

  void assertions(const c2pa::Manifest& one, const c2pa::Claim* claim, int depth) {
    for (const c2pa::StoredAssertion& assertion : c2pa::assertions_in(one, claim)) {
      std::string words = fmt::format("{}  {}{}{}, {}", assertion.label, to_string(assertion.coding),
                                      assertion.media_type.empty() ? "" : " ", assertion.media_type,
                                      size_words(assertion.box->whole.size()));
      if (!assertion.declared) words += ", not named by the claim";
      if (assertion.declared && !assertion.created) words += ", gathered";
      line(depth, words);
      if (is_ingredient(assertion.label)) ingredient(one, assertion, depth + 1);
    }
  }

  void ingredient(const c2pa::Manifest& from, const c2pa::StoredAssertion& assertion, int depth) {
    const auto value = c2pa::value_of(assertion, cbor::ByteForm::crjson);
    if (!value || !*value) return line(depth, "cannot be read");
    const std::string title = text_at(**value, "dc:title");
    const std::string about =
        fmt::format("{}{}", text_at(**value, "relationship"), title.empty() ? "" : ": \"" + title + "\"");
    const std::string url = ingredient_target(**value, from);
    const c2pa::Manifest* below = nullptr;
    if (!url.empty()) store_.resolve(url, from, &below);
    if (url.empty()) return line(depth, about + ", without a credential of its own");
    if (below == nullptr) return line(depth, about + ", its credential is not in the store");
    if (!whole_ || shown_.contains(below)) {
      return line(depth, fmt::format("{}, its credential {}{}", about, below->label, whole_ ? " (above)" : ""));
    }
    line(depth, about);
    manifest(*below, depth + 1, "");
  }

  const c2pa::Store& store_;
  bool whole_;
  Page& page_;
  std::set<const c2pa::Manifest*> shown_;
};

}  // namespace

std::string credential_tree(const Verification& verification, bool whole, const TextStyle& style) {
  Page page(style);
  page.title(verification.path);
  const auto& validation = verification.credential.validation;
  if (!validation) {
    page.indented(2, verification.credential.source.sentence);
    return page.take();
  }
  if (validation->store == nullptr) {
    page.indented(2, "a manifest store is there, but cannot be read");
    for (const auto& manifest : validation->manifests) {
      for (const auto& status : manifest.statuses) page.indented(2, status.reason);
    }
    return page.take();
  }
  const c2pa::Store& store = *validation->store;
  const std::size_t count = store.manifests().size();
  page.indented(2, fmt::format("{}{}a manifest store of {} with {} manifest{}", verification.credential.container,
                               verification.credential.container.empty() ? "" : ", ", size_words(store.bytes().size()),
                               count, count == 1 ? "" : "s"));
  Tree(store, whole, page).all();
  return page.take();
}

}  // namespace bonafide::report
