// The hash over ISO base media, made and checked; the ways around it that were found in other validators
// (c2pa-rs #2488, #2609).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "provenance/c2pa/bind.h"
#include "provenance/c2pa/binding.h"
#include "provenance/c2pa/bmff_tree.h"
#include "provenance/c2pa/cbor_map.h"
#include "support/bmff.h"

namespace bonafide::provenance::c2pa {
namespace {

using namespace bmff;
using crypto::HashAlgorithm;

const Bytes kStore = store_of(3000);
const Bytes kType = box("ftyp", {text("isom"), u32(0), text("isom")});

struct Bound {
  Bytes file;
  HardBinding binding;
};

Result<Bound> bound(const Bytes& bytes, const BindOptions& options) {
  const media::MemorySource source(bytes);
  const Located located = TRY(locate(source, Context()));
  EmbedRequest request;
  request.existing = &located;
  request.store_size = kStore.size();
  request.proofs = options.proofs;
  const Splice splice = TRY(plan_embedding(source, request, Context()));
  SplicedSource view(source, splice);
  Bound made{{}, TRY(make_binding(view, splice, options, Context()))};
  BindOptions placeholder = options;
  placeholder.placeholder = true;
  EXPECT_EQ(TRY(make_binding(view, splice, placeholder, Context())).cbor.size(), made.binding.cbor.size());
  view.fill(TRY(frame_store(splice, kStore)));
  made.file = all_of(view);
  return made;
}

BindingCheck check(const Bytes& file, const Bytes& binding, const std::string& label = "c2pa.hash.bmff.v3",
                   bool explain = false) {
  const auto value = cbor::parse(binding);
  EXPECT_TRUE(value);
  const media::MemorySource source(file);
  const Located located = locate(source, Context()).value_or({});
  BindingRequest request;
  request.label = label;
  request.value = &*value;
  request.default_alg = "sha256";
  request.explain = explain;
  auto found = check_binding(request, source, located, Context());
  if (found) return std::move(*found);
  BindingCheck error;
  error.code = "error " + found.error().to_string();
  return error;
}

constexpr const char* kMatch = "assertion.bmffHash.match";
constexpr const char* kMismatch = "assertion.bmffHash.mismatch";
constexpr const char* kMalformed = "assertion.bmffHash.malformed";

bool listed(const BindingCheck& found, std::size_t at) {
  return std::ranges::any_of(found.uncovered,
                             [&](const Uncovered& u) { return at >= u.range.start && at < u.range.end(); });
}

TEST(BmffHash, WhatIsBoundHoldsAndAFlippedByteIsSeenOrListed) {
  std::uint64_t random = 99;
  for (const Sample& sample : samples()) {
    const Bytes before = file_bytes(sample.path);
    const bool fragments = sample.name == "moof_base.mp4" || sample.name == "index.mp4";
    for (const int form : {0, 1, 2, 3}) {
      if (form == 3 && !fragments) continue;
      BindOptions options;
      if (form == 1) options.merkle_block = 4096;
      if (form == 2) options.algorithm = HashAlgorithm::sha384;
      options.proofs = form == 3;
      const std::string name = fmt::format("{} form {}", sample.name, form);
      auto made = bound(before, options);
      ASSERT_TRUE(made) << name << made.error().to_string();
      const BindingCheck whole = check(made->file, made->binding.cbor);
      EXPECT_EQ(whole.code, kMatch) << name << ": " << whole.reason;
      EXPECT_FALSE(whole.weak) << name;
      EXPECT_EQ(whole.additional_code, "") << name;
      const media::MemorySource source(made->file);
      const Range frame = locate(source, Context()).value().framing.front();
      for (int i = 0; i < 40; ++i) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        const std::size_t at = static_cast<std::size_t>((random >> 20) % made->file.size());
        if (at >= frame.start && at < frame.end()) continue;  // the validator's business
        made->file[at] = static_cast<std::uint8_t>(made->file[at] ^ 0x10);
        const BindingCheck found = check(made->file, made->binding.cbor);
        if (found.code == kMatch) {
          EXPECT_TRUE(listed(whole, at)) << name << ": byte " << at;
        }
        made->file[at] = static_cast<std::uint8_t>(made->file[at] ^ 0x10);
      }
      EXPECT_NE(check(join({made->file, text("x")}), made->binding.cbor).code, kMatch) << name;
      EXPECT_NE(check(join({made->file, box("mdat", {text("more")})}), made->binding.cbor).code, kMatch) << name;
      const Bytes cut(made->file.begin(), made->file.end() - 1);
      EXPECT_NE(check(cut, made->binding.cbor).code, kMatch) << name;
    }
  }
}

TEST(BmffHash, TheStepsAreTold) {
  BindOptions options;
  options.merkle_block = 30'000;
  const Bound made = bound(file_bytes(samples()[0].path), options).value();
  const BindingCheck found = check(made.file, made.binding.cbor, "c2pa.hash.bmff.v3", true);
  std::set<HashStep::Kind> kinds;
  for (const HashStep& step : found.trace.steps) {
    kinds.insert(step.kind);
    if (step.kind == HashStep::Kind::node || step.kind == HashStep::Kind::result) {
      EXPECT_EQ(step.digest, step.wanted);
    }
  }
  using Kind = HashStep::Kind;
  EXPECT_EQ(kinds, (std::set<Kind>{Kind::range, Kind::literal, Kind::excluded, Kind::leaf, Kind::node, Kind::result}));
}

/// A moov with one track: one chunk of one sample of `size` bytes at `offset`.
Bytes movie(std::uint64_t offset, std::uint64_t size) {
  const Bytes stbl =
      box("stbl", {box("stsc", {u32(0), u32(1), u32(1), u32(1), u32(1)}), box("stsz", {u32(0), u32(size), u32(1)}),
                   box("stco", {u32(0), u32(1), u32(offset)})});
  return box("moov", {box("trak", {box("mdia", {box("minf", {stbl})})})});
}

Bytes excluded(std::string_view path) { return CborMap().text("xpath", path).take(); }

/// A binding whose exclusions are ours and `more`, over the file as it is.
Bytes binding_over(const Bytes& file, const std::vector<Bytes>& more, bool ours = true) {
  const media::MemorySource source(file);
  std::vector<Bytes> entries;
  const Bytes own = own_exclusions(false);
  const auto value = cbor::parse(own);
  for (const cbor::Value& entry : value->children) {
    if (ours) entries.emplace_back(entry.encoded.begin(), entry.encoded.end());
  }
  entries.insert(entries.end(), more.begin(), more.end());
  const Bytes exclusions = cbor_array(entries);
  const auto parsed = cbor::parse(exclusions);
  const BmffCover cover = BmffCover::of(source, &*parsed, Context()).value();
  HashTrace none;
  const Bytes hash = cover.hash({0, file.size()}, true, HashAlgorithm::sha256, Context(), none).value();
  return CborMap().raw("exclusions", exclusions).text("alg", "sha256").bytes("hash", hash).take();
}

/// c2pa-rs #2488: what a table finds must have been hashed.
void expect_seen(const std::string& name, const Bytes& file, const Bytes& more, bool seen) {
  const BindingCheck found = check(file, binding_over(file, {more}));
  EXPECT_EQ(found.code, seen ? kMismatch : kMatch) << name << ": " << found.reason;
  EXPECT_EQ(found.reason.find("no hash covers it") != std::string::npos, seen) << name;
}

TEST(BmffHash, MediaThatLiesWhereNothingIsHashed) {
  const Bytes free = box("free", {Bytes(40, 'm')}), data = box("mdat", {Bytes(40, 'd')});
  const std::uint64_t in_free = kType.size() + 8, in_data = kType.size() + free.size() + 8;
  const auto with = [&](const Bytes& table) { return join({kType, free, data, table}); };
  expect_seen("a chunk in free", with(movie(in_free + 4, 8)), excluded("/free"), true);
  expect_seen("a chunk in mdat", with(movie(in_data + 4, 8)), excluded("/free"), false);
  expect_seen("a chunk in free that is hashed", with(movie(in_free + 4, 8)), excluded("/skip"), false);
  expect_seen("a chunk that is empty", with(movie(in_free + 4, 0)), excluded("/free"), false);
  // It begins in hashed bytes and runs on into others.
  const Bytes behind = join({kType, data, free, movie(kType.size() + 8 + 36, 20)});
  expect_seen("a chunk across", behind, excluded("/free"), true);
  const Bytes within = join({kType, data, free, movie(kType.size() + 8 + 36, 4)});
  expect_seen("a chunk up to the edge", within, excluded("/free"), false);
}

Bytes item_at(std::uint64_t offset, std::uint64_t length) {
  const Bytes two{0, 1}, none{0, 0};
  return box("meta", {u32(0), box("iloc", {u32(0), Bytes{0x44, 0x00}, two, two, none, two, u32(offset), u32(length)})});
}

TEST(BmffHash, ItemsAndFragmentsThatLieWhereNothingIsHashed) {
  const Bytes free = box("free", {Bytes(40, 'm')}), data = box("mdat", {Bytes(40, 'd')});
  const std::uint64_t in_free = kType.size() + 8, in_data = kType.size() + free.size() + 8;
  expect_seen("an item", join({kType, free, data, item_at(in_free, 8)}), excluded("/free"), true);
  expect_seen("an item in mdat", join({kType, free, data, item_at(in_data, 8)}), excluded("/free"), false);
  expect_seen("an item across", join({kType, data, free, item_at(kType.size() + 8, 41)}), excluded("/free"), true);

  const auto fragment = [](std::uint64_t base, std::uint32_t distance, std::uint32_t size) {
    const Bytes tfhd = box("tfhd", {u32(1), u32(1), u64(base)});
    const Bytes trun = box("trun", {u32(0x201), u32(1), u32(distance), u32(size)});
    return box("moof", {box("traf", {tfhd, trun})});
  };
  const Bytes movie_box = box("moov", {});
  const auto with = [&](const Bytes& moof) { return join({kType, free, data, movie_box, moof}); };
  expect_seen("a run from an explicit base", with(fragment(in_free, 4, 8)), excluded("/free"), true);
  expect_seen("a run counted from the start", with(fragment(0, static_cast<std::uint32_t>(in_free), 8)),
              excluded("/free"), true);
  expect_seen("a run backwards", with(fragment(in_data + 20, static_cast<std::uint32_t>(-40), 8)), excluded("/free"),
              true);
  expect_seen("a run in mdat", with(fragment(in_data, 4, 8)), excluded("/free"), false);
  const Bytes implied = box(
      "moof", {box("traf", {box("tfhd", {u32(0), u32(1)}), box("trun", {u32(0x201), u32(1), u32(10'000), u32(8)})})});
  expect_seen("a run far behind its moof", with(implied), excluded("/free"), false);

  const auto auxiliary = [](std::uint64_t offset) {
    return box(
        "moov",
        {box("trak", {box("mdia", {box("minf", {box("stbl", {box("saio", {u32(0), u32(1), u32(offset)})})})})})});
  };
  expect_seen("auxiliary data", join({kType, free, data, auxiliary(in_free)}), excluded("/free"), true);
  expect_seen("auxiliary data in mdat", join({kType, free, data, auxiliary(in_data)}), excluded("/free"), false);
}

TEST(BmffHash, AnIndexMayNameAnExcludedBoxButNothingInsideIt) {
  const Bytes free = box("free", {box("moof", {}), Bytes(40, 'm')}), data = box("mdat", {Bytes(40, 'd')});
  const auto index = [](std::uint32_t first, std::uint32_t size) {
    return box("sidx", {u32(0), u32(1), u32(1000), u32(0), u32(first), Bytes{0, 0, 0, 1}, u32(size), u32(0), u32(0)});
  };
  const auto with = [&](std::uint32_t first) { return join({kType, index(first, 20), free, data, box("moov", {})}); };
  expect_seen("the box", with(0), excluded("/skip"), false);
  expect_seen("inside", with(8), excluded("/free"), true);
  const auto random = [](std::uint64_t offset) {
    return box("mfra", {box("tfra", {u32(0), u32(1), u32(0), u32(1), u32(0), u32(offset), Bytes{1, 1, 1}})});
  };
  const std::uint64_t at = kType.size();
  expect_seen("a fragment inside", join({kType, free, data, random(at + 8)}), excluded("/free"), true);
  expect_seen("a fragment in mdat", join({kType, free, data, random(at + free.size())}), excluded("/free"), false);
}

TEST(BmffHash, TablesThatCannotBeReadLeaveDoubt) {
  const Bytes packed = box("moov", {box("cmov", {text("packed")})});
  const Bytes file = join({kType, box("mdat", {text("abcdefgh")}), packed});
  const BindingCheck found = check(file, binding_over(file, {}));
  EXPECT_EQ(found.code, kMatch);
  EXPECT_TRUE(found.weak);
}

TEST(BmffHash, ExclusionsByNumberLengthVersionAndSubset) {
  const Bytes one = box("udta", {text("first")}), two = box("udta", {text("secnd")});
  const Bytes file = join({kType, box("moov", {one, two}), box("mdat", {text("abcdefgh")})});
  const Bytes binding = binding_over(file, {excluded("/moov/udta[2]")});
  Bytes other = file;
  const auto set = [&](std::string_view old, std::string_view now) {
    const auto at = std::ranges::search(other, as_bytes(old)).begin();
    std::ranges::copy(now, at);
  };
  EXPECT_EQ(check(file, binding).code, kMatch);
  EXPECT_TRUE(check(file, binding).weak);
  set("secnd", "other");
  EXPECT_EQ(check(other, binding).code, kMatch);
  set("first", "other");
  EXPECT_EQ(check(other, binding).code, kMismatch);
  for (const char* const path :
       {"/moov/udta[0]", "/moov/udta[x]", "/moov/udta[", "moov", "/mo", "/moov[1", "/moov[01]"}) {
    EXPECT_EQ(
        check(file, CborMap().raw("exclusions", cbor_array({excluded(path)})).bytes("hash", Bytes(32)).take()).code,
        kMalformed)
        << path;
  }
  // All uuid boxes instead of C2PA's alone: allowed, but told.
  EXPECT_EQ(check(file, binding_over(file, {excluded("/uuid")}, false)).additional_code,
            "assertion.bmffHash.additionalExclusionsPresent");
}

struct TreeFile {
  Bytes file;
  std::vector<Bytes> leaves;
  std::uint64_t at = 0;  ///< of the first leaf
};

/// A file whose mdat holds leaves of these sizes, with `boxes` behind it.
TreeFile tree_file(const std::vector<std::size_t>& sizes, const std::vector<Bytes>& boxes = {}) {
  TreeFile made;
  Bytes content(8, 'h');  // the first 16 bytes of mdat are the flat hash's
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Bytes leaf(sizes[i], static_cast<std::uint8_t>('a' + i));
    made.leaves.push_back(crypto::digest(HashAlgorithm::sha256, leaf));
    content = join({content, leaf});
  }
  made.file = join({kType, box("mdat", {content}), box("moov", {}), join(boxes)});
  made.at = kType.size() + 16;
  return made;
}

Bytes hashes(const std::vector<Bytes>& nodes) {
  cbor::Writer writer;
  writer.array(nodes.size());
  for (const Bytes& node : nodes) writer.bytes(node);
  return writer.take();
}

Bytes with_tree(const Bytes& file, Bytes merkle) {
  const media::MemorySource source(file);
  const auto roots = bmff_roots(source, Context()).value();
  HashTrace none;
  const Bytes hash =
      hash_boxes(source, roots, {0, file.size()}, own_holes(roots, true), HashAlgorithm::sha256, Context(), none)
          .value();
  return CborMap()
      .raw("exclusions", own_exclusions(true))
      .text("alg", "sha256")
      .bytes("hash", hash)
      .raw("merkle", cbor_array({std::move(merkle)}))
      .take();
}

CborMap tree_map(std::size_t count, const std::vector<Bytes>& row) {
  CborMap map;
  map.integer("uniqueId", 1)
      .integer("localId", 0)
      .integer("count", static_cast<std::int64_t>(count))
      .raw("hashes", hashes(row));
  return map;
}

TEST(BmffHash, BlocksOfVariableSizes) {
  const TreeFile made = tree_file({100, 0, 30, 7});
  const auto bind = [&](const std::vector<std::int64_t>& sizes, std::size_t count = 4) {
    cbor::Writer list;
    list.array(sizes.size());
    for (const std::int64_t size : sizes) list.integer(size);
    return with_tree(made.file, tree_map(count, made.leaves).raw("variableBlockSizes", list.take()).take());
  };
  EXPECT_EQ(check(made.file, bind({100, 0, 30, 7})).code, kMatch);
  for (const auto& sizes : std::vector<std::vector<std::int64_t>>{
           {100, 0, 30, 6}, {100, 0, 30, 8}, {100, 0, 30}, {99, 1, 30, 7}, {100, 0, 30, -7}, {}}) {
    EXPECT_EQ(check(made.file, bind(sizes)).code, kMismatch) << sizes.size();
  }
  const Bytes both =
      with_tree(made.file,
                tree_map(4, made.leaves).raw("variableBlockSizes", cbor_array({})).integer("fixedBlockSize", 1).take());
  EXPECT_EQ(check(made.file, both).code, kMalformed);
  EXPECT_EQ(check(made.file, with_tree(made.file, tree_map(4, made.leaves).take())).code, kMalformed);
  EXPECT_EQ(check(made.file, with_tree(made.file, tree_map(4, made.leaves).integer("fixedBlockSize", 0).take())).code,
            kMalformed);
}

Bytes above(const Bytes& left, const Bytes& right) {
  return crypto::digest(HashAlgorithm::sha256, join({left, right}));
}

TEST(BmffHash, RowsOfEveryLevelWithProofsInOrder) {
  const TreeFile bare = tree_file({10, 10, 10, 10, 10});
  const std::vector<Bytes>& l = bare.leaves;
  const Bytes ab = above(l[0], l[1]), cd = above(l[2], l[3]), abcd = above(ab, cd), root = above(abcd, l[4]);
  struct Row {
    std::vector<Bytes> nodes;
    std::vector<std::vector<Bytes>> siblings;
  };
  const std::vector<Row> rows{
      {l, {{}, {}, {}, {}, {}}},
      {{ab, cd, l[4]}, {{l[1]}, {l[0]}, {l[3]}, {l[2]}, {}}},
      {{abcd, l[4]}, {{l[1], cd}, {l[0], cd}, {l[3], ab}, {l[2], ab}, {}}},
      {{root}, {{l[1], cd, l[4]}, {l[0], cd, l[4]}, {l[3], ab, l[4]}, {l[2], ab, l[4]}, {abcd}}},
  };
  for (std::size_t level = 0; level < rows.size(); ++level) {
    std::vector<Bytes> boxes;
    for (std::size_t i = 0; i < 5; ++i) boxes.push_back(merkle_box(1, 0, i, rows[level].siblings[i]));
    const auto code = [&](const std::vector<Bytes>& aside) {
      const TreeFile made = tree_file({10, 10, 10, 10, 10}, aside);
      const Bytes map = tree_map(5, rows[level].nodes).integer("fixedBlockSize", 10).take();
      return check(made.file, with_tree(made.file, map)).code;
    };
    EXPECT_EQ(code(boxes), kMatch) << level;
    if (level == 0) continue;  // the proofs are not needed then
    EXPECT_EQ(code({boxes[1], boxes[0], boxes[2], boxes[3], boxes[4]}), kMismatch);
    EXPECT_EQ(code({boxes[0], boxes[1], boxes[2], boxes[3]}), kMismatch);
    EXPECT_EQ(code({}), kMismatch);
    auto wrong = boxes;
    wrong[2] = merkle_box(1, 0, 2, {l[2]});
    EXPECT_EQ(code(wrong), kMismatch);
    wrong[2] = make_c2pa_box("merkle", text("no CBOR"));
    EXPECT_EQ(code(wrong), kMismatch);
  }
  const Bytes none = with_tree(bare.file, tree_map(5, {l[0], l[1], l[2], l[3]}).integer("fixedBlockSize", 10).take());
  EXPECT_EQ(check(bare.file, none).code, kMalformed);  // a row of four is no level of a tree of five
}

TEST(BmffHash, ATreeWithManyLeavesIsRefusedBeforeItCostsAnything) {
  const TreeFile made = tree_file({10});
  const Bytes map = tree_map(std::size_t{1} << 40, {made.leaves[0]}).integer("fixedBlockSize", 1).take();
  const BindingCheck found = check(made.file, with_tree(made.file, map));
  EXPECT_NE(found.code, kMatch);
}

TEST(BmffHash, TreesAloneLeaveTheOtherBoxesOpenAndSaySo) {
  const TreeFile made = tree_file({100});
  const Bytes binding = CborMap()
                            .raw("exclusions", own_exclusions(true))
                            .text("alg", "sha256")
                            .raw("merkle", cbor_array({tree_map(1, made.leaves).take()}))
                            .take();
  const BindingCheck found = check(made.file, binding);
  EXPECT_EQ(found.code, kMatch);
  EXPECT_TRUE(found.weak);
  EXPECT_TRUE(listed(found, 0));
  EXPECT_FALSE(listed(found, made.at + 3));
}

TEST(BmffHash, MediaDataThatNoTreeCoversIsNotBelieved) {
  const TreeFile made = tree_file({100});
  const media::MemorySource source(made.file);
  const auto roots = bmff_roots(source, Context()).value();
  HashTrace none;
  const Bytes hash =
      hash_boxes(source, roots, {0, made.file.size()}, own_holes(roots, true), HashAlgorithm::sha256, Context(), none)
          .value();
  const Bytes open = CborMap().raw("exclusions", own_exclusions(true)).text("alg", "sha256").bytes("hash", hash).take();
  EXPECT_EQ(check(made.file, open).code, kMismatch);
}

TEST(BmffHash, AStreamInOneFile) {
  BindOptions options;
  options.proofs = true;
  for (const Sample& sample : samples()) {
    if (sample.name != "moof_base.mp4" && sample.name != "index.mp4") continue;
    Bound made = bound(file_bytes(sample.path), options).value();
    EXPECT_EQ(check(made.file, made.binding.cbor).code, kMatch);
    // The manifest's box names the first proof.
    const media::MemorySource source(made.file);
    const auto roots = bmff_roots(source, Context()).value();
    const auto boxes = merkle_boxes(source, roots).value();
    ASSERT_GT(boxes.size(), 3U);
    const auto store = std::ranges::find(roots, true, &BmffBox::c2pa);
    ByteReader place(ByteView(made.file).subspan(static_cast<std::size_t>(store->range.start) + 24 + 4 + 9, 8));
    EXPECT_EQ(place.u64be().value(), boxes[0].box.range.start);
    expect_same_places(file_bytes(sample.path), made.file, sample.name);
    // Two fragments change places: every leaf is still one of the tree.
    const auto number = [&](std::size_t i) {
      const C2paBox content = c2pa_box(source, boxes[i].box).value();
      return static_cast<std::size_t>(content.payload.end()) - 10 - 1;  // before "uniqueId": 8 letters, their head, 1
    };
    Bytes swapped = made.file;
    std::swap(swapped[number(1)], swapped[number(2)]);
    EXPECT_EQ(check(swapped, made.binding.cbor).code, kMismatch);
    // The last fragment is cut off with its proof.
    const Bytes cut(made.file.begin(), made.file.begin() + static_cast<std::ptrdiff_t>(boxes.back().box.range.start));
    EXPECT_EQ(check(cut, made.binding.cbor).code, kMismatch);
  }
}

TEST(BmffHash, ATreeOfFragmentsThatNamesNoInitializationSegmentIsMalformed) {
  // c2pa-rs #2609: the map of the second tree lacks its initHash, so nothing would be checked.
  const TreeFile made = tree_file({100});
  const Bytes good = tree_map(1, made.leaves).bytes("initHash", Bytes(32)).take();
  const Bytes bad = tree_map(1, made.leaves).take();
  const Bytes binding = CborMap()
                            .raw("exclusions", own_exclusions(false))
                            .text("alg", "sha256")
                            .raw("merkle", cbor_array({good, bad}))
                            .take();
  EXPECT_EQ(check(made.file, binding).code, kMalformed);
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
