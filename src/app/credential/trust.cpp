#include "app/credential/trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "app/credential/trust_file.h"
#include "base/files.h"
#include "base/time.h"

namespace bonafide::app {

namespace fs = std::filesystem;

namespace {

using report::TrustAnchorFacts;
using report::TrustChange;
using report::TrustListFacts;
using report::TrustUse;

Error about(Code code, const std::string& file, std::string message) {
  Error error = make_error(code, std::move(message));
  error.file = file;
  return error;
}

/// A file somebody named is theirs to mend: wrong usage, not a broken installation.
Error in_file(Error error, const std::string& path) {
  if (error.file.empty()) error.file = path;
  if (error.code == Code::corrupt || error.code == Code::not_found) error.code = Code::invalid_argument;
  return error;
}

void warn_about(const TrustList& list, Trust& trust) {
  const TrustListFacts& facts = list.facts;
  if (facts.stale) {
    trust.warnings.push_back(fmt::format("the trust list {} is stale: a newer one was due on {}", facts.name,
                                         unix_to_rfc3339(*facts.next_update)));
  }
  const bool any = facts.use == TrustUse::people || std::ranges::any_of(facts.anchors, &TrustAnchorFacts::authority);
  if (!any) {
    trust.warnings.push_back(
        fmt::format("the trust list {} vouches for nobody: no certificate in it is an authority's", facts.name));
  }
}

Result<void> take(TrustList list, Trust& trust) {
  warn_about(list, trust);
  switch (list.facts.use) {
    case TrustUse::signers: trust.store.add_signer_list(std::move(list.anchors)); break;
    case TrustUse::tsa: trust.store.add_tsa_list(std::move(list.anchors)); break;
    case TrustUse::people: TRY(trust.store.add_address_book(list.book)); break;
  }
  trust.lists.push_back(std::move(list.facts));
  return {};
}

Result<void> take_named(const std::vector<std::string>& paths, TrustUse use, const std::vector<std::string>& key_uses,
                        crypto::UnixTime at, Trust& trust) {
  for (const std::string& path : paths) {
    const auto load = [&]() -> Result<void> {
      TrustFile file;
      file.name = fs::path(path).filename().string();
      file.use = use;
      file.key_uses = key_uses;
      file.source = file.name;
      file.content = TRY(read_file(path, kMostTrustFile));
      TrustList list = TRY(open_trust_file(file, at));
      list.facts.path = path;
      return take(std::move(list), trust);
    };
    if (auto loaded = load(); !loaded) return in_file(std::move(loaded.error()), path);
  }
  return {};
}

Result<void> take_texts(const std::vector<std::string>& texts, TrustUse use, const std::vector<std::string>& key_uses,
                        crypto::UnixTime at, Trust& trust) {
  for (const std::string& text : texts) {
    TrustFile file;
    file.name = use == TrustUse::tsa ? "authorities given as text" : "roots given as text";
    file.use = use;
    file.key_uses = key_uses;
    file.content = text;
    auto list = open_trust_file(file, at);
    if (!list) return make_error(Code::invalid_argument, file.name + ": " + list.error().message);
    TRY(take(std::move(*list), trust));
  }
  return {};
}

/// Names of the lists in the folder, sorted; none when the folder is not there.
Result<std::vector<std::string>> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  if (folder.empty() || !fs::exists(folder, error)) return names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.ends_with(kTrustExtension)) names.push_back(name.substr(0, name.size() - kTrustExtension.size()));
  }
  if (error) return about(Code::unavailable, folder, "the trust folder cannot be read: " + error.message());
  std::ranges::sort(names);
  return names;
}

Result<TrustList> kept_list(const std::string& folder, const std::string& name, crypto::UnixTime at) {
  const std::string path = trust_file_path(folder, name);
  const auto load = [&]() -> Result<TrustList> {
    const TrustFile file = TRY(read_trust_file(path, name));
    TrustList list = TRY(open_trust_file(file, at));
    list.facts.path = path;
    list.facts.kept = true;
    return list;
  };
  auto list = load();
  if (list) return list;
  Error error = about(Code::unavailable, path,
                      fmt::format("this trust list cannot be used ({}); put it in anew with "
                                  "trust update, or take it out with trust remove {}",
                                  list.error().message, name));
  return error;
}

/// By certificate; one that stands in a list twice (withdrawn and taken in again) counts as one with all its dates.
std::map<std::string, std::vector<TrustAnchorFacts>> by_fingerprint(const TrustListFacts& list) {
  std::map<std::string, std::vector<TrustAnchorFacts>> sorted;
  for (const TrustAnchorFacts& anchor : list.anchors) sorted[anchor.fingerprint].push_back(anchor);
  return sorted;
}

TrustChange compare(const TrustListFacts* before, TrustListFacts after) {
  TrustChange change;
  const auto old = before != nullptr ? by_fingerprint(*before) : std::map<std::string, std::vector<TrustAnchorFacts>>();
  const auto now = by_fingerprint(after);
  for (const auto& [fingerprint, anchors] : now) {
    const auto known = old.find(fingerprint);
    if (known == old.end())
      change.added.push_back(anchors.back());
    else if (known->second != anchors)
      change.redated.push_back(anchors.back());
  }
  for (const auto& [fingerprint, anchors] : old) {
    if (!now.contains(fingerprint)) change.removed.push_back(anchors.back());
  }
  change.replaced = before != nullptr;
  change.list = std::move(after);
  return change;
}

/// An attacker who can hand over an old snapshot could bring a withdrawn anchor back.
Result<void> not_older(const TrustListFacts& before, const TrustListFacts& after, const std::string& path) {
  if (!before.issued) return {};
  if (!after.issued)
    return about(Code::denied, path, "would replace a dated snapshot by a list without dates; --force");
  if (*after.issued >= *before.issued && after.sequence >= before.sequence) return {};
  return about(Code::denied, path,
               fmt::format("is older (of {}) than the snapshot in place (of {}); --force takes it anyway",
                           unix_to_rfc3339(*after.issued), unix_to_rfc3339(*before.issued)));
}

/// What is not said stays as it was: a monthly update must not forget what a list is for.
void keep_settings(const TrustUpdate& update, const std::string& folder, TrustFile& file) {
  const auto before = read_trust_file(trust_file_path(folder, file.name), file.name);
  if (!before) return;
  if (!update.use) file.use = before->use;
  if (update.key_uses.empty() && file.use == before->use) file.key_uses = before->key_uses;
}

Result<TrustFile> file_of(const TrustUpdate& update, const std::string& folder, crypto::UnixTime at) {
  TrustFile file;
  file.content = TRY(read_file(update.path, kMostTrustFile));
  file.source = fs::path(update.path).filename().string();
  file.name = update.name.empty() ? trust_name_of(update.path) : update.name;
  if (!is_trust_name(file.name)) {
    return make_error(Code::invalid_argument,
                      "a trust list's name has 1 to 64 letters, digits, dots, hyphens and underscores; give one with "
                      "--name");
  }
  file.use = update.use ? *update.use : guess_use(file.content);
  file.key_uses = update.key_uses;
  file.added = unix_to_rfc3339(at);
  keep_settings(update, folder, file);
  return file;
}

/// What can only be a slip of the hand.
Result<void> plausible(const TrustUpdate& update, const TrustListFacts& facts) {
  const bool any = std::ranges::any_of(facts.anchors, &TrustAnchorFacts::authority);
  if (facts.use != TrustUse::people && !any) {
    return make_error(Code::invalid_argument,
                      "holds no certificate of an authority, so it would vouch for nobody; --for people trusts each "
                      "certificate by itself");
  }
  if (facts.use == TrustUse::signers && !update.use && facts.title.find("TSA") != std::string::npos) {
    return make_error(
        Code::invalid_argument,
        fmt::format("calls itself \"{}\": say --for tsa, or --for signers if that is meant", facts.title));
  }
  if (facts.use != TrustUse::signers && !update.key_uses.empty()) {
    return make_error(Code::invalid_argument, "--eku goes with lists for signers");
  }
  return {};
}

}  // namespace

std::string trust_folder() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr ? std::string(value) : std::string();
  };
  if (std::string folder = variable("BONAFIDE_TRUST"); !folder.empty()) return folder;
  if (const std::string folder = variable("XDG_CONFIG_HOME"); !folder.empty()) return folder + "/bonafide/trust";
  const std::string home = variable("HOME");
  return home.empty() ? std::string() : home + "/.config/bonafide/trust";
}

Result<Trust> load_trust(const TrustRequest& request, crypto::UnixTime at) {
  Trust trust;
  for (const std::string& name : TRY(names_in(request.folder))) {
    TrustList list = TRY(kept_list(request.folder, name, at));
    TRY(take(std::move(list), trust));
  }
  std::vector<std::string> key_uses;
  if (!request.key_uses.empty()) {
    const auto text = read_file(request.key_uses, kMostTrustFile);
    if (!text) return in_file(text.error(), request.key_uses);
    auto uses = crypto::parse_store_config(*text);
    if (!uses) return in_file(std::move(uses.error()), request.key_uses);
    key_uses = std::move(*uses);
  }
  TRY(take_named(request.signers, TrustUse::signers, key_uses, at, trust));
  TRY(take_named(request.tsa, TrustUse::tsa, {}, at, trust));
  TRY(take_texts(request.signer_texts, TrustUse::signers, key_uses, at, trust));
  TRY(take_texts(request.tsa_texts, TrustUse::tsa, {}, at, trust));
  TRY(take_named(request.people, TrustUse::people, {}, at, trust));
  return trust;
}

Result<TrustChange> update_trust(const std::string& folder, const TrustUpdate& update, crypto::UnixTime at) {
  if (folder.empty())
    return make_error(Code::unavailable, "there is no trust folder: neither BONAFIDE_TRUST nor HOME is set");
  const auto work = [&]() -> Result<TrustChange> {
    TrustFile file = TRY(file_of(update, folder, at));
    TrustList list = TRY(open_trust_file(file, at));
    TRY(plausible(update, list.facts));
    file.key_uses = list.facts.key_uses;
    const std::string path = trust_file_path(folder, file.name);
    const auto before = FileReader::open(path) ? kept_list(folder, file.name, at)
                                               : Result<TrustList>(make_error(Code::not_found, "none yet"));
    if (before && !update.force) TRY(not_older(before->facts, list.facts, update.path));
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return about(Code::io, folder, "cannot make the trust folder: " + error.message());
    TRY(write_file(path, dump_json(trust_file_json(file), 1) + "\n", true));
    list.facts.path = path;
    list.facts.kept = true;
    return compare(before ? &before->facts : nullptr, std::move(list.facts));
  };
  auto change = work();
  if (!change && change.error().code != Code::io) return in_file(std::move(change.error()), update.path);
  return change;
}

Result<std::vector<TrustListFacts>> list_trust(const std::string& folder, crypto::UnixTime at) {
  std::vector<TrustListFacts> lists;
  for (const std::string& name : TRY(names_in(folder))) {
    TrustList list = TRY(kept_list(folder, name, at));
    lists.push_back(std::move(list.facts));
  }
  return lists;
}

Result<TrustListFacts> remove_trust(const std::string& folder, const std::string& name, crypto::UnixTime at) {
  const std::string path = trust_file_path(folder, name);
  if (!is_trust_name(name) || !FileReader::open(path)) {
    return make_error(Code::not_found, "there is no trust list called \"" + clean_utf8(name) + "\"");
  }
  TrustListFacts facts;
  facts.name = name;
  facts.path = path;
  if (auto list = kept_list(folder, name, at)) facts = std::move(list->facts);  // a broken one can be taken out, too
  std::error_code error;
  fs::remove(path, error);
  if (error) return about(Code::io, path, "cannot remove: " + error.message());
  return facts;
}

}  // namespace bonafide::app
