// The data hash (C2PA 2.5 §14.12.1): one digest over the file without the ranges that the assertion leaves out.
#include <fmt/format.h>

#include <algorithm>

#include "provenance/c2pa/binding_forms.h"
#include "provenance/c2pa/hashing.h"

namespace bonafide::provenance::c2pa {

namespace {

/// Nothing, and `why` set, unless the exclusions are ranges in order that do not overlap.
std::optional<std::vector<Range>> exclusions_of(const cbor::Value& map, std::string& why) {
  std::vector<Range> ranges;
  const cbor::Value* const list = present(map, "exclusions");
  if (list == nullptr) return ranges;
  if (!list->is(cbor::Type::array)) {
    why = "the excluded ranges are not a list";
    return std::nullopt;
  }
  for (const cbor::Value& item : list->children) {
    const auto start = size_of(item, "start"), length = size_of(item, "length");  // below 2^63: the end cannot overflow
    if (!start || !length)
      why = "an excluded range without start or length";
    else if (!ranges.empty() && *start < ranges.back().end())
      why = "the excluded ranges overlap or are out of order";
    else
      ranges.push_back({*start, *length});
    if (!why.empty()) return std::nullopt;
  }
  return ranges;
}

/// An update has grown the store at `index` to `length`: what follows it has moved along (§14.12.1.1).
bool grow(std::vector<Range>& exclusions, std::size_t index, std::uint64_t length) {
  const std::uint64_t before = exclusions[index].length;
  exclusions[index].length = length;
  for (std::size_t i = index + 1; i < exclusions.size(); ++i) {
    if (exclusions[i].start + length < before) return false;
    exclusions[i].start = exclusions[i].start + length - before;
  }
  return true;
}

/// Holds the exclusions against where the store really lies. Answers why they may not be believed, or nothing.
std::string judge(std::vector<Range>& exclusions, const BindingJob& job) {
  std::vector<bool> known(exclusions.size(), false);
  for (const Range& frame : joined(job.located.framing)) {
    const auto same = std::ranges::find(exclusions, frame.start, &Range::start);
    if (same == exclusions.end()) {
      return fmt::format("the bytes left out of the hash do not begin where the credential does (byte {})",
                         frame.start);
    }
    const auto index = static_cast<std::size_t>(same - exclusions.begin());
    // c2pa-rs leaves the padding of an odd RIFF chunk to the hash
    const std::uint64_t tail = same->length % 2 == 1 ? job.located.loose_tail : 0;
    if (job.request.update && !grow(exclusions, index, frame.length - tail))
      return "the excluded ranges leave the file";
    if (same->length != frame.length - tail) {
      return fmt::format("{} bytes at {} are left out of the hash, but the credential takes up {}", same->length,
                         frame.start, frame.length);
    }
    known[index] = true;
  }
  for (std::size_t i = 0; i < exclusions.size(); ++i) {
    const Range& hole = exclusions[i];
    if (hole.start > job.source.size() || hole.length > job.source.size() - hole.start)
      return "an excluded range leaves the file";
    if (i > 0 && hole.start < exclusions[i - 1].end()) return "the excluded ranges overlap";
    if (known[i]) continue;
    const bool field = std::ranges::find(job.located.optional_framing, hole) != job.located.optional_framing.end();
    job.check.uncovered.push_back({hole, field ? "size field of the container" : "left out by the signer"});
    if (field) continue;
    job.check.additional_code = "assertion.dataHash.additionalExclusionsPresent";
    job.check.weak = true;  // the signer may leave out metadata only; that these bytes are such is not checked
  }
  return {};
}

Result<Bytes> hash_around(const std::vector<Range>& exclusions, crypto::HashAlgorithm algorithm,
                          const BindingJob& job) {
  crypto::Hasher hasher(algorithm);
  std::uint64_t at = 0;
  const auto go_on = [&](std::uint64_t end) -> Result<void> {
    const Range part{at, end - at};
    if (part.length == 0) return {};
    TRY(feed(hasher, job.source, part, job.context));
    if (job.check.trace.on) job.check.trace.add({HashStep::Kind::range, {}, part, {}, to_hex(hasher.so_far()), {}});
    return {};
  };
  for (const Range& hole : exclusions) {
    TRY(go_on(hole.start));
    at = hole.end();
    job.check.trace.add({HashStep::Kind::excluded, {}, hole, {}, {}, {}});
  }
  TRY(go_on(job.source.size()));
  return hasher.finish();
}

}  // namespace

Result<void> check_data_hash(const BindingJob& job, crypto::HashAlgorithm algorithm) {
  std::string why;
  auto exclusions = exclusions_of(job.map, why);
  if (!exclusions) {
    job.answer("assertion.dataHash.malformed", why);
    return {};
  }
  const cbor::Value* const hash = present(job.map, "hash");
  if (hash == nullptr || !hash->bytes() || hash->content.empty()) {
    job.answer("assertion.dataHash.mismatch", "the binding holds no hash");
    return {};
  }
  why = judge(*exclusions, job);
  if (!why.empty()) {
    job.answer("assertion.dataHash.mismatch", why);
    return {};
  }
  const Bytes digest = TRY(hash_around(*exclusions, algorithm, job));
  job.check.trace.add({HashStep::Kind::result, {}, {}, {}, to_hex(digest), to_hex(hash->content)});
  if (std::ranges::equal(digest, hash->content))
    job.answer("assertion.dataHash.match", "the file's bytes are those that were signed");
  else
    job.answer("assertion.dataHash.mismatch", "the file's bytes were changed after signing");
  return {};
}

}  // namespace bonafide::provenance::c2pa
