#include "provenance/c2pa/multi_asset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <map>

#include "provenance/c2pa/bind.h"
#include "provenance/c2pa/test_boxes.h"

namespace bonafide::provenance::c2pa {
namespace {

Bytes numbered(std::size_t size, std::size_t seed) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>((i + seed) * 31 + i / 251);
  return bytes;
}

struct PartAt {
  Range range;
  std::string box;
  bool optional = false;
};

/// A file of parts, its multi-asset hash, and the assertions that hold the parts' hashes.
class Asset {
 public:
  Asset(Bytes content, Range frame, std::vector<PartAt> parts, Container container = Container::jpeg)
      : bytes(std::move(content)) {
    located.container = container;
    if (frame.length > 0) located.framing = {frame};
    for (const PartAt& part : parts) add(part, frame);
    cbor::Writer map;
    map.map(1).text("parts").array(entries_.size());
    for (const Bytes& entry : entries_) map.raw(entry);
    assertion = map.take();
  }

  std::string code(const Bytes& asset) {
    check = look(asset, assertion);
    return check.code;
  }
  BindingCheck look(const Bytes& asset, const Bytes& content, bool explain = false) {
    const auto value = cbor::parse(content);
    EXPECT_TRUE(value);
    const media::MemorySource source(asset);
    const auto find = [&](const HashedUri& uri) -> const JumbfBox* {
      const auto found = assertions_.find(std::string(last_step(uri.url)));
      return found == assertions_.end() ? nullptr : &found->second;
    };
    BindingRequest request{"c2pa.hash.multi-asset", &*value, "sha256", false};
    request.explain = explain;
    return check_multi_asset(request, find, source, located, Context()).value();
  }

  Bytes bytes, assertion;
  Located located;
  BindingCheck check;

 private:
  void add(const PartAt& part, Range frame) {
    const std::string label = "c2pa.hash.data.part" + (entries_.empty() ? "" : "__" + std::to_string(entries_.size()));
    const Bytes content(bytes.begin() + static_cast<std::ptrdiff_t>(part.range.start),
                        bytes.begin() + static_cast<std::ptrdiff_t>(part.range.end()));
    Splice splice;
    splice.container = Container::jpeg;
    if (frame.start >= part.range.start && frame.end() <= part.range.end())
      splice.frame = {frame.start - part.range.start, frame.length};
    const media::MemorySource source(content);
    const HardBinding binding = make_binding(source, splice, {}, Context()).value();
    boxes_.push_back(super("cbor", label, {plain("cbor", as_text(binding.cbor))}));
    assertions_[label] = parse_superbox(boxes_.back()).value();
    cbor::Writer place, uri, entry;
    if (part.box.empty())
      place.map(2).text("length").integer(static_cast<std::int64_t>(part.range.length));
    else
      place.map(1).text("bmffBox").text(part.box);
    if (part.box.empty()) place.text("byteOffset").integer(static_cast<std::int64_t>(part.range.start));
    uri.map(2).text("url").text("self#jumbf=c2pa.assertions/" + label).text("hash").bytes(Bytes(32, 1));
    entry.map(part.optional ? 3 : 2).text("location").raw(place.data()).text("hashAssertion").raw(uri.data());
    if (part.optional) entry.text("optional").boolean(true);
    entries_.push_back(entry.take());
  }
  std::list<Bytes> boxes_;
  std::map<std::string, JumbfBox> assertions_;
  std::vector<Bytes> entries_;
};

Asset picture() {
  return Asset(numbered(1800, 0), {100, 200},
               {{{0, 1000}, "", false}, {{1000, 500}, "", false}, {{1500, 300}, "", true}});
}

Bytes cut(const Bytes& bytes, std::size_t size) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

TEST(MultiAsset, IntactAndWithItsOptionalPartGone) {
  Asset asset = picture();
  EXPECT_EQ(asset.code(asset.bytes), "assertion.multiAssetHash.match") << asset.check.reason;
  EXPECT_FALSE(asset.check.weak);
  EXPECT_EQ(asset.code(cut(asset.bytes, 1500)), "assertion.multiAssetHash.match") << asset.check.reason;
}

TEST(MultiAsset, WhatIsGoneChangedOrAddedIsTold) {
  Asset asset = picture();
  EXPECT_EQ(asset.code(cut(asset.bytes, 1000)), "assertion.multiAssetHash.missingPart");
  EXPECT_EQ(asset.code(cut(asset.bytes, 1700)), "assertion.multiAssetHash.mismatch");  // an optional part cut short
  EXPECT_EQ(asset.code(cut(asset.bytes, 1400)), "assertion.multiAssetHash.mismatch");
  Bytes longer = asset.bytes;
  longer.push_back(0);
  EXPECT_EQ(asset.code(longer), "assertion.multiAssetHash.malformed");
  Bytes other = cut(asset.bytes, 1500);
  other.resize(1600);
  EXPECT_EQ(asset.code(other), "assertion.multiAssetHash.mismatch");
  for (const std::size_t at : {0U, 99U, 300U, 999U, 1000U, 1499U, 1500U, 1799U}) {
    Bytes changed = asset.bytes;
    changed[at] ^= 1;
    EXPECT_EQ(asset.code(changed), "assertion.multiAssetHash.mismatch") << at;
  }
  Bytes credential = asset.bytes;
  credential[150] ^= 1;
  EXPECT_EQ(asset.code(credential), "assertion.multiAssetHash.match");
}

TEST(MultiAsset, GapsAndOverlapsAreMalformed) {
  for (const Range second : {Range{1001, 799}, Range{999, 801}, Range{1000, 799}}) {
    Asset asset(numbered(1800, 0), {100, 200}, {{{0, 1000}, "", false}, {second, "", false}});
    EXPECT_EQ(asset.code(asset.bytes), "assertion.multiAssetHash.malformed") << second.start;
  }
  Asset disordered(numbered(1800, 0), {100, 200}, {{{1000, 800}, "", false}, {{0, 1000}, "", false}});
  EXPECT_EQ(disordered.code(disordered.bytes), "assertion.multiAssetHash.malformed");
}

TEST(MultiAsset, TheStoreMayLieInNoPartUnexcluded) {
  Asset asset = picture();
  asset.located.framing = {{100, 201}};
  EXPECT_EQ(asset.code(asset.bytes), "assertion.multiAssetHash.mismatch");
  asset.located.framing = {{100, 200}, {1200, 10}};
  EXPECT_EQ(asset.code(asset.bytes), "assertion.multiAssetHash.mismatch");
}

TEST(MultiAsset, APartInABoxIsItsContent) {
  Bytes file;
  for (const Bytes& box : {plain("ftyp", "heic"), plain("mdat", "picture"), plain("mpvd", "a moving picture")})
    file.insert(file.end(), box.begin(), box.end());
  const std::uint64_t inside = file.size() - 16;
  const std::vector<PartAt> parts{{{0, inside}, "", false}, {{inside, 16}, "mpvd", true}};
  Asset asset(file, {}, parts, Container::bmff);
  EXPECT_EQ(asset.code(file), "assertion.multiAssetHash.match") << asset.check.reason;
  Bytes changed = file;
  changed.back() ^= 1;
  EXPECT_EQ(asset.code(changed), "assertion.multiAssetHash.mismatch");
  asset.located.container = Container::jpeg;
  EXPECT_EQ(asset.code(file), "assertion.multiAssetHash.malformed");
  Asset missing(file, {}, {{{0, file.size()}, "", false}, {{0, 0}, "/moov", false}}, Container::bmff);
  EXPECT_EQ(missing.code(file), "assertion.multiAssetHash.malformed");
  Asset optional(file, {}, {{{0, file.size()}, "", false}, {{0, 0}, "/moov", true}}, Container::bmff);
  EXPECT_EQ(optional.code(file), "assertion.multiAssetHash.match");
}

TEST(MultiAsset, MalformedAssertions) {
  Asset asset = picture();
  const auto code = [&](const cbor::Writer& map) { return asset.look(asset.bytes, map.data()).code; };
  const std::string malformed = "assertion.multiAssetHash.malformed";
  EXPECT_EQ(code(cbor::Writer().integer(1)), malformed);
  EXPECT_EQ(code(cbor::Writer().map(0)), malformed);
  EXPECT_EQ(code(cbor::Writer().map(1).text("parts").array(0)), malformed);
  EXPECT_EQ(code(cbor::Writer().map(1).text("parts").array(1).integer(1)), malformed);
  const auto one = [&](const cbor::Writer& place, std::string_view label) {
    cbor::Writer map;
    map.map(1).text("parts").array(1).map(2).text("location").raw(place.data()).text("hashAssertion");
    map.map(2).text("url").text("self#jumbf=c2pa.assertions/" + std::string(label)).text("hash").bytes(Bytes(32, 1));
    return code(map);
  };
  const auto at = [](std::int64_t offset, std::int64_t length) {
    return cbor::Writer().map(2).text("byteOffset").integer(offset).text("length").integer(length);
  };
  EXPECT_EQ(one(at(0, 1800), "c2pa.hash.data.part"), "assertion.multiAssetHash.mismatch");
  EXPECT_EQ(one(at(0, 1800), "c2pa.hash.data"), malformed);  // not there
  EXPECT_EQ(one(at(0, -1), "c2pa.hash.data.part"), malformed);
  EXPECT_EQ(one(at(-1, 1800), "c2pa.hash.data.part"), malformed);
  EXPECT_EQ(one(at(INT64_MAX, INT64_MAX), "c2pa.hash.data.part"), "assertion.multiAssetHash.missingPart");
  EXPECT_EQ(one(at(0, INT64_MAX), "c2pa.hash.data.part"), "assertion.multiAssetHash.mismatch");
  EXPECT_EQ(one(cbor::Writer().map(1).text("length").integer(1), "c2pa.hash.data.part"), malformed);
  EXPECT_EQ(one(cbor::Writer().map(0), "c2pa.hash.data.part"), malformed);
}

TEST(MultiAsset, ExplainsPartByPart) {
  Asset asset = picture();
  const BindingCheck check = asset.look(asset.bytes, asset.assertion, true);
  const auto parts = std::ranges::count(check.trace.steps, HashStep::Kind::part, &HashStep::kind);
  EXPECT_EQ(parts, 3);
  EXPECT_EQ(check.trace.steps.back().range, (Range{0, 0}));
  EXPECT_EQ(check.trace.steps[check.trace.steps.size() - 2].range, (Range{1500, 300}));
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
