#include "crypto/trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "crypto/pki_test.h"

namespace bonafide::crypto {
namespace {

using testing::authority_plan;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Identity;
using testing::kDay;
using testing::kNow;
using testing::make_identity;
using testing::Plan;
using testing::with;

const std::vector<std::string> kC2pa = {std::string(oid::kC2paClaimSigning)};

AnchorList list_of(const Certificate& anchor, std::vector<std::string> uses = kC2pa) {
  return {"test list", std::move(uses), {{anchor, {}, {}}}};
}

/// Root, intermediate and leaf as everybody has them; `store` believes the root.
struct World {
  Identity root = make_identity(authority_plan("Root"));
  Identity middle = make_identity(authority_plan("Middle"), "P-256", &root);
  Identity leaf = make_identity({}, "P-256", &middle);
  TrustStore store;
  World() { store.add_signer_list(list_of(root.certificate)); }
};

ChainCheck judge(const TrustStore& store, const Identity& leaf, const std::vector<const Identity*>& middles = {},
                 UnixTime time = kNow, ChainPurpose purpose = ChainPurpose::claim_signer) {
  std::vector<Certificate> intermediates;
  for (const Identity* each : middles) intermediates.push_back(each->certificate);
  return check_chain(store, leaf.certificate, intermediates, time, purpose);
}

TEST(Trust, PathToARoot) {
  const World world;
  const ChainCheck check = judge(world.store, world.leaf, {&world.middle});
  EXPECT_EQ(check.status, ChainStatus::trusted) << check.reason;
  EXPECT_TRUE(check.inside_validity);
  EXPECT_EQ(check.list, "test list");
  EXPECT_THAT(check.anchor, HasSubstr("CN=Root"));
  EXPECT_EQ(check.path.size(), 3U);
  EXPECT_EQ(judge(world.store, world.leaf, {&world.root, &world.middle}).status, ChainStatus::trusted);
}

TEST(Trust, IssuerMissingOrUnknown) {
  const World world, other;
  const ChainCheck missing = judge(world.store, world.leaf);
  EXPECT_EQ(missing.status, ChainStatus::untrusted);
  EXPECT_THAT(missing.reason, HasSubstr("no path"));
  EXPECT_EQ(judge(world.store, other.leaf, {&other.middle, &other.root}).status, ChainStatus::untrusted);
  EXPECT_EQ(judge(TrustStore(), world.leaf, {&world.middle}).status, ChainStatus::untrusted);
}

TEST(Trust, TamperedLeafIsUntrusted) {
  const World world;
  Bytes der = world.leaf.certificate.der;
  der.back() ^= 1;  // in the issuer's signature
  auto leaf = parse_certificate(der);
  ASSERT_TRUE(leaf);
  const std::vector<Certificate> middles = {world.middle.certificate};
  EXPECT_EQ(check_chain(world.store, *leaf, middles, kNow, ChainPurpose::claim_signer).status, ChainStatus::untrusted);
}

TEST(Trust, AnchorMayBeASubordinateAuthorityButNoLeaf) {
  const World world;
  TrustStore middle;
  middle.add_signer_list(list_of(world.middle.certificate));
  const ChainCheck check = judge(middle, world.leaf);
  EXPECT_EQ(check.status, ChainStatus::trusted) << check.reason;
  EXPECT_EQ(check.path.size(), 2U);
  TrustStore leaf;
  leaf.add_signer_list(list_of(world.leaf.certificate));
  EXPECT_EQ(judge(leaf, world.leaf).status, ChainStatus::untrusted);
}

TEST(Trust, KeyUsesChooseTheList) {
  const World world;
  TrustStore mail;
  mail.add_signer_list(list_of(world.root.certificate, {std::string(oid::kEmailProtection)}));
  const ChainCheck check = judge(mail, world.leaf, {&world.middle});
  EXPECT_EQ(check.status, ChainStatus::untrusted);
  EXPECT_TRUE(check.no_list_for_key_use);
  const Identity mailer = make_identity(with({}, "extendedKeyUsage", "emailProtection"), "P-256", &world.middle);
  EXPECT_EQ(judge(mail, mailer, {&world.middle}).status, ChainStatus::trusted);
  EXPECT_EQ(judge(world.store, mailer, {&world.middle}).status, ChainStatus::untrusted);
  const Identity none = make_identity(with({}, "extendedKeyUsage", ""), "P-256", &world.middle);
  EXPECT_EQ(judge(world.store, none, {&world.middle}).status, ChainStatus::untrusted);
}

TEST(Trust, AnyAndTimeStampingNeverVouchForASigner) {
  const World world;
  TrustStore store;
  store.add_signer_list(list_of(
      world.root.certificate,
      {std::string(oid::kAnyExtendedKeyUsage), std::string(oid::kTimeStamping), std::string(oid::kOcspSigning)}));
  for (const char* use : {"anyExtendedKeyUsage", "timeStamping", "OCSPSigning"}) {
    const Identity leaf = make_identity(with({}, "extendedKeyUsage", use), "P-256", &world.middle);
    EXPECT_EQ(judge(store, leaf, {&world.middle}).status, ChainStatus::untrusted) << use;
  }
}

TEST(Trust, ListsForTimeAndForClaimsAreApart) {
  const World world;
  TrustStore store;
  store.add_tsa_list(list_of(world.root.certificate));
  EXPECT_EQ(judge(store, world.leaf, {&world.middle}).status, ChainStatus::untrusted);  // on_tsa_only
  const Identity tsa = make_identity(testing::tsa_plan(), "P-256", &world.middle);
  EXPECT_EQ(judge(store, tsa, {&world.middle}, kNow, ChainPurpose::time_stamping).status, ChainStatus::trusted);
  EXPECT_EQ(judge(world.store, tsa, {&world.middle}, kNow, ChainPurpose::time_stamping).status, ChainStatus::untrusted);
}

TEST(Trust, DatesAreJudgedAtTheGivenTime) {
  const World world;
  for (const UnixTime time : {kNow - 400 * kDay, kNow + 400 * kDay}) {
    const ChainCheck check = judge(world.store, world.leaf, {&world.middle}, time);
    EXPECT_NE(check.status, ChainStatus::trusted);
    EXPECT_FALSE(check.inside_validity);
  }
  Plan old_root = authority_plan("Root");
  old_root.from = kNow - 4000 * kDay;
  old_root.to = kNow + 4000 * kDay;
  const Identity root = make_identity(old_root);
  TrustStore store;
  store.add_signer_list(list_of(root.certificate));
  const Identity leaf = make_identity({}, "P-256", &root);
  EXPECT_EQ(judge(store, leaf).status, ChainStatus::trusted);
  for (const UnixTime time : {kNow - 400 * kDay, kNow + 400 * kDay}) {
    const ChainCheck check = judge(store, leaf, {}, time);
    EXPECT_EQ(check.status, ChainStatus::outside_validity);
    EXPECT_FALSE(check.inside_validity);
  }
  for (const auto& [from, to] : {std::pair{-100, -10}, std::pair{10, 100}}) {  // sub_ca expired, not yet valid
    Plan plan = authority_plan("Middle");
    plan.from = kNow + from * kDay;
    plan.to = kNow + to * kDay;
    const Identity middle = make_identity(plan, "P-256", &root);
    const Identity child = make_identity({}, "P-256", &middle);
    EXPECT_EQ(judge(store, child, {&middle}).status, ChainStatus::outside_validity);
    EXPECT_EQ(judge(store, child, {&middle}, kNow + (from + to) / 2 * kDay).status, ChainStatus::trusted);
  }
}

TEST(Trust, AnchorsHaveDates) {
  const World world;
  AnchorList list = list_of(world.root.certificate);
  list.anchors[0].not_before = kNow - 10 * kDay;
  list.anchors[0].not_after = kNow + 10 * kDay;
  TrustStore store;
  store.add_signer_list(list);
  EXPECT_EQ(judge(store, world.leaf, {&world.middle}).status, ChainStatus::trusted);
  for (const UnixTime time : {kNow - 11 * kDay, kNow + 11 * kDay}) {
    const ChainCheck check = judge(store, world.leaf, {&world.middle}, time);
    EXPECT_EQ(check.status, ChainStatus::untrusted);
    EXPECT_THAT(check.reason, HasSubstr("not believed at the time"));
    EXPECT_TRUE(check.inside_validity);
  }
}

TEST(Trust, PathLengthAndAuthorityRules) {
  Identity root = make_identity(authority_plan("Root", "critical,CA:TRUE,pathlen:0"));
  TrustStore store;
  store.add_signer_list(list_of(root.certificate));
  const Identity direct = make_identity({}, "P-256", &root);
  EXPECT_EQ(judge(store, direct).status, ChainStatus::trusted);
  const Identity middle = make_identity(authority_plan("Middle"), "P-256", &root);
  EXPECT_EQ(judge(store, make_identity({}, "P-256", &middle), {&middle}).status, ChainStatus::untrusted);

  const World world;
  const Identity sub0 = make_identity(authority_plan("Sub 0", "critical,CA:TRUE,pathlen:0"), "P-256", &world.root);
  const Identity below = make_identity(authority_plan("Below"), "P-256", &sub0);
  EXPECT_EQ(judge(world.store, make_identity({}, "P-256", &below), {&sub0, &below}).status, ChainStatus::untrusted);
  // A leaf, a version 1 certificate and a key that may not sign certificates issue nothing.
  Plan version_1 = authority_plan("Old");
  version_1.version = 1;
  for (const Plan& plan : {Plan(), version_1, with(authority_plan("Mute"), "keyUsage", "critical,digitalSignature"),
                           with(authority_plan("Plain"), "basicConstraints", "")}) {
    const Identity issuer = make_identity(plan, "P-256", &world.root);
    const Identity child = make_identity({}, "P-256", &issuer);
    EXPECT_EQ(judge(world.store, child, {&issuer}).status, ChainStatus::untrusted) << plan.name;
  }
}

TEST(Trust, WeakIntermediatesAreRefusedAndTheirKeyUseIgnored) {
  const World world;
  const Identity weak = make_identity(authority_plan("Weak"), "rsa1024", &world.root);
  EXPECT_EQ(judge(world.store, make_identity({}, "P-256", &weak), {&weak}).status, ChainStatus::untrusted);
  Plan old_digest = authority_plan("SHA-1");
  old_digest.digest = "SHA1";
  const Identity sha1 = make_identity(old_digest, "P-256", &world.root);
  EXPECT_EQ(judge(world.store, make_identity({}, "P-256", &sha1), {&sha1}).status, ChainStatus::untrusted);
  const Identity web =
      make_identity(with(authority_plan("Web"), "extendedKeyUsage", "serverAuth"), "P-256", &world.root);
  EXPECT_EQ(judge(world.store, make_identity({}, "P-256", &web), {&web}).status, ChainStatus::trusted);
}

TEST(Trust, NameConstraintsHold) {
  const World world;
  const Plan plan = with(authority_plan("Narrow"), "nameConstraints", "critical,permitted;email:example.org");
  const Identity narrow = make_identity(plan, "P-256", &world.root);
  for (const auto& [mail, status] : {std::pair{"email:a@example.org", ChainStatus::trusted},
                                     std::pair{"email:a@example.com", ChainStatus::untrusted}}) {
    const Identity leaf = make_identity(with({}, "subjectAltName", mail), "P-256", &narrow);
    EXPECT_EQ(judge(world.store, leaf, {&narrow}).status, status) << mail;
  }
}

TEST(Trust, AddressBook) {
  const World world, other;
  TrustStore store;
  const std::string pem =
      "-----BEGIN CERTIFICATE-----\n" + to_base64(world.leaf.certificate.der) + "\n-----END CERTIFICATE-----\n";
  const auto added = store.add_address_book("comment\n" + pem + to_base64(other.leaf.certificate.sha256) + "\r\n");
  ASSERT_TRUE(added);
  EXPECT_EQ(*added, 2U);
  for (const World* each : {&world, &other}) {
    const ChainCheck check = judge(store, each->leaf);
    EXPECT_EQ(check.status, ChainStatus::trusted);
    EXPECT_TRUE(check.address_book);
    EXPECT_EQ(judge(store, each->leaf, {}, kNow + 400 * kDay).status, ChainStatus::outside_validity);
    EXPECT_EQ(judge(store, each->leaf, {}, kNow, ChainPurpose::time_stamping).status, ChainStatus::untrusted);
  }
  EXPECT_EQ(judge(store, world.middle).status, ChainStatus::untrusted);
  EXPECT_FALSE(store.add_address_book("nothing here"));
}

TEST(Trust, StoreConfig) {
  const auto uses =
      parse_store_config("//id-kp-emailProtection \n1.3.6.1.5.5.7.3.4\r\n\n# C2PA\n1.3.6.1.4.1.62558.2.1");
  ASSERT_TRUE(uses);
  EXPECT_THAT(*uses, ElementsAre(oid::kEmailProtection, oid::kC2paClaimSigning));
  EXPECT_FALSE(parse_store_config("emailProtection"));
  EXPECT_FALSE(parse_store_config("1..3"));
  EXPECT_THAT(default_key_uses(), ElementsAre(oid::kC2paClaimSigning));
}

}  // namespace
}  // namespace bonafide::crypto
