// The general box hash (C2PA 2.5 §14.12.3): the parts of the file by name and in order, each group with its digest.
#include <fmt/format.h>

#include <algorithm>

#include "provenance/c2pa/binding_forms.h"
#include "provenance/c2pa/box_list.h"
#include "provenance/c2pa/hashing.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::string_view kStore = "C2PA", kAfter = "c2pa.after", kPngHead = "PNGh";

struct Group {
  std::vector<std::string> names;
  const cbor::Value* map = nullptr;
  bool excluded = false;
  bool store = false;
};

class BoxHash {
 public:
  explicit BoxHash(const BindingJob& job) : job_(job) {}
  Result<void> run();

 private:
  bool malformed(std::string reason) {
    job_.answer("assertion.boxesHash.malformed", std::move(reason));
    return false;
  }
  bool mismatch(std::string reason) {
    job_.answer("assertion.boxesHash.mismatch", std::move(reason));
    return false;
  }
  bool read_groups();
  bool read_group(const cbor::Value& entry);
  Result<bool> list();
  bool pair_up();
  bool differ(std::size_t at, const std::string& name);
  bool exclusions_of(const Group& group, std::size_t first, std::vector<Range>& holes);
  Result<bool> check(const Group& group, std::size_t first, bool& match);

  const BindingJob& job_;
  std::vector<Group> groups_;
  std::vector<std::string> wanted_;  ///< all names in order
  std::vector<NamedBox> boxes_;
  std::size_t skipped_ = 0;  ///< boxes at the beginning that the assertion need not name
};

bool BoxHash::read_group(const cbor::Value& entry) {
  const cbor::Value* const names = present(entry, "names");
  if (names == nullptr || !names->is(cbor::Type::array) || names->children.empty()) {
    return malformed("an entry of the box hash names no box");
  }
  Group group;
  group.map = &entry;
  for (const cbor::Value& name : names->children) {
    if (!name.text()) return malformed("the name of a box is not text");
    group.names.emplace_back(*name.text());
    wanted_.emplace_back(*name.text());
  }
  if (const cbor::Value* const excluded = present(entry, "excluded"); excluded != nullptr) {
    if (!excluded->truth()) return malformed("whether a box is excluded is neither true nor false");
    group.excluded = *excluded->truth();
  }
  if (const cbor::Value* const list = present(entry, "exclusions"); list != nullptr) {
    if (!list->is(cbor::Type::array) || list->children.empty())
      return malformed("the ranges excluded from a box are not a list");
  }
  if (std::ranges::find(group.names, kStore) != group.names.end()) {
    if (group.names.size() != 1) return malformed("the credential shares its entry with other boxes");
    group.store = true;
  }
  groups_.push_back(std::move(group));
  return true;
}

bool BoxHash::read_groups() {
  const cbor::Value* const list = present(job_.map, "boxes");
  if (list == nullptr || !list->is(cbor::Type::array) || list->children.empty()) {
    return malformed("the list of boxes is missing or empty");
  }
  for (const cbor::Value& entry : list->children)
    if (!read_group(entry)) return false;
  if (std::ranges::count(wanted_, kStore) > 1) return malformed("the credential is listed more than once");
  const auto after = std::ranges::find(wanted_, kAfter);
  if (after != wanted_.end() && (job_.request.part || after + 1 != wanted_.end())) {
    return malformed("what follows the format's end is not listed last");
  }
  return true;
}

/// False when the check is answered already.
Result<bool> BoxHash::list() {
  // A JPEG with several pictures may list the boxes of each instead of one "c2pa.after" (§16.3.3.3.1).
  const BoxListOptions options{.every_picture = std::ranges::count(wanted_, "SOI") > 1};
  auto found = list_boxes(job_.source, job_.located, job_.context, options);
  if (!found && found.error().code == Code::unsupported) {
    job_.check.unsupported = "this version cannot check the box hash of this kind of file";
    return false;
  }
  if (!found && found.error().code == Code::corrupt) {
    return mismatch("the parts of the file cannot be told apart: " + found.error().message);
  }
  if (!found) return found.error();
  boxes_ = std::move(*found);
  std::uint64_t at = 0;
  for (const NamedBox& box : boxes_) {
    if (box.range.start != at) return make_error(Code::internal, "the list of boxes has a gap", at);
    at = box.range.end();
  }
  if (at != job_.source.size()) return make_error(Code::internal, "the list of boxes ends early", at);
  // PNG's signature may be left unnamed: whatever does not begin with it is no PNG.
  skipped_ = !boxes_.empty() && boxes_[0].name == kPngHead && wanted_[0] != kPngHead ? 1 : 0;
  if (skipped_ > 0) job_.check.uncovered.push_back({boxes_[0].range, "the signature of the format"});
  return true;
}

bool BoxHash::differ(std::size_t at, const std::string& name) {
  const NamedBox& box = boxes_[at];
  const auto listed = std::ranges::count(wanted_, box.name);
  const auto there = std::ranges::count(boxes_, box.name, &NamedBox::name);
  if (there > listed) {
    job_.answer("assertion.boxesHash.unknownBox",
                fmt::format("the file holds a part that was not signed: {} at byte {}", box.name, box.range.start));
    return false;
  }
  return mismatch(fmt::format("at byte {} there should be {}, but there is {}", box.range.start, name, box.name));
}

/// Every name has its box, in order, and none is left over.
bool BoxHash::pair_up() {
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    const std::size_t at = skipped_ + i;
    if (at >= boxes_.size()) return mismatch("a part that was signed is missing: " + wanted_[i]);
    if (boxes_[at].name != wanted_[i]) return differ(at, wanted_[i]);
  }
  if (const std::size_t rest = skipped_ + wanted_.size(); rest < boxes_.size()) {
    job_.answer("assertion.boxesHash.unknownBox",
                fmt::format("the file holds a part that was not signed: {} at byte {}", boxes_[rest].name,
                            boxes_[rest].range.start));
    return false;
  }
  return true;
}

/// The ranges of the file that a group leaves out; `first` is the place of its first box.
bool BoxHash::exclusions_of(const Group& group, std::size_t first, std::vector<Range>& holes) {
  const cbor::Value* const list = present(*group.map, "exclusions");
  if (list == nullptr) return true;
  for (const cbor::Value& item : list->children) {
    const auto start = size_of(item, "start"), length = size_of(item, "length");
    const bool named = present(item, "boxIndex") != nullptr;
    const auto index = named ? size_of(item, "boxIndex") : std::optional<std::uint64_t>(0);
    if (!start || !length) return malformed("a range excluded from a box without start or length");
    if (!index || *index >= group.names.size() || (!named && group.names.size() > 1))
      return malformed("a range is excluded from a box that is not there");
    const Range& box = boxes_[first + static_cast<std::size_t>(*index)].range;
    if (*start > box.length || *length > box.length - *start) return mismatch("an excluded range leaves its box");
    const Range hole{box.start + *start, *length};
    if (!holes.empty() && hole.start < holes.back().end())
      return malformed("the ranges excluded from a box overlap or are out of order");
    holes.push_back(hole);
  }
  return true;
}

/// False when the check is answered already.
Result<bool> BoxHash::check(const Group& group, std::size_t first, bool& match) {
  const Range& begin = boxes_[first].range;
  const Range span{begin.start, boxes_[first + group.names.size() - 1].range.end() - begin.start};
  const std::string name = fmt::format("{}", fmt::join(group.names, ", "));
  if (group.store || group.excluded) {
    job_.check.trace.add({HashStep::Kind::excluded, group.store ? "the credential" : name, span, {}, {}, {}});
    if (group.store) return true;
    job_.check.uncovered.push_back({span, "left out by the signer: " + name});
    job_.check.additional_code = "assertion.boxesHash.additionalExclusionsPresent";
    job_.check.weak = true;  // metadata only may be left out; that these bytes are such is not checked
    return true;
  }
  std::vector<Range> holes;
  if (!exclusions_of(group, first, holes)) return false;
  for (const Range& hole : holes) {
    const auto& fields = job_.located.optional_framing;
    const bool field = std::ranges::find(fields, hole) != fields.end();
    job_.check.trace.add({HashStep::Kind::excluded, name, hole, {}, {}, {}});
    job_.check.uncovered.push_back({hole, field ? "size field of the container" : "left out by the signer"});
    if (field) continue;
    job_.check.additional_code = "assertion.boxesHash.additionalExclusionsPresent";
    job_.check.weak = true;
  }
  const cbor::Value* const own = present(job_.map, "alg");
  const auto algorithm = algorithm_of(
      *group.map, own != nullptr && own->text() ? std::string(*own->text()) : job_.request.default_alg, job_.check);
  if (!algorithm) return false;
  const cbor::Value* const hash = present(*group.map, "hash");
  if (hash == nullptr || !hash->bytes()) return mismatch("an entry of the box hash holds no hash");
  crypto::Hasher hasher(*algorithm);
  for (const Range& part : without(span, joined(holes))) TRY(feed(hasher, job_.source, part, job_.context));
  const Bytes digest = hasher.finish();
  job_.check.trace.add({HashStep::Kind::box, name, span, {}, to_hex(digest), to_hex(hash->content)});
  if (!std::ranges::equal(digest, hash->content)) {
    if (match) mismatch(fmt::format("{} from byte {} on was changed after signing", name, span.start));
    match = false;
  }
  return true;
}

Result<void> BoxHash::run() {
  if (!read_groups() || !TRY(list()) || !pair_up()) return {};
  bool match = true;
  std::size_t first = skipped_;
  for (const Group& group : groups_) {
    if (!TRY(check(group, first, match))) return {};
    if (!match && !job_.check.trace.on) return {};  // whoever asked for an explanation sees all boxes
    first += group.names.size();
  }
  if (match) job_.answer("assertion.boxesHash.match", "the file's parts are those that were signed");
  return {};
}

}  // namespace

Result<void> check_box_hash(const BindingJob& job) { return BoxHash(job).run(); }

}  // namespace bonafide::provenance::c2pa
