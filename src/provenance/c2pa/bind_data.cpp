// The data hash (C2PA 2.5 §16.3.1): one digest over the file without the credential.
#include <algorithm>

#include "base/cbor.h"
#include "provenance/c2pa/bind_forms.h"
#include "provenance/c2pa/hashing.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::size_t kWidest = 9;  // bytes of the longest CBOR integer
constexpr std::size_t kMostExclusions = 1000;

Bytes text_item(std::string_view text) { return cbor::Writer().text(text).take(); }

Result<std::vector<Range>> exclusions_of(const Splice& splice) {
  std::vector<Range> ranges{splice.frame};
  ranges.insert(ranges.end(), splice.optional_framing.begin(), splice.optional_framing.end());
  std::erase_if(ranges, [](const Range& range) { return range.length == 0; });
  std::ranges::sort(ranges, {}, &Range::start);
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].start < ranges[i - 1].end()) {
      return make_error(Code::invalid_argument, "the ranges to leave out of the hash overlap", ranges[i].start);
    }
  }
  if (ranges.size() > kMostExclusions) return make_error(Code::limit, "too many ranges to leave out of the hash");
  return ranges;
}

/// Written integers take 1 to 9 bytes; `slack` grows by what is saved against the longest, for the pad to fill.
Bytes list_of(const std::vector<Range>& ranges, std::size_t& slack) {
  cbor::Writer list;
  list.array(ranges.size());
  for (const Range& range : ranges) {
    const Bytes start = cbor::Writer().integer(static_cast<std::int64_t>(range.start)).take();
    const Bytes length = cbor::Writer().integer(static_cast<std::int64_t>(range.length)).take();
    list.sorted_map({{text_item("start"), start}, {text_item("length"), length}});
    slack += 2 * kWidest - start.size() - length.size();
  }
  return list.take();
}

}  // namespace

Result<HardBinding> make_data_binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options,
                                      const Context& context) {
  const std::vector<Range> exclusions = TRY(exclusions_of(splice));
  Bytes hash(hash_size(options.algorithm), 0);
  if (!options.placeholder) {
    crypto::Hasher hasher(options.algorithm);
    for (const Range& part : without({0, view.size()}, joined(exclusions))) {
      TRY(feed(hasher, view, part, context));
    }
    hash = hasher.finish();
  }
  std::size_t slack = 0;
  const Bytes list = list_of(exclusions, slack);
  // The pad takes up what shorter numbers save, so that the size depends on the count of exclusions alone. Its own
  // length keeps to one width: 24 to 255, or 256 to 65535.
  const std::size_t least = exclusions.size() <= 14 ? 24 : 256;
  std::vector<std::pair<Bytes, Bytes>> entries{
      {text_item("alg"), text_item(hash_name(options.algorithm))},
      {text_item("hash"), cbor::Writer().bytes(hash).take()},
      {text_item("name"), text_item("jumbf manifest")},
      {text_item("pad"), cbor::Writer().bytes(Bytes(least + slack, 0)).take()},
  };
  if (!exclusions.empty()) entries.emplace_back(text_item("exclusions"), list);
  return HardBinding{"c2pa.hash.data", cbor::Writer().sorted_map(std::move(entries)).take()};
}

}  // namespace bonafide::provenance::c2pa
