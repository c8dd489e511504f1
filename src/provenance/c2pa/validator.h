// The validation of one store, in the order of C2PA 2.5 §14: the manifests each for itself (validator.cpp), what they
// say of each other (history.cpp), the file (bound.cpp), and
// what nothing covers (accounting.cpp). Private to this room.
#pragma once
#include <map>
#include <set>

#include "provenance/c2pa/rule_scope.h"

namespace bonafide::provenance::c2pa {

struct Examined {
  ManifestReport report;
  std::optional<Claim> claim;
  AssertionFacts facts;       ///< without its statuses, which are in the report
  bool hashed_whole = false;  ///< a claim that took it in hashes all of it
};

class Validator {
 public:
  Validator(const media::ByteSource& source, const Located& located, const Store& store, const ValidateOptions& options,
            const Context& context)
      : source_(source), located_(located), store_(store), options_(options), context_(context) {}

  Result<Validation> run();

 private:
  // validator.cpp
  Result<void> walk(const Manifest& active);
  std::vector<const Manifest*> parents_of(const Manifest& manifest, const Claim& claim);
  void examine(const Manifest& manifest);
  void claim_of(const Manifest& manifest, Examined& examined);
  void redactions_of(const Manifest& manifest, Examined& examined);
  void assertions_of(const Manifest& manifest, Examined& examined);
  static void icon_of(const RuleScope& scope, ManifestReport& report);
  const JumbfBox* assertion(const RuleScope& scope, ManifestReport& report, const HashedUri& uri);
  void gather(const Examined& examined);
  void signature_of(const Manifest& manifest, Examined& examined);
  void sum_up();
  static void fail(ManifestReport& report, std::string code, std::string url, std::string reason);

  // history.cpp
  void ingredient(const Manifest& manifest, const Ingredient& ingredient);
  bool by_claim_signature(const Ingredient& ingredient, const Claim& claim, const Manifest& below, Status& status);

  // bound.cpp
  const Manifest* bound_manifest(bool& update) const;
  Result<void> parts(const Manifest& manifest, const BindingRequest& whole, BindingCheck& check, std::string& url);
  std::optional<cbor::Value> binding_value(const JumbfBox& box, const std::string& url);
  Result<void> binding();

  // accounting.cpp
  Result<void> account();
  void frames();
  void trailing();
  void loose_structure(const Manifest& manifest);
  void loose_box(const Manifest& manifest, const JumbfBox& box, std::string_view name, std::size_t own_contents);
  void loose_extra(const Manifest& manifest, const JumbfBox& box);
  void unreferenced();
  Result<void> shown_but_unsigned();
  void object(std::string code, std::string what, std::size_t store, Range in_store);
  std::optional<Range> in_file(std::size_t store, Range in_store) const;
  void list(std::size_t store, Range in_store, const std::string& what);
  Range in_store(const Manifest& manifest, ByteView bytes) const;

  const media::ByteSource& source_;
  const Located& located_;
  const Store& store_;
  const ValidateOptions& options_;
  const Context& context_;
  Validation result_;
  Memo memo_;
  std::map<const Manifest*, Examined> examined_;
  std::vector<const Manifest*> order_;  ///< reachable from the active one, itself first
  std::set<std::string> redacted_;      ///< absolute URIs, by all claims
  std::set<std::string> shortened_;     ///< labels of the manifests they lie in
  std::map<std::string, std::vector<LateStamp>> late_stamps_;
  std::vector<Bytes> late_ocsp_;
  std::size_t delta_failures_ = 0;
  bool weak_ = false;
  bool bound_ = false;  ///< a hash over the file was checked, and holds
};

}  // namespace bonafide::provenance::c2pa
