// Rules for the assertions of one manifest (C2PA 2.5 §14.10, §16); private to this room.
#pragma once
#include <string>
#include <vector>

#include "provenance/c2pa/store.h"
#include "provenance/c2pa/validate.h"

namespace bonafide::provenance::c2pa {

/// A box kept in an assertion's place when it was redacted: one uuid box of zeros (§9.6).
bool is_redaction_mark(const JumbfBox& box);

/// Give it every assertion that is there, then finish().
class AssertionRules {
 public:
  AssertionRules(bool update, int claim_version) : update_(update), claim_version_(claim_version) {}
  void add(const JumbfBox& box, const std::string& url);
  void finish(ManifestReport& report);
  std::vector<Ingredient> take_ingredients() { return std::move(ingredients_); }

 private:
  void fail(std::string code, std::string url, std::string reason = {});
  void actions(const cbor::Value& value, const std::string& label, const std::string& url);
  void action(const cbor::Value& value, bool second, const std::string& url);
  void ingredient(const cbor::Value& value, const std::string& label, const std::string& url);

  bool update_;
  int claim_version_;
  std::vector<Status> failures_;
  std::vector<Ingredient> ingredients_;
  std::vector<Action> actions_;
  int parents_ = 0, bindings_ = 0, soft_bindings_ = 0, thumbnails_ = 0, action_lists_ = 0;
  std::vector<std::pair<std::string, std::string>> wanted_ingredients_;  ///< label, url of the actions
  std::string bound_watermark_;                                          ///< url of the actions that tell of one
};

}  // namespace bonafide::provenance::c2pa
