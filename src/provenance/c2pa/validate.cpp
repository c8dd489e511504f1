#include "provenance/c2pa/validate.h"

#include <algorithm>

#include "provenance/c2pa/validator.h"

namespace bonafide::provenance::c2pa {

namespace {

Validation broken_store(std::string reason) {
  Validation validation;
  validation.broken = true;
  ManifestReport report;
  report.statuses.push_back({Kind::failure, "manifest.inaccessible.malformed", {}, std::move(reason)});
  validation.manifests.push_back(std::move(report));
  return validation;
}

}  // namespace

bool ManifestReport::has(std::string_view code) const {
  return std::ranges::any_of(statuses, [&](const Status& status) { return status.code == code; });
}

std::string_view to_string(State state) {
  switch (state) {
    case State::invalid: return "Invalid";
    case State::valid: return "Valid";
    case State::trusted: return "Trusted";
  }
  return "Invalid";
}

Result<Validation> validate(const media::ByteSource& source, Located located, const ValidateOptions& options,
                            const Context& context) {
  if (options.trust == nullptr) return make_error(Code::invalid_argument, "no trust store was given");
  if (!located.problem.empty()) return broken_store(located.problem);
  if (!located.found()) return make_error(Code::not_found, "there is no Content Credential");
  auto store = Store::parse(std::move(located.stores));
  if (!store) {
    if (store.error().code != Code::corrupt) return store.error();
    return broken_store(store.error().message);
  }
  const auto kept =
      std::make_shared<const Store>(std::move(*store));  // its boxes view bytes on the heap: moving is safe
  Validation validation = TRY(Validator(source, located, *kept, options, context).run());
  validation.store = kept;
  return validation;
}

}  // namespace bonafide::provenance::c2pa
