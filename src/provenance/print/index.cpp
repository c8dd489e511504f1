#include "provenance/print/index.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>

// The file, little-endian, sections at multiples of 8 in this order:
//   head      64: "bfprint1", works, prints, sound items, bytes of names, slots (0 or 16), size of the file, 0
//   works     56 each: leaf 32, name's place and size, sound's place and size, number of frames, 0
//   bits      32 a print       refs  8 a print: work, tenths of a second
//   offsets   65537 numbers a slot: where the postings of each value begin     postings  4 a print and slot
//   sounds    4 an item, work by work     order  4 an item: the items' places, sorted by item
//   names     UTF-8

namespace bonafide::provenance::print {

namespace {

constexpr std::string_view kMagic = "bfprint1";
constexpr std::uint64_t kHead = 64, kWork = 56, kValues = 65'536;
constexpr std::size_t kSlots = 16;

std::uint64_t eight(std::uint64_t size) { return (size + 7) / 8 * 8; }

std::uint32_t slot_of(const Bits& bits, std::size_t slot) {
  return static_cast<std::uint32_t>(bits[slot / 4] >> (16 * (slot % 4)) & 0xFFFF);
}

template <typename T>
void put(Bytes& bytes, std::uint64_t at, const T& value) {
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

std::uint64_t u64(ByteView bytes, std::uint64_t at) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

/// The bytes, wherever they lie; given back at the end.
struct PrintIndex::Mapping {
  Bytes own;
  void* at = nullptr;
  std::size_t size = 0;
  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (at != nullptr) munmap(at, size);
  }
  ByteView view() const { return at != nullptr ? ByteView(static_cast<const std::uint8_t*>(at), size) : ByteView(own); }
};

PrintIndex::Layout PrintIndex::lay_out(std::uint64_t works, std::uint64_t prints, std::uint64_t sounds,
                                       std::uint64_t names, std::uint64_t slots) {
  Layout to{.works = works, .prints = prints, .sounds = sounds, .names = names, .slots = slots};
  std::uint64_t at = kHead;
  const auto section = [&](std::uint64_t size) {
    const std::uint64_t begin = at;
    at += eight(size);
    return begin;
  };
  to.at_works = section(works * kWork);
  to.at_bits = section(prints * 32);
  to.at_refs = section(prints * 8);
  to.at_offsets = section(slots * (kValues + 1) * 4);
  to.at_postings = section(slots * prints * 4);
  to.at_sounds = section(sounds * 4);
  to.at_order = section(sounds * 4);
  to.at_names = section(names);
  to.end = at;
  return to;
}

Result<PrintIndex> PrintIndex::checked(std::shared_ptr<const Mapping> mapping) {
  PrintIndex index;
  index.bytes_ = mapping->view();
  index.mapping_ = std::move(mapping);
  const ByteView bytes = index.bytes_;
  if (bytes.size() < kHead || as_text(bytes.first(7)) != kMagic.substr(0, 7))
    return make_error(Code::corrupt, "this is no index of prints");
  if (as_text(bytes.first(8)) != kMagic)
    return make_error(Code::unsupported, "an index of prints of another version: build it anew");
  const std::uint64_t works = u64(bytes, 8), prints = u64(bytes, 16), sounds = u64(bytes, 24), names = u64(bytes, 32),
                      slots = u64(bytes, 40), size = u64(bytes, 48);
  constexpr std::uint64_t kMost = std::uint64_t{1} << 31;
  if (works > kMost || prints > kMost || sounds > kMost || names > kMost || (slots != 0 && slots != kSlots))
    return make_error(Code::corrupt, "the index of prints states impossible numbers");
  index.layout_ = lay_out(works, prints, sounds, names, slots);
  if (index.layout_.end != size || bytes.size() != size)
    return make_error(Code::corrupt, "the index of prints is not as long as it says: build it anew");
  return index;
}

Result<PrintIndex> PrintIndex::over(Bytes bytes) {
  const auto mapping = std::make_shared<Mapping>();
  mapping->own = std::move(bytes);
  return checked(mapping);
}

Result<PrintIndex> PrintIndex::open(const std::string& path) {
  const auto failed = [&](Code code, const char* why) {
    Error error = make_error(code, why);
    error.file = path;
    return error;
  };
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return failed(errno == ENOENT ? Code::not_found : Code::io, "the index cannot be opened");
  struct stat about = {};
  const bool known = fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0;
  const auto mapping = std::make_shared<Mapping>();
  if (known) {
    mapping->size = static_cast<std::size_t>(about.st_size);
    void* const at = mmap(nullptr, mapping->size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (at != MAP_FAILED) mapping->at = at;
  }
  close(descriptor);
  if (!known) return failed(Code::corrupt, "this is no index of prints");
  if (mapping->at == nullptr) return failed(Code::io, "the index cannot be mapped into memory");
  auto index = checked(mapping);
  if (!index) index.error().file = path;
  return index;
}

std::uint32_t PrintIndex::u32(std::uint64_t at) const {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes_.data() + at, sizeof value);
  return value;
}

IndexedWork PrintIndex::work(std::size_t number) const {
  IndexedWork work;
  if (number >= layout_.works) return work;
  const std::uint64_t at = layout_.at_works + number * kWork;
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at), 32, work.leaf.begin());
  const std::uint64_t from = u32(at + 32), size = u32(at + 36);
  if (from + size <= layout_.names) work.name = as_text(bytes_.subspan(layout_.at_names + from, size));
  return work;
}

int PrintIndex::distance_at(std::uint64_t print, const Bits& bits) const {
  const std::uint64_t at = layout_.at_bits + print * 32;
  Bits there;
  std::memcpy(there.data(), bytes_.data() + at, sizeof there);
  return distance(there, bits);
}

std::optional<PrintHit> PrintIndex::hit(std::uint64_t print, int distance) const {
  const std::uint64_t at = layout_.at_refs + print * 8;
  const PrintHit hit{u32(at), u32(at + 4), distance};
  if (hit.work >= layout_.works) return std::nullopt;
  return hit;
}

std::vector<PrintHit> PrintIndex::near_by_slots(const Bits& bits, int most, std::size_t limit) const {
  std::vector<PrintHit> hits;
  std::vector<std::uint32_t> seen;
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    const std::uint32_t value = slot_of(bits, slot);
    const std::uint64_t offsets = layout_.at_offsets + slot * (kValues + 1) * 4;
    const std::uint64_t postings = layout_.at_postings + slot * layout_.prints * 4;
    for (int flip = -1; flip < 16; ++flip) {
      const std::uint32_t wanted = flip < 0 ? value : value ^ (1U << flip);
      const std::uint64_t from = u32(offsets + std::uint64_t{wanted} * 4);
      const std::uint64_t to = std::min<std::uint64_t>(u32(offsets + (std::uint64_t{wanted} + 1) * 4), layout_.prints);
      for (std::uint64_t i = from; i < to; ++i) {
        const std::uint32_t print = u32(postings + i * 4);
        if (print >= layout_.prints) continue;
        const int apart = distance_at(print, bits);
        if (apart > most) continue;
        if (std::ranges::find(seen, print) != seen.end()) continue;  // found by another slot already
        seen.push_back(print);
        if (const auto found = hit(print, apart)) hits.push_back(*found);
        if (hits.size() >= limit) return hits;
      }
    }
  }
  return hits;
}

std::vector<PrintHit> PrintIndex::near(const Bits& bits, int most, std::size_t limit) const {
  if (layout_.slots == kSlots && most <= kNear) return near_by_slots(bits, most, limit);
  std::vector<PrintHit> hits;
  for (std::uint64_t print = 0; print < layout_.prints && hits.size() < limit; ++print) {
    const int apart = distance_at(print, bits);
    if (apart > most) continue;
    if (const auto found = hit(print, apart)) hits.push_back(*found);
  }
  return hits;
}

std::pair<std::uint64_t, std::uint64_t> PrintIndex::sound_range(std::size_t work) const {
  if (work >= layout_.works) return {0, 0};
  const std::uint64_t at = layout_.at_works + work * kWork;
  const std::uint64_t from = u32(at + 40), size = u32(at + 44);
  return from + size <= layout_.sounds ? std::pair(from, from + size) : std::pair<std::uint64_t, std::uint64_t>(0, 0);
}

std::vector<std::uint32_t> PrintIndex::sound(std::size_t work) const {
  const auto [from, to] = sound_range(work);
  std::vector<std::uint32_t> items;
  for (std::uint64_t i = from; i < to; ++i) items.push_back(u32(layout_.at_sounds + i * 4));
  return items;
}

std::uint32_t PrintIndex::frames(std::size_t work) const {
  return work < layout_.works ? u32(layout_.at_works + work * kWork + 48) : 0;
}

std::vector<SoundPlace> PrintIndex::places(std::uint32_t item, std::size_t limit) const {
  const auto place = [&](std::uint64_t i) -> std::uint64_t { return u32(layout_.at_order + i * 4); };
  const auto item_at = [&](std::uint64_t i) -> std::uint64_t {
    const std::uint64_t at = place(i);
    return at < layout_.sounds ? u32(layout_.at_sounds + at * 4) : UINT64_MAX;  // a broken one sorts last
  };
  std::uint64_t low = 0, high = layout_.sounds;
  while (low < high) {
    const std::uint64_t middle = (low + high) / 2;
    if (item_at(middle) < item)
      low = middle + 1;
    else
      high = middle;
  }
  std::vector<SoundPlace> found;
  for (std::uint64_t i = low; i < layout_.sounds && item_at(i) == item; ++i) {
    if (found.size() == limit) return {};
    const std::uint64_t at = place(i);
    std::size_t first = 0, last = layout_.works;  // the last work whose sound begins at or before `at`
    while (first + 1 < last) {
      const std::size_t middle = (first + last) / 2;
      (u32(layout_.at_works + middle * kWork + 40) <= at ? first : last) = middle;
    }
    const auto [from, to] = sound_range(first);
    if (at >= from && at < to)
      found.push_back({item, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(at - from)});
  }
  return found;
}

Result<void> IndexBuilder::add(const IndexedWork& work, const WorkPrints& prints) {
  constexpr std::size_t kMost = std::size_t{1} << 31;
  const auto number = static_cast<std::uint32_t>(works_.size());
  if (bits_.size() + prints.frames.size() + 1 >= kMost || sounds_.size() + prints.sound.size() >= kMost ||
      names_.size() + work.name.size() >= kMost || works_.size() + 1 >= kMost)
    return make_error(Code::limit, "more prints than one index holds");
  works_.push_back({work.leaf, static_cast<std::uint32_t>(names_.size()), static_cast<std::uint32_t>(work.name.size()),
                    static_cast<std::uint32_t>(sounds_.size()), static_cast<std::uint32_t>(prints.sound.size()),
                    static_cast<std::uint32_t>(prints.frames.size())});
  names_ += work.name;
  const auto take = [&](const PicturePrint& print, std::uint32_t tenths) {
    if (print.quality < kLeastQuality) return;
    bits_.push_back(print.bits);
    refs_.push_back({number, tenths});
  };
  if (prints.picture) take(*prints.picture, kStill);
  for (const FramePrint& frame : prints.frames) take(frame.print, frame.tenths);
  sounds_.insert(sounds_.end(), prints.sound.begin(), prints.sound.end());
  return {};
}

Bytes IndexBuilder::finish() const {
  const std::uint64_t slots = !bits_.empty() && bits_.size() >= slots_from_ ? kSlots : 0;
  const auto at = PrintIndex::lay_out(works_.size(), bits_.size(), sounds_.size(), names_.size(), slots);
  Bytes bytes(at.end);
  std::ranges::copy(kMagic, bytes.begin());
  const std::uint64_t head[] = {at.works, at.prints, at.sounds, at.names, at.slots, at.end};
  for (std::size_t i = 0; i < std::size(head); ++i) put(bytes, 8 + 8 * i, head[i]);
  for (std::size_t i = 0; i < works_.size(); ++i) {
    const Work& work = works_[i];
    const std::uint64_t to = at.at_works + i * kWork;
    put(bytes, to, work.leaf);
    const std::uint32_t numbers[] = {work.name_at, work.name_size, work.sound_at, work.sound_size, work.frames};
    for (std::size_t n = 0; n < std::size(numbers); ++n) put(bytes, to + 32 + 4 * n, numbers[n]);
  }
  for (std::size_t i = 0; i < bits_.size(); ++i) {
    put(bytes, at.at_bits + 32 * i, bits_[i]);
    put(bytes, at.at_refs + 8 * i, refs_[i].work);
    put(bytes, at.at_refs + 8 * i + 4, refs_[i].tenths);
  }
  for (std::size_t slot = 0; slot < slots; ++slot) {  // a counting sort
    std::vector<std::uint32_t> offsets(kValues + 1);
    for (const Bits& bits : bits_) ++offsets[slot_of(bits, slot) + 1];
    for (std::size_t value = 0; value < kValues; ++value) offsets[value + 1] += offsets[value];
    std::memcpy(bytes.data() + at.at_offsets + slot * (kValues + 1) * 4, offsets.data(), offsets.size() * 4);
    for (std::uint32_t i = 0; i < bits_.size(); ++i)
      put(bytes, at.at_postings + (slot * bits_.size() + offsets[slot_of(bits_[i], slot)]++) * 4, i);
  }
  std::vector<std::uint32_t> order(sounds_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return sounds_[i]; });
  for (std::size_t i = 0; i < sounds_.size(); ++i) {
    put(bytes, at.at_sounds + 4 * i, sounds_[i]);
    put(bytes, at.at_order + 4 * i, order[i]);
  }
  std::ranges::copy(names_, bytes.begin() + static_cast<std::ptrdiff_t>(at.at_names));
  return bytes;
}

}  // namespace bonafide::provenance::print
