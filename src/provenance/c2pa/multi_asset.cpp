#include "provenance/c2pa/multi_asset.h"

#include <fmt/format.h>

#include <algorithm>

#include "provenance/c2pa/binding_forms.h"
#include "provenance/c2pa/bmff.h"
#include "provenance/c2pa/hashing.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::size_t kMostParts = 1000;  // ours: pictures in one file

struct Part {
  std::string box;  ///< path of an ISO base media box, or empty: `range` says where
  Range range;      ///< as signed; for a box, where it was found
  HashedUri hash;
  bool optional = false;
  bool there = true;
};

class MultiAsset {
 public:
  MultiAsset(const BindingRequest& request, const PartFinder& find, const media::ByteSource& source,
             const Located& located, const Context& context)
      : request_(request), find_(find), source_(source), located_(located), context_(context) {
    check_.trace.on = request.explain;
  }
  Result<BindingCheck> run();

 private:
  bool answer(const char* code, std::string reason) {
    check_.code = std::string("assertion.multiAssetHash.") + code;
    check_.reason = std::move(reason);
    return false;
  }
  bool read_parts();
  bool read_part(const cbor::Value& entry);
  Result<bool> locate_parts();
  bool covered();
  Result<bool> check(const Part& part);
  Located located_in(const Range& range) const;
  void take_over(BindingCheck part, const Range& range);

  const BindingRequest& request_;
  const PartFinder& find_;
  const media::ByteSource& source_;
  const Located& located_;
  const Context& context_;
  BindingCheck check_;
  std::vector<Part> parts_;
};

bool MultiAsset::read_part(const cbor::Value& entry) {
  Part part;
  const cbor::Value* const place = present(entry, "location");
  if (place == nullptr || !place->is(cbor::Type::map)) return answer("malformed", "a part does not say where it lies");
  const auto offset = size_of(*place, "byteOffset"), length = size_of(*place, "length");
  const cbor::Value* const box = present(*place, "bmffBox");
  const bool by_bytes = present(*place, "byteOffset") != nullptr || present(*place, "length") != nullptr;
  if (by_bytes == (box != nullptr)) return answer("malformed", "a part lies in a box and at an offset, or in neither");
  if (by_bytes && (!offset || !length)) return answer("malformed", "a part without offset or length");
  if (by_bytes) part.range = {*offset, *length};  // below 2^63: the end cannot overflow
  if (box != nullptr) {
    if (!box->text() || box->text()->empty()) return answer("malformed", "the box of a part is not named");
    part.box = std::string(box->text()->starts_with('/') ? "" : "/") + std::string(*box->text());
  }
  if (const cbor::Value* const optional = present(entry, "optional"); optional != nullptr) {
    if (!optional->truth()) return answer("malformed", "whether a part is optional is neither true nor false");
    part.optional = *optional->truth();
  }
  auto hash = hashed_uri(present(entry, "hashAssertion"));
  if (!hash) return answer("malformed", "a part names no hash");
  part.hash = std::move(*hash);
  parts_.push_back(std::move(part));
  return true;
}

bool MultiAsset::read_parts() {
  const cbor::Value* const list = present(*request_.value, "parts");
  if (list == nullptr || !list->is(cbor::Type::array) || list->children.empty()) {
    return answer("malformed", "the list of parts is missing or empty");
  }
  if (list->children.size() > kMostParts) return answer("malformed", "the file has more parts than any format knows");
  return std::ranges::all_of(list->children, [&](const cbor::Value& entry) { return read_part(entry); });
}

/// Finds out which parts are there. False when the check is answered already.
Result<bool> MultiAsset::locate_parts() {
  std::vector<BmffBox> roots;
  const bool boxed = std::ranges::any_of(parts_, [](const Part& part) { return !part.box.empty(); });
  if (boxed && located_.container != Container::bmff) return answer("malformed", "the file is not made of boxes");
  if (boxed) {
    auto found = bmff_roots(source_, context_);
    if (!found && found.error().code == Code::corrupt) return answer("mismatch", found.error().message);
    if (!found) return found.error();
    roots = std::move(*found);
  }
  for (Part& part : parts_) {
    if (part.box.empty()) {
      part.there = part.range.start < source_.size() || part.range.length == 0;
    } else {
      auto boxes = bmff_at(source_, roots, part.box, context_);
      if (!boxes && boxes.error().code != Code::unsupported && boxes.error().code != Code::corrupt)
        return boxes.error();
      if (!boxes || boxes->size() > 1) return answer("malformed", "the box of a part cannot be told: " + part.box);
      part.there = !boxes->empty();
      if (part.there) {
        const BmffBox& box = boxes->front();
        part.range = {box.range.start + box.header, box.range.length - box.header};
      }
    }
    if (part.there || part.optional) continue;
    if (part.box.empty()) return answer("missingPart", fmt::format("the part at byte {} is gone", part.range.start));
    return answer("malformed", "the file has no box " + part.box);
  }
  return true;
}

/// The parts that are there, as signed, come one after the other and make up the file.
bool MultiAsset::covered() {
  std::uint64_t at = 0;
  for (const Part& part : parts_) {
    if (!part.there) continue;
    if (part.range.start != at)
      return answer("malformed", fmt::format("the parts overlap or leave bytes out, from byte {} on", at));
    at = part.range.end();
  }
  if (at < source_.size()) return answer("malformed", fmt::format("no part covers the bytes from {} on", at));
  if (at > source_.size()) return answer("mismatch", "the last part is shorter than what was signed");
  return true;
}

/// How the store lies in a part: what of its frame falls in there. A part's own store, if it has one, is content.
Located MultiAsset::located_in(const Range& range) const {
  Located located;
  const auto move = [&](const std::vector<Range>& from, std::vector<Range>& into) {
    for (const Range& frame : from) {
      const std::uint64_t begin = std::max(frame.start, range.start), end = std::min(frame.end(), range.end());
      if (begin < end) into.push_back({begin - range.start, end - begin});
    }
  };
  move(located_.framing, located.framing);
  move(located_.optional_framing, located.optional_framing);
  return located;
}

void MultiAsset::take_over(BindingCheck part, const Range& range) {
  for (Uncovered& hole : part.uncovered) {
    hole.range.start += range.start;
    check_.uncovered.push_back(std::move(hole));
  }
  for (HashStep& step : part.trace.steps) {
    if (step.range.length > 0) step.range.start += range.start;
    check_.trace.add(std::move(step));
  }
  check_.trace.left_out += part.trace.left_out;
  check_.weak = check_.weak || part.weak;
  if (!part.additional_code.empty()) check_.additional_code = part.additional_code;
}

/// False when the check is answered already.
Result<bool> MultiAsset::check(const Part& part) {
  const JumbfBox* const assertion = find_(part.hash);
  const JumbfBox* const content = assertion == nullptr ? nullptr : assertion->content(fourcc("cbor"));
  if (content == nullptr) return answer("malformed", "the hash of a part is not there, or was changed");
  std::string_view label = base_label(assertion->label);
  if (!label.ends_with(".part")) return answer("malformed", "a part is bound by something that is no hash of a part");
  label.remove_suffix(5);
  auto value = cbor::parse(content->payload);
  if (!value || !is_hard_binding(label)) return answer("malformed", "the hash of a part is of no known form");
  const SliceSource slice(source_, part.range);
  Located located = located_in(part.range);
  if (label == "c2pa.hash.boxes") {  // its names depend on the kind of file
    const auto own = locate(slice, context_);
    if (!own && own.error().code != Code::corrupt) return own.error();
    if (own) located.container = own->container;
  }
  check_.trace.add({HashStep::Kind::part, std::string(assertion->label), part.range, {}, {}, {}});
  BindingRequest request{std::string(label), &*value, request_.default_alg, false, request_.explain, true};
  BindingCheck found = TRY(check_binding(request, slice, located, context_));
  const std::string code = found.code, reason = found.reason, unsupported = found.unsupported;
  take_over(std::move(found), part.range);
  if (!unsupported.empty()) {
    check_.unsupported = unsupported;
    return false;
  }
  if (code.ends_with(".match")) return true;
  if (code == "algorithm.unsupported") {
    check_.code = code;
    check_.reason = reason;
    return false;
  }
  return answer(code.ends_with(".malformed") ? "malformed" : "mismatch",
                fmt::format("the part at byte {}: {}", part.range.start, reason));
}

Result<BindingCheck> MultiAsset::run() {
  if (!read_parts() || !TRY(locate_parts()) || !covered()) return std::move(check_);
  std::size_t gone = 0;
  for (const Part& part : parts_) {
    if (!part.there) ++gone;
    if (part.there && !TRY(check(part))) return std::move(check_);
  }
  answer("match", gone == 0 ? "each part of the file is as it was signed"
                            : "the parts that are there are as they were signed; optional ones were taken off");
  return std::move(check_);
}

}  // namespace

Result<BindingCheck> check_multi_asset(const BindingRequest& request, const PartFinder& find,
                                       const media::ByteSource& source, const Located& located,
                                       const Context& context) {
  return MultiAsset(request, find, source, located, context).run();
}

}  // namespace bonafide::provenance::c2pa
