#include "provenance/c2pa/memo.h"

namespace bonafide::provenance::c2pa {

bool is_ingredient_label(std::string_view label) {
  const std::string_view base = base_label(label);
  return base == "c2pa.ingredient" || base == "c2pa.ingredient.v2" || base == "c2pa.ingredient.v3";
}

bool is_actions_label(std::string_view label) {
  const std::string_view base = base_label(label);
  return base == "c2pa.actions" || base == "c2pa.actions.v2";
}

const Bytes& Memo::digest(const JumbfBox& box, crypto::HashAlgorithm algorithm) {
  const auto [entry, fresh] = digests_.try_emplace({&box, algorithm});
  if (fresh) entry->second = crypto::digest(algorithm, box.payload);
  return entry->second;
}

const std::string& Memo::relationship(const JumbfBox& assertion) {
  const auto [entry, fresh] = relationships_.try_emplace(&assertion);
  const JumbfBox* const content = assertion.content(fourcc("cbor"));
  if (!fresh || content == nullptr || !is_ingredient_label(assertion.label)) return entry->second;
  if (const auto value = cbor::parse(content->payload)) {
    if (const auto ingredient = parse_ingredient(std::string(assertion.label), *value)) {
      entry->second = ingredient->relationship;
    }
  }
  return entry->second;
}

}  // namespace bonafide::provenance::c2pa
