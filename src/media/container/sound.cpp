// FLAC (RFC 9639), Ogg (RFC 3533) with Vorbis, Opus (RFC 7845) and others, AIFF, Core Audio Format.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "media/container/walkers.h"

namespace bonafide::media {

namespace {
constexpr std::uint64_t kCommentBytes = 1024 * 1024;  // pictures in comments may be larger: their text is not read

std::string upper(std::string_view text) {
  std::string copy(text);
  for (char& c : copy)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return copy;
}

// Names do not depend on case. Vorbis I, section 5: vendor, then "NAME=value" entries; lengths little-endian.
void tell_comments(Walk& walk, std::string_view group, ByteView b) {
  const std::uint32_t vendor = le32(b, 0);
  walk.fact(group, "Vendor", as_text(part(b, 4, vendor)));
  std::size_t at = std::size_t{4} + vendor;
  const std::uint32_t count = std::min<std::uint32_t>(le32(b, at), 1000);
  at += 4;
  for (std::uint32_t i = 0; i < count && at + 4 <= b.size(); ++i) {
    const std::size_t size = le32(b, at);
    if (size > b.size() - at - 4) return;
    const std::string_view entry = as_text(part(b, at + 4, size));
    const std::size_t equals = entry.find('=');
    if (equals != std::string_view::npos && !entry.starts_with("METADATA_BLOCK_PICTURE"))
      walk.fact(group, upper(entry.substr(0, equals)), entry.substr(equals + 1));
    at += 4 + size;
  }
}

// An 80-bit IEEE 754 number, as AIFF keeps its sampling rate.
double extended(ByteView b, std::size_t at) {
  const int exponent = (be16(b, at) & 0x7FFF) - 16383 - 63;
  return std::ldexp(static_cast<double>(be64(b, at + 2)), exponent);
}
}  // namespace

Result<void> walk_flac_at(Walk& walk, std::uint64_t at) {
  TRY(walk.node("fLaC", at, 4, 0));
  at += 4;
  constexpr std::string_view kBlocks[] = {"STREAMINFO",     "PADDING",  "APPLICATION", "SEEKTABLE",
                                          "VORBIS_COMMENT", "CUESHEET", "PICTURE"};
  for (bool last = false; !last;) {
    const Bytes head = TRY(walk.read(at, 4));
    last = (head[0] & 0x80U) != 0;
    const unsigned type = head[0] & 0x7FU;
    const std::uint64_t size = be24(head, 1);
    TRY(walk.node(type < 7 ? std::string(kBlocks[type]) : fmt::format("block {}", type), at, size + 4, 0));
    const Bytes b = TRY(
        walk.read(at + 4, type == 0 || type == 4 ? std::min(size, kCommentBytes) : std::min<std::uint64_t>(size, 4)));
    if (type == 0 && b.size() >= 34) {
      walk.fact("FLAC", "SampleRate", fmt::format("{} Hz", be24(b, 10) >> 4));
      walk.fact("FLAC", "Channels", fmt::format("{}", (b[12] >> 1 & 7) + 1));
      walk.fact("FLAC", "BitsPerSample", fmt::format("{}", ((b[12] & 1) << 4 | b[13] >> 4) + 1));
      walk.fact("FLAC", "Samples", fmt::format("{}", be64(b, 10) & 0xFFFFFFFFF));
      walk.fact("FLAC", "AudioMD5", to_hex(part(b, 18, 16)));
    } else if (type == 4) {
      tell_comments(walk, "FLAC", b);
    }
    at += 4 + size;
  }
  return walk.node("frames", at, walk.size() - std::min(at, walk.size()), 0);
}

Result<void> walk_flac(Walk& walk) { return walk_flac_at(walk, 0); }

namespace {
// A packet of the first pages, put together across them.
struct OggStream {
  std::uint32_t serial = 0;
  std::string codec;
  Bytes packet;
  int packets = 0;
};

std::string ogg_codec(ByteView b) {
  using namespace std::string_view_literals;
  if (starts_with(b, "OpusHead")) return "Opus";
  if (starts_with(b, "\x01vorbis"sv)) return "Vorbis";
  if (starts_with(b,
                  "\x7F"
                  "FLAC"sv))
    return "FLAC";
  if (starts_with(b, "Speex   ")) return "Speex";
  if (starts_with(b, "\x80theora"sv)) return "Theora";
  if (starts_with(b, "fishead")) return "Skeleton";
  return "unknown";
}

void tell_ogg_packet(Walk& walk, OggStream& stream) {
  const ByteView b = stream.packet;
  if (stream.packets == 0) {
    stream.codec = ogg_codec(b);
    walk.fact("Ogg", "Codec", stream.codec);
    if (stream.codec == "Opus") {
      walk.fact("Ogg", "Channels", fmt::format("{}", load(b, 9, 1, true)));
      walk.fact("Ogg", "OriginalSampleRate", fmt::format("{} Hz", le32(b, 12)));
    } else if (stream.codec == "Vorbis") {
      walk.fact("Ogg", "Channels", fmt::format("{}", load(b, 11, 1, true)));
      walk.fact("Ogg", "SampleRate", fmt::format("{} Hz", le32(b, 12)));
      walk.fact("Ogg", "NominalBitrate", fmt::format("{} bit/s", le32(b, 20)));
    } else if (stream.codec == "Theora") {
      walk.media().kind = Kind::video;
      walk.media().width = static_cast<int>(be24(b, 14));
      walk.media().height = static_cast<int>(be24(b, 17));
    }
  } else if (stream.packets == 1) {
    if (starts_with(b, "OpusTags")) tell_comments(walk, "Ogg", part(b, 8));
    if (stream.codec == "Vorbis" || stream.codec == "Theora") tell_comments(walk, "Ogg", part(b, 7));
    if (stream.codec == "Speex") tell_comments(walk, "Ogg", b);
  }
  ++stream.packets;
}
}  // namespace

// Only the header pages: what follows is sound.
Result<void> walk_ogg(Walk& walk) {
  constexpr int kPages = 200;  // comments with a cover picture span a hundred
  std::vector<OggStream> streams;
  std::uint64_t at = 0;
  for (int page = 0; page < kPages && at < walk.size(); ++page) {
    const Bytes head = TRY(walk.read(at, 27));
    if (!starts_with(head, "OggS")) return make_error(Code::corrupt, "a page was expected", at);
    const std::size_t segments = head[26];
    const Bytes lacing = TRY(walk.read(at + 27, segments));
    std::uint64_t size = 0;
    for (const std::uint8_t s : lacing) size += s;
    const std::uint32_t serial = le32(head, 14);
    auto stream = std::find_if(streams.begin(), streams.end(), [&](const OggStream& s) { return s.serial == serial; });
    if ((head[5] & 2U) != 0 && stream == streams.end() && streams.size() < 16) {
      TRY(walk.node("stream", at, 27 + segments + size, 0, fmt::format("serial {:08x}", serial)));
      streams.push_back({serial, {}, {}, 0});
      stream = streams.end() - 1;
    }
    if (stream != streams.end() && stream->packets < 2) {
      const Bytes body = TRY(walk.read(at + 27 + segments, size));
      std::size_t from = 0;
      for (const std::uint8_t s : lacing) {
        const ByteView piece = part(body, from, s);
        if (stream->packet.size() < kCommentBytes)
          stream->packet.insert(stream->packet.end(), piece.begin(), piece.end());
        from += s;
        if (s == 255) continue;
        if (stream->packets < 2) tell_ogg_packet(walk, *stream);
        stream->packet.clear();
      }
    }
    at += 27 + segments + size;
    if (std::all_of(streams.begin(), streams.end(), [](const OggStream& s) { return s.packets >= 2; })) break;
  }
  return walk.node("pages", at, walk.size() - std::min(at, walk.size()), 0);
}

Result<void> walk_aiff(Walk& walk) {
  std::uint64_t at = 12;
  TRY(walk.node("FORM", 0, walk.size(), 0));
  while (at + 8 <= walk.size()) {
    const Bytes head = TRY(walk.read(at, 8));
    const std::string type = fourcc(head, 0);
    const std::uint64_t size = be32(head, 4);
    TRY(walk.node(type, at, std::min(size + 8, walk.size() - at), 1));
    if (size > walk.size() - at - 8) {
      walk.damage(
          fmt::format("the file ends inside chunk {} (expected {} more bytes)", type, size - (walk.size() - at - 8)));
      return {};
    }
    const Bytes b = TRY(walk.read_up_to(at + 8, std::min<std::uint64_t>(size, 4096)));
    if (type == "COMM" && b.size() >= 18) {
      walk.fact("AIFF", "Channels", fmt::format("{}", be16(b, 0)));
      walk.fact("AIFF", "Samples", fmt::format("{}", be32(b, 2)));
      walk.fact("AIFF", "BitsPerSample", fmt::format("{}", be16(b, 6)));
      walk.fact("AIFF", "SampleRate", fmt::format("{:.0f} Hz", extended(b, 8)));
    } else if (type == "NAME" || type == "AUTH" || type == "(c) " || type == "ANNO") {
      walk.fact("AIFF", trimmed(type), until_nul(b));
    } else if (type == "ID3 ") {
      TRY(walk.tolerate("ID3", walk_id3v2(walk, {at + 8, size}, 2)));
    }
    at += 8 + size + (size & 1U);
  }
  return {};
}

Result<void> walk_caf(Walk& walk) {
  std::uint64_t at = 8;
  TRY(walk.node("caff", 0, 8, 0));
  while (at + 12 <= walk.size()) {
    const Bytes head = TRY(walk.read(at, 12));
    const std::string type = fourcc(head, 0);
    const std::uint64_t room = walk.size() - at - 12;
    std::uint64_t size = be64(head, 4);
    if (type == "data" && size == UINT64_MAX) size = room;
    TRY(walk.node(type, at, std::min(size, room) + 12, 0));
    if (size > room) {
      walk.damage(fmt::format("the file ends inside chunk {}", type));
      return {};
    }
    const Bytes b = TRY(walk.read_up_to(at + 12, std::min<std::uint64_t>(size, 8192)));
    if (type == "desc" && b.size() >= 32) {
      const std::uint64_t raw = be64(b, 0);
      double rate = 0;
      static_assert(sizeof(rate) == sizeof(raw));
      std::copy_n(reinterpret_cast<const char*>(&raw), sizeof(raw), reinterpret_cast<char*>(&rate));
      if (std::isfinite(rate) && rate > 0 && rate < 1e9) walk.fact("CAF", "SampleRate", fmt::format("{:.0f} Hz", rate));
      walk.fact("CAF", "Codec", trimmed(fourcc(b, 8)));
      walk.fact("CAF", "Channels", fmt::format("{}", be32(b, 24)));
    } else if (type == "info") {
      std::size_t p = 4;
      for (std::uint32_t i = 0; i < std::min<std::uint32_t>(be32(b, 0), 200) && p < b.size(); ++i) {
        const std::string_view key = until_nul(part(b, p));
        p += key.size() + 1;
        const std::string_view value = until_nul(part(b, p));
        p += value.size() + 1;
        walk.fact("CAF", key, value);
      }
    }
    at += 12 + size;
  }
  return {};
}

}  // namespace bonafide::media
