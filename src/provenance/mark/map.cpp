#include "provenance/mark/map.h"

#include <algorithm>

#include "base/cbor.h"
#include "provenance/mark/key.h"
#include "provenance/mark/map_cells.h"

namespace bonafide::provenance::mark {

namespace {

constexpr std::string_view kProfile = "bonafide.map.1";
constexpr std::size_t kBytesPerBlock = 4;

bool known_block(std::int64_t block) { return block == 16 || block == 32; }

void pack(const BlockCode& code, Bytes& out) {
  const std::uint32_t word = static_cast<std::uint32_t>(code.y) << 26 | static_cast<std::uint32_t>(code.cb) << 20 |
                             static_cast<std::uint32_t>(code.cr) << 14 | static_cast<std::uint32_t>(code.signs) << 8 |
                             static_cast<std::uint32_t>(code.coarse) << 4 | code.fine;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(word >> shift));
}

BlockCode unpack(ByteView bytes) {
  std::uint32_t word = 0;
  for (const std::uint8_t byte : bytes.first(kBytesPerBlock)) word = word << 8 | byte;
  const auto bits = [&](int shift, int count) {
    return static_cast<std::uint8_t>((word >> shift) & ((1U << count) - 1));
  };
  return {bits(26, 6), bits(20, 6), bits(14, 6), bits(8, 6), bits(4, 4), bits(0, 4)};
}

std::uint8_t six_bits(std::int32_t level16) { return static_cast<std::uint8_t>(std::clamp(level16 >> 6, 0, 63)); }

Error malformed(const char* what) { return make_error(Code::corrupt, std::string("the block map ") + what); }

Result<std::int64_t> number_of(const cbor::Value& map, std::string_view key) {
  const cbor::Value* const value = map.find(key);
  const auto number = value == nullptr ? std::nullopt : value->integer();
  if (!number) return malformed(("has no number for \"" + std::string(key) + "\"").c_str());
  return *number;
}

}  // namespace

Result<MapGrid> map_grid(int width, int height, int block) {
  if (!known_block(block)) return make_error(Code::unsupported, "a block map has blocks of 16 or 32");
  const std::int64_t least = std::min(width, height), most = std::max(width, height);
  if (least < kMapLeastSide)
    return make_error(Code::unsupported,
                      "the picture is too small for a block map (64 pixels on each side are needed)");
  if (most > least * kMapLargestAspect)
    return make_error(Code::unsupported, "the picture is too long for a block map (8 to 1 at most)");
  const int across = kMapShortSide / block;
  const auto along = static_cast<int>((most * across + least / 2) / least);
  return width <= height ? MapGrid{across, along} : MapGrid{along, across};
}

std::vector<std::vector<std::uint32_t>> map_partners(std::size_t blocks) {
  const MarkKey key = MarkKey::published(kProfile);
  std::vector<std::vector<std::uint32_t>> partners(kMapSigns, std::vector<std::uint32_t>(blocks));
  for (std::size_t i = 0; i < partners.size(); ++i) {
    const auto order = key.stream("partners", i).permutation(static_cast<std::uint32_t>(blocks));
    for (std::size_t j = 0; j < blocks; ++j) partners[i][order[j]] = order[(j + 1) % blocks];
  }
  return partners;
}

std::vector<BlockCode> block_codes(const std::vector<BlockFacts>& facts,
                                   const std::vector<std::vector<std::uint32_t>>& partners) {
  std::vector<BlockCode> codes(facts.size());
  for (std::size_t i = 0; i < facts.size(); ++i) {
    BlockCode& code = codes[i];
    code.y = six_bits(facts[i].y);
    code.cb = six_bits(facts[i].cb);
    code.cr = six_bits(facts[i].cr);
    code.coarse = detail_code(facts[i].coarse);
    code.fine = detail_code(facts[i].fine);
    for (std::size_t k = 0; k < kMapSigns; ++k) {
      if (facts[i].waves[k] > facts[partners[k][i]].waves[k]) code.signs |= static_cast<std::uint8_t>(1U << k);
    }
  }
  return codes;
}

Result<BlockMap> make_block_map(RgbView picture, int block) {
  const MapGrid grid = TRY(map_grid(picture.width, picture.height, block));
  const int side = block / kMapCell;
  const auto facts = block_facts(make_cells(picture, grid.columns * side, grid.rows * side), side);
  return BlockMap{picture.width, picture.height, block,
                  grid.columns,  grid.rows,      block_codes(facts, map_partners(facts.size()))};
}

Bytes encode_block_map(const BlockMap& map) {
  Bytes codes;
  for (const BlockCode& code : map.codes) pack(code, codes);
  const auto text = [](std::string_view value) { return cbor::Writer().text(value).take(); };
  const auto number = [](std::int64_t value) { return cbor::Writer().integer(value).take(); };
  cbor::Writer writer;
  writer.sorted_map({{text("v"), number(1)},
                     {text("alg"), text(kProfile)},
                     {text("width"), number(map.width)},
                     {text("height"), number(map.height)},
                     {text("block"), number(map.block)},
                     {text("columns"), number(map.columns)},
                     {text("rows"), number(map.rows)},
                     {text("codes"), cbor::Writer().bytes(codes).take()}});
  return writer.take();
}

Result<BlockMap> parse_block_map(ByteView bytes) {
  const cbor::Value value = TRY(cbor::parse(bytes, {.depth = 4, .items = 256}));
  if (!value.is(cbor::Type::map)) return malformed("is no map");
  const cbor::Value* const alg = value.find("alg");
  if (TRY(number_of(value, "v")) != 1 || alg == nullptr || alg->text() != kProfile)
    return make_error(Code::unsupported, "the block map is of a version not known here");
  constexpr std::int64_t kMostSide = 1 << 20;
  const std::int64_t width = TRY(number_of(value, "width")), height = TRY(number_of(value, "height"));
  const std::int64_t block = TRY(number_of(value, "block"));
  if (width < 1 || height < 1 || width > kMostSide || height > kMostSide || !known_block(block))
    return malformed("has sizes that no map has");
  BlockMap map{static_cast<int>(width), static_cast<int>(height), static_cast<int>(block), 0, 0, {}};
  const auto grid = map_grid(map.width, map.height, map.block);
  if (!grid || TRY(number_of(value, "columns")) != grid->columns || TRY(number_of(value, "rows")) != grid->rows)
    return malformed("is not of the size that belongs to its picture");
  map.columns = grid->columns;
  map.rows = grid->rows;
  const cbor::Value* const codes = value.find("codes");
  const std::size_t count = static_cast<std::size_t>(map.columns) * static_cast<std::size_t>(map.rows);
  if (codes == nullptr || !codes->is(cbor::Type::bytes) || codes->content.size() != count * kBytesPerBlock)
    return malformed("does not have four bytes for each block");
  map.codes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) map.codes.push_back(unpack(codes->content.subspan(i * kBytesPerBlock)));
  return map;
}

}  // namespace bonafide::provenance::mark
