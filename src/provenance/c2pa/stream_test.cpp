// Streams in fragments: signed and checked, and what must not pass.
#include "provenance/c2pa/stream.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "provenance/c2pa/bmff_tree.h"
#include "provenance/c2pa/signing_test.h"
#include "support/bmff.h"

namespace bonafide::provenance::c2pa {
namespace {

using namespace bmff;

Fragment in_memory(const std::string& name, const Bytes& bytes) {
  const auto kept = std::make_shared<const Bytes>(bytes);
  return {name, [kept]() -> Result<std::shared_ptr<const media::ByteSource>> {
            struct Held {
              std::shared_ptr<const Bytes> bytes;
              media::MemorySource source;
            };
            const auto held = std::make_shared<Held>(Held{kept, media::MemorySource(*kept)});
            return std::shared_ptr<const media::ByteSource>(held, &held->source);
          }};
}

std::vector<Fragment> in_memory(const std::vector<Bytes>& files) {
  std::vector<Fragment> fragments;
  for (std::size_t i = 0; i < files.size(); ++i) fragments.push_back(in_memory(fmt::format("segment {}", i), files[i]));
  return fragments;
}

/// One rendition: an initialization segment and its fragments.
struct Parts {
  Bytes init;
  std::vector<Bytes> fragments;
};

/// What ffmpeg's DASH muxer makes: two renditions of five or six fragments.
std::vector<Parts> dash() {
  static const std::string list = bonafide::testing::made(
      "dash.txt",
      "mkdir -p \"$OUT.d\" && ffmpeg -v error -y -f lavfi -i testsrc2=size=160x120:rate=25:duration=5 -bitexact "
      "-map 0:v -map 0:v -c:v mpeg4 -g 25 -b:v:0 200k -b:v:1 60k -adaptation_sets 'id=0,streams=v' -seg_duration 1 "
      "-use_template 1 -use_timeline 0 -f dash \"$OUT.d/stream.mpd\" && echo \"$OUT.d\" > \"$OUT\"");
  std::string folder = read_file(list, 4096).value();
  folder.erase(folder.find('\n'));
  std::vector<Parts> made;
  for (const int stream : {0, 1}) {
    Parts parts;
    parts.init = file_bytes(fmt::format("{}/init-stream{}.m4s", folder, stream));
    for (int i = 1;; ++i) {
      const std::string path = fmt::format("{}/chunk-stream{}-{:05}.m4s", folder, stream, i);
      if (!std::filesystem::exists(path)) break;
      parts.fragments.push_back(file_bytes(path));
    }
    made.push_back(std::move(parts));
  }
  return made;
}

/// All renditions signed together; `row` as StreamPlan::create.
std::vector<Parts> signed_stream(const testing::House& house, const std::vector<Parts>& parts, std::size_t row) {
  std::vector<media::MemorySource> inits;
  inits.reserve(parts.size());
  std::vector<Rendition> renditions;
  for (const Parts& one : parts) {
    inits.emplace_back(one.init);
    renditions.push_back({&inits.back(), in_memory(one.fragments)});
  }
  const StreamPlan stream = StreamPlan::create(renditions, crypto::HashAlgorithm::sha256, Context(), row).value();
  SignPlan sign;
  sign.cose.signer = house.signer.get();
  sign.bind.stream = &stream;
  const Builder builder = Builder::create(testing::created_plan()).value();
  const SignedFile file = sign_source(inits[0], locate(inits[0], {}).value(), builder, sign, {}).value();
  std::vector<Parts> made(parts.size());
  for (std::size_t r = 0; r < parts.size(); ++r) {
    const Splice splice = r == 0 ? file.splice : stream.init(r, file.splice.store_size, Context()).value();
    SplicedSource view(inits[r], splice);
    view.fill(frame_store(splice, file.store).value());
    made[r].init = all_of(view);
    for (std::size_t i = 0; i < parts[r].fragments.size(); ++i) {
      const media::MemorySource source(parts[r].fragments[i]);
      const Splice fragment = stream.fragment(r, i, source, Context()).value();
      made[r].fragments.push_back(all_of(SplicedSource(source, fragment)));
    }
  }
  return made;
}

Validation judged(const testing::House& house, const Bytes& init, const std::vector<Bytes>& fragments) {
  const media::MemorySource source(init);
  const std::vector<Fragment> given = in_memory(fragments);
  ValidateOptions options{&house.trust, testing::kNow};
  options.fragments = &given;
  return validate(source, locate(source, {}).value(), options, {}).value();
}

std::string reason_of(const Validation& validation) {
  for (const Status& status : validation.manifests.front().statuses) {
    if (status.code.starts_with("assertion.bmffHash")) return status.code + ": " + status.reason;
  }
  return validation.unsupported;
}

TEST(Stream, EveryRenditionIsTrustedWhateverRowTheManifestHolds) {
  const testing::House house;
  const std::vector<Parts> parts = dash();
  ASSERT_EQ(parts.size(), 2U);
  ASSERT_GE(parts[0].fragments.size(), 5U);
  for (const std::size_t row : {1000U, 2U, 1U}) {
    const std::vector<Parts> made = signed_stream(house, parts, row);
    for (std::size_t r = 0; r < made.size(); ++r) {
      const Validation whole = judged(house, made[r].init, made[r].fragments);
      EXPECT_EQ(whole.state, State::trusted) << row << " " << reason_of(whole);
      for (const Bytes& one : made[r].fragments) {  // each holds alone, for a player that has no more yet
        EXPECT_EQ(judged(house, made[r].init, {one}).state, State::trusted) << row;
      }
      // Together they play as before.
      const bonafide::testing::TemporaryFolder folder;
      write_bytes(folder.file("before.mp4"), join({parts[r].init, join(parts[r].fragments)}));
      write_bytes(folder.file("after.mp4"), join({made[r].init, join(made[r].fragments)}));
      const std::string frames = decoded(folder.file("before.mp4"));
      EXPECT_GT(frames.size(), 1000U);
      EXPECT_EQ(decoded(folder.file("after.mp4")), frames);
      for (std::size_t i = 0; i < parts[r].fragments.size(); ++i) {
        expect_same_places(parts[r].fragments[i], made[r].fragments[i], fmt::format("fragment {}", i));
      }
    }
  }
}

TEST(Stream, TheSegmentAloneSaysThatItsMediaWasNotChecked) {
  const testing::House house;
  const std::vector<Parts> made = signed_stream(house, dash(), 1000);
  const Validation alone = judged(house, made[0].init, {});
  EXPECT_NE(alone.state, State::trusted);
  EXPECT_FALSE(alone.broken);
  EXPECT_NE(alone.unsupported, "");
  Bytes changed = made[0].init;
  changed.back() = static_cast<std::uint8_t>(changed.back() ^ 1);
  EXPECT_TRUE(judged(house, changed, {}).broken);
}

TEST(Stream, WhatIsChangedMixedUpOrOutOfOrderIsBroken) {
  const testing::House house;
  const std::vector<Parts> parts = dash();
  for (const std::size_t row : {1000U, 2U}) {
    std::vector<Parts> made = signed_stream(house, parts, row);
    std::vector<Bytes>& f = made[0].fragments;
    const auto broken = [&](const Bytes& init, const std::vector<Bytes>& fragments) {
      const Validation found = judged(house, init, fragments);
      EXPECT_NE(found.state, State::trusted);
      return found.broken;
    };
    EXPECT_FALSE(broken(made[0].init, {}));
    EXPECT_TRUE(broken(made[0].init, {f[0], f[2], f[1]})) << "out of order";
    EXPECT_TRUE(broken(made[0].init, {f[0], f[0]})) << "twice";
    EXPECT_TRUE(broken(made[0].init, {made[1].fragments[0]})) << "of another rendition";
    EXPECT_TRUE(broken(made[1].init, f)) << "with another initialization segment";
    EXPECT_TRUE(broken(made[0].init, {parts[0].fragments[0]})) << "without proof";
    EXPECT_TRUE(broken(made[0].init, {join({f[0], text("tail")})})) << "with a tail";
    EXPECT_TRUE(broken(made[0].init, {join({f[0], box("free", {text("tail")})})})) << "with one box more";
    EXPECT_TRUE(broken(made[0].init, {Bytes()})) << "empty";
    EXPECT_TRUE(broken(made[0].init, {Bytes(f[0].begin(), f[0].end() - 1)})) << "cut short";
    std::uint64_t random = 5;
    std::size_t open = 0;
    for (int i = 0; i < 150; ++i) {
      random = random * 6364136223846793005ULL + 1442695040888963407ULL;
      const std::size_t at = static_cast<std::size_t>((random >> 20) % f[1].size());
      f[1][at] = static_cast<std::uint8_t>(f[1][at] ^ 0x20);
      if (judged(house, made[0].init, f).state == State::trusted) ++open;
      f[1][at] = static_cast<std::uint8_t>(f[1][at] ^ 0x20);
    }
    EXPECT_EQ(open, 0U) << "a flipped byte passes";
  }
}

TEST(Stream, SigningAgainReplacesTheProofs) {
  const testing::House house;
  const std::vector<Parts> parts = dash();
  std::vector<Parts> once = signed_stream(house, parts, 1);
  const std::vector<Parts> twice = signed_stream(house, once, 1000);
  const Validation whole = judged(house, twice[0].init, twice[0].fragments);
  EXPECT_EQ(whole.state, State::trusted) << reason_of(whole);
  const std::vector<Parts> fresh = signed_stream(house, parts, 1000);
  for (std::size_t i = 0; i < fresh[0].fragments.size(); ++i) EXPECT_EQ(twice[0].fragments[i], fresh[0].fragments[i]);
}

TEST(Stream, WhatIsNoStreamOfFragmentsIsRefused) {
  const std::vector<Parts> parts = dash();
  const media::MemorySource init(parts[0].init);
  const auto code = [&](const std::vector<Bytes>& fragments) {
    return StreamPlan::create({{&init, in_memory(fragments)}}, crypto::HashAlgorithm::sha256, Context()).error().code;
  };
  EXPECT_EQ(code({}), Code::invalid_argument);
  EXPECT_EQ(StreamPlan::create({}, crypto::HashAlgorithm::sha256, Context()).error().code, Code::invalid_argument);
  EXPECT_EQ(code({parts[0].init}), Code::unsupported);
  EXPECT_EQ(code({join({parts[0].fragments[0], parts[0].fragments[1]})}), Code::unsupported);
  EXPECT_EQ(code({join({parts[0].fragments[0], text("tail")})}), Code::corrupt);
}

// What c2pa-rs wrote: an initialization segment with a tree of eleven fragments, and the first of them.
TEST(StreamShared, AFragmentThatAnotherProgramSigned) {
  const auto root = bonafide::testing::shared("c2pa/c2pa-rs");
  if (!root) GTEST_SKIP() << bonafide::testing::skip_line("c2pa/c2pa-rs");
  const testing::House house;
  const Bytes init = file_bytes(*root + "/dashinit.mp4");
  Bytes fragment = file_bytes(*root + "/dash1.m4s");
  const Validation found = judged(house, init, {fragment});
  EXPECT_EQ(reason_of(found).substr(0, 24), "assertion.bmffHash.match") << reason_of(found);
  EXPECT_FALSE(found.broken);
  fragment[2000] = static_cast<std::uint8_t>(fragment[2000] ^ 1);
  EXPECT_TRUE(judged(house, init, {fragment}).broken);
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
