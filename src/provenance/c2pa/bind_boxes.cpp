// The box hash (C2PA 2.5 §16.3.3): the parts of the file by name, each run of parts of one name with its digest.
#include <algorithm>

#include "base/cbor.h"
#include "provenance/c2pa/bind_forms.h"
#include "provenance/c2pa/box_list.h"
#include "provenance/c2pa/hashing.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::string_view kStore = "C2PA";
constexpr std::size_t kMostEntries = 64;  // beyond that all boxes before the store share a digest, and all behind it

struct Entry {
  std::vector<std::string> names;
  Range span;
};

Bytes text_item(std::string_view text) { return cbor::Writer().text(text).take(); }

/// `coarse`: everything between the ends of the file and the store becomes one entry.
std::vector<Entry> entries_of(const std::vector<NamedBox>& boxes, bool coarse) {
  std::vector<Entry> entries;
  for (const NamedBox& box : boxes) {
    const bool store = box.name == kStore;
    const bool joins = !entries.empty() && !store && entries.back().names.back() != kStore &&
                       (coarse || entries.back().names.back() == box.name);
    if (!joins) entries.push_back({{}, {box.range.start, 0}});
    entries.back().names.push_back(box.name);
    entries.back().span.length += box.range.length;
  }
  return entries;
}

Bytes names_item(const std::vector<std::string>& names) {
  cbor::Writer list;
  list.array(names.size());
  for (const std::string& name : names) list.text(name);
  return list.take();
}

}  // namespace

Result<HardBinding> make_box_binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options,
                                     const Context& context) {
  Located located;
  located.container = splice.container;
  if (splice.frame.length > 0) located.framing = {splice.frame};
  const std::vector<NamedBox> boxes = TRY(list_boxes(view, located, context));
  std::vector<Entry> entries = entries_of(boxes, false);
  if (entries.size() > kMostEntries) entries = entries_of(boxes, true);
  cbor::Writer list;
  list.array(entries.size());
  for (const Entry& entry : entries) {
    const bool store = entry.names.front() == kStore;
    Bytes hash(store ? 1 : hash_size(options.algorithm), 0);
    if (!store && !options.placeholder) {
      crypto::Hasher hasher(options.algorithm);
      TRY(feed(hasher, view, entry.span, context));
      hash = hasher.finish();
    }
    std::vector<std::pair<Bytes, Bytes>> members{
        {text_item("names"), names_item(entry.names)},
        {text_item("hash"), cbor::Writer().bytes(hash).take()},
        {text_item("pad"), cbor::Writer().bytes({}).take()},
    };
    if (store)
      members.emplace_back(text_item("excluded"), cbor::Writer().boolean(true).take());
    else
      members.emplace_back(text_item("alg"), text_item(hash_name(options.algorithm)));
    list.sorted_map(std::move(members));
  }
  cbor::Writer map;
  map.map(1).text("boxes").raw(list.data());
  return HardBinding{"c2pa.hash.boxes", map.take()};
}

}  // namespace bonafide::provenance::c2pa
