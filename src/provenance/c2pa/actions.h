// Rules for actions assertions (C2PA 2.5 §14.10.1.2, §14.10.4.2.4); private to this room.
#pragma once
#include "provenance/c2pa/rule_scope.h"

namespace bonafide::provenance::c2pa {

/// Give it every actions assertion in the claim's order, then finish() once all ingredients are known. What breaks a
/// rule in a claim of version 1 becomes an objection: such files stand in the wild, and their rules were others.
class ActionRules {
 public:
  ActionRules(const RuleScope& scope, AssertionFacts& facts) : scope_(scope), facts_(facts) {}
  void add(const cbor::Value& value, const Listed& assertion);
  void finish();

 private:
  struct Place {
    std::string url;  ///< of the actions assertion
    bool gathered = false;
  };
  /// What an action says of ingredients, judged when they are all known.
  struct Mention {
    Place place;
    std::string action;
    bool there = false;  ///< the field is there
    std::vector<std::string> urls;
    bool broken = false;  ///< it is not what it should be
  };
  void breach(std::string code, const Place& place, std::string reason);
  void one(const cbor::Value& value, const Place& place, bool opening_place, bool second);
  void times(const cbor::Value& value, const Place& place, bool second);
  void mention(const cbor::Value& value, const Place& place, const std::string& name);
  void related(const cbor::Value& parameters, const Place& place);
  void redaction(const cbor::Value* parameters, const Place& place);
  void judge(const Mention& mention);
  void judge_url(const Mention& mention, const std::string& url, std::string_view wanted);
  std::string relation_elsewhere(const std::string& url) const;
  void kind_of_manifest();

  const RuleScope& scope_;
  AssertionFacts& facts_;
  std::vector<Mention> mentions_;
  std::vector<Place> bound_watermarks_;
  std::string first_url_;
  int lists_ = 0, openings_ = 0;
  bool first_seen_[2] = {false, false};  ///< created, gathered
};

}  // namespace bonafide::provenance::c2pa
