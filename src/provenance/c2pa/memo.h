// What is worked out once for each box: a hostile store can name one large box ten thousand times. Private to this
// room.
#pragma once
#include <map>
#include <set>

#include "provenance/c2pa/store.h"

namespace bonafide::provenance::c2pa {

/// Boxes must outlive it.
class Memo {
 public:
  /// What a hashed_uri's hash covers (§9.4): the box without its header.
  const Bytes& digest(const JumbfBox& box, crypto::HashAlgorithm algorithm);
  /// Notes that a reference to this box was checked, and holds.
  void hold(const JumbfBox& box) { held_.insert(&box); }
  bool held(const JumbfBox& box) const { return held_.contains(&box); }
  /// How the ingredient that an assertion tells of was used; empty when it is no ingredient assertion.
  const std::string& relationship(const JumbfBox& assertion);

 private:
  std::map<std::pair<const JumbfBox*, crypto::HashAlgorithm>, Bytes> digests_;
  std::map<const JumbfBox*, std::string> relationships_;
  std::set<const JumbfBox*> held_;
};

/// "c2pa.ingredient", ".v2", ".v3", with or without an instance number.
bool is_ingredient_label(std::string_view label);
/// "c2pa.actions", ".v2", with or without an instance number.
bool is_actions_label(std::string_view label);

}  // namespace bonafide::provenance::c2pa
