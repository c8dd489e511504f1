// Rules for the assertions of one manifest (C2PA 2.5 §14.10, §16); private to this room.
#pragma once
#include "provenance/c2pa/actions.h"

namespace bonafide::provenance::c2pa {

/// What is left where an assertion was redacted: one uuid box of zeros, or content boxes of zeros (§14.10.3).
bool is_redaction_mark(const JumbfBox& box);

/// Give it every assertion that the claim lists and that is there, in the claim's order, then finish().
class AssertionRules {
 public:
  explicit AssertionRules(const RuleScope& scope);
  void add(const Listed& assertion);
  AssertionFacts finish();

 private:
  void content(const cbor::Value& value, const Listed& assertion);
  void standard();
  void update();
  void preserved_parts();

  const RuleScope& scope_;
  AssertionFacts facts_;
  ActionRules actions_;
  int thumbnails_ = 0, all_bindings_ = 0, multi_assets_ = 0;
  std::size_t parts_ = 0;  ///< that a multi-asset hash speaks of
};

}  // namespace bonafide::provenance::c2pa
