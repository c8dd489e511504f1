#include "provenance/c2pa/bmff_offsets.h"

#include <algorithm>
#include <map>

namespace bonafide::provenance::c2pa {

namespace {

using Kind = OffsetField::Kind;

const BmffBox* find(const std::vector<BmffBox>& boxes, std::uint32_t type) {
  const auto found = std::ranges::find(boxes, type, &BmffBox::type);
  return found == boxes.end() ? nullptr : &*found;
}

/// The fields of one box in order, never past its end.
class Fields {
 public:
  Fields(Window& window, const BmffBox& box)
      : window_(window), at_(box.range.start + box.header), end_(box.range.end()) {}
  std::uint64_t at() const { return at_; }
  std::uint64_t left() const { return end_ - at_; }
  Result<std::uint64_t> number(std::uint64_t bytes) {
    if (bytes > left()) return make_error(Code::corrupt, "a table ends too early", at_);
    const ByteView view = TRY(window_.at(at_, static_cast<std::size_t>(bytes)));
    std::uint64_t value = 0;
    for (const std::uint8_t byte : view) value = value << 8 | byte;
    at_ += bytes;
    return value;
  }
  Result<void> skip(std::uint64_t bytes) {
    if (bytes > left()) return make_error(Code::corrupt, "a table ends too early", at_);
    at_ += bytes;
    return {};
  }

 private:
  Window& window_;
  std::uint64_t at_, end_;
};

/// The bytes of one chunk after the other, from the sample table (stsc, stsz, stz2), without keeping any.
class ChunkSizes {
 public:
  /// Either box may be missing; then nothing is known and next() answers 0.
  ChunkSizes(const media::ByteSource& source, const BmffBox* stsc, const BmffBox* sizes)
      : runs_(source), sizes_(source), stsc_(stsc), size_box_(sizes) {}

  Result<void> open() {
    if (stsc_ == nullptr || size_box_ == nullptr) return {};
    Fields run(runs_, *stsc_), size(sizes_, *size_box_);
    TRY(run.skip(4));
    const std::uint64_t entries = TRY(run.number(4));
    next_run_ = run.at();
    runs_end_ = next_run_ + 12 * std::min(entries, run.left() / 12);
    TRY(size.skip(4));
    if (size_box_->type == fourcc("stz2")) {
      bits_ = TRY(size.number(4)) & 0xFF;
    } else {
      constant_ = TRY(size.number(4));
    }
    samples_ = TRY(size.number(4));
    first_size_ = size.at();
    if (constant_ == 0) samples_ = bits_ == 0 ? 0 : std::min(samples_, size.left() * 8 / bits_);
    return {};
  }

  /// The sizes of samples are written down.
  bool known() const { return stsc_ != nullptr && size_box_ != nullptr; }
  Result<std::uint64_t> next() {
    ++chunk_;
    if (next_run_ < runs_end_ && TRY(runs_.u32be(next_run_)) == chunk_) {
      per_chunk_ = TRY(runs_.u32be(next_run_ + 4));
      next_run_ += 12;
    }
    const std::uint64_t count = std::min(per_chunk_, samples_ - sample_);
    if (constant_ != 0) {
      sample_ += count;
      return count * constant_;
    }
    std::uint64_t bytes = 0;
    for (std::uint64_t i = 0; i < count; ++i) bytes += TRY(size_of_sample(sample_++));
    return bytes;
  }

 private:
  Result<std::uint64_t> size_of_sample(std::uint64_t index) {
    if (bits_ == 32) return std::uint64_t{TRY(sizes_.u32be(first_size_ + 4 * index))};
    if (bits_ == 16) return std::uint64_t{TRY(sizes_.u16be(first_size_ + 2 * index))};
    if (bits_ == 8) return std::uint64_t{TRY(sizes_.u8(first_size_ + index))};
    const std::uint8_t pair = TRY(sizes_.u8(first_size_ + index / 2));
    return static_cast<std::uint64_t>(index % 2 == 0 ? pair >> 4 : pair & 15);
  }

  Window runs_, sizes_;
  const BmffBox* stsc_;
  const BmffBox* size_box_;
  std::uint64_t next_run_ = 0, runs_end_ = 0, first_size_ = 0;
  std::uint64_t bits_ = 32, constant_ = 0, samples_ = 0, sample_ = 0, chunk_ = 0, per_chunk_ = 0;
};

class Walk {
 public:
  Walk(const media::ByteSource& source, bool lengths, const OffsetVisitor& visitor, const Context& context)
      : source_(source), window_(source), table_(source), lengths_(lengths), visitor_(visitor), context_(context) {}

  Result<void> run(const std::vector<BmffBox>& roots) {
    for (const BmffBox& box : roots) {
      if (box.type == fourcc("moov")) TRY(movie(box));
      if (box.type == fourcc("moof")) TRY(fragment(box));
      if (box.type == fourcc("meta")) TRY(items(box));
      if (box.type == fourcc("meco")) TRY(metas_in(box));
      if (box.type == fourcc("sidx")) TRY(index(box));
      if (box.type == fourcc("mfra")) TRY(random_access(box));
    }
    return {};
  }

 private:
  Result<std::vector<BmffBox>> children(const BmffBox& box) { return bmff_children(window_, box, nodes_, context_); }
  Result<void> movie(const BmffBox& box);
  Result<void> track(const BmffBox& moov, const BmffBox& box);
  Result<void> chunks(const std::vector<BmffBox>& parents, const std::vector<BmffBox>& table, bool foreign);
  Result<void> metas_in(const BmffBox& box);
  Result<void> user_data(const BmffBox& box);
  Result<void> items(const BmffBox& meta);
  Result<void> item(Fields& fields, const BmffBox& box, const std::vector<bool>& own);
  Result<void> fragment(const BmffBox& box);
  Result<void> track_fragment(const BmffBox& box, std::uint64_t moof, bool first, std::uint64_t& end);
  Result<void> track_run(const BmffBox& box, std::uint64_t base, std::uint64_t usual_size, std::uint64_t& end);
  Result<void> auxiliary(const BmffBox& box, std::optional<std::uint64_t> base, bool foreign);
  Result<void> index(const BmffBox& box);
  Result<void> random_access(const BmffBox& box);
  Result<std::vector<bool>> references(const BmffBox& dinf);

  const media::ByteSource& source_;
  Window window_;  ///< for boxes
  Window table_;   ///< for tables, so that neither loses its place
  bool lengths_;
  const OffsetVisitor& visitor_;
  const Context& context_;
  int nodes_ = 0;
  std::map<std::uint64_t, std::uint64_t> usual_sizes_;  ///< by track, from trex
  struct Layout {
    std::uint64_t offset = 0, length = 0, base = 0, index = 0;  ///< bytes of each field of iloc
    std::uint64_t version = 0;
  } layout_;
};

/// Which data references name this file itself (§8.7.2: flag 1), in order.
Result<std::vector<bool>> Walk::references(const BmffBox& dinf) {
  std::vector<bool> own;
  const auto inner = TRY(children(dinf));
  const BmffBox* const dref = find(inner, fourcc("dref"));
  if (dref == nullptr) return own;
  for (const BmffBox& entry : TRY(children(*dref))) {
    const std::uint64_t body = entry.range.start + entry.header;
    own.push_back(body + 4 <= entry.range.end() && (TRY(window_.u32be(body)) & 1) != 0);
  }
  return own;
}

Result<void> Walk::movie(const BmffBox& box) {
  for (const BmffBox& child : TRY(children(box))) {
    if (child.type == fourcc("trak")) TRY(track(box, child));
    if (child.type == fourcc("meta")) TRY(items(child));
    if (child.type == fourcc("udta")) TRY(user_data(child));
    if (child.type == fourcc("cmov")) {
      return make_error(Code::unsupported, "the movie's tables are compressed, so its offsets cannot be seen",
                        child.range.start);
    }
    if (child.type != fourcc("mvex")) continue;
    for (const BmffBox& entry : TRY(children(child))) {
      if (entry.type != fourcc("trex")) continue;
      Fields fields(table_, entry);
      TRY(fields.skip(4));
      const std::uint64_t id = TRY(fields.number(4));
      TRY(fields.skip(8));
      usual_sizes_[id] = TRY(fields.number(4));
    }
  }
  return {};
}

Result<void> Walk::track(const BmffBox& moov, const BmffBox& box) {
  for (const BmffBox& child : TRY(children(box))) {
    if (child.type == fourcc("meta")) TRY(items(child));
    if (child.type == fourcc("udta")) TRY(user_data(child));
    if (child.type != fourcc("mdia")) continue;
    for (const BmffBox& minf : TRY(children(child))) {
      if (minf.type != fourcc("minf")) continue;
      const auto inside = TRY(children(minf));
      const BmffBox* const stbl = find(inside, fourcc("stbl"));
      const BmffBox* const dinf = find(inside, fourcc("dinf"));
      if (stbl == nullptr) continue;
      const std::vector<bool> own = dinf == nullptr ? std::vector<bool>() : TRY(references(*dinf));
      const bool some = own.empty() || std::ranges::find(own, true) != own.end();
      if (!some) continue;  // the offsets are those of other files
      const bool foreign = std::ranges::find(own, false) != own.end();
      const auto table = TRY(children(*stbl));
      TRY(chunks({moov, box, child, minf, *stbl}, table, foreign));
    }
  }
  return {};
}

Result<void> Walk::chunks(const std::vector<BmffBox>& parents, const std::vector<BmffBox>& table, bool foreign) {
  const BmffBox* const stsz = find(table, fourcc("stsz"));
  for (const BmffBox& box : table) {
    if (box.type == fourcc("saio")) TRY(auxiliary(box, std::nullopt, foreign));
    const bool wide = box.type == fourcc("co64");
    if (!wide && box.type != fourcc("stco")) continue;
    ChunkSizes sizes(source_, lengths_ ? find(table, fourcc("stsc")) : nullptr,
                     stsz != nullptr ? stsz : find(table, fourcc("stz2")));
    TRY(sizes.open());
    Fields fields(table_, box);
    TRY(fields.skip(4));
    const std::uint64_t step = wide ? 8 : 4, named = TRY(fields.number(4));
    const std::uint64_t count = std::min(named, fields.left() / step);
    OffsetField field;
    field.bits = wide ? 64 : 32;
    field.foreign = foreign;
    field.table = &box;
    field.parents = &parents;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i % 4096 == 0 && context_.stopped()) return make_error(Code::cancelled, "stopped");
      field.at = {fields.at(), step};
      field.target = TRY(fields.number(step));
      field.length = lengths_ ? TRY(sizes.next()) : 0;
      field.empty = sizes.known() && field.length == 0;
      TRY(visitor_(field));
    }
  }
  return {};
}

Result<void> Walk::metas_in(const BmffBox& box) {
  for (const BmffBox& child : TRY(children(box))) {
    if (child.type == fourcc("meta")) TRY(items(child));
  }
  return {};
}

/// QuickTime lets anything stand in user data; what is not boxes holds no offsets that anybody follows.
Result<void> Walk::user_data(const BmffBox& box) {
  auto walked = metas_in(box);
  if (!walked && walked.error().code != Code::corrupt) return walked.error();
  return {};
}

Result<void> Walk::items(const BmffBox& meta) {
  const auto inner = TRY(children(meta));
  const BmffBox* const iloc = find(inner, fourcc("iloc"));
  if (iloc == nullptr) return {};
  const BmffBox* const dinf = find(inner, fourcc("dinf"));
  const std::vector<bool> own = dinf == nullptr ? std::vector<bool>() : TRY(references(*dinf));
  Fields fields(table_, *iloc);
  layout_.version = TRY(fields.number(1));
  TRY(fields.skip(3));
  const std::uint64_t sizes = TRY(fields.number(2));
  layout_ = {sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, layout_.version > 0 ? sizes & 15 : 0, layout_.version};
  for (const std::uint64_t size : {layout_.offset, layout_.length, layout_.base, layout_.index}) {
    if (size != 0 && size != 4 && size != 8) {
      return make_error(Code::corrupt, "an item location of a size that is not known", iloc->range.start);
    }
  }
  if (layout_.version > 2) return make_error(Code::unsupported, "item locations of a version that is not known");
  const std::uint64_t count = TRY(fields.number(layout_.version < 2 ? 2 : 4));
  for (std::uint64_t i = 0; i < count; ++i) {
    TRY(count_node(context_, nodes_, fields.at()));
    TRY(item(fields, *iloc, own));
  }
  return {};
}

Result<void> Walk::item(Fields& fields, const BmffBox& box, const std::vector<bool>& own) {
  TRY(fields.skip(layout_.version < 2 ? 2 : 4));
  const std::uint64_t method = layout_.version == 0 ? 0 : TRY(fields.number(2)) & 15;
  const std::uint64_t reference = TRY(fields.number(2));
  OffsetField field;
  field.kind = Kind::item;
  field.table = &box;
  field.item_base = {fields.at(), layout_.base};
  field.item_base_value = TRY(fields.number(layout_.base));
  const std::uint64_t extents = TRY(fields.number(2));
  if (extents > 1 && layout_.offset + layout_.length + layout_.index == 0) {
    return make_error(Code::corrupt, "an item of many parts that have no size", fields.at());
  }
  const bool here = reference == 0 || (reference <= own.size() && own[static_cast<std::size_t>(reference - 1)]);
  for (std::uint64_t i = 0; i < extents; ++i) {
    TRY(fields.skip(layout_.index));
    field.at = {fields.at(), layout_.offset};
    field.bits = layout_.offset == 8 ? 64 : 32;
    field.target = field.item_base_value + TRY(fields.number(layout_.offset));
    field.length = TRY(fields.number(layout_.length));
    if (method == 0 && here) TRY(visitor_(field));
  }
  return {};
}

Result<void> Walk::fragment(const BmffBox& box) {
  bool first = true;
  std::uint64_t end = 0;
  for (const BmffBox& child : TRY(children(box))) {
    if (child.type == fourcc("meta")) TRY(items(child));
    if (child.type != fourcc("traf")) continue;
    TRY(track_fragment(child, box.range.start, first, end));
    first = false;
  }
  return {};
}

/// `end`: where the data of the track fragment before ended, which may be what this one counts from (§8.8.7.1).
Result<void> Walk::track_fragment(const BmffBox& box, std::uint64_t moof, bool first, std::uint64_t& end) {
  const auto inner = TRY(children(box));
  const BmffBox* const tfhd = find(inner, fourcc("tfhd"));
  if (tfhd == nullptr) return make_error(Code::corrupt, "a track fragment without a header", box.range.start);
  Fields fields(table_, *tfhd);
  const std::uint64_t flags = TRY(fields.number(4));
  const std::uint64_t track = TRY(fields.number(4));
  std::uint64_t base = first || (flags & 0x020000) != 0 ? moof : end;
  if ((flags & 1) != 0) {
    OffsetField field;
    field.kind = Kind::base;
    field.table = tfhd;
    field.at = {fields.at(), 8};
    field.bits = 64;
    base = field.target = TRY(fields.number(8));
    TRY(visitor_(field));
  }
  if ((flags & 2) != 0) TRY(fields.skip(4));
  if ((flags & 8) != 0) TRY(fields.skip(4));
  const auto usual = usual_sizes_.find(track);
  std::uint64_t size = usual == usual_sizes_.end() ? 0 : usual->second;
  if ((flags & 16) != 0) size = TRY(fields.number(4));
  end = base;
  for (const BmffBox& child : inner) {
    if (child.type == fourcc("trun")) TRY(track_run(child, base, size, end));
    if (child.type == fourcc("saio")) TRY(auxiliary(child, base, false));
    if (child.type == fourcc("meta")) TRY(items(child));
  }
  return {};
}

Result<void> Walk::track_run(const BmffBox& box, std::uint64_t base, std::uint64_t usual_size, std::uint64_t& end) {
  Fields fields(table_, box);
  const std::uint64_t flags = TRY(fields.number(4)), samples = TRY(fields.number(4));
  OffsetField field;
  field.kind = Kind::run;
  field.table = &box;
  field.negative = true;
  field.base = base;
  field.target = end;
  field.at = {fields.at(), 0};
  if ((flags & 1) != 0) {
    field.at.length = 4;
    const auto distance = static_cast<std::int32_t>(TRY(fields.number(4)));
    field.target = base + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance));
  }
  if ((flags & 4) != 0) TRY(fields.skip(4));
  field.length = samples * usual_size;
  field.empty = samples == 0;
  if ((flags & 0x200) != 0) {
    const std::uint64_t before = (flags & 0x100) != 0 ? 4 : 0;
    const std::uint64_t after = ((flags & 0x400) != 0 ? 4U : 0U) + ((flags & 0x800) != 0 ? 4U : 0U);
    field.length = 0;
    for (std::uint64_t i = 0; i < samples; ++i) {
      TRY(fields.skip(before));
      field.length += TRY(fields.number(4));
      TRY(fields.skip(after));
    }
  }
  end = field.target + field.length;
  return visitor_(field);
}

Result<void> Walk::auxiliary(const BmffBox& box, std::optional<std::uint64_t> base, bool foreign) {
  Fields fields(table_, box);
  const std::uint64_t head = TRY(fields.number(4));
  if ((head & 1) != 0) TRY(fields.skip(8));
  const std::uint64_t step = head >> 24 == 0 ? 4 : 8, named = TRY(fields.number(4));
  const std::uint64_t count = std::min(named, fields.left() / step);
  OffsetField field;
  field.kind = Kind::auxiliary;
  field.table = &box;
  field.bits = step == 8 ? 64 : 32;
  field.base = base;
  field.foreign = foreign;
  for (std::uint64_t i = 0; i < count; ++i) {
    field.at = {fields.at(), step};
    field.target = base.value_or(0) + TRY(fields.number(step));
    TRY(visitor_(field));
  }
  return {};
}

Result<void> Walk::index(const BmffBox& box) {
  Fields fields(table_, box);
  const std::uint64_t step = TRY(fields.number(1)) == 0 ? 4 : 8;
  TRY(fields.skip(3 + 4 + 4 + step));
  OffsetField field;
  field.kind = Kind::index;
  field.table = &box;
  field.base = box.range.end();
  field.at = {fields.at(), step};
  field.bits = step == 8 ? 64 : 32;
  field.target = box.range.end() + TRY(fields.number(step));
  TRY(visitor_(field));
  TRY(fields.skip(2));
  const std::uint64_t count = TRY(fields.number(2));
  field.bits = 31;
  for (std::uint64_t i = 0; i < count; ++i) {
    field.base = field.target;
    field.at = {fields.at(), 4};
    field.target += TRY(fields.number(4)) & 0x7FFFFFFF;
    TRY(fields.skip(8));
    TRY(visitor_(field));
  }
  return {};
}

Result<void> Walk::random_access(const BmffBox& box) {
  for (const BmffBox& child : TRY(children(box))) {
    if (child.type != fourcc("tfra")) continue;
    Fields fields(table_, child);
    const std::uint64_t step = TRY(fields.number(1)) == 0 ? 4 : 8;
    TRY(fields.skip(3 + 4));
    const std::uint64_t sizes = TRY(fields.number(4));
    const std::uint64_t rest = (sizes >> 4 & 3) + (sizes >> 2 & 3) + (sizes & 3) + 3;
    const std::uint64_t named = TRY(fields.number(4)), count = std::min(named, fields.left() / (2 * step + rest));
    OffsetField field;
    field.kind = Kind::random;
    field.table = &child;
    field.bits = step == 8 ? 64 : 32;
    for (std::uint64_t i = 0; i < count; ++i) {
      TRY(fields.skip(step));
      field.at = {fields.at(), step};
      field.target = TRY(fields.number(step));
      TRY(fields.skip(rest));
      TRY(visitor_(field));
    }
  }
  return {};
}

}  // namespace

Result<void> visit_offsets(const media::ByteSource& source, const std::vector<BmffBox>& roots, bool lengths,
                           const OffsetVisitor& visitor, const Context& context) {
  return Walk(source, lengths, visitor, context).run(roots);
}

}  // namespace bonafide::provenance::c2pa
