// The check of each form of hard binding, behind check_binding(); private to this room.
#pragma once
#include "provenance/c2pa/binding.h"

namespace bonafide::provenance::c2pa {

/// What every form is given. `map` is a CBOR map; the answer goes to `check`.
struct BindingJob {
  const cbor::Value& map;
  const BindingRequest& request;
  const media::ByteSource& source;
  const Located& located;
  const Context& context;
  BindingCheck& check;

  void answer(std::string code, std::string reason) const {
    check.code = std::move(code);
    check.reason = std::move(reason);
  }
};

Result<void> check_data_hash(const BindingJob& job, crypto::HashAlgorithm algorithm);
Result<void> check_box_hash(const BindingJob& job);

/// A member that is there and not null.
const cbor::Value* present(const cbor::Value& map, std::string_view key);
/// A member that is an integer from 0 on.
std::optional<std::uint64_t> size_of(const cbor::Value& map, std::string_view key);
/// The algorithm that `alg` of the map names, else the fallback; nothing, and `check` answered with
/// algorithm.unsupported, when it is none that C2PA allows (§14.4).
std::optional<crypto::HashAlgorithm> algorithm_of(const cbor::Value& map, const std::string& fallback,
                                                  BindingCheck& check);

}  // namespace bonafide::provenance::c2pa
