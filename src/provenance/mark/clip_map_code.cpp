// The form of a ClipMap in a credential.
#include <zlib.h>

#include <cmath>

#include "base/cbor.h"
#include "provenance/mark/clip_map.h"

namespace bonafide::provenance::mark {

namespace {

constexpr std::string_view kProfile = "bonafide.clip-map.1";
constexpr std::size_t kPlanes = 5;                        // bytes a block before they are deflated
constexpr std::int64_t kMostSlots = 2 * 86400;            // a day
constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // of codes, inflated

Error malformed(const std::string& what) { return make_error(Code::corrupt, "the map of the clip " + what); }

Bytes deflated(ByteView plain) {
  uLongf size = compressBound(static_cast<uLong>(plain.size()));
  Bytes out(size);
  compress2(out.data(), &size, plain.data(), static_cast<uLong>(plain.size()), 9);  // cannot fail: the bound was asked
  out.resize(size);
  return out;
}

Result<Bytes> inflated(ByteView packed, std::size_t size) {
  Bytes out(size);
  auto left = static_cast<uLongf>(size);
  const int done = uncompress(out.data(), &left, packed.data(), static_cast<uLong>(packed.size()));
  if (done != Z_OK || left != size) return malformed("cannot be inflated to the size it states");
  return out;
}

/// Differences from the slot before, a plane for each field: what stands still becomes zeros.
void pack_slot(const std::vector<BlockCode>& now, const std::vector<BlockCode>& before, std::uint8_t* out) {
  const std::size_t count = now.size();
  for (std::size_t i = 0; i < count; ++i) {
    const BlockCode old = before.empty() ? BlockCode{} : before[i];
    out[i] = static_cast<std::uint8_t>((now[i].y - old.y) & 63);
    out[count + i] = static_cast<std::uint8_t>((now[i].cb - old.cb) & 63);
    out[2 * count + i] = static_cast<std::uint8_t>((now[i].cr - old.cr) & 63);
    out[3 * count + i] = now[i].signs ^ old.signs;
    out[4 * count + i] =
        static_cast<std::uint8_t>(((now[i].coarse - old.coarse) & 15) << 4 | ((now[i].fine - old.fine) & 15));
  }
}

std::vector<BlockCode> unpack_slot(const std::uint8_t* in, std::size_t count, const std::vector<BlockCode>& before) {
  std::vector<BlockCode> codes(count);
  const auto low = [](int value, int mask) { return static_cast<std::uint8_t>(value & mask); };
  for (std::size_t i = 0; i < count; ++i) {
    const BlockCode old = before.empty() ? BlockCode{} : before[i];
    codes[i] = {low(old.y + in[i], 63),
                low(old.cb + in[count + i], 63),
                low(old.cr + in[2 * count + i], 63),
                low(old.signs ^ in[3 * count + i], 63),
                low(old.coarse + (in[4 * count + i] >> 4), 15),
                low(old.fine + (in[4 * count + i] & 15), 15)};
  }
  return codes;
}

Bytes pack_sound(const std::vector<SoundCode>& sound) {
  Bytes plain;
  SoundCode before{};
  for (const SoundCode& code : sound) {
    for (std::size_t b = 0; b < code.size(); ++b) plain.push_back(static_cast<std::uint8_t>(code[b] - before[b]));
    before = code;
  }
  return plain;
}

Result<std::int64_t> number_of(const cbor::Value& map, std::string_view key, std::int64_t most) {
  const cbor::Value* const value = map.find(key);
  const auto number = value == nullptr ? std::nullopt : value->integer();
  if (!number || *number < 0) return malformed("has no number for \"" + std::string(key) + "\"");
  if (*number > most) return make_error(Code::limit, "the map of the clip is larger than any that is read");
  return *number;
}

Result<ByteView> bytes_of(const cbor::Value& map, std::string_view key) {
  const cbor::Value* const value = map.find(key);
  if (value == nullptr || !value->is(cbor::Type::bytes)) return malformed("lacks \"" + std::string(key) + "\"");
  return value->content;
}

Result<void> read_pictures(const cbor::Value& value, ClipMap& map) {
  constexpr std::int64_t kMostSide = 1 << 20;
  map.width = static_cast<int>(TRY(number_of(value, "width", kMostSide)));
  map.height = static_cast<int>(TRY(number_of(value, "height", kMostSide)));
  map.block = static_cast<int>(TRY(number_of(value, "block", kMostSide)));
  const auto slots = static_cast<std::size_t>(TRY(number_of(value, "slots", kMostSlots)));
  if (slots == 0) {
    map.width = map.height = 0;
    map.block = 16;
    return {};
  }
  const auto grid = map_grid(map.width, map.height, map.block);
  if (!grid) return malformed("is of a size that no map has");
  map.columns = grid->columns, map.rows = grid->rows;
  const std::size_t count = static_cast<std::size_t>(map.columns) * static_cast<std::size_t>(map.rows);
  const ByteView shown = TRY(bytes_of(value, "shown"));
  if (shown.size() != slots) return malformed("does not say of each slot whether anything was shown");
  std::size_t filled = 0;
  for (const std::uint8_t each : shown) filled += each != 0 ? 1 : 0;
  if (filled * count * kPlanes > kMostBytes)
    return make_error(Code::limit, "the map of the clip is larger than any that is read");
  const ByteView codes = TRY(bytes_of(value, "codes"));
  const Bytes plain = TRY(inflated(codes, filled * count * kPlanes));
  map.slots.resize(slots);
  const std::uint8_t* in = plain.data();
  const std::vector<BlockCode> none;
  const std::vector<BlockCode>* before = &none;
  for (std::size_t i = 0; i < slots; ++i) {
    if (shown[i] == 0) continue;
    map.slots[i] = unpack_slot(in, count, *before);
    before = &map.slots[i];
    in += count * kPlanes;
  }
  return {};
}

Result<void> read_sound(const cbor::Value& value, ClipMap& map) {
  const auto count = static_cast<std::size_t>(TRY(number_of(value, "sound_slots", 2 * kMostSlots)));
  if (count == 0) return {};
  const ByteView levels = TRY(bytes_of(value, "sound"));
  const Bytes plain = TRY(inflated(levels, count * kSoundBands));
  map.sound.resize(count);
  SoundCode before{};
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t b = 0; b < before.size(); ++b)
      before[b] = static_cast<std::uint8_t>(before[b] + plain[i * kSoundBands + b]);
    map.sound[i] = before;
  }
  return {};
}

}  // namespace

Bytes encode_clip_map(const ClipMap& map) {
  const std::size_t count = static_cast<std::size_t>(map.columns) * static_cast<std::size_t>(map.rows);
  Bytes shown, codes;
  const std::vector<BlockCode> none;
  const std::vector<BlockCode>* before = &none;
  for (const auto& slot : map.slots) {
    shown.push_back(slot.empty() ? 0 : 1);
    if (slot.empty()) continue;
    codes.resize(codes.size() + count * kPlanes);
    pack_slot(slot, *before, codes.data() + codes.size() - count * kPlanes);
    before = &slot;
  }
  const auto text = [](std::string_view value) { return cbor::Writer().text(value).take(); };
  const auto number = [](std::int64_t value) { return cbor::Writer().integer(value).take(); };
  const auto bytes = [](ByteView value) { return cbor::Writer().bytes(value).take(); };
  cbor::Writer writer;
  writer.sorted_map({{text("v"), number(1)},
                     {text("alg"), text(kProfile)},
                     {text("width"), number(map.width)},
                     {text("height"), number(map.height)},
                     {text("block"), number(map.block)},
                     {text("slots"), number(static_cast<std::int64_t>(map.slots.size()))},
                     {text("shown"), bytes(shown)},
                     {text("codes"), bytes(deflated(codes))},
                     {text("sound_slots"), number(static_cast<std::int64_t>(map.sound.size()))},
                     {text("sound"), bytes(deflated(pack_sound(map.sound)))}});
  return writer.take();
}

bool is_clip_map(ByteView bytes) {
  const auto value = cbor::parse(bytes, {.depth = 4, .items = 256});
  const cbor::Value* const alg = value ? value->find("alg") : nullptr;
  return alg != nullptr && alg->text() && alg->text()->starts_with("bonafide.clip-map.");
}

Result<ClipMap> parse_clip_map(ByteView bytes) {
  const cbor::Value value = TRY(cbor::parse(bytes, {.depth = 4, .items = 256}));
  if (!value.is(cbor::Type::map)) return malformed("is no map");
  const cbor::Value* const alg = value.find("alg");
  if (TRY(number_of(value, "v", 1 << 20)) != 1 || alg == nullptr || alg->text() != kProfile)
    return make_error(Code::unsupported, "the map of the clip is of a version not known here");
  ClipMap map;
  TRY(read_pictures(value, map));
  TRY(read_sound(value, map));
  if (!map.pictures() && map.sound.empty()) return malformed("is empty");
  return map;
}

}  // namespace bonafide::provenance::mark
