// What a new manifest will say and who says it, put together from a request before the work's bytes are bound to it;
// private to this room.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "app/credential/sign.h"
#include "app/credential/work.h"
#include "provenance/c2pa/definition.h"

namespace bonafide::app {

class Claiming {
 public:
  /// Both must outlive this.
  Claiming(const SignRequest& request, const Context& context);

  /// Reads the definition and opens keys and authorities: what is wrong with them shows before the work is read.
  Result<void> begin();
  /// After begin(). `work` is null when its bytes do not exist yet. Answers what the manifest will hold, once.
  Result<provenance::c2pa::Builder> claim(const Work* work);
  /// After begin(). How to sign; lives no longer than this.
  Result<provenance::c2pa::SignPlan> plan() const;
  /// After begin(). Label, signer, algorithm and warnings; the rest is for whoever writes.
  Result<SignAnswer> answer(const provenance::c2pa::Builder& builder, const provenance::c2pa::SignedFile& file) const;

 private:
  using Assertion = provenance::c2pa::Assertion;
  Result<void> read_definition();
  Result<void> add_parent(const Work* work);
  Result<void> add_ingredients();
  Result<void> add_actions();
  Result<std::optional<Assertion>> thumbnail(const provenance::c2pa::FileReference& file, const char* label);
  Result<provenance::c2pa::IngredientPlan> ingredient(const std::string& path, const Work& work);
  Result<Bytes> revocation() const;
  std::string resolve(const std::string& path) const;
  bool has_parent() const;

  const SignRequest& request_;
  const Context& context_;
  std::int64_t now_ = 0;
  provenance::c2pa::Definition definition_;
  std::vector<std::string> warnings_;
  std::shared_ptr<const crypto::Signer> signer_;
  std::shared_ptr<const crypto::Stamper> stamper_;
};

}  // namespace bonafide::app
