#include "app/credential/trust_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "crypto/trust_list.h"

namespace bonafide::app {

namespace {

using report::TrustAnchorFacts;
using report::TrustListFacts;
using report::TrustUse;

constexpr std::string_view kSchema = "bonafide.trust-list/1";
constexpr std::size_t kMostName = 64;

/// What a list for signers may speak for: TrustStore drops the rest, so it must not be shown either.
Result<std::vector<std::string>> usable(const std::vector<std::string>& key_uses, std::vector<std::string> otherwise) {
  if (key_uses.empty()) return otherwise;
  std::vector<std::string> uses = TRY(crypto::parse_store_config(fmt::format("{}", fmt::join(key_uses, "\n"))));
  std::erase_if(uses, [](const std::string& use) {
    return use == crypto::oid::kTimeStamping || use == crypto::oid::kOcspSigning ||
           use == crypto::oid::kAnyExtendedKeyUsage;
  });
  if (uses.empty()) return make_error(Code::corrupt, "none of these key uses may sign a credential");
  return uses;
}

/// A LoTE snapshot is JSON; PEM and address books never begin like this.
bool is_snapshot(std::string_view content) {
  const auto first = content.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return first != std::string_view::npos && content[first] == '{';
}

TrustAnchorFacts facts_of(const crypto::Certificate& certificate) {
  TrustAnchorFacts facts;
  facts.subject = certificate.subject.full;
  facts.fingerprint = certificate.fingerprint();
  facts.not_before = certificate.not_before;
  facts.not_after = certificate.not_after;
  facts.authority = certificate.is_ca;
  return facts;
}

void open_anchors(const crypto::AnchorList& list, TrustListFacts& facts) {
  for (const crypto::TrustAnchor& anchor : list.anchors) {
    TrustAnchorFacts one = facts_of(anchor.certificate);
    one.listed_from = anchor.not_before;
    one.listed_until = anchor.not_after;
    facts.anchors.push_back(std::move(one));
  }
  facts.key_uses = list.key_uses;
}

Result<void> open_snapshot(const TrustFile& file, crypto::UnixTime at, TrustList& list) {
  const bool signers = file.use == TrustUse::signers;
  auto uses = signers ? TRY(usable(file.key_uses, crypto::default_key_uses())) : std::vector<std::string>();
  crypto::TrustListSnapshot snapshot = TRY(crypto::parse_trust_list(file.content, std::move(uses)));
  list.facts.title = snapshot.list.name;
  list.facts.issued = snapshot.issued;
  list.facts.next_update = snapshot.next_update;
  list.facts.sequence = snapshot.sequence;
  list.facts.stale = snapshot.stale_at(at);
  list.anchors = std::move(snapshot.list);
  open_anchors(list.anchors, list.facts);
  return {};
}

Result<void> open_pem(const TrustFile& file, TrustList& list) {
  list.anchors.name = file.name;
  if (file.use == TrustUse::signers) {
    list.anchors.key_uses = TRY(usable(file.key_uses, crypto::usual_key_uses()));
  }
  for (crypto::Certificate& certificate : TRY(crypto::parse_pem_certificates(file.content))) {
    list.anchors.anchors.push_back({std::move(certificate), {}, {}});
  }
  open_anchors(list.anchors, list.facts);
  return {};
}

Result<void> open_book(const TrustFile& file, TrustList& list) {
  const crypto::AddressBook book = TRY(crypto::parse_address_book(file.content));
  for (const crypto::Certificate& certificate : book.certificates) list.facts.anchors.push_back(facts_of(certificate));
  for (const std::string& fingerprint : book.fingerprints) {
    TrustAnchorFacts facts;
    facts.fingerprint = fingerprint;
    facts.authority = false;
    list.facts.anchors.push_back(std::move(facts));
  }
  list.book = file.content;
  return {};
}

Result<std::string> text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) {
    return make_error(Code::corrupt, fmt::format("{} is missing or no text", key));
  }
  return found->get<std::string>();
}

std::optional<TrustUse> use_named(std::string_view word) {
  for (const TrustUse use : {TrustUse::signers, TrustUse::tsa, TrustUse::people}) {
    if (report::to_string(use) == word) return use;
  }
  return std::nullopt;
}

}  // namespace

bool is_trust_name(std::string_view name) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !name.empty() && name.size() <= kMostName && name.front() != '.' &&
         name.find_first_not_of(kPlain) == std::string_view::npos;
}

std::string trust_name_of(const std::string& path) { return std::filesystem::path(path).stem().string(); }

std::string trust_file_path(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / (name + std::string(kTrustExtension))).string();
}

TrustUse guess_use(std::string_view content) {
  if (is_snapshot(content)) return TrustUse::signers;
  const auto book = crypto::parse_address_book(content);
  if (!book || std::ranges::any_of(book->certificates, &crypto::Certificate::is_ca)) return TrustUse::signers;
  return book->certificates.empty() ? TrustUse::people : TrustUse::signers;
}

Json trust_file_json(const TrustFile& file) {
  return {{"schema", kSchema},         {"name", file.name},     {"for", report::to_string(file.use)},
          {"key_uses", file.key_uses}, {"source", file.source}, {"added", file.added},
          {"content", file.content}};
}

Result<TrustFile> read_trust_file(const std::string& path, const std::string& name) {
  const std::string text = TRY(read_file(path, 2 * kMostTrustFile));
  const Json json = TRY(parse_json(text));
  if (!json.is_object() || TRY(text_at(json, "schema")) != kSchema) {
    return make_error(Code::corrupt, "not a list of this program's trust folder");
  }
  TrustFile file;
  file.name = TRY(text_at(json, "name"));
  const std::string word = TRY(text_at(json, "for"));
  const auto use = use_named(word);
  const auto uses = json.find("key_uses");
  if (file.name != name || !use || uses == json.end() || !uses->is_array()) {
    return make_error(Code::corrupt, "its name or use is not as it should be");
  }
  file.use = *use;
  for (const Json& entry : *uses) {
    if (!entry.is_string()) return make_error(Code::corrupt, "a key use that is no text");
    file.key_uses.push_back(entry.get<std::string>());
  }
  file.source = TRY(text_at(json, "source"));
  file.added = TRY(text_at(json, "added"));
  file.content = TRY(text_at(json, "content"));
  return file;
}

Result<TrustList> open_trust_file(const TrustFile& file, crypto::UnixTime at) {
  TrustList list;
  list.facts.name = file.name;
  list.facts.use = file.use;
  list.facts.source = file.source;
  list.facts.added = file.added;
  if (file.use == TrustUse::people)
    TRY(open_book(file, list));
  else if (is_snapshot(file.content))
    TRY(open_snapshot(file, at, list));
  else
    TRY(open_pem(file, list));
  return list;
}

}  // namespace bonafide::app
