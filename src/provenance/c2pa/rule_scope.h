// What the rules for the assertions of one manifest may look at, and what they come back with. Private to this room.
#pragma once
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "provenance/c2pa/memo.h"
#include "provenance/c2pa/validate.h"

namespace bonafide::provenance::c2pa {

struct RuleScope {
  const Store& store;
  const Manifest& manifest;
  const Claim& claim;
  const std::set<std::string>& redacted;  ///< absolute URIs, by all claims of the history
  Memo& memo;

  std::string absolute(std::string_view url) const { return Store::absolute(url, manifest); }
  bool is_redacted(std::string_view url) const { return redacted.contains(absolute(url)); }
};

/// An assertion that the claim lists and the store holds.
struct Listed {
  const JumbfBox& box;
  std::string label, url;  ///< as the box carries it; absolute
  bool gathered = false;

  std::string_view base() const { return base_label(label); }
};

/// An objection whose place is known in the store.
struct StoreObjection {
  std::string code, what;
  Range in_store;  ///< length 0: nowhere in particular
};

/// A time stamp for another manifest (§16.7.2).
struct LateStamp {
  std::string manifest;  ///< label of the one it is for
  Bytes token;
  std::string from;  ///< label of the one that brings it
};

struct AssertionFacts {
  std::vector<Status> statuses;
  std::vector<StoreObjection> objections;
  std::vector<Ingredient> ingredients;
  std::vector<Action> actions;
  std::vector<Identity> identities;
  std::vector<LateStamp> stamps;
  std::vector<Bytes> ocsp;                 ///< from certificate-status assertions
  std::vector<const JumbfBox*> bindings;   ///< hard ones; in a v2 claim only those among the created assertions
  std::vector<std::string> soft_bindings;  ///< their URLs
  std::vector<SoftBinding> soft_binding_claims;
  std::set<std::string> listed[2];         ///< absolute URLs of the created and of the gathered assertions

  int stamp_assertions = 0, preservation_images = 0;
  /// (url of the assertion, index) of a preserved original that lies in a part of a multi-asset hash.
  std::vector<std::pair<std::string, std::int64_t>> wanted_parts;

  void fail(std::string code, std::string url, std::string reason) {
    statuses.push_back({Kind::failure, std::move(code), std::move(url), std::move(reason)});
  }
  void note(std::string code, std::string url, std::string reason) {
    statuses.push_back({Kind::informational, std::move(code), std::move(url), std::move(reason)});
  }
  void object(std::string code, std::string what, Range in_store = {}) {
    objections.push_back({std::move(code), std::move(what), in_store});
  }
};

}  // namespace bonafide::provenance::c2pa
