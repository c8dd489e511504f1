#include "provenance/c2pa/bmff_move.h"

#include <algorithm>

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint64_t kMost32 = 0xFFFFFFFF;

void append(Bytes& into, std::uint64_t value, std::uint64_t bytes) {
  for (std::uint64_t i = bytes; i > 0; --i) into.push_back(static_cast<std::uint8_t>(value >> (8 * (i - 1))));
}

bool fits(const OffsetField& field, std::uint64_t value) {
  if (field.bits == 64) return value >> 63 == 0;
  if (field.bits == 31) return value <= 0x7FFFFFFF;
  if (!field.negative) return value <= kMost32;
  const auto distance = static_cast<std::int64_t>(value);
  return distance >= INT32_MIN && distance <= INT32_MAX;
}

}  // namespace

/// The edits in order, those of widened tables among them, and what each adds to the places behind it.
void BmffMove::lay_out() {
  edits_ = asked_;
  for (const auto& [start, wide] : widened_) {
    edits_.push_back({wide.table.range.end(), 0, wide.growth, Edit::Kind::nothing, {}});
  }
  std::ranges::stable_sort(edits_, {}, &Edit::at);
  starts_.clear();
  shifts_.clear();
  std::uint64_t shift = 0;
  for (const Edit& edit : edits_) {
    shift += edit.inserted - edit.removed;
    starts_.push_back(edit.at);
    shifts_.push_back(shift);
  }
}

std::uint64_t BmffMove::moved(std::uint64_t offset) const {
  const auto behind = static_cast<std::size_t>(std::ranges::upper_bound(starts_, offset) - starts_.begin());
  return behind == 0 ? offset : offset + shifts_[behind - 1];
}

Result<std::uint64_t> BmffMove::target(const OffsetField& field) const {
  const auto behind = static_cast<std::size_t>(std::ranges::upper_bound(starts_, field.target) - starts_.begin());
  if (behind == 0) return field.target;
  const Edit& edit = edits_[behind - 1];
  if (field.target - edit.at >= edit.removed) return field.target + shifts_[behind - 1];
  // An index may name the auxiliary box in front of a fragment; when that goes, it names the fragment.
  const bool index = field.kind == OffsetField::Kind::index || field.kind == OffsetField::Kind::random;
  if (index && field.target == edit.at) return field.target + shifts_[behind - 1] + edit.removed;
  into_ = true;
  return make_error(Code::corrupt, "an offset in this file leads into bytes that would be replaced", field.at.start);
}

Result<void> BmffMove::count(std::uint64_t bytes) {
  patched_ += bytes;
  if (patched_ <= context_.limits.metadata_bytes) return {};
  return make_error(Code::limit, "the tables of offsets are larger than the limit");
}

/// Sets a field; fields of one table that stand close together become one stretch.
Result<void> BmffMove::put(Range at, std::uint64_t value, const BmffBox* table) {
  constexpr std::uint64_t kClose = 64;
  Patch* last = patches_.empty() ? nullptr : &patches_.back();
  const std::uint64_t end = last == nullptr ? 0 : last->at + last->removed;
  if (last != nullptr && last->table == table && at.start >= end && at.start - end <= kClose) {
    if (at.start > end) {
      const ByteView between = TRY(window_.at(end, static_cast<std::size_t>(at.start - end)));
      last->bytes.insert(last->bytes.end(), between.begin(), between.end());
    }
    TRY(count(at.end() - end));
    last->removed = at.end() - last->at;
  } else {
    TRY(count(sizeof(Patch) + at.length));
    patches_.push_back({at.start, at.length, {}, table});
  }
  append(patches_.back().bytes, value, at.length);
  return {};
}

Result<void> BmffMove::set(const OffsetField& field, std::uint64_t value) {
  if (field.at.length == 0) {
    return make_error(Code::unsupported, "an offset that this file does not write down would have to change");
  }
  if (!fits(field, value)) {
    return make_error(Code::unsupported, "an offset in this file has no room for its new value", field.at.start);
  }
  if (field.bits == 31) value |= std::uint64_t{TRY(window_.u32be(field.at.start))} & 0x80000000;
  return put(field.at, value, field.table);
}

/// An entry of a chunk table of 32 bits that has become one of 64.
Result<void> BmffMove::widen(const OffsetField& field, std::uint64_t value) {
  const BmffBox& table = *field.table;
  if (patches_.empty() || patches_.back().at != table.range.start) {
    const std::uint64_t growth = widened_.at(table.range.start).growth, size = table.range.length + growth;
    TRY(count(size));
    Patch patch{table.range.start, table.range.length, {}, &table};
    append(patch.bytes, size, 4);
    append(patch.bytes, fourcc("co64"), 4);
    append(patch.bytes, 0, 4);
    append(patch.bytes, (size - 16) / 8, 4);
    patches_.push_back(std::move(patch));
  }
  append(patches_.back().bytes, value, 8);
  return {};
}

Result<void> BmffMove::item(const OffsetField& field) {
  const std::uint64_t shift = TRY(target(field)) - field.target;
  if (field.item_base.start != item_at_) {
    item_at_ = field.item_base.start;
    item_shift_ = 0;
    const std::uint64_t base = field.item_base_value + shift;
    const bool narrow = field.item_base.length == 4 && base > kMost32;
    const bool below = static_cast<std::int64_t>(shift) < 0 && field.item_base_value < std::uint64_t{0} - shift;
    if (shift != 0 && field.item_base.length > 0 && field.item_base_value > 0 && !narrow && !below) {
      item_shift_ = shift;
      TRY(put(field.item_base, base, field.table));
    }
  }
  if (shift == item_shift_) return {};
  const std::uint64_t stored = field.target - field.item_base_value + shift - item_shift_;
  return set(field, stored);
}

Result<void> BmffMove::visit(const OffsetField& field) {
  if (field.kind == OffsetField::Kind::item) return item(field);
  const std::uint64_t place = TRY(target(field));
  const std::uint64_t stored = field.target - field.base.value_or(0);
  // An index counts from its own end, which stays where it is when something is put in right behind it.
  const bool from_end = field.kind == OffsetField::Kind::index && field.bits != 31;
  const std::uint64_t base = !field.base ? 0 : from_end ? moved(*field.base - 1) + 1 : moved(*field.base);
  const std::uint64_t value = place - base;
  const bool chunk = field.kind == OffsetField::Kind::chunk;
  if (value != stored && field.foreign) {
    return make_error(Code::unsupported,
                      "a track of this file lies partly in other files, so its offsets cannot be set", field.at.start);
  }
  if (chunk && field.bits == 32) {
    const BmffBox& table = *field.table;
    if (widened_.contains(table.range.start)) return widen(field, place);
    if (place > kMost32) {
      const std::uint64_t entries = (table.range.end() - field.at.start) / 4;  // this is the first to be seen too far
      const std::uint64_t before = (field.at.start - table.range.start - table.header - 8) / 4;
      const std::uint64_t named = TRY(window_.u32be(table.range.start + table.header + 4));
      const std::uint64_t size = 16 + 8 * std::min(named, before + entries);
      if (size < table.range.length)
        return make_error(Code::unsupported, "a chunk table with bytes behind its entries");
      widened_[table.range.start] = {table, *field.parents, size - table.range.length};
      again_ = true;
      return {};
    }
  }
  return value == stored ? Result<void>() : set(field, value);
}

/// The sizes of the boxes around widened tables.
Result<void> BmffMove::parents() {
  std::map<std::uint64_t, std::uint64_t> growth;
  for (const auto& [start, wide] : widened_) {
    for (const BmffBox& box : wide.parents) growth[box.range.start] += wide.growth;
  }
  for (const auto& [start, more] : growth) {
    const std::uint64_t size = TRY(window_.u32be(start));
    if (size == 0) continue;  // up to the end of the file
    if (size == 1) {
      const std::uint64_t large = TRY(window_.u64be(start + 8));
      TRY(put({start + 8, 8}, large + more, nullptr));
    } else if (size + more <= kMost32) {
      TRY(put({start, 4}, size + more, nullptr));
    } else {
      return make_error(Code::unsupported, "a box would grow beyond what its size field can say", start);
    }
  }
  return {};
}

Result<void> BmffMove::settle() {
  lay_out();
  const OffsetVisitor visitor = [this](const OffsetField& field) { return visit(field); };
  if (std::ranges::all_of(edits_, [](const Edit& edit) { return edit.inserted == edit.removed; })) {
    // Nothing moves. Tables that cannot be read do no harm then.
    auto seen = visit_offsets(source_, roots_, false, visitor, context_);
    if (!seen && (into_ || seen.error().code == Code::cancelled)) return seen.error();
    return {};
  }
  if (roots_.front().type == fourcc("ftyp") && TRY(window_.u32be(roots_.front().range.start + 8)) == fourcc("crx ")) {
    return make_error(Code::unsupported, "Canon raw files hold offsets of their own, so nothing can be put into them");
  }
  do {
    again_ = false;
    patches_.clear();
    patched_ = 0;
    item_at_ = 0;
    lay_out();
    TRY(visit_offsets(source_, roots_, false, visitor, context_));
  } while (again_);
  TRY(parents());
  std::ranges::sort(patches_, {}, &Patch::at);
  for (std::size_t i = 1; i < patches_.size(); ++i) {
    if (patches_[i].at < patches_[i - 1].at + patches_[i - 1].removed) {
      return make_error(Code::corrupt, "two tables of this file overlap", patches_[i].at);
    }
  }
  return {};
}

void BmffMove::write(Splicer& splicer, std::uint64_t store_size) const {
  std::uint64_t at = 0;
  std::size_t edit = 0, patch = 0;
  const std::uint64_t size = source_.size();
  while (edit < edits_.size() || patch < patches_.size()) {
    const bool first = patch == patches_.size() || (edit < edits_.size() && edits_[edit].at <= patches_[patch].at);
    if (first) {
      const Edit& next = edits_[edit++];
      splicer.copy_until(at, next.at);
      if (next.kind == Edit::Kind::frame) splicer.frame(next.inserted, store_size);
      if (next.kind == Edit::Kind::bytes) splicer.literal(next.bytes);
      at = std::max(at, next.at + next.removed);
    } else {
      const Patch& next = patches_[patch++];
      if (next.at < at) continue;  // it stands in what was taken out
      splicer.copy_until(at, next.at);
      splicer.literal(next.bytes);
      at = next.at + next.removed;
    }
  }
  splicer.copy_until(at, size);
}

}  // namespace bonafide::provenance::c2pa
