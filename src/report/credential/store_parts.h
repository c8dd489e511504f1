// What the two JSON forms of a manifest store have in common: results sorted by kind, what came to light about each
// ingredient, certificates. Private to this room.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "provenance/c2pa/store_view.h"
#include "provenance/c2pa/validate.h"

namespace bonafide::report {

/// The specification that validate() follows.
inline constexpr std::string_view kSpecVersion = "2.5.0";

struct Results {
  std::vector<provenance::c2pa::Status> success, informational, failure;
  void add(provenance::c2pa::Status status);
};
/// {"success": [], "informational": [], "failure": []}, each entry with code, url and explanation.
Json results_json(const Results& results);

/// What validation says of a manifest itself; what it says of the ingredients it took in is in its deltas.
Results results_of(const provenance::c2pa::ManifestReport& report);

/// One ingredient assertion: what is known now and was not recorded when it was taken in.
struct IngredientDelta {
  std::string url;  ///< of the assertion, absolute
  Results results;
};
std::vector<IngredientDelta> deltas_of(const provenance::c2pa::Validation& validation,
                                       const provenance::c2pa::Manifest& manifest);
/// [{"ingredientAssertionURI", "validationDeltas"}].
Json deltas_json(const std::vector<IngredientDelta>& deltas);

/// The report about a manifest of the store; nothing when validation did not come to it.
const provenance::c2pa::ManifestReport* report_of(const provenance::c2pa::Validation& validation,
                                                  const provenance::c2pa::Manifest& manifest);

bool is_ingredient(std::string_view label);
/// What an ingredient assertion's value names as its manifest (activeManifest, c2pa_manifest), absolute; or empty.
std::string ingredient_target(const Json& ingredient, const provenance::c2pa::Manifest& from);
/// Early writers spelt hashes out as numbers; both forms have them as byte strings. Touches hashed URIs, at any depth.
void spell_hashes(Json& json, cbor::ByteForm form);
/// "2026-11-24T12:00:00+00:00", as c2pa-rs writes times.
std::string offset_time(crypto::UnixTime time);
/// A certificate's serial number, hex in and decimal out.
std::string decimal(std::string_view hex);

}  // namespace bonafide::report
