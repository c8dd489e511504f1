// Whole files signed by boxes, compressed, or in parts: they hold, and no change stays unseen.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "provenance/c2pa/compressed.h"
#include "provenance/c2pa/signing_test.h"
#include "provenance/c2pa/store.h"
#include "provenance/c2pa/test_boxes.h"

namespace bonafide::provenance::c2pa {
namespace {

using testing::created_plan;
using testing::House;
using testing::kNow;
using testing::looked_at;
using testing::parent_of;
using testing::signed_bytes;
using testing::small_jpeg;
using namespace std::string_literals;

Bytes bytes_of(const std::string& text) { return {as_bytes(text).begin(), as_bytes(text).end()}; }

Bytes small_png() {
  const auto chunk = [](const std::string& type, const std::string& content) {
    Bytes size;
    put32(size, content.size());
    return std::string(as_text(size)) + type + content + "sum_";
  };
  return bytes_of("\x89PNG\r\n\x1A\n"s + chunk("IHDR", "1234567890123") + chunk("IDAT", std::string(300, 'p')) +
                  chunk("IEND", ""));
}

Bytes small_gif() { return bytes_of("GIF89a\x01\0\x01\0\x80\0\0RGBRGB\x2C\0\0\0\0\x01\0\x01\0\0\x02\x01z\0;"s); }

Bytes small_wav() {
  return bytes_of("RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1F\0\0\x80\x3E\0\0\2\0\x10\0data\4\0\0\0abcd"s);
}

SignPlan by_boxes(bool compress = false) {
  SignPlan plan;
  plan.bind.form = BindingForm::boxes;
  plan.compress = compress;
  return plan;
}

bool still_trusted(const House& house, const Bytes& work, std::vector<Uncovered>& uncovered) {
  const media::MemorySource source(work);
  auto located = locate(source, {});
  if (!located || !located->found()) return false;
  const auto validation = validate(source, std::move(*located), {&house.trust, kNow, false}, {});
  if (!validation || validation->state != State::trusted) return false;
  uncovered = validation->uncovered;
  return true;
}

void expect_every_change_told(const House& house, Bytes work) {
  std::vector<Uncovered> uncovered;
  for (std::size_t at = 0; at < work.size(); at += 11) {
    const auto flip = static_cast<std::uint8_t>(1U << (at % 8));
    work[at] ^= flip;
    if (still_trusted(house, work, uncovered)) {
      EXPECT_TRUE(std::ranges::any_of(uncovered, [&](const Uncovered& part) {
        return at >= part.range.start && at < part.range.end();
      })) << at;
    }
    work[at] ^= flip;
  }
}

TEST(SignedBindings, ByBoxes) {
  const House house;
  for (const Bytes& work : {small_jpeg(), small_png(), small_gif(), small_wav()}) {
    const Bytes done = signed_bytes(house, work, created_plan(), by_boxes()).value();
    const Validation validation = looked_at(house, done);
    EXPECT_EQ(validation.state, State::trusted);
    EXPECT_TRUE(validation.manifests[0].has("assertion.boxesHash.match"));
    expect_every_change_told(house, done);
    Bytes longer = done;
    longer.push_back(0);  // c2pa-rs 0.91.3 goes on trusting this one
    EXPECT_TRUE(looked_at(house, longer).manifests[0].has("assertion.boxesHash.unknownBox"));
  }
}

TEST(SignedBindings, Compressed) {
  const House house;
  SignPlan plan;
  plan.compress = true;  // by boxes, since nothing else is asked for
  for (const Bytes& work : {small_jpeg(), small_png(), small_gif()}) {
    const Bytes done = signed_bytes(house, work, created_plan(), plan).value();
    EXPECT_LT(done.size(), signed_bytes(house, work, created_plan(), by_boxes()).value().size());
    const Validation validation = looked_at(house, done);
    EXPECT_EQ(validation.state, State::trusted) << validation.unsupported;
    EXPECT_TRUE(validation.manifests[0].compressed);
    EXPECT_TRUE(validation.findings.empty());
    expect_every_change_told(house, done);
  }
}

TEST(SignedBindings, ACompressedParentIsReferredToByItsCompressedForm) {
  const House house;
  const Bytes before = signed_bytes(house, small_jpeg(), created_plan(), by_boxes(true)).value();
  ManifestPlan plan = created_plan();
  plan.actions = Json::array({{{"action", "c2pa.opened"}, {"parameters", {{"ingredientIds", {"parent"}}}}}});
  plan.ingredients.push_back(parent_of(house, before));
  const Bytes after = signed_bytes(house, before, plan).value();
  const Validation validation = looked_at(house, after);
  EXPECT_EQ(validation.state, State::trusted) << validation.unsupported;
  ASSERT_EQ(validation.manifests.size(), 2U);
  EXPECT_TRUE(validation.manifests[0].has("ingredient.manifest.validated"));
  EXPECT_TRUE(validation.manifests[1].compressed);
}

TEST(SignedBindings, WhatCannotBeCompressedIsRefused) {
  const House house;
  SignPlan plan = by_boxes(true);
  EXPECT_EQ(signed_bytes(house, small_wav(), created_plan(), plan).error().code, Code::unsupported);  // RIFF's size
  plan.bind.form = BindingForm::data;
  EXPECT_EQ(signed_bytes(house, small_jpeg(), created_plan(), plan).error().code, Code::invalid_argument);
}

// What is around the compressed bytes is signed by nothing, so it is listed, and objected to when it does not belong.
TEST(SignedBindings, BoxesPutAroundTheCompressedBytesAreToldOf) {
  const House house;
  const Bytes done = signed_bytes(house, small_png(), created_plan(), by_boxes(true)).value();
  const media::MemorySource source(done);
  const Located located = locate(source, {}).value();
  const JumbfBox root = parse_superbox(located.stores[0]).value();
  const JumbfBox& manifest = root.children.back();
  Bytes content(manifest.payload.begin(), manifest.payload.end());
  const Bytes extra = super("json", "guest", {plain("json", "{}")});
  content.insert(content.end(), extra.begin(), extra.end());
  Bytes around;
  put32(around, content.size() + 8);
  put(around, "jumb");
  around.insert(around.end(), content.begin(), content.end());
  const Bytes store = super("c2pa", "c2pa", {around});
  EmbedRequest request;
  request.existing = &located;
  request.store_size = store.size();
  const Splice splice = plan_embedding(source, request, {}).value();
  SplicedSource view(source, splice);
  view.fill(frame_store(splice, store).value());
  const Validation validation = looked_at(house, read_exactly(view, 0, view.size()).value());
  EXPECT_EQ(validation.state, State::trusted);
  EXPECT_TRUE(std::ranges::any_of(validation.findings, [](const Objection& o) { return o.code == "store.unsigned"; }));
}

/// Two pictures in one file, the second optional: bound by boxes as a whole, and each by itself.
class TwoPictures {
 public:
  explicit TwoPictures(const House& house) : first_(small_jpeg(300)), second_(small_jpeg(200)) {
    Bytes work = first_;
    work.insert(work.end(), second_.begin(), second_.end());
    for (std::uint64_t size = 20'000;;) {  // the length of the first part depends on the store's size
      file = signed_bytes(house, work, plan(size), by_boxes()).value();
      if (file.size() - second_.size() == size) return;
      size = file.size() - second_.size();
    }
  }
  std::size_t first_part() const { return file.size() - second_.size(); }
  Bytes file;

 private:
  static Bytes digest(ByteView bytes) { return crypto::digest(crypto::HashAlgorithm::sha256, bytes); }

  ManifestPlan plan(std::uint64_t first_size) const {
    ManifestPlan made = created_plan();
    made.seed = 7;
    cbor::Writer one, two;
    const auto entry = [](cbor::Writer& list, const std::vector<std::string>& names, const Bytes& hash) {
      list.map(3).text("names").array(names.size());
      for (const std::string& name : names) list.text(name);
      list.text("hash").bytes(hash).text("pad").bytes({});
    };
    // A store goes behind APP0, which ends at byte 20.
    one.map(1).text("boxes").array(3);
    entry(one, {"SOI", "APP0"}, digest(ByteView(first_).first(20)));
    entry(one, {"C2PA"}, {0});
    entry(one, {"SOS", "EOI"}, digest(ByteView(first_).subspan(20)));
    two.map(2).text("hash").bytes(digest(second_)).text("pad").bytes({});
    made.assertions.push_back({"c2pa.hash.boxes.part", Assertion::Form::cbor, one.take(), {}, true});
    made.assertions.push_back({"c2pa.hash.data.part", Assertion::Form::cbor, two.take(), {}, true});
    cbor::Writer parts;
    parts.map(1).text("parts").array(2);
    const auto part = [&](std::uint64_t offset, std::uint64_t length, const Assertion& hash, bool optional) {
      parts.map(3).text("location").map(2).text("byteOffset").integer(static_cast<std::int64_t>(offset));
      parts.text("length").integer(static_cast<std::int64_t>(length)).text("hashAssertion").map(2).text("url");
      parts.text("self#jumbf=c2pa.assertions/" + hash.label).text("hash").bytes(reference_of(made, hash));
      parts.text("optional").boolean(optional);
    };
    part(0, first_size, made.assertions[0], false);
    part(first_size, second_.size(), made.assertions[1], true);
    made.assertions.push_back({"c2pa.hash.multi-asset", Assertion::Form::cbor, parts.take(), {}, true});
    return made;
  }

  /// The hash of an assertion's box, salt and all: a builder with the same seed and nothing behind it makes the same.
  static Bytes reference_of(const ManifestPlan& plan, const Assertion& wanted) {
    ManifestPlan before = plan;
    const Builder builder = Builder::create(std::move(before)).value();
    const Store store = Store::parse({builder.placeholder({}, 100)}).value();
    const Manifest& manifest = store.manifests().back();
    const JumbfBox* const box = store.resolve("self#jumbf=c2pa.assertions/" + wanted.label, manifest);
    EXPECT_NE(box, nullptr);
    return box == nullptr ? Bytes() : digest(box->payload);
  }

  Bytes first_, second_;
};

TEST(SignedBindings, InParts) {
  const House house;
  const TwoPictures pictures(house);
  const auto answer = [&](const Bytes& work) {
    const Validation validation = looked_at(house, work);
    std::string text(to_string(validation.state));
    for (const Status& status : validation.manifests[0].statuses)
      if (status.code.find("Hash.") != std::string::npos && !status.code.starts_with("assertion.hashedURI"))
        text += " " + status.code;
    return text;
  };
  EXPECT_EQ(answer(pictures.file), "Trusted assertion.boxesHash.match");
  Bytes alone = pictures.file;
  alone.resize(pictures.first_part());
  EXPECT_EQ(answer(alone), "Trusted assertion.multiAssetHash.match");
  Bytes cut = pictures.file;
  cut.pop_back();
  EXPECT_EQ(answer(cut), "Invalid assertion.multiAssetHash.mismatch");
  Bytes longer = pictures.file;
  longer.push_back(0);
  EXPECT_EQ(answer(longer), "Invalid assertion.multiAssetHash.malformed");
  Bytes changed = pictures.file;
  changed.back() ^= 1;
  EXPECT_EQ(answer(changed), "Invalid assertion.multiAssetHash.mismatch");
  expect_every_change_told(house, alone);
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
