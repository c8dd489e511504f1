// One small file of every format in which both sides can write.
#include <fmt/format.h>

#include <cstdlib>
#include <functional>
#include <utility>

#include "base/bytes.h"
#include "base/files.h"
#include "oracle/oracle.h"
#include "support/support.h"

namespace bonafide::oracle {

namespace {

const std::string kPicture = "ffmpeg -v error -y -f lavfi -i testsrc2=size=160x120:rate=5 ";
const std::string kClip = kPicture + "-f lavfi -i sine=frequency=440:sample_rate=16000 -t 2 ";
const std::string kH264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 5 -c:a aac -b:a 24k ";
const std::string kSound = "ffmpeg -v error -y -f lavfi -i sine=frequency=440:sample_rate=16000 -t 1 ";

/// Bytes made here rather than by a tool, kept like the others.
std::string kept(std::string_view name, std::string_view bytes) {
  return testing::made(name, fmt::format("echo {} | base64 -d >\"$OUT\"", to_base64(as_bytes(bytes))));
}

std::string le(std::uint32_t value, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}
std::string be32(std::size_t value) {
  std::string bytes;
  for (int i = 3; i >= 0; --i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

/// A TIFF that says it is a DNG (tag 50706): 16 x 16 grey values.
std::string dng() {
  struct Entry {
    std::uint32_t tag, type, count, value;
  };
  const std::vector<Entry> entries = {
      {254, 4, 1, 0},   {256, 4, 1, 16}, {257, 4, 1, 16}, {258, 3, 1, 8},   {259, 3, 1, 1},          {262, 3, 1, 34892},
      {273, 4, 1, 256}, {277, 3, 1, 1},  {278, 4, 1, 16}, {279, 4, 1, 256}, {50706, 1, 4, 0x000401},
  };
  std::string bytes = "II*" + le(0, 1) + le(8, 4) + le(static_cast<std::uint32_t>(entries.size()), 2);
  for (const Entry& entry : entries)
    bytes += le(entry.tag, 2) + le(entry.type, 2) + le(entry.count, 4) + le(entry.value, 4);
  bytes.resize(256);
  for (std::uint32_t i = 0; i < 256; ++i) bytes += le(i, 1);
  return kept("a.dng", bytes);
}

/// FFmpeg writes the bare codestream; a credential needs the box form (ISO/IEC 18181-2).
std::string jxl() {
  const std::string bare = testing::made("bare.jxl", kPicture + "-frames:v 1 -c:v libjxl -distance 4 \"$OUT\"");
  const auto stream = read_file(bare, 1 << 20);
  if (!stream || stream->rfind("\xFF\x0A", 0) != 0) std::abort();
  return kept("a.jxl", be32(12) + "JXL \r\n\x87\n" + be32(20) + "ftypjxl " + be32(0) + "jxl " +
                           be32(8 + stream->size()) + "jxlc" + *stream);
}

std::string svg() {
  return testing::made("a.svg",
                       "printf '%s\\n' '<?xml version=\"1.0\" encoding=\"UTF-8\"?>' "
                       "'<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"30\">' "
                       "'  <rect width=\"40\" height=\"30\" fill=\"#336699\"/>' '</svg>' >\"$OUT\"");
}

struct Recipe {
  std::string name;   ///< of the sample
  std::string file;   ///< its extension tells the oracle the type
  std::string tool;   ///< that must be there besides ffmpeg, or empty
  std::string words;  ///< after which "$OUT" stands
  std::function<std::string()> make = {};
};

const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> table = {
      {"jpg", "a.jpg", "", kPicture + "-frames:v 1 -q:v 5"},
      {"png", "a.png", "", kPicture + "-frames:v 1"},
      {"webp", "a.webp", "", kPicture + "-frames:v 1 -c:v libwebp"},
      {"webp_lossless", "l.webp", "", kPicture + "-frames:v 1 -c:v libwebp -lossless 1"},
      {"gif", "a.gif", "", kPicture + "-frames:v 3"},
      {"tiff", "a.tiff", "", kPicture + "-frames:v 1"},
      {"dng", "a.dng", "", "", dng},
      {"avif", "a.avif", "", kPicture + "-frames:v 1 -c:v libaom-av1 -still-picture 1 -crf 40 -cpu-used 8"},
      {"heic", "a.heic", "heif-enc",
       kPicture + "-frames:v 1 \"$OUT.png\" && heif-enc -q 30 \"$OUT.png\" >/dev/null -o"},
      {"jxl", "a.jxl", "", "", jxl},
      {"svg", "a.svg", "", "", svg},
      {"mp4", "a.mp4", "", kClip + kH264},
      {"mp4_faststart", "f.mp4", "", kClip + kH264 + "-movflags +faststart"},
      {"mp4_fragmented", "g.mp4", "", kClip + kH264 + "-movflags frag_keyframe+empty_moov+default_base_moof"},
      {"mov", "a.mov", "", kClip + kH264},
      {"m4a", "a.m4a", "", kSound + "-c:a aac -b:a 24k"},
      {"mp3", "a.mp3", "", kSound + "-c:a libmp3lame -b:a 32k"},
      {"wav", "a.wav", "", kSound + "-ar 8000"},
      {"avi", "a.avi", "", kClip + "-c:v mjpeg -q:v 10 -c:a pcm_s16le"},
      {"flac", "a.flac", "", kSound + "-c:a flac"},
  };
  return table;
}

bool there(const std::string& tool) {
  return tool.empty() || std::system(("command -v " + tool + " >/dev/null").c_str()) == 0;
}

}  // namespace

const std::vector<std::string>& sample_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Recipe& recipe : recipes()) all.push_back(recipe.name);
    return all;
  }();
  return names;
}

std::optional<std::string> sample(const std::string& name) {
  for (const Recipe& recipe : recipes()) {
    if (recipe.name != name) continue;
    if (!there(recipe.tool)) return std::nullopt;
    return recipe.make ? recipe.make() : testing::made(recipe.file, recipe.words + " \"$OUT\"");
  }
  std::abort();
}

}  // namespace bonafide::oracle
