// ISO base media files for tests: made with ffmpeg, or put together by hand.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "provenance/c2pa/bmff_offsets.h"
#include "support/embed.h"

namespace bonafide::provenance::c2pa::bmff {

inline Bytes box(std::string_view type, const std::vector<Bytes>& parts) { return plain(type, as_text(join(parts))); }
inline Bytes u32(std::uint64_t value) {
  Bytes bytes;
  put32(bytes, value);
  return bytes;
}
inline Bytes u64(std::uint64_t value) { return join({u32(value >> 32), u32(value & 0xFFFFFFFF)}); }
/// Every place that a table of the file names, as offset and length, in the order of the tables.
inline std::vector<OffsetField> places(const Bytes& bytes) {
  const media::MemorySource source(bytes);
  std::vector<OffsetField> found;
  const auto roots = bmff_roots(source, Context()).value();
  const auto seen = visit_offsets(
      source, roots, true,
      [&](const OffsetField& field) {
        found.push_back(field);
        return Result<void>();
      },
      Context());
  EXPECT_TRUE(seen) << seen.error().to_string();
  return found;
}

/// Up to 64 bytes of media that a table names; of a box, whose content may hold offsets itself, the header.
inline Bytes named(const Bytes& bytes, const OffsetField& field) {
  if (field.target >= bytes.size()) return {};
  const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(field.target);
  const std::size_t left = bytes.size() - static_cast<std::size_t>(field.target);
  using Kind = OffsetField::Kind;
  const bool whole = field.kind == Kind::base || field.kind == Kind::index || field.kind == Kind::random;
  const std::uint64_t most = whole ? 8 : 64;
  const auto wanted = static_cast<std::size_t>(field.length > 0 ? std::min(field.length, most) : most);
  return Bytes(at, at + static_cast<std::ptrdiff_t>(std::min(left, wanted)));
}

/// The tables of `after` name the same bytes as those of `before`, and not all by the same numbers.
inline void expect_same_places(const Bytes& before, const Bytes& after, const std::string& name) {
  const auto old = places(before), now = places(after);
  ASSERT_EQ(old.size(), now.size()) << name;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < old.size(); ++i) {
    const bool same = named(before, old[i]) == named(after, now[i]) && old[i].length == now[i].length;
    if (!same && wrong++ == 0) {
      ADD_FAILURE() << name << ": place " << i << " of kind " << static_cast<int>(old[i].kind) << " was "
                    << old[i].target << ", is " << now[i].target;
    }
  }
  EXPECT_EQ(wrong, 0U) << name;
}

struct Sample {
  std::string name;
  std::string path;
};

/// What ffmpeg here can make, in every shape of file that matters.
inline std::vector<Sample> samples() {
  static const std::string picture = "-f lavfi -i testsrc2=size=160x120:rate=25:duration=3 ";
  static const std::string tone = "-f lavfi -i sine=frequency=440:duration=3 ";
  const bool h264 = std::system("ffmpeg -hide_banner -encoders 2>/dev/null | grep -q libx264") == 0;
  const std::string video = h264 ? "-c:v libx264 -pix_fmt yuv420p -g 12 -bf 2 " : "-c:v mpeg4 -g 12 ";
  const std::string both = "ffmpeg -v error -y " + picture + tone + "-bitexact " + video + "-c:a aac ";
  std::vector<Sample> made;
  const auto make = [&](const std::string& name, const std::string& command) {
    made.push_back({name, bonafide::testing::made(name, command + " \"$OUT\"")});
  };
  make("plain.mp4", both);
  make("faststart.mp4", both + "-movflags faststart");
  make("fragments.mp4", both + "-movflags frag_keyframe+empty_moov");
  make("moof_base.mp4", both + "-movflags frag_keyframe+empty_moov+default_base_moof");
  make("index.mp4", both + "-movflags frag_keyframe+empty_moov+dash+global_sidx");
  make("separate.mp4", both + "-movflags frag_keyframe+empty_moov+separate_moof");
  make("encrypted.mp4", both +
                            "-encryption_scheme cenc-aes-ctr -encryption_key 00112233445566778899aabbccddeeff "
                            "-encryption_kid 112233445566778899aabbccddeeff00");
  make("movie.mov", both);
  make("sound.m4a", "ffmpeg -v error -y " + tone + "-bitexact -c:a aac");
  if (std::system("ffmpeg -hide_banner -encoders 2>/dev/null | grep -q libaom-av1 && "
                  "ffmpeg -hide_banner -muxers 2>/dev/null | grep -q avif") == 0) {
    make("still.avif",
         "ffmpeg -v error -y -f lavfi -i testsrc2=size=96x64:rate=1:duration=1 -frames:v 1 "
         "-c:v libaom-av1 -still-picture 1 -cpu-used 8");
  }
  if (std::system("command -v heif-enc >/dev/null") == 0) {
    make("still.heic",
         "ffmpeg -v error -y -f lavfi -i testsrc2=size=96x64:rate=1:duration=1 -frames:v 1 "
         "\"$OUT.png\" && heif-enc -q 50 \"$OUT.png\" -o");
  }
  return made;
}

}  // namespace bonafide::provenance::c2pa::bmff
