// References inside standard assertions (C2PA 2.5 §14.10.4.3): every hashed_uri must lead to a box with that hash.
// Private to this room.
#pragma once
#include "provenance/c2pa/rule_scope.h"

namespace bonafide::provenance::c2pa {

/// Checks every hashed_uri in `value`, at any depth, but those under keys that have rules of their own (the manifests
/// and signatures of ingredients, recorded results). `url` is of the assertion or claim that holds them.
void check_references(const cbor::Value& value, const std::string& url, const RuleScope& scope, AssertionFacts& facts);

/// Does the reference's hash fit the box? `enclosing`: the alg of what the reference stands in, or empty.
bool reference_fits(const HashedUri& uri, const JumbfBox& box, const Claim& claim, Memo& memo,
                    const std::string& enclosing = {});

}  // namespace bonafide::provenance::c2pa
