// Attacks on the store itself: what an attacker can put where nothing is signed, and what it may cost to look at it.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <functional>

#include "provenance/c2pa/forge_test.h"
#include "provenance/c2pa/jumbf_writer.h"
#include "provenance/c2pa/store.h"
#include "provenance/c2pa/test_boxes.h"

namespace bonafide::provenance::c2pa {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

using namespace testing;  // the forge

std::string label_of(int number) { return fmt::format("urn:c2pa:00000000-0000-4000-8000-{:012}", number); }

double seconds_for(const std::function<void()>& work_to_do) {
  const auto start = std::chrono::steady_clock::now();
  work_to_do();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Trusted still, but said, and refused by the strict rules.
void expect_objection(const Bytes& store, const std::string& code) {
  const Validation validation = judged(store);
  EXPECT_EQ(validation.state, State::trusted) << told(validation);
  EXPECT_THAT(finding_codes(validation), Contains(code)) << told(validation);
  EXPECT_EQ(judged(store, {.strict = true}).state, State::invalid) << code;
}

TEST(Attacks, BoxesThatNothingSigns) {
  const Bytes hidden =
      make_superbox(c2pa_uuid("json"), "org.example.hidden", {}, {make_box(fourcc("json"), Bytes{'1'})});
  Forge plan = sound();
  plan.more = {hidden};
  expect_objection(store_of({forge(plan)}), "store.unsigned");
  plan.more = {make_box(fourcc("free"), Bytes(20, 'x'))};
  expect_objection(store_of({forge(plan)}), "store.unsigned");
  expect_objection(make_superbox("c2pa", "c2pa", {hidden, forge(sound()).box}), "store.unsigned");
  expect_objection(make_superbox("c2pa", "c2pa", {forge(sound()).box, hidden}), "store.unsigned");
  Forge other = sound();
  other.label = label_of(5);
  expect_objection(store_of({forge(other), forge(sound())}), "store.unreferenced");
}

TEST(Attacks, PrivateFieldsOfDescriptions) {
  const Forged manifest = forge(sound());
  const JumbfBox box = parse_superbox(manifest.box).value();
  std::vector<Bytes> parts;
  for (const JumbfBox& child : box.children) parts.emplace_back(child.whole.begin(), child.whole.end());
  const Bytes salted = make_superbox(c2pa_uuid("c2ma"), manifest.label, Bytes(5000, 'x'), parts);
  expect_objection(make_superbox("c2pa", "c2pa", {salted}), "store.unsigned");
  expect_objection(make_superbox(c2pa_uuid("c2pa"), "c2pa", Bytes(5000, 'x'), {manifest.box}), "store.unsigned");
}

TEST(Attacks, SecondContentsBesideTheSignedOnes) {
  const Forged manifest = forge(sound());
  const JumbfBox box = parse_superbox(manifest.box).value();
  for (const char* const name : {"c2pa.claim.v2", "c2pa.signature", "c2pa.assertions"}) {
    std::vector<Bytes> parts;
    for (const JumbfBox& child : box.children) {
      Bytes whole(child.whole.begin(), child.whole.end());
      if (child.label == name) {
        std::vector<Bytes> contents;
        for (const JumbfBox& content : child.children)
          contents.emplace_back(content.whole.begin(), content.whole.end());
        contents.push_back(make_box(fourcc("cbor"), Bytes{0xA0}));
        whole = make_superbox(child.uuid, child.label, {}, contents);
      }
      parts.push_back(std::move(whole));
    }
    const Bytes store = make_superbox("c2pa", "c2pa", {make_superbox(c2pa_uuid("c2ma"), manifest.label, {}, parts)});
    expect_objection(store, "store.unsigned");
  }
}

TEST(Attacks, UnsignedHeadersOfTheSignature) {
  const auto carrying = [](Header header) {
    Forge plan = sound();
    plan.unprotected_more = {std::move(header)};
    return store_of({forge(plan)});
  };
  Bytes pad(100);
  EXPECT_THAT(judged(carrying({key("pad"), cbor::Writer().bytes(pad).take()})).findings, IsEmpty());
  pad[50] = 1;
  expect_objection(carrying({key("pad"), cbor::Writer().bytes(pad).take()}), "signature.pad");
  expect_objection(carrying({key("note"), text_item("signed by somebody else")}), "signature.header");
  Forge plan = sound();
  const World& world = World::get();
  plan.chain = std::vector<Bytes>();
  plan.unprotected_more = {
      {cbor::Writer().integer(33).take(), cbor_array({cbor::Writer().bytes(world.signer.certificate.der).take(),
                                                      cbor::Writer().bytes(world.middle.certificate.der).take()})}};
  expect_objection(store_of({forge(plan)}), "signature.chain.unsigned");
}

TEST(Attacks, BytesBehindTheStore) {
  Bytes store = store_of({forge(sound())});
  store.resize(store.size() + 100);
  EXPECT_EQ(judged(store).state, State::trusted) << "zeros are padding";
  EXPECT_THAT(judged(store).findings, IsEmpty());
  store.back() = 1;
  const Validation validation = judged(store);
  EXPECT_EQ(validation.state, State::invalid);
  EXPECT_TRUE(validation.broken);
  EXPECT_THAT(codes(validation, Kind::failure), Contains("assertion.dataHash.mismatch"));
}

TEST(Attacks, PaddingOfAssertions) {
  Forge plan = sound();
  const Bytes hash = crypto::digest(crypto::HashAlgorithm::sha256, work());
  plan.assertions[1].content = CborMap().bytes("hash", hash).bytes("pad", Bytes{0, 0, 1}).take();
  expect_objection(store_of({forge(plan)}), "binding.pad");
}

TEST(Attacks, TwoManifestsOfOneName) {
  const Forged manifest = forge(sound());
  const Validation validation = judged(store_of({manifest, manifest}));
  EXPECT_EQ(validation.state, State::invalid);
  EXPECT_THAT(codes(validation, Kind::failure), Contains("claimSignature.missing"));
}

TEST(Attacks, ASignatureBorrowedFromAnotherManifest) {
  const Forged below = forge(sound());
  Forge plan = sound();
  plan.label = label_of(2);
  plan.assertions.push_back(takes_in(below, "c2pa.ingredient.v3", "componentOf"));
  for (const std::string& url : {"self#jumbf=/c2pa/" + below.label + "/c2pa.signature",
                                std::string("self#jumbf=nothing"), std::string("https://example.org/signature"),
                                "self#jumbf=/c2pa/" + plan.label + "/../" + below.label + "/c2pa.signature"}) {
    plan.claim["signature"] = text_item(url);
    const Validation validation = judged(store_of({below, forge(plan)}));
    EXPECT_THAT(codes(validation, Kind::failure), Contains("claimSignature.missing")) << url;
    EXPECT_EQ(validation.state, State::invalid);
  }
}

// What a later signer recorded of a broken parent excuses the parent, never the missing check of the file.
TEST(Attacks, ARecordedFailureDoesNotStandInForTheHash) {
  Forge first = sound();
  first.assertions[1].content = {0xFF};
  const Forged below = forge(first);
  const std::string prefix = "self#jumbf=/c2pa/" + below.label + "/c2pa.assertions/c2pa.hash.data";
  const Bytes none = cbor::Writer().array(0).take();
  const Bytes entry = CborMap().text("code", "assertion.cbor.invalid").text("url", prefix).take();
  const Bytes lists =
      CborMap().raw("success", none).raw("informational", none).raw("failure", cbor_array({entry})).take();
  Forge plan;
  plan.type = "c2um";
  plan.label = label_of(2);
  plan.assertions = {takes_in(below, "c2pa.ingredient.v3", "parentOf",
                              {{"validationResults", CborMap().raw("activeManifest", lists).take()}})};
  const Validation validation = judged(store_of({below, forge(plan)}));
  EXPECT_EQ(validation.state, State::invalid) << told(validation);
  EXPECT_FALSE(validation.intact);
}

TEST(Attacks, UpdatesThatLeadNowhereOrInCircles) {
  Forge plan;
  plan.type = "c2um";
  plan.assertions = {{"c2pa.ingredient.v3", CborMap().text("relationship", "parentOf").take()}};
  EXPECT_THAT(codes(judged(plan), Kind::failure), Contains("claim.hardBindings.missing"));
  // Two updates that name each other: no hash can close the circle, but it must end.
  Forge a, b;
  a.type = b.type = "c2um";
  a.label = label_of(1);
  b.label = label_of(2);
  const Forged fake_a{a.label, make_superbox(c2pa_uuid("c2um"), a.label, {}, {}), {}};
  b.assertions = {takes_in(fake_a)};
  const Forged second = forge(b);
  a.assertions = {takes_in(second)};
  const Validation validation = judged(store_of({second, forge(a)}));
  EXPECT_EQ(validation.state, State::invalid);
  EXPECT_THAT(codes(validation, Kind::failure), Contains("claim.hardBindings.missing"));
}

/// `count` manifests, each taking in two earlier ones.
std::vector<Forged> braid(int count) {
  std::vector<Forged> manifests;
  for (int i = 0; i < count; ++i) {
    Forge plan = sound();
    plan.label = label_of(i + 1);
    if (i > 0)
      plan.assertions.push_back(
          takes_in(manifests[static_cast<std::size_t>(i - 1)], "c2pa.ingredient.v3", "componentOf"));
    if (i > 1) {
      plan.assertions.push_back(
          takes_in(manifests[static_cast<std::size_t>(i - 2)], "c2pa.ingredient.v3__1", "componentOf"));
    }
    manifests.push_back(forge(plan));
  }
  return manifests;
}

// c2pa-rs #1885: without memory of what was judged, 1,000 such manifests are more paths than there are atoms.
TEST(Attacks, ADeepHistoryCostsEachManifestOnce) {
  const std::vector<Forged> all = braid(1000);
  const std::vector<Forged> half(all.begin(), all.begin() + 500);
  const Bytes large = store_of(all), small = store_of(half);
  const double first = seconds_for([&] { EXPECT_EQ(judged(small).state, State::trusted); });
  const double second = seconds_for([&] {
    const Validation validation = judged(large);
    EXPECT_EQ(validation.state, State::trusted);
    EXPECT_EQ(validation.manifests.size(), 1000U);
    EXPECT_EQ(validation.deltas.size(), 1997U);
  });
  EXPECT_LT(second, 4 * first + 0.5) << first << " s for 500 manifests";
  EXPECT_LT(second, 20) << "1000 manifests";
}

TEST(Attacks, OneFailureSeenFromEverywhereIsNotMultipliedWithoutEnd) {
  std::vector<Forged> manifests;
  Forge broken = sound();
  for (int i = 0; i < 200; ++i) {
    broken.assertions.push_back({fmt::format("org.example.note__{}", i + 1), CborMap().text("a", "b").take()});
    broken.assertions.back().in_store = false;
  }
  manifests.push_back(forge(broken));
  Forge plan = sound();
  plan.label = label_of(2);
  for (int i = 0; i < 200; ++i) {
    const std::string label = i == 0 ? "c2pa.ingredient.v3" : fmt::format("c2pa.ingredient.v3__{}", i);
    plan.assertions.push_back(takes_in(manifests[0], label, "componentOf"));
  }
  manifests.push_back(forge(plan));
  const Validation validation = judged(store_of(manifests));
  EXPECT_EQ(validation.state, State::invalid);
  EXPECT_LE(delta_codes(validation).size(), 10'000U);
  EXPECT_THAT(finding_codes(validation), Contains("history.many"));
}

TEST(Attacks, ALargeBoxNamedAThousandTimesIsHashedOnce) {
  const ForgedAssertion large{"org.example.large", CborMap().bytes("data", Bytes(4 << 20, 1)).take()};
  Forge plan = sound();
  plan.assertions.push_back(large);
  std::vector<Bytes> references;
  const Bytes hash = hash_of(large);
  for (int i = 0; i < 5000; ++i) references.push_back(reference("self#jumbf=c2pa.assertions/org.example.large", hash));
  plan.assertions.push_back({"c2pa.many", CborMap().raw("list", cbor_array(references)).take()});
  const Bytes store = store_of({forge(plan)});
  const double spent = seconds_for([&] { EXPECT_EQ(judged(store).state, State::trusted); });
  EXPECT_LT(spent, 5) << "20 GB would have to be hashed otherwise";
}

TEST(Attacks, NestedBoxesAndLongTables) {
  Bytes nested = plain("cbor", "\xA0");
  for (int i = 0; i < 1000; ++i) nested = super("c2as", "x", {nested});
  const Bytes store = make_superbox("c2pa", "c2pa", {make_superbox("c2ma", "urn:c2pa:1", {nested})});
  const media::MemorySource sidecar(store), source(work());
  const auto validation =
      validate(source, locate(sidecar, {}).value(), {&World::get().trust, pki::kNow, false, false}, {});
  ASSERT_FALSE(validation);
  EXPECT_EQ(validation.error().code, Code::limit);
  std::vector<Bytes> many(60'000, plain("free", ""));
  const Bytes wide = make_superbox("c2pa", "c2pa", many);
  const media::MemorySource wide_sidecar(wide);
  const auto refused =
      validate(source, locate(wide_sidecar, {}).value(), {&World::get().trust, pki::kNow, false, false}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::limit);
}

TEST(Attacks, DeepCborIsRefused) {
  Bytes deep(100'000, 0x81);
  deep.push_back(0xA0);
  Forge plan = sound();
  plan.assertions.push_back({"org.example.deep", deep});
  EXPECT_THAT(codes(judged(plan), Kind::failure), Contains("assertion.cbor.invalid"));
}

// Every cut of a store ends in an answer that is not Trusted, or in an Error; never in a crash.
TEST(Attacks, EveryCutOfAStore) {
  const Bytes whole = store_of(braid(3));
  for (std::size_t size = 8; size < whole.size(); size += 13) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const media::MemorySource sidecar(cut), source(work());
    auto located = locate(sidecar, {});
    if (!located || !located->found()) continue;
    const auto validation = validate(source, std::move(*located), {&World::get().trust, pki::kNow, false, false}, {});
    if (validation) {
      EXPECT_NE(validation->state, State::trusted) << size;
    }
  }
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
