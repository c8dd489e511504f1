// Time stamps and answers about revocation: those a signature brings, and those that later manifests bring for earlier
// signers (C2PA 2.5 §14.8, §14.9, §16.7).
#include <gmock/gmock.h>

#include "provenance/c2pa/forge_test.h"

namespace bonafide::provenance::c2pa {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

using namespace testing;  // the forge

constexpr UnixTime kSigned = pki::kNow - 100 * kDay;

/// A signer whose certificate has run out since.
const pki::Identity& former_signer() {
  static const pki::Identity identity = [] {
    pki::Plan plan;
    plan.from = pki::kNow - 300 * kDay;
    plan.to = pki::kNow - 50 * kDay;
    return pki::make_identity(plan, "P-256", &World::get().middle);
  }();
  return identity;
}

Forge first_plan() {
  Forge plan = sound();
  plan.signer = &former_signer();
  return plan;
}

Bytes token_over(const Forged& manifest, UnixTime time, const pki::Identity& by = World::get().tsa) {
  pki::StampPlan plan;
  plan.time = time;
  return pki::make_stamp(by, manifest.signature_input, plan);
}

ForgedAssertion stamps(const std::vector<std::pair<std::string, Bytes>>& tokens) {
  CborMap map;
  for (const auto& [label, token] : tokens) map.bytes(label, token);
  return {"c2pa.time-stamp", map.take()};
}

/// An update over `below` with these assertions.
Forge update_over(const Forged& below, std::vector<ForgedAssertion> more) {
  Forge plan;
  plan.type = "c2um";
  plan.label = "urn:c2pa:00000000-0000-4000-8000-000000000002";
  plan.assertions = {takes_in(below)};
  for (ForgedAssertion& assertion : more) plan.assertions.push_back(std::move(assertion));
  return plan;
}

Validation updated(const Forged& below, std::vector<ForgedAssertion> more) {
  return judged(store_of({below, forge(update_over(below, std::move(more)))}));
}

TEST(Late, WithoutAStampAnEarlierSignerHasRunOut) {
  const Forged below = forge(first_plan());
  const Validation validation = updated(below, {});
  EXPECT_EQ(validation.state, State::invalid);
  EXPECT_THAT(delta_codes(validation), Contains("claimSignature.outsideValidity"));
  EXPECT_FALSE(validation.broken);
}

TEST(Late, AStampInALaterManifestSaysWhenAnEarlierOneWasSigned) {
  const Forged below = forge(first_plan());
  const Validation validation = updated(below, {stamps({{below.label, token_over(below, kSigned)}})});
  EXPECT_EQ(validation.state, State::trusted) << told(validation);
  const ManifestReport& first = validation.manifests[1];
  EXPECT_EQ(first.stamped, kSigned);
  EXPECT_EQ(first.stamped_by, "urn:c2pa:00000000-0000-4000-8000-000000000002");
  EXPECT_TRUE(first.has("timeStamp.trusted") && first.has("claimSignature.insideValidity"));
  EXPECT_FALSE(validation.manifests[0].stamped) << "it speaks for the earlier manifest alone";
}

TEST(Late, StampsThatDoNotFitAreToldAndPassedOver) {
  const Forged below = forge(first_plan());
  Forge other = first_plan();
  other.label = "urn:c2pa:00000000-0000-4000-8000-000000000009";
  const Forged elsewhere = forge(other);
  const auto earlier = [&](const std::vector<std::pair<std::string, Bytes>>& tokens) {
    return updated(below, {stamps(tokens)});
  };
  const Validation mismatch = earlier({{below.label, token_over(elsewhere, kSigned)}});
  EXPECT_TRUE(mismatch.manifests[1].has("timeStamp.mismatch"));
  EXPECT_THAT(delta_codes(mismatch), Contains("claimSignature.outsideValidity"));
  const Validation stranger = earlier({{below.label, token_over(below, kSigned, pki::make_identity(pki::tsa_plan()))}});
  EXPECT_TRUE(stranger.manifests[1].has("timeStamp.untrusted"));
  EXPECT_TRUE(earlier({{below.label, Bytes{1, 2, 3}}}).manifests[1].has("timeStamp.malformed"));
  EXPECT_FALSE(earlier({{"urn:c2pa:nobody", token_over(below, kSigned)}}).manifests[1].stamped);
  const Validation too_late = earlier({{below.label, token_over(below, pki::kNow)}});
  EXPECT_THAT(delta_codes(too_late), Contains("claimSignature.outsideValidity"));
  EXPECT_TRUE(too_late.manifests[1].has("timeStamp.trusted"));
}

TEST(Late, AnyOfSeveralStampsWillDo) {
  const Forged first = forge(first_plan());
  const Forged second = forge(update_over(first, {stamps({{first.label, token_over(first, kSigned)}})}));
  Forge third = update_over(second, {stamps({{first.label, Bytes{1}}})});  // the newest is tried first
  third.label = "urn:c2pa:00000000-0000-4000-8000-000000000003";
  const Validation validation = judged(store_of({first, second, forge(third)}));
  EXPECT_EQ(validation.state, State::trusted) << told(validation);
  EXPECT_TRUE(validation.manifests[2].has("timeStamp.malformed"));
  EXPECT_EQ(validation.manifests[2].stamped_by, second.label);
}

TEST(Late, AGoodStampOfItsOwnIsNotReplaced) {
  Forge plan = first_plan();
  plan.tsa = &World::get().tsa;
  plan.stamp.time = kSigned;
  const Forged below = forge(plan);
  const Validation validation = updated(below, {stamps({{below.label, token_over(below, kSigned - kDay)}})});
  EXPECT_EQ(validation.manifests[1].stamped, kSigned);
  EXPECT_EQ(validation.manifests[1].stamped_by, "");
}

TEST(Late, MalformedTimeStampAssertions) {
  const Forged below = forge(first_plan());
  for (const Bytes& content : {CborMap().take(), cbor_array({}), CborMap().text("urn:c2pa:1", "text").take(),
                               cbor::Writer().map(1).integer(1).bytes(Bytes{1}).take(), Bytes{0xFF}}) {
    const Validation validation = updated(below, {{"c2pa.time-stamp", content}});
    EXPECT_THAT(codes(validation, Kind::failure), Contains("assertion.timestamp.malformed"));
  }
}

TEST(Late, AStampMustBeOfTheActiveHistory) {
  const Forged below = forge(first_plan());
  Forge stray = update_over(below, {stamps({{below.label, token_over(below, kSigned)}})});
  stray.label = "urn:c2pa:00000000-0000-4000-8000-000000000007";
  const Validation validation = judged(store_of({below, forge(stray), forge(update_over(below, {}))}));
  EXPECT_THAT(delta_codes(validation), Contains("claimSignature.outsideValidity"));
  EXPECT_THAT(finding_codes(validation), Contains("store.unreferenced"));
}

Bytes answer(const pki::Identity& about, const pki::OcspPlan& plan, const pki::Identity& issuer = World::get().middle) {
  const pki::Identity responder =
      pki::make_identity(pki::with({}, "extendedKeyUsage", "OCSPSigning"), "P-256", &issuer);
  return pki::make_ocsp(responder, about.certificate, issuer.certificate, plan);
}

ForgedAssertion status(const std::vector<Bytes>& answers) {
  std::vector<Bytes> items;
  for (const Bytes& der : answers) items.push_back(cbor::Writer().bytes(der).take());
  return {"c2pa.certificate-status", CborMap().raw("ocspVals", cbor_array(items)).take()};
}

TEST(Late, AnswersAboutRevocationForEarlierSigners) {
  const Forged below = forge(sound());
  const auto& signer = World::get().signer;
  const Validation good = updated(below, {status({answer(signer, {})})});
  EXPECT_EQ(good.state, State::trusted) << told(good);
  EXPECT_TRUE(good.manifests[1].has("signingCredential.ocsp.notRevoked"));
  pki::OcspPlan revoked;
  revoked.status = 'r';
  const Validation bad = updated(below, {status({answer(signer, revoked)})});
  EXPECT_THAT(delta_codes(bad), Contains("signingCredential.ocsp.revoked"));
  EXPECT_EQ(bad.state, State::invalid);
  EXPECT_FALSE(bad.broken) << "a revoked signer is no changed byte";
  EXPECT_THAT(finding_codes(updated(below, {{"c2pa.certificate-status", CborMap().take()}})),
              Contains("status.malformed"));
}

TEST(Late, WhatIsNotRevokedLaterWasNotRevokedThen) {
  Forge plan = sound();
  plan.tsa = &World::get().tsa;
  plan.stamp.time = kSigned;
  const Forged below = forge(plan);
  const Validation validation = updated(below, {status({answer(World::get().signer, {})})});
  EXPECT_TRUE(validation.manifests[1].has("signingCredential.ocsp.notRevoked")) << told(validation);
}

TEST(Late, ARevokedAuthorityIsNoLongerBelieved) {
  const World& world = World::get();
  pki::OcspPlan revoked;
  revoked.status = 'r';
  Forge plan = sound();
  plan.ocsp = {answer(world.middle, revoked, world.root)};
  const Validation validation = judged(plan);
  EXPECT_THAT(codes(validation, Kind::failure), Contains("signingCredential.untrusted"));
  EXPECT_FALSE(validation.manifests[0].has("signingCredential.trusted"));
  EXPECT_EQ(validation.manifests[0].signer->trusted_by, "");
  revoked.revoked_at = pki::kNow - kDay;
  plan.tsa = &world.tsa;
  plan.stamp.time = pki::kNow - 10 * kDay;
  plan.ocsp = {answer(world.middle, revoked, world.root)};
  EXPECT_EQ(judged(plan).state, State::trusted) << "it was revoked after the claim was stamped";
}

// Of a claim that was rejected for its signer nothing is said to be validated or trusted (§14.7); that no byte was
// changed is told apart from that.
TEST(Late, ARejectedSignerIsNotTrustedAndTheWorkStaysIntact) {
  const World& world = World::get();
  const auto rejected = [](const Forge& plan, const char* code, UnixTime at = pki::kNow) {
    Validation validation = judged(plan, {.at = at});
    EXPECT_THAT(codes(validation, Kind::failure), Contains(code)) << told(validation);
    EXPECT_FALSE(validation.manifests[0].has("signingCredential.trusted")) << code;
    EXPECT_TRUE(validation.manifests[0].signature_holds) << code;
    EXPECT_TRUE(validation.manifests[0].has("assertion.dataHash.match")) << code;
    EXPECT_TRUE(validation.intact) << code;
    EXPECT_FALSE(validation.broken) << code;
    EXPECT_EQ(validation.state, State::invalid) << code;
    return validation.manifests[0];
  };
  EXPECT_FALSE(
      rejected(sound(), "claimSignature.outsideValidity", pki::kNow + 400 * kDay).has("claimSignature.validated"));
  const pki::Identity unfit =
      pki::make_identity(pki::with({}, "keyUsage", "critical,nonRepudiation"), "P-256", &world.middle);
  Forge plan = sound();
  plan.signer = &unfit;
  const ManifestReport report = rejected(plan, "signingCredential.invalid");
  EXPECT_FALSE(report.has("claimSignature.validated"));
  EXPECT_EQ(report.signer->trusted_by, "");
  pki::OcspPlan revoked;
  revoked.status = 'r';
  plan = sound();
  plan.ocsp = {answer(world.signer, revoked)};
  EXPECT_EQ(rejected(plan, "signingCredential.ocsp.revoked").signer->trusted_by, "");
}

TEST(Late, AStampByAnUnfitAuthorityIsUntrustedBesides) {
  const pki::Identity unfit = pki::make_identity({}, "P-256", &World::get().tsa_root);
  Forge plan = sound();
  plan.tsa = &unfit;
  const Validation validation = judged(plan);
  EXPECT_THAT(codes(validation, Kind::informational), Contains("timeStamp.untrusted")) << told(validation);
  EXPECT_THAT(codes(validation, Kind::informational), Contains("timeStamp.credentialInvalid"));
  EXPECT_EQ(validation.state, State::trusted) << "the certificate is valid now";
}

TEST(Late, TheTimeThatASignerClaims) {
  const auto claiming = [](UnixTime time, bool stamped = false) {
    Forge plan = sound();
    plan.protected_more = {{text_item("iat"), cbor::Writer().integer(time).take()}};
    if (stamped) plan.tsa = &World::get().tsa;
    return judged(plan);
  };
  const auto notes = [](const Validation& validation) { return codes(validation, Kind::informational); };
  const Validation fine = claiming(pki::kNow - kDay, true);
  EXPECT_THAT(notes(fine), Contains("timeOfSigning.insideValidity")) << told(fine);
  EXPECT_EQ(fine.manifests[0].claimed_time, pki::kNow - kDay);
  EXPECT_EQ(fine.state, State::trusted);
  EXPECT_THAT(notes(claiming(pki::kNow - 1000 * kDay)), Contains("timeOfSigning.outsideValidity"));
  const Validation later = claiming(pki::kNow + kDay, true);
  EXPECT_THAT(notes(later), Contains("timeOfSigning.outsideValidity")) << "after its own time stamp";
  EXPECT_EQ(later.state, State::trusted) << "what the signer claims decides nothing";
  EXPECT_THAT(notes(judged(sound())), Not(Contains("timeOfSigning.insideValidity")));
}

TEST(Late, AStampFromTheFutureIsAnObjection) {
  Forge plan = sound();
  plan.tsa = &World::get().tsa;
  plan.stamp.time = pki::kNow + 10 * kDay;
  EXPECT_THAT(finding_codes(judged(plan)), Contains("stamp.future"));
  EXPECT_THAT(judged(plan, {.at = pki::kNow + 11 * kDay}).findings, IsEmpty());
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
