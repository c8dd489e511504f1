#include "provenance/c2pa/binding.h"

#include <fmt/format.h>

#include <algorithm>

#include "provenance/c2pa/bmff_hash.h"
#include "provenance/c2pa/hashing.h"

namespace bonafide::provenance::c2pa {

namespace {

struct Fields {
  Bytes hash;
  crypto::HashAlgorithm algorithm = crypto::HashAlgorithm::sha256;
};

std::optional<std::uint64_t> size_of(const cbor::Value& map, std::string_view key) {
  const cbor::Value* const value = map.find(key);
  const auto number = value == nullptr ? std::nullopt : value->integer();
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

/// Nothing, and `why` set, unless the exclusions are ranges in order that do not overlap or leave the file.
std::optional<std::vector<Range>> exclusions_of(const cbor::Value& map, std::uint64_t size, std::string& why) {
  std::vector<Range> ranges;
  const cbor::Value* const list = map.find("exclusions");
  if (list == nullptr || list->is(cbor::Type::null)) return ranges;
  if (!list->is(cbor::Type::array)) {
    why = "the excluded ranges are not a list";
    return std::nullopt;
  }
  for (const cbor::Value& item : list->children) {
    const auto start = size_of(item, "start"), length = size_of(item, "length");
    if (!start || !length)
      why = "an excluded range without start or length";
    else if (*start > size || *length > size - *start)
      why = "an excluded range leaves the file";
    else if (!ranges.empty() && *start < ranges.back().end())
      why = "the excluded ranges overlap or are out of order";
    else
      ranges.push_back({*start, *length});
    if (!why.empty()) return std::nullopt;
  }
  return ranges;
}

/// Holds the exclusions against where the store really lies. Answers why they may not be believed, or nothing.
std::string judge(std::vector<Range>& exclusions, const Located& located, bool update, BindingCheck& check) {
  std::vector<bool> known(exclusions.size(), false);
  const std::vector<Range> framing = joined(located.framing);
  for (const Range& frame : framing) {
    const auto same = std::ranges::find(exclusions, frame.start, &Range::start);
    if (same == exclusions.end()) {
      return fmt::format("the bytes left out of the hash do not begin where the credential does (byte {})",
                         frame.start);
    }
    if (update) same->length = frame.length;  // the store has grown since this was signed (§14, update manifests)
    if (same->length != frame.length) {
      return fmt::format("{} bytes at {} are left out of the hash, but the credential takes up {}", same->length,
                         frame.start, frame.length);
    }
    known[static_cast<std::size_t>(same - exclusions.begin())] = true;
  }
  for (std::size_t i = 0; i < exclusions.size(); ++i) {
    if (i > 0 && exclusions[i].start < exclusions[i - 1].end()) return "the excluded ranges overlap";
    if (known[i]) continue;
    const bool field = std::ranges::find(located.optional_framing, exclusions[i]) != located.optional_framing.end();
    check.uncovered.push_back({exclusions[i], field ? "size field of the container" : "left out by the signer"});
    if (field) continue;
    check.additional_code = "assertion.dataHash.additionalExclusionsPresent";
    check.weak = true;  // the signer may leave out metadata only; that these bytes are such is not checked
  }
  return {};
}

Result<void> data_hash(const cbor::Value& map, const Fields& fields, bool update, const media::ByteSource& source,
                       const Located& located, const Context& context, BindingCheck& check) {
  std::string why;
  auto exclusions = exclusions_of(map, source.size(), why);
  if (!exclusions) {
    check.code = "assertion.dataHash.malformed";
    check.reason = why;
    return {};
  }
  why = judge(*exclusions, located, update, check);
  if (!why.empty()) {
    check.code = "assertion.dataHash.mismatch";
    check.reason = why;
    return {};
  }
  crypto::Hasher hasher(fields.algorithm);
  for (const Range& part : without({0, source.size()}, joined(*exclusions))) {
    TRY(feed(hasher, source, part, context));
  }
  const bool match = hasher.finish() == fields.hash;
  check.code = match ? "assertion.dataHash.match" : "assertion.dataHash.mismatch";
  check.reason = match ? "the file's bytes are those that were signed" : "the file's bytes were changed after signing";
  return {};
}

}  // namespace

bool is_hard_binding(std::string_view label) {
  return label == "c2pa.hash.data" || label == "c2pa.hash.boxes" || label.starts_with("c2pa.hash.bmff") ||
         label == "c2pa.hash.collection.data" || label == "c2pa.hash.segment";
}

Result<BindingCheck> check_binding(const BindingRequest& request, const media::ByteSource& source,
                                   const Located& located, const Context& context) {
  BindingCheck check;
  const bool bmff = request.label.starts_with("c2pa.hash.bmff");
  if (request.label != "c2pa.hash.data" && !bmff) {
    check.unsupported = "this version cannot check the binding " + request.label;
    return check;
  }
  const std::string family = bmff ? "assertion.bmffHash" : "assertion.dataHash";
  const cbor::Value& map = *request.value;
  const cbor::Value* const named = map.find("alg");
  const std::string name = named != nullptr && named->text() ? std::string(*named->text()) : request.default_alg;
  const auto algorithm = hash_algorithm(name);
  if (!algorithm) {
    check.code = "algorithm.unsupported";
    check.reason = name.empty() ? "the binding names no hash algorithm" : "the hash algorithm is not one C2PA allows";
    return check;
  }
  const cbor::Value* const hash = map.find("hash");
  Fields fields{{}, *algorithm};
  if (hash != nullptr && hash->bytes()) fields.hash.assign(hash->content.begin(), hash->content.end());
  if (!map.is(cbor::Type::map) || (fields.hash.empty() && !bmff)) {
    check.code = family + ".malformed";
    check.reason = "the binding holds no hash";
    return check;
  }
  if (bmff) {
    TRY(BmffHash(map, request.label, fields.hash, *algorithm, source, context, check).run());
  } else {
    TRY(data_hash(map, fields, request.update, source, located, context, check));
  }
  return check;
}

}  // namespace bonafide::provenance::c2pa
