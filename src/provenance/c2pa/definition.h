// The manifest definition that users of c2patool know, read unchanged: JSON that says what a manifest shall claim.
#pragma once
#include <string>
#include <vector>

#include "provenance/c2pa/builder.h"

namespace bonafide::provenance::c2pa {

/// A file that the definition refers to, relative to the definition's own folder.
struct FileReference {
  std::string path;
  std::string media_type;  ///< as told, or empty
};

struct IngredientDefinition {
  IngredientPlan plan;  ///< what the definition says; the credential comes from the file
  std::string path;     ///< of ingredient_paths or "file"; empty: only described
  FileReference thumbnail;
};

struct Definition {
  ManifestPlan plan;
  std::vector<IngredientDefinition> ingredients;
  FileReference thumbnail;
  std::string algorithm;                 ///< "es256", or empty
  std::string certificate, private_key;  ///< paths: sign_cert, private_key
  std::string time_authority;            ///< ta_url
  std::string base_path;                 ///< folder that paths are relative to, instead of the definition's own
  bool claims_actions = false;           ///< it holds an actions assertion of its own
};

/// invalid_argument names the field that is wrong. Unknown fields are passed over, as c2patool does; `passed_over`
/// lists them for a warning.
Result<Definition> parse_definition(const Json& json, std::vector<std::string>* passed_over = nullptr);

/// Adds what the actions must begin with and nobody said (§16.2): c2pa.opened when there is a parent, else c2pa.created
/// with `source_type`. `edit_type`, when not empty, adds c2pa.edited with that digitalSourceType.
void complete_actions(ManifestPlan& plan, const std::string& source_type, const std::string& edit_type,
                      const std::string& when);

/// "trainedAlgorithmicMedia", or a whole URL, as the URL of the IPTC's or C2PA's list; nothing when it is no known
/// term.
std::optional<std::string> source_type_url(std::string_view term);

}  // namespace bonafide::provenance::c2pa
