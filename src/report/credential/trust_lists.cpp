#include "report/credential/trust_lists.h"

#include <algorithm>

#include "base/time.h"
#include "report/credential/page.h"

namespace bonafide::report {

namespace {

std::string day(crypto::UnixTime time) { return unix_to_rfc3339(time).substr(0, 10); }

std::string key_use_words(const std::string& use) {
  if (use == crypto::oid::kC2paClaimSigning) return "C2PA claim signing (" + use + ")";
  if (use == crypto::oid::kEmailProtection) return "e-mail protection (" + use + ")";
  if (use == crypto::oid::kDocumentSigning) return "document signing (" + use + ")";
  if (use == crypto::oid::kMicrosoftC2paSigning) return "Microsoft C2PA signing (" + use + ")";
  return use;
}

std::string use_words(TrustUse use) {
  switch (use) {
    case TrustUse::signers: return "vouches for signers";
    case TrustUse::tsa: return "vouches for time-stamp authorities";
    case TrustUse::people: return "an address book: certificates trusted by themselves";
  }
  return {};
}

std::string anchor_words(const TrustAnchorFacts& anchor) {
  return anchor.subject.empty() ? "fingerprint " + anchor.fingerprint : anchor.subject;
}

std::string date_words(const TrustAnchorFacts& anchor, TrustUse use, crypto::UnixTime at) {
  std::string words;
  if (anchor.not_before && anchor.not_after) {
    words = fmt::format("{} to {}", day(*anchor.not_before), day(*anchor.not_after));
    if (at > *anchor.not_after) words += ", expired";
    if (at < *anchor.not_before) words += ", not valid yet";
  }
  if (anchor.listed_from) words += ", listed from " + day(*anchor.listed_from);
  if (anchor.listed_until) words += ", withdrawn on " + day(*anchor.listed_until + 1);
  if (!anchor.authority && use != TrustUse::people) words += ", no authority: never believed";
  return words + fmt::format("{}sha256 {}…", words.empty() ? "" : ", ", anchor.fingerprint.substr(0, 16));
}

Json anchor_json(const TrustAnchorFacts& anchor) {
  Json json{{"subject", clean_utf8(anchor.subject)}, {"sha256", anchor.fingerprint}, {"authority", anchor.authority}};
  const auto put = [&](const char* key, const std::optional<crypto::UnixTime>& time) {
    if (time) json[key] = unix_to_rfc3339(*time);
  };
  put("not_before", anchor.not_before);
  put("not_after", anchor.not_after);
  put("listed_from", anchor.listed_from);
  put("listed_until", anchor.listed_until);
  return json;
}

Json anchors_json(const std::vector<TrustAnchorFacts>& anchors) {
  Json json = Json::array();
  for (const TrustAnchorFacts& anchor : anchors) json.push_back(anchor_json(anchor));
  return json;
}

void head(Page& page, const TrustListFacts& list) {
  page.title(list.name);
  page.field("what", use_words(list.use));
  if (list.issued && list.next_update) {
    page.field("snapshot", fmt::format("{}, number {}, of {}, the next one due on {}{}", list.title, list.sequence,
                                       day(*list.issued), day(*list.next_update), list.stale ? ": STALE" : ""));
  }
  for (std::size_t i = 0; i < list.key_uses.size(); ++i) {
    page.field(i == 0 ? "key uses" : "", key_use_words(list.key_uses[i]));
  }
  if (!list.added.empty()) page.field("from", fmt::format("{}, put here {}", list.source, list.added));
}

}  // namespace

std::string_view to_string(TrustUse use) {
  switch (use) {
    case TrustUse::signers: return "signers";
    case TrustUse::tsa: return "tsa";
    case TrustUse::people: return "people";
  }
  return "signers";
}

Json trust_list_json(const TrustListFacts& list, bool anchors) {
  Json json{{"name", clean_utf8(list.name)}, {"for", to_string(list.use)}, {"kept", list.kept}};
  if (!list.title.empty()) json["title"] = clean_utf8(list.title);
  if (list.use == TrustUse::signers) json["key_uses"] = list.key_uses;
  if (list.issued && list.next_update) {
    json["sequence"] = list.sequence;
    json["issued"] = unix_to_rfc3339(*list.issued);
    json["next_update"] = unix_to_rfc3339(*list.next_update);
    json["stale"] = list.stale;
  }
  json["count"] = list.anchors.size();
  if (!anchors) return json;
  json["source"] = clean_utf8(list.source);
  json["added"] = list.added;
  json["anchors"] = anchors_json(list.anchors);
  return json;
}

Json trust_json(const std::vector<TrustListFacts>& lists, const std::string& folder, crypto::UnixTime at) {
  Json json{{"schema", "bonafide.trust/1"}, {"folder", clean_utf8(folder)}, {"at", unix_to_rfc3339(at)}};
  json["lists"] = Json::array();
  for (const TrustListFacts& list : lists) json["lists"].push_back(trust_list_json(list, true));
  return json;
}

std::string trust_text(const std::vector<TrustListFacts>& lists, const std::string& folder, crypto::UnixTime at,
                       const TextStyle& style) {
  Page page(style);
  if (lists.empty()) {
    page.line("no trust lists in " + folder + ": no signer is trusted unless --trust names a list");
    return page.take();
  }
  bool first = true;
  for (const TrustListFacts& list : lists) {
    if (!first) page.gap();
    first = false;
    head(page, list);
    for (const TrustAnchorFacts& anchor : list.anchors) {
      page.field(list.use == TrustUse::people ? "certificate" : "anchor", anchor_words(anchor));
      page.more(date_words(anchor, list.use, at));
    }
  }
  return page.take();
}

Json trust_change_json(const TrustChange& change) {
  return {{"schema", "bonafide.trust-change/1"},
          {"list", trust_list_json(change.list, false)},
          {"replaced", change.replaced},
          {"added", anchors_json(change.added)},
          {"removed", anchors_json(change.removed)},
          {"redated", anchors_json(change.redated)}};
}

std::string trust_change_text(const TrustChange& change, const TextStyle& style) {
  Page page(style);
  head(page, change.list);
  const auto show = [&](const char* name, const std::vector<TrustAnchorFacts>& anchors) {
    for (const TrustAnchorFacts& anchor : anchors) page.field(name, anchor_words(anchor));
  };
  show("added", change.added);
  show("removed", change.removed);
  show("new dates", change.redated);
  const bool same = change.added.empty() && change.removed.empty() && change.redated.empty();
  page.field("in all", fmt::format("{} entr{}{}", change.list.anchors.size(),
                                   change.list.anchors.size() == 1 ? "y" : "ies", same ? ", the same as before" : ""));
  return page.take();
}

}  // namespace bonafide::report
