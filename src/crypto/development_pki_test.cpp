#include "crypto/development_pki.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/pki_test.h"
#include "crypto/signer.h"
#include "crypto/stamper.h"
#include "crypto/trust.h"

namespace bonafide::crypto {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(DevelopmentPki, ChainsHoldAndSayWhatTheyAre) {
  const auto pki = make_development_pki(
      {.algorithm = SignatureAlgorithm::es256, .name = "Zoë Tester", .organization = "Example", .now = testing::kNow});
  ASSERT_TRUE(pki) << pki.error().message;
  const auto signer = parse_pem_certificates(pki->signer_pem);
  const auto root = parse_pem_certificates(pki->root_pem);
  const auto tsa = parse_pem_certificates(pki->tsa_pem);
  const auto tsa_root = parse_pem_certificates(pki->tsa_root_pem);
  ASSERT_TRUE(signer && root && tsa && tsa_root);
  ASSERT_EQ(signer->size(), 2U);
  for (const auto* list : {&*signer, &*root, &*tsa, &*tsa_root}) {
    for (const Certificate& each : *list) {
      EXPECT_EQ(each.subject.organization == "Example (DEVELOPMENT, NOT TRUSTED)", true) << each.subject.full;
      EXPECT_EQ(each.not_before, testing::kNow - 3600);
      EXPECT_EQ(each.not_after, testing::kNow + 365 * testing::kDay);
    }
  }
  EXPECT_EQ(signer->front().subject.common_name, "Zoë Tester");
  EXPECT_EQ(signer->front().extended_key_usage, std::vector<std::string>{std::string(oid::kC2paClaimSigning)});
  EXPECT_TRUE(check_claim_signer_profile(signer->front()).empty());
  EXPECT_TRUE(check_tsa_profile(tsa->front()).empty());

  TrustStore store;
  ASSERT_TRUE(store.add_signer_pem("mine", pki->root_pem, default_key_uses()));
  ASSERT_TRUE(store.add_tsa_pem("mine", pki->tsa_root_pem));
  const auto rest = std::span(*signer).subspan(1);
  EXPECT_EQ(check_chain(store, signer->front(), rest, testing::kNow, ChainPurpose::claim_signer).status,
            ChainStatus::trusted);
  EXPECT_EQ(check_chain(store, tsa->front(), {}, testing::kNow, ChainPurpose::time_stamping).status,
            ChainStatus::trusted);
  TrustStore swapped;  // each root speaks for its own kind alone
  ASSERT_TRUE(swapped.add_signer_pem("mine", pki->tsa_root_pem, default_key_uses()));
  EXPECT_EQ(check_chain(swapped, signer->front(), rest, testing::kNow, ChainPurpose::claim_signer).status,
            ChainStatus::untrusted);
}

TEST(DevelopmentPki, KeysAreEncryptedOnRequest) {
  const auto pki = make_development_pki({.now = testing::kNow, .passphrase = "open sesame"});
  ASSERT_TRUE(pki);
  EXPECT_THAT(pki->signer_key_pem, StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  EXPECT_EQ(pem_signer(pki->signer_key_pem, pki->signer_pem, {}, {}).error().code, Code::denied);
  EXPECT_TRUE(pem_signer(pki->signer_key_pem, pki->signer_pem, {}, [] { return std::string("open sesame"); }));
  EXPECT_TRUE(local_stamper(pki->tsa_key_pem, pki->tsa_pem, {}, [] { return std::string("open sesame"); }));
  const auto plain = make_development_pki({.now = testing::kNow});
  ASSERT_TRUE(plain);
  EXPECT_THAT(plain->signer_key_pem, StartsWith("-----BEGIN PRIVATE KEY-----"));
  EXPECT_NE(plain->root_pem, pki->root_pem);
}

TEST(DevelopmentPki, RefusesOddNames) {
  const auto error = [](const DevelopmentPlan& plan) { return make_development_pki(plan).error(); };
  EXPECT_THAT(error({.name = std::string(65, 'x')}).message, HasSubstr("64"));
  EXPECT_THAT(error({.organization = std::string(38, 'x')}).message, HasSubstr("37"));
  EXPECT_EQ(error({.name = "two\nlines"}).code, Code::invalid_argument);
  EXPECT_EQ(error({.name = "\xff"}).code, Code::invalid_argument);
  EXPECT_EQ(error({.days = 0}).code, Code::invalid_argument);
  EXPECT_EQ(error({.days = 40'000}).code, Code::invalid_argument);
  EXPECT_TRUE(make_development_pki({.name = std::string(64, 'x'), .organization = std::string(37, 'x')}));
}

}  // namespace
}  // namespace bonafide::crypto
