// Rules for single kinds of assertions (C2PA 2.5 §14.10.4.2, §16), each read from its CBOR; private to this room.
#pragma once
#include "provenance/c2pa/rule_scope.h"

namespace bonafide::provenance::c2pa {

/// One rule: what is wrong goes into `facts`.
using KindRule = void(const cbor::Value& value, const Listed& assertion, const RuleScope& scope, AssertionFacts& facts);

KindRule check_cloud_data, check_external_reference, check_linked_resources, check_alternative, check_time_stamps,
    check_certificate_status, check_identity, check_ingredient, check_hash_padding;
/// processStart and processEnd of an assertion's metadata.
KindRule check_metadata_times;

/// The rule for a base label, or nothing.
KindRule* rule_for(std::string_view base);

}  // namespace bonafide::provenance::c2pa
