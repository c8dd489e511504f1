// ID3v1, ID3v2.2-2.4 (id3.org), APEv2's presence, MPEG audio frames (ISO/IEC 11172-3) with the Xing/LAME block,
// ADTS (ISO/IEC 13818-7 6.2) and AMR (RFC 4867).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "media/container/walkers.h"

namespace bonafide::media {

namespace {
struct Frame {
  std::string_view id, old_id, name;
};
constexpr Frame kFrames[] = {
    {"TIT2", "TT2", "Title"},    {"TPE1", "TP1", "Artist"},           {"TALB", "TAL", "Album"},
    {"TYER", "TYE", "Year"},     {"TDRC", "", "RecordingTime"},       {"TCON", "TCO", "Genre"},
    {"TRCK", "TRK", "Track"},    {"TSSE", "TSS", "EncoderSettings"},  {"TENC", "TEN", "EncodedBy"},
    {"TCOM", "TCM", "Composer"}, {"TCOP", "TCR", "Copyright"},        {"TLEN", "TLE", "Length"},
    {"TDTG", "", "TaggingTime"}, {"TDEN", "", "EncodingTime"},        {"TPUB", "TPB", "Publisher"},
    {"TSRC", "TRC", "ISRC"},     {"TOFN", "TOF", "OriginalFileName"}, {"TFLT", "TFT", "FileType"}};

std::uint32_t syncsafe(ByteView b, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 7 | (static_cast<std::uint32_t>(load(b, at + i, 1, true)) & 0x7F);
  return value;
}

// The first byte names the encoding: Latin-1, UTF-16 with mark, UTF-16BE, UTF-8 (ID3v2.4 4).
std::string text_of(unsigned encoding, ByteView b) {
  if (encoding == 0) return latin1_to_utf8(b);
  if (encoding == 3) return std::string(until_nul(b));
  const bool little = encoding == 1 && b.size() >= 2 && b[0] == 0xFF && b[1] == 0xFE;
  const bool marked = little || (encoding == 1 && be16(b, 0) == 0xFEFF);
  return utf16_to_utf8(marked ? part(b, 2) : b, !little);
}

// The text after a description of the same encoding (TXXX, COMM).
ByteView after_text(unsigned encoding, ByteView b) {
  if (encoding == 0 || encoding == 3) return part(b, until_nul(b).size() + 1);
  std::size_t at = 0;
  while (at + 1 < b.size() && be16(b, at) != 0) at += 2;
  return part(b, at + 2);
}

void tell_frame(Walk& walk, const std::string& id, ByteView b) {
  if (b.empty()) return;
  const unsigned encoding = b[0];
  if (id == "TXXX" || id == "TXX") {
    walk.fact("ID3", text_of(encoding, part(b, 1)), text_of(encoding, after_text(encoding, part(b, 1))));
  } else if (id == "COMM" || id == "COM") {
    walk.fact("ID3", "Comment", text_of(encoding, after_text(encoding, part(b, 4))));
  } else if (id == "GEOB") {
    walk.fact("ID3", "Object", std::string(until_nul(part(b, 1, 64))));
  } else if (id[0] == 'T') {
    const auto* const known = std::find_if(std::begin(kFrames), std::end(kFrames),
                                           [&](const Frame& f) { return f.id == id || f.old_id == id; });
    walk.fact("ID3", known == std::end(kFrames) ? std::string_view(id) : known->name, text_of(encoding, part(b, 1)));
  }
}

constexpr std::array<int, 16> kRates1 = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0};
constexpr std::array<int, 16> kRates2 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0};

void tell_mpeg_frame(Walk& walk, ByteView b) {
  const unsigned version = b[1] >> 3 & 3U, layer = 4 - (b[1] >> 1 & 3U);
  constexpr std::array<int, 3> kHertz = {44100, 48000, 32000};
  const int hertz = kHertz[std::min<std::size_t>(b[2] >> 2 & 3U, 2)] / (version == 3 ? 1 : version == 2 ? 2 : 4);
  const bool mono = b[3] >> 6 == 3;
  walk.fact("MP3", "Version", fmt::format("MPEG-{} layer {}", version == 3 ? "1" : version == 2 ? "2" : "2.5", layer));
  walk.fact("MP3", "SampleRate", fmt::format("{} Hz", hertz));
  constexpr std::array<std::string_view, 4> kModes = {"stereo", "joint stereo", "dual channel", "mono"};
  walk.fact("MP3", "ChannelMode", kModes[b[3] >> 6]);
  if (layer == 3)
    walk.fact("MP3", "FirstBitrate", fmt::format("{} kbit/s", (version == 3 ? kRates1 : kRates2)[b[2] >> 4]));
  // The Xing block stands where the side information ends.
  const std::size_t xing = 4 + (version == 3 ? (mono ? 17 : 32) : (mono ? 9 : 17));
  if (starts_with(b, "Xing", xing) || starts_with(b, "Info", xing)) {
    walk.fact("MP3", "RateControl", starts_with(b, "Xing", xing) ? "variable" : "constant");
    const std::uint32_t flags = be32(b, xing + 4);
    std::size_t at = xing + 8;
    if ((flags & 1U) != 0) walk.fact("MP3", "Frames", fmt::format("{}", be32(b, at))), at += 4;
    if ((flags & 2U) != 0) at += 4;
    if ((flags & 4U) != 0) at += 100;
    if ((flags & 8U) != 0) at += 4;
    const std::string encoder = trimmed(until_nul(part(b, at, 9)));
    if (std::all_of(encoder.begin(), encoder.end(), [](char c) { return c >= 32 && c < 127; }))
      walk.fact("MP3", "Encoder", encoder);
  } else if (starts_with(b, "VBRI", 36)) {
    walk.fact("MP3", "RateControl", "variable (Fraunhofer)");
  }
}

Result<void> tell_id3v1(Walk& walk) {
  if (walk.size() < 128) return {};
  const Bytes b = TRY(walk.read(walk.size() - 128, 128));
  if (!starts_with(b, "TAG")) return {};
  TRY(walk.node("ID3v1", walk.size() - 128, 128, 0));
  walk.fact("ID3v1", "Title", latin1_to_utf8(part(b, 3, 30)));
  walk.fact("ID3v1", "Artist", latin1_to_utf8(part(b, 33, 30)));
  walk.fact("ID3v1", "Album", latin1_to_utf8(part(b, 63, 30)));
  walk.fact("ID3v1", "Year", latin1_to_utf8(part(b, 93, 4)));
  walk.fact("ID3v1", "Comment", latin1_to_utf8(part(b, 97, 30)));
  return {};
}
}  // namespace

Result<void> walk_id3v2(Walk& walk, Region region, int depth) {
  const Bytes head = TRY(walk.read(region.offset, 10));
  if (!starts_with(head, "ID3")) return make_error(Code::corrupt, "no ID3 header", region.offset);
  const unsigned version = head[3];
  const std::uint64_t size = std::min<std::uint64_t>(std::uint64_t{syncsafe(head, 6)} + 10, region.size);
  TRY(walk.node(fmt::format("ID3v2.{}", version), region.offset, size, depth));
  if (std::uint64_t{syncsafe(head, 6)} + 10 > region.size) walk.damage("the ID3 tag runs past the end");
  if ((head[5] & 0x80U) != 0 && version < 4) return {};  // unsynchronised as a whole: rare, and nothing we need
  const bool old = version <= 2;
  const std::uint64_t header = old ? 6 : 10;
  std::uint64_t at = region.offset + 10;
  if ((head[5] & 0x40U) != 0 && !old) {
    const Bytes extended = TRY(walk.read(at, 4));
    at += version == 4 ? syncsafe(extended, 0) : std::uint64_t{be32(extended, 0)} + 4;
  }
  const std::uint64_t end = region.offset + size;
  while (at + header <= end) {
    const Bytes b = TRY(walk.read(at, header));
    if (b[0] == 0) return {};  // padding
    const std::string id = fourcc(part(b, 0, old ? 3 : 4), 0);
    const std::uint64_t length = old ? be24(b, 3) : version == 4 ? syncsafe(b, 4) : be32(b, 4);
    if (length > end - at - header) return make_error(Code::corrupt, fmt::format("frame {} runs past its tag", id), at);
    TRY(walk.node(id, at, header + length, depth + 1));
    const bool packed = !old && (b[9] & 0xCCU) != 0;  // compressed or encrypted: kept as a node only
    if (!packed && id[0] != 'A' && id[0] != 'P') {
      const Bytes body = TRY(walk.read(at + header, std::min<std::uint64_t>(length, 8192)));
      tell_frame(walk, id, body);
    }
    at += header + length;
  }
  return {};
}

Result<void> walk_mp3(Walk& walk) {
  std::uint64_t at = 0;
  Bytes b = TRY(walk.read_up_to(0, 10));
  if (starts_with(b, "ID3") && b.size() == 10) {
    at = std::uint64_t{syncsafe(b, 6)} + 10 + ((b[5] & 0x10U) != 0 ? 10 : 0);
    TRY(walk.tolerate("ID3", walk_id3v2(walk, walk.whole(), 0)));
  }
  // Up to 64 KiB of padding before the first frame are common.
  const Bytes near = TRY(walk.read_up_to(at, 64 * 1024));
  for (std::size_t i = 0; i + 4 <= near.size(); ++i) {
    const ByteView here = part(near, i);
    if (starts_with(here, "fLaC")) {
      walk.media().format = Format::flac;
      return walk_flac_at(walk, at + i);
    }
    if (here[0] != 0xFF || (here[1] & 0xE0U) != 0xE0U) continue;
    const Format format = sniff(part(here, 0, 16));
    if (format == Format::aac) {
      walk.media().format = Format::aac;
      return walk_adts_at(walk, at + i);
    }
    if (format != Format::mp3) continue;
    TRY(walk.node("frames", at + i, walk.size() - at - i, 0));
    tell_mpeg_frame(walk, here);
    return tell_id3v1(walk);
  }
  walk.damage("no MPEG audio frame was found after the tag");
  return tell_id3v1(walk);
}

Result<void> walk_adts_at(Walk& walk, std::uint64_t at) {
  const Bytes b = TRY(walk.read(at, 7));
  constexpr std::array<int, 13> kHertz = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                          22050, 16000, 12000, 11025, 8000,  7350};
  TRY(walk.node("ADTS frames", at, walk.size() - at, 0));
  const std::size_t rate = b[2] >> 2 & 15U;
  if (rate < kHertz.size()) walk.fact("AAC", "SampleRate", fmt::format("{} Hz", kHertz[rate]));
  constexpr std::array<std::string_view, 4> kProfiles = {"Main", "LC", "SSR", "LTP"};
  walk.fact("AAC", "Profile", kProfiles[b[2] >> 6]);
  walk.fact("AAC", "Channels", fmt::format("{}", (b[2] & 1U) << 2 | b[3] >> 6));
  return {};
}

Result<void> walk_adts(Walk& walk) { return walk_adts_at(walk, 0); }

Result<void> walk_amr(Walk& walk) {
  const Bytes b = TRY(walk.read_up_to(0, 9));
  walk.fact("AMR", "Band", starts_with(b, "#!AMR-WB") ? "wide (16 kHz)" : "narrow (8 kHz)");
  return walk.node("AMR frames", 0, walk.size(), 0);
}

}  // namespace bonafide::media
