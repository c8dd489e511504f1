// Building a manifest (C2PA 2.5 §10, §11): assertions, ingredients, actions, the claim, and the store they stand in.
// What is written: claim v2, actions v2, ingredient v3, hashed with SHA-256.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "crypto/cose_writer.h"
#include "crypto/random.h"
#include "provenance/c2pa/bind.h"
#include "provenance/c2pa/cbor_map.h"
#include "provenance/c2pa/validate.h"

namespace bonafide::provenance::c2pa {

struct Assertion {
  enum class Form { cbor, json, embedded };
  std::string label;  ///< without an instance number: "org.example.note"
  Form form = Form::cbor;
  Bytes content;           ///< CBOR, JSON text, or a file's bytes
  std::string media_type;  ///< of an embedded file
  bool created = true;     ///< the signer vouches for it; else it is only gathered (§10.2)
};

/// A work that went into this one (§16.7). What it brings of its own history stays in the store.
struct IngredientPlan {
  std::string relationship = "parentOf";  ///< parentOf, componentOf, inputTo
  std::string title, format, instance_id, source_type;
  std::string id;                        ///< what actions name it by in "ingredientIds"
  std::vector<Bytes> stores;             ///< its manifest stores (BMFF: original, update); empty: it has no credential
  std::optional<Validation> validation;  ///< required with a store: a generator records what it found (§16.7.3)
  std::optional<Assertion> thumbnail;
  Json more = Json::object();  ///< further fields of the definition, taken as they are
};

struct ManifestPlan {
  std::string title, format;
  std::string instance_id;          ///< made up when empty
  std::string label;                ///< urn:c2pa:…; made up when empty
  std::string vendor;               ///< put behind the label's UUID, at most 32 characters
  Json generator = Json::object();  ///< claim_generator_info: "name" required
  std::vector<Assertion> assertions;
  Json actions = Json::array();        ///< in the form of c2pa.actions.v2; "parameters.ingredientIds" become references
  Json actions_more = Json::object();  ///< further fields of the actions assertion
  std::vector<IngredientPlan> ingredients;
  std::vector<std::string> redactions;  ///< absolute URIs of assertions in the ingredients' manifests
  std::optional<Assertion> thumbnail;
  bool update = false;                ///< an update manifest (§11.2.3): no binding, one parent
  std::optional<std::uint64_t> seed;  ///< salts and names from here, for fixtures that must come out the same
};

class Builder {
 public:
  /// invalid_argument: what the plan says cannot be a well-formed manifest. Makes everything but binding and claim.
  static Result<Builder> create(ManifestPlan plan);

  const std::string& label() const { return label_; }
  /// The store, with zeros where the signature will stand: the same size as the real one. `alone`: without the
  /// manifests of `stores[0]` of the parent (BMFF keeps them in their own box).
  Bytes placeholder(const std::optional<HardBinding>& binding, std::size_t signature_size, bool alone = false) const;
  Result<Bytes> finish(const std::optional<HardBinding>& binding, const crypto::CosePlan& cose,
                       std::size_t signature_size, bool alone = false) const;

 private:
  struct Reference {
    std::string url;
    Bytes hash;
  };
  struct Ancestor {
    std::string label;
    Bytes box;
    bool original = false;  ///< from the first store of the parent
  };
  Result<void> take_ancestors(const IngredientPlan& ingredient);
  Result<void> redact();
  Result<void> add(const Assertion& assertion, const std::string& label);
  Result<std::string> place(const Assertion& assertion);
  Result<void> add_ingredient(const IngredientPlan& ingredient);
  Result<void> add_actions();
  Result<Bytes> parameters(Json parameters) const;
  Bytes claim(const std::vector<Reference>& created) const;
  Bytes store(const std::optional<HardBinding>& binding, const Bytes& signature, Bytes* claim_bytes, bool alone) const;

  ManifestPlan plan_;
  crypto::Random random_;
  std::string label_, instance_id_;
  std::vector<Ancestor> ancestors_;
  std::vector<std::pair<std::string, int>> instances_;  ///< how often a label was given
  std::vector<Bytes> boxes_;                            ///< of the assertion store, without the binding
  std::vector<Reference> created_, gathered_;
  std::vector<std::pair<std::string, Reference>> by_id_;  ///< ingredients for actions
  Bytes binding_salt_;
};

}  // namespace bonafide::provenance::c2pa
