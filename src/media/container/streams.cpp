// Containers made for streaming: MPEG transport and program streams (ISO/IEC 13818-1), FLV, ASF.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <set>

#include "media/container/walkers.h"

namespace bonafide::media {

// Synchronisation over the first packets, their sizes, and which streams (PIDs) are seen.
Result<void> walk_mpegts(Walk& walk) {
  constexpr std::uint64_t kLook = 256 * 1024;
  const Bytes b = TRY(walk.read_up_to(0, kLook));
  const std::size_t lead = b[0] == 0x47 ? 0 : 4;
  const std::size_t step = 188 + lead;
  std::set<unsigned> pids;
  std::size_t packets = 0, lost = 0, scrambled = 0;
  for (std::size_t at = lead; at + 188 <= b.size(); at += step) {
    ++packets;
    if (b[at] != 0x47) {
      ++lost;
      continue;
    }
    pids.insert(be16(b, at + 1) & 0x1FFFU);
    if ((b[at + 3] & 0xC0U) != 0) ++scrambled;
  }
  if (packets == 0 || lost * 2 > packets) {
    walk.media().format = Format::unknown;  // one lucky byte
    return {};
  }
  TRY(walk.node("packets", 0, walk.size(), 0, fmt::format("{} bytes each", step)));
  walk.fact("MPEG-TS", "PacketSize", fmt::format("{}", step));
  walk.fact("MPEG-TS", "Streams", fmt::format("{} different packet identities at the start", pids.size()));
  if (scrambled > 0) walk.fact("MPEG-TS", "Encryption", "scrambled");
  if (lost > 0) walk.damage(fmt::format("{} of the first {} packets are out of step", lost, packets));
  if (walk.size() % step != 0)
    walk.damage(fmt::format("the file ends inside a packet ({} bytes of it are there)", walk.size() % step));
  return {};
}

Result<void> walk_mpegps(Walk& walk) {
  const Bytes b = TRY(walk.read_up_to(0, 64 * 1024));
  TRY(walk.node("program stream", 0, walk.size(), 0));
  if (be32(b, 0) == 0x1BA)
    walk.fact("MPEG-PS", "Version", (b.size() > 4 && (b[4] & 0xC0U) == 0x40U) ? "MPEG-2" : "MPEG-1");
  for (std::size_t at = 0; at + 12 <= b.size(); ++at) {
    if (be32(b, at) != 0x1B3) continue;  // the sequence header of MPEG-1/2 video
    walk.media().width = static_cast<int>(be24(b, at + 4) >> 12);
    walk.media().height = static_cast<int>(be24(b, at + 4) & 0xFFF);
    break;
  }
  return {};
}

namespace {
// AMF0's onMetaData: strings and numbers of one flat list.
void tell_flv_metadata(Walk& walk, ByteView b) {
  std::size_t at = 0;
  if (load(b, 0, 1, true) == 2) at = std::size_t{3} + be16(b, 1);
  const auto kind = load(b, at, 1, true);
  if (kind != 8 && kind != 3) return;
  at += kind == 8 ? 5 : 1;
  for (int i = 0; i < 200 && at + 3 <= b.size(); ++i) {
    const std::string_view key = as_text(part(b, at + 2, be16(b, at)));
    at += std::size_t{2} + be16(b, at);
    const auto type = load(b, at++, 1, true);
    if (type == 0) {
      const double number = std::bit_cast<double>(be64(b, at));
      walk.fact("FLV", key, fmt::format("{:.6g}", number));
      if (key == "width" && number > 0 && number < 1e5) walk.media().width = static_cast<int>(number);
      if (key == "height" && number > 0 && number < 1e5) walk.media().height = static_cast<int>(number);
      at += 8;
    } else if (type == 1) {
      walk.fact("FLV", key, load(b, at++, 1, true) != 0 ? "yes" : "no");
    } else if (type == 2) {
      walk.fact("FLV", key, as_text(part(b, at + 2, be16(b, at))));
      at += std::size_t{2} + be16(b, at);
    } else {
      return;
    }
  }
}
}  // namespace

Result<void> walk_flv(Walk& walk) {
  const Bytes head = TRY(walk.read(0, 9));
  TRY(walk.node("header", 0, 9, 0,
                fmt::format("{}{}", (head[4] & 4U) != 0 ? "sound " : "", (head[4] & 1U) != 0 ? "pictures" : "")));
  if ((head[4] & 1U) == 0) walk.media().kind = Kind::audio;
  std::uint64_t at = std::uint64_t{be32(head, 5)} + 4;
  for (int tag = 0; tag < 20 && at + 11 <= walk.size(); ++tag) {  // the list of facts is the first tag or near it
    const Bytes b = TRY(walk.read(at, 11));
    const std::uint64_t size = be24(b, 1);
    if (size > walk.size() - at - 11) {
      walk.damage("the file ends inside a tag");
      return {};
    }
    if ((b[0] & 31U) == 18) {
      TRY(walk.node("script data", at, size + 11, 0));
      const Bytes body = TRY(walk.read(at + 11, std::min<std::uint64_t>(size, 64 * 1024)));
      tell_flv_metadata(walk, body);
    }
    at += 11 + size + 4;
  }
  return walk.node("tags", at, walk.size() - std::min(at, walk.size()), 0);
}

namespace {
// ASF specification, section 10: the first eight bytes of each identity are enough here.
struct AsfObject {
  std::string_view id, name;
};
constexpr AsfObject kAsf[] = {{"3026b2758e66cf11", "Header"},
                              {"a1dcab8c47a9cf11", "File Properties"},
                              {"9107dcb7b7a9cf11", "Stream Properties"},
                              {"b503bf5f2ea9cf11", "Header Extension"},
                              {"3326b2758e66cf11", "Content Description"},
                              {"40a4d0d207e3d211", "Extended Content Description"},
                              {"4052d1861d31d011", "Codec List"},
                              {"3626b2758e66cf11", "Data"},
                              {"90080033b1e5cf11", "Simple Index"},
                              {"fbb3112223bdd211", "Content Encryption"}};

void tell_asf(Walk& walk, std::string_view name, ByteView b) {
  if (name == "Content Description") {
    constexpr std::array<std::string_view, 5> kNames = {"Title", "Author", "Copyright", "Description", "Rating"};
    std::size_t at = 10;
    for (std::size_t i = 0; i < 5; ++i) {
      walk.fact("ASF", kNames[i], utf16_to_utf8(part(b, at, le16(b, i * 2)), false));
      at += le16(b, i * 2);
    }
  } else if (name == "Extended Content Description") {
    std::size_t at = 2;
    for (int i = 0; i < le16(b, 0) && i < 200 && at + 6 <= b.size(); ++i) {
      const std::string key = utf16_to_utf8(part(b, at + 2, le16(b, at)), false);
      at += std::size_t{2} + le16(b, at);
      const unsigned type = le16(b, at);
      const ByteView value = part(b, at + 4, le16(b, at + 2));
      if (type == 0) walk.fact("ASF", key, utf16_to_utf8(value, false));
      if (type >= 2 && type <= 5 && value.size() <= 8)
        walk.fact("ASF", key, fmt::format("{}", load(value, 0, value.size(), false)));
      at += std::size_t{4} + le16(b, at + 2);
    }
  } else if (name == "File Properties") {
    // 100 ns steps from 1601-01-01.
    walk.fact("ASF", "Duration", fmt::format("{:.3f} s", static_cast<double>(le64(b, 40)) / 1e7));
  } else if (name == "Content Encryption") {
    walk.fact("ASF", "Encryption", "protected");
  }
}
}  // namespace

Result<void> walk_asf(Walk& walk) {
  const Bytes head = TRY(walk.read(0, 30));
  const std::uint64_t header_end = std::min(le64(head, 16), walk.size());
  TRY(walk.node("Header", 0, header_end, 0));
  std::uint64_t at = 30;
  bool picture = false;
  while (at + 24 <= walk.size()) {
    const Bytes b = TRY(walk.read(at, 24));
    const std::string id = to_hex(part(b, 0, 8));
    const auto* const known =
        std::find_if(std::begin(kAsf), std::end(kAsf), [&](const AsfObject& o) { return o.id == id; });
    const std::string name = known == std::end(kAsf) ? id : std::string(known->name);
    const std::uint64_t size = le64(b, 16);
    if (size < 24) return make_error(Code::corrupt, "an object without a size", at);
    TRY(walk.node(name, at, std::min(size, walk.size() - at), at < header_end ? 1 : 0));
    if (size > walk.size() - at) {
      walk.damage(fmt::format("the file ends inside {} (expected {} more bytes)", name, size - (walk.size() - at)));
      break;
    }
    const Bytes body = TRY(walk.read_up_to(at + 24, std::min<std::uint64_t>(size - 24, 64 * 1024)));
    if (name == "Stream Properties" && to_hex(part(body, 0, 8)) == "c0ef19bc4d5bcf11") {
      picture = true;
      walk.media().width = picture_size(le32(body, 54));
      walk.media().height = picture_size(le32(body, 58));
    }
    tell_asf(walk, name, body);
    at += size;
  }
  if (!picture) walk.media().kind = Kind::audio;
  return {};
}

}  // namespace bonafide::media
