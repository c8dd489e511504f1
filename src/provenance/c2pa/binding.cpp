#include "provenance/c2pa/binding.h"

#include "provenance/c2pa/binding_forms.h"
#include "provenance/c2pa/bmff_hash.h"

namespace bonafide::provenance::c2pa {

const cbor::Value* present(const cbor::Value& map, std::string_view key) {
  const cbor::Value* const value = map.find(key);
  return value == nullptr || value->is(cbor::Type::null) ? nullptr : value;
}

std::optional<std::uint64_t> size_of(const cbor::Value& map, std::string_view key) {
  const cbor::Value* const value = present(map, key);
  const auto number = value == nullptr ? std::nullopt : value->integer();
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::optional<crypto::HashAlgorithm> algorithm_of(const cbor::Value& map, const std::string& fallback,
                                                  BindingCheck& check) {
  const cbor::Value* const named = map.find("alg");
  const std::string name = named != nullptr && named->text() ? std::string(*named->text()) : fallback;
  const auto algorithm = hash_algorithm(name);
  if (!algorithm) {
    check.code = "algorithm.unsupported";
    check.reason = name.empty() ? "the binding names no hash algorithm" : "the hash algorithm is not one C2PA allows";
  }
  return algorithm;
}

bool is_hard_binding(std::string_view label) {
  if (label.ends_with(".part")) return false;  // of a multi-asset hash (§16.3.5)
  return label == "c2pa.hash.data" || label == "c2pa.hash.boxes" || label.starts_with("c2pa.hash.bmff") ||
         label == "c2pa.hash.collection.data" || label == "c2pa.hash.segment";
}

Result<BindingCheck> check_binding(const BindingRequest& request, const media::ByteSource& source,
                                   const Located& located, const Context& context) {
  BindingCheck check;
  check.trace.on = request.explain;
  const cbor::Value& map = *request.value;
  const BindingJob job{map, request, source, located, context, check};
  const bool bmff = request.label.starts_with("c2pa.hash.bmff"), boxes = request.label == "c2pa.hash.boxes";
  if (request.label != "c2pa.hash.data" && !boxes && !bmff) {
    check.unsupported = "this version cannot check the binding " + request.label;
    return check;
  }
  if (!map.is(cbor::Type::map)) {
    job.answer(std::string("assertion.") +
                   (bmff    ? "bmffHash"
                    : boxes ? "boxesHash"
                            : "dataHash") +
                   ".malformed",
               "the binding is not a map");
    return check;
  }
  if (boxes) {
    // A sidecar's own container says nothing of the parts of its work.
    const bool aside = located.container == Container::sidecar;
    const Located work = aside ? TRY(locate(source, context)) : Located();
    TRY(check_box_hash({map, request, source, aside ? work : located, context, check}));
    return check;
  }
  const auto algorithm = algorithm_of(map, request.default_alg, check);
  if (!algorithm) return check;
  if (!bmff) {
    TRY(check_data_hash(job, *algorithm));
    return check;
  }
  const cbor::Value* const hash = map.find("hash");
  Bytes wanted;
  if (hash != nullptr && hash->bytes()) wanted.assign(hash->content.begin(), hash->content.end());
  TRY(BmffHash(request, wanted, *algorithm, source, context, check).run());
  return check;
}

}  // namespace bonafide::provenance::c2pa
