#include "provenance/c2pa/sign.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "provenance/c2pa/definition.h"
#include "provenance/c2pa/signing_test.h"
#include "provenance/c2pa/store.h"

namespace bonafide::provenance::c2pa {
namespace {

using testing::created_plan;
using ::testing::HasSubstr;
using testing::House;
using testing::looked_at;
using testing::parent_of;
using testing::signed_bytes;
using testing::small_jpeg;

ManifestPlan edited_plan(const House& house, const Bytes& before) {
  ManifestPlan plan = created_plan();
  plan.actions.clear();
  plan.ingredients.push_back(parent_of(house, before));
  complete_actions(plan, {}, {}, "2027-01-15T08:00:00Z");
  return plan;
}

TEST(Signing, WhatIsSignedIsTrustedWithEveryAlgorithm) {
  using crypto::SignatureAlgorithm;
  for (const SignatureAlgorithm algorithm :
       {SignatureAlgorithm::es256, SignatureAlgorithm::es384, SignatureAlgorithm::es512, SignatureAlgorithm::ps256,
        SignatureAlgorithm::ps384, SignatureAlgorithm::ps512, SignatureAlgorithm::ed25519}) {
    const House house(algorithm);
    const Validation validation = looked_at(house, signed_bytes(house, small_jpeg(), created_plan()).value());
    EXPECT_EQ(validation.state, State::trusted) << crypto::to_string(algorithm);
    EXPECT_TRUE(validation.findings.empty());
  }
}

TEST(Signing, ATimeStampSaysWhen) {
  const House house;
  SignPlan sign;
  sign.cose.stamper = house.stamper.get();
  const Validation validation = looked_at(house, signed_bytes(house, small_jpeg(), created_plan(), sign).value());
  EXPECT_EQ(validation.state, State::trusted);
  EXPECT_EQ(validation.manifests[0].stamped, testing::kNow);
}

TEST(Signing, NoByteOfTheWorkChanges) {
  const House house;
  const Bytes before = small_jpeg(), after = signed_bytes(house, before, created_plan()).value();
  const media::MemorySource source(after);
  const Located located = locate(source, {}).value();
  const Splice taken_out = plan_embedding(source, {&located, {}, {}, false}, {}).value();
  const SplicedSource view(source, taken_out);
  EXPECT_EQ(read_exactly(view, 0, view.size()).value(), before);
}

TEST(Signing, AnyChangedByteIsSeenOrListed) {
  const House house;
  Bytes work = signed_bytes(house, small_jpeg(), created_plan()).value();
  for (std::size_t at = 0; at < work.size(); at += 7) {
    work[at] ^= 0x10;
    const media::MemorySource source(work);
    auto located = locate(source, {});
    if (located && located->found()) {
      const auto validation = validate(source, std::move(*located), {&house.trust, testing::kNow, false}, {});
      if (validation && validation->state == State::trusted) {
        EXPECT_TRUE(std::ranges::any_of(validation->uncovered, [&](const Uncovered& part) {
          return at >= part.range.start && at < part.range.end();
        })) << at;
      }
    }
    work[at] ^= 0x10;
  }
}

TEST(Signing, TheHistoryIsKeptAndChecked) {
  const House house;
  const Bytes first = signed_bytes(house, small_jpeg(), created_plan()).value();
  const Bytes second = signed_bytes(house, first, edited_plan(house, first)).value();
  const Validation validation = looked_at(house, second);
  EXPECT_EQ(validation.state, State::trusted);
  ASSERT_EQ(validation.manifests.size(), 2U);
  EXPECT_EQ(validation.manifests[0].actions[0].name, "c2pa.opened");
  EXPECT_TRUE(validation.manifests[0].has("ingredient.manifest.validated"));
  // A change in the older manifest is seen through the newer one's hash.
  Bytes changed = second;
  const auto place = std::ranges::search(changed, as_bytes("digitalCapture")).begin();
  ASSERT_NE(place, changed.end());
  *place = 'D';
  EXPECT_TRUE(looked_at(house, changed).broken);
}

TEST(Signing, ABrokenParentIsToldAsItWasTakenIn) {
  const House house;
  Bytes first = signed_bytes(house, small_jpeg(), created_plan()).value();
  first[first.size() - 5] ^= 1;  // in the scan
  const Bytes second = signed_bytes(house, first, edited_plan(house, first)).value();
  const Validation validation = looked_at(house, second);
  EXPECT_FALSE(validation.broken) << "what the parent was before is recorded, not hidden";
  EXPECT_TRUE(std::ranges::all_of(validation.deltas, [](const Delta& delta) { return delta.failures.empty(); }));
}

TEST(Signing, AnAssertionCanBeTakenOutOfTheHistory) {
  const House house;
  ManifestPlan plan = created_plan();
  plan.assertions.push_back({"org.example.secret",
                             Assertion::Form::cbor,
                             cbor_of_json({{"who", "a name that nobody should read"}}).value(),
                             {}});
  const Bytes first = signed_bytes(house, small_jpeg(), plan).value();
  ManifestPlan next = edited_plan(house, first);
  const std::string label = looked_at(house, first).manifests[0].label;
  next.redactions.push_back("self#jumbf=/c2pa/" + label + "/c2pa.assertions/org.example.secret");
  complete_actions(next, {}, {}, {});
  const Bytes second = signed_bytes(house, first, next).value();
  EXPECT_EQ(as_text(second).find("nobody should read"), std::string_view::npos);
  const Validation validation = looked_at(house, second);
  EXPECT_EQ(validation.state, State::trusted);
  next.redactions = {"self#jumbf=/c2pa/" + label + "/c2pa.assertions/c2pa.hash.data"};
  EXPECT_FALSE(signed_bytes(house, first, next)) << "the binding to the file cannot be taken out";
}

TEST(Signing, AnUpdateLeavesTheWorkBound) {
  const House house;
  const Bytes first = signed_bytes(house, small_jpeg(), created_plan()).value();
  ManifestPlan plan = created_plan();
  plan.actions.clear();
  plan.update = true;
  plan.ingredients.push_back(parent_of(house, first));
  SignPlan sign;
  sign.update = true;
  Bytes second = signed_bytes(house, first, plan, sign).value();
  const Validation validation = looked_at(house, second);
  EXPECT_EQ(validation.state, State::trusted);
  EXPECT_TRUE(validation.manifests[0].update);
  second[second.size() - 5] ^= 1;
  EXPECT_TRUE(looked_at(house, second).broken);
}

TEST(Signing, RoomThatWasKeptTakesTheNextCredential) {
  const House house;
  SignPlan roomy;
  roomy.reserve = 30'000;
  const Bytes first = signed_bytes(house, small_jpeg(), created_plan(), roomy).value();
  EXPECT_EQ(looked_at(house, first).state, State::trusted);
  SignPlan again;
  again.keep_place = true;
  again.cose.signer = house.signer.get();
  const media::MemorySource source(first);
  const Located located = locate(source, {}).value();
  const Builder builder = Builder::create(edited_plan(house, first)).value();
  const SignedFile file = sign_source(source, located, builder, again, {}).value();
  EXPECT_TRUE(file.in_place);
  EXPECT_EQ(file.framed.size(), located.framing.front().length);
}

TEST(Signing, ADetachedCredentialHoldsForItsWorkAlone) {
  const House house;
  const Bytes work = small_jpeg();
  const media::MemorySource source(work);
  SignPlan sign;
  sign.detached = true;
  sign.cose.signer = house.signer.get();
  const SignedFile file =
      sign_source(source, locate(source, {}).value(), Builder::create(created_plan()).value(), sign, {}).value();
  EXPECT_TRUE(file.framed.empty());
  const auto judged = [&](const Bytes& bytes) {
    const media::MemorySource sidecar(file.store), other(bytes);
    return validate(other, locate(sidecar, {}).value(), {&house.trust, testing::kNow, false}, {}).value().state;
  };
  EXPECT_EQ(judged(work), State::trusted);
  EXPECT_EQ(judged(small_jpeg(501)), State::invalid);
}

TEST(Signing, ASeedMakesTheSameFileAgain) {
  const House house(crypto::SignatureAlgorithm::ed25519);
  ManifestPlan plan = created_plan();
  plan.seed = 7;
  const Bytes once = signed_bytes(house, small_jpeg(), plan).value();
  EXPECT_EQ(once, signed_bytes(house, small_jpeg(), plan).value());
  plan.seed = 8;
  EXPECT_NE(once, signed_bytes(house, small_jpeg(), plan).value());
}

TEST(Signing, RefusesWhatWouldNotBeWellFormed) {
  const House house;
  const auto message = [&](ManifestPlan plan) {
    const auto made = Builder::create(std::move(plan));
    return made ? std::string() : made.error().message;
  };
  ManifestPlan plan = created_plan();
  plan.generator.erase("name");
  EXPECT_THAT(message(plan), HasSubstr("generator"));
  plan = created_plan();
  plan.assertions.push_back({"c2pa.hash.data", Assertion::Form::cbor, {0xA0}, {}});
  EXPECT_THAT(message(plan), HasSubstr("binding"));
  plan = created_plan();
  plan.actions[0]["parameters"] = {{"ingredientIds", Json::array({"nobody"})}};
  EXPECT_THAT(message(plan), HasSubstr("nobody"));
  plan = created_plan();
  plan.redactions.push_back("self#jumbf=/c2pa/urn:c2pa:x/c2pa.assertions/y");
  EXPECT_THAT(message(plan), HasSubstr("no ingredient"));
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
