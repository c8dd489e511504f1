#include "crypto/time_stamp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/pki_test.h"

namespace bonafide::crypto {
namespace {

using testing::authority_plan;
using ::testing::HasSubstr;
using testing::Identity;
using testing::kDay;
using testing::kNow;
using testing::make_identity;
using testing::make_stamp;
using testing::StampPlan;
using testing::tsa_plan;
using testing::with;

const Bytes kStamped = {1, 2, 3, 4};

struct World {
  Identity root = make_identity(authority_plan("TSA root"));
  Identity tsa = make_identity(tsa_plan(), "P-256", &root);
  TrustStore store;
  World() { store.add_tsa_list({"TSA list", {}, {{root.certificate, {}, {}}}}); }
  TimeStampCheck check(const StampPlan& plan = {}, const Identity* by = nullptr) const {
    return check_time_stamp(make_stamp(by != nullptr ? *by : tsa, kStamped, plan), kStamped, store);
  }
};

TEST(TimeStamp, TokenAndResponse) {
  const World world;
  for (const bool response : {false, true}) {
    for (const HashAlgorithm hash : {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
      StampPlan plan;
      plan.as_response = response;
      plan.imprint = hash;
      const TimeStampCheck check = world.check(plan);
      EXPECT_EQ(check.status, TimeStampStatus::trusted) << check.reason;
      EXPECT_TRUE(check.validated);
      ASSERT_TRUE(check.stamp);
      EXPECT_EQ(check.stamp->time, kNow);
      EXPECT_EQ(check.stamp->from_response, response);
      EXPECT_EQ(check.stamp->imprint_algorithm, hash);
      EXPECT_EQ(check.stamp->policy, "1.2.3.4.1");
      EXPECT_EQ(check.stamp->serial, "63");
      EXPECT_EQ(check.stamp->certificates.front().subject.common_name, "Stamper");
      EXPECT_EQ(check.chain->list, "TSA list");
    }
  }
  for (const char* key : {"rsa2048", "P-384", "P-521"}) {
    const Identity tsa = make_identity(tsa_plan(), key, &world.root);
    EXPECT_EQ(world.check({}, &tsa).status, TimeStampStatus::trusted) << key;
  }
}

TEST(TimeStamp, OtherBytesAreAMismatch) {
  const World world;
  const Bytes token = make_stamp(world.tsa, kStamped);
  EXPECT_EQ(check_time_stamp(token, Bytes{1, 2, 3, 5}, world.store).status, TimeStampStatus::mismatch);
  EXPECT_EQ(check_time_stamp(token, {}, world.store).status, TimeStampStatus::mismatch);
}

TEST(TimeStamp, WhoIsBelieved) {
  const World world, other;
  const TimeStampCheck check = check_time_stamp(make_stamp(other.tsa, kStamped), kStamped, world.store);
  EXPECT_EQ(check.status, TimeStampStatus::untrusted);
  EXPECT_TRUE(check.validated);
  EXPECT_EQ(check_time_stamp(make_stamp(world.tsa, kStamped), kStamped, TrustStore()).status,
            TimeStampStatus::untrusted);
  TrustStore signers;  // bad_tsa_wrong_trust_list: the signers' list does not speak for time
  signers.add_signer_list({"signers", {std::string(oid::kC2paClaimSigning)}, {{world.root.certificate, {}, {}}}});
  EXPECT_EQ(check_time_stamp(make_stamp(world.tsa, kStamped), kStamped, signers).status, TimeStampStatus::untrusted);
}

TEST(TimeStamp, IntermediatesComeFromTheToken) {
  const World world;
  const Identity middle = make_identity(authority_plan("Middle"), "P-256", &world.root);
  const Identity tsa = make_identity(tsa_plan(), "P-256", &middle);
  EXPECT_EQ(world.check({}, &tsa).status, TimeStampStatus::untrusted);
  StampPlan plan;
  plan.more = {middle.certificate};
  EXPECT_EQ(world.check(plan, &tsa).status, TimeStampStatus::trusted);
}

TEST(TimeStamp, TheTimeThatCountsIsItsOwn) {
  testing::Plan old_root = authority_plan("TSA root");
  old_root.from = kNow - 4000 * kDay;
  old_root.to = kNow + 4000 * kDay;
  const Identity root = make_identity(old_root);
  const Identity tsa = make_identity(tsa_plan(), "P-256", &root);
  TrustStore store;
  store.add_tsa_list({"TSA list", {}, {{root.certificate, {}, {}}}});
  for (const auto& [days, status] :
       {std::pair{-364, TimeStampStatus::trusted}, std::pair{364, TimeStampStatus::trusted},
        std::pair{-366, TimeStampStatus::outside_validity}, std::pair{366, TimeStampStatus::outside_validity}}) {
    StampPlan plan;
    plan.time = kNow + days * kDay;
    EXPECT_EQ(check_time_stamp(make_stamp(tsa, kStamped, plan), kStamped, store).status, status) << days;
  }
}

TEST(TimeStamp, CertificateMustBeATsas) {
  const World world;
  for (const testing::Plan& plan :
       {testing::Plan(), with(tsa_plan(), "extendedKeyUsage", ""), with(tsa_plan(), "extendedKeyUsage", "timeStamping"),
        with(tsa_plan(), "extendedKeyUsage", "critical,timeStamping,emailProtection")}) {
    const Identity wrong = make_identity(plan, "P-256", &world.root);
    const TimeStampCheck check = world.check({}, &wrong);
    EXPECT_EQ(check.status, TimeStampStatus::credential_invalid) << check.reason;
    EXPECT_FALSE(check.validated);
  }
}

// The codes are those of C2PA 2.5 section 14.8.2.
TEST(TimeStamp, WhatIsMalformedAndWhatIsNotBelieved) {
  const World world;
  StampPlan anonymous, bare, weak, other_content, refused;
  anonymous.names_certificate = false;
  bare.includes_certificate = false;
  weak.digest = "SHA1";
  other_content.content_type = "pkcs7-data";
  refused.as_response = true;
  refused.response_status = 2;
  struct Case {
    StampPlan plan;
    const char* reason;
    TimeStampStatus status;
  };
  for (const auto& [plan, reason, status] :
       {Case{anonymous, "does not name", TimeStampStatus::malformed}, Case{bare, "lacks", TimeStampStatus::untrusted},
        Case{weak, "weak digest", TimeStampStatus::untrusted},
        Case{other_content, "not a TSTInfo", TimeStampStatus::malformed},
        Case{refused, "refused", TimeStampStatus::malformed}}) {
    const TimeStampCheck check = world.check(plan);
    EXPECT_EQ(check.status, status) << reason;
    EXPECT_THAT(check.reason, HasSubstr(reason));
    EXPECT_FALSE(check.validated);
  }
  EXPECT_EQ(check_time_stamp({}, kStamped, world.store).status, TimeStampStatus::malformed);
  Bytes trailing = make_stamp(world.tsa, kStamped);
  trailing.push_back(0);
  EXPECT_EQ(check_time_stamp(trailing, kStamped, world.store).status, TimeStampStatus::malformed);
}

// A flipped byte may leave the token readable and even valid where nothing is signed (an embedded certificate's own
// signature is judged by the path); what may never happen is `trusted` with another time, imprint or authority.
TEST(TimeStamp, FlippedBytesNeverMoveTheTime) {
  const World world;
  for (const bool response : {false, true}) {
    StampPlan plan;
    plan.as_response = response;
    Bytes token = make_stamp(world.tsa, kStamped, plan);
    int still_trusted = 0;
    for (std::size_t i = 0; i < token.size(); ++i) {
      token[i] ^= 0x01;
      const TimeStampCheck check = check_time_stamp(token, kStamped, world.store);
      if (check.status == TimeStampStatus::trusted) {
        ++still_trusted;
        EXPECT_EQ(check.stamp->time, kNow) << i;
        EXPECT_EQ(check.stamp->certificates.front().sha256, world.tsa.certificate.sha256) << i;
      }
      token[i] ^= 0x01;
    }
    // Version numbers and algorithm parameters: 10 of a token, 11 of a response, measured with OpenSSL 3.0.19.
    EXPECT_LE(still_trusted, response ? 11 : 10);
    RecordProperty(response ? "response_bytes_without_effect" : "token_bytes_without_effect", still_trusted);
  }
}

TEST(TimeStamp, EveryCutIsMalformed) {
  const World world;
  const Bytes token = make_stamp(world.tsa, kStamped);
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_EQ(check_time_stamp(ByteView(token).first(size), kStamped, world.store).status, TimeStampStatus::malformed);
  }
}

TEST(TimeStamp, StatusCodes) {
  EXPECT_EQ(status_code(TimeStampStatus::outside_validity), "timeStamp.outsideValidity");
  EXPECT_EQ(status_code(TimeStampStatus::credential_invalid), "timeStamp.credentialInvalid");
}

}  // namespace
}  // namespace bonafide::crypto
