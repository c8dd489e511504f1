#include "crypto/ocsp.h"

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
using testing::make_ocsp;
using testing::OcspPlan;
using testing::with;

struct World {
  Identity issuer = make_identity(authority_plan("Issuer"));
  Identity leaf = make_identity({}, "P-256", &issuer);
  Identity responder = make_identity(with({}, "extendedKeyUsage", "OCSPSigning"), "P-256", &issuer);
  OcspCheck check(const OcspPlan& plan = {}, const OcspClock& time = kNow, const Identity* by = nullptr) const {
    const Bytes der = make_ocsp(by != nullptr ? *by : responder, leaf.certificate, issuer.certificate, plan);
    return check_ocsp(der, leaf.certificate, issuer.certificate, time);
  }
};

TEST(Ocsp, GoodRevokedUnknown) {
  const World world;
  OcspPlan plan;
  const OcspCheck good = world.check(plan);
  EXPECT_EQ(good.status, OcspStatus::not_revoked) << good.reason;
  EXPECT_THAT(good.responder, HasSubstr("CN=Signer"));
  EXPECT_EQ(good.this_update, plan.this_update);
  EXPECT_EQ(good.next_update, plan.next_update);
  plan.status = 'r';
  const OcspCheck revoked = world.check(plan);
  EXPECT_EQ(revoked.status, OcspStatus::revoked);
  EXPECT_EQ(revoked.revoked_at, plan.revoked_at);
  plan.status = 'u';
  EXPECT_EQ(world.check(plan).status, OcspStatus::unknown);
  EXPECT_EQ(world.check({}, kNow, &world.issuer).status, OcspStatus::not_revoked);  // the issuer answers itself
}

TEST(Ocsp, TimeOfTheAnswer) {
  const World world;
  EXPECT_EQ(world.check({}, kNow + 2 * kDay).status, OcspStatus::skipped);  // expired_next_update
  EXPECT_EQ(world.check({}, kNow - 2 * kDay).status, OcspStatus::skipped);  // future
  OcspPlan open;
  open.next_update.reset();
  open.this_update = kNow - kDay / 2;
  EXPECT_EQ(world.check(open).status, OcspStatus::not_revoked);
  EXPECT_EQ(world.check(open, kNow + kDay).status, OcspStatus::skipped);
}

TEST(Ocsp, ALaterAnswerSpeaksForWhatWasStampedBefore) {
  const World world;
  const Bytes der = make_ocsp(world.responder, world.leaf.certificate, world.issuer.certificate, {});
  const auto check = [&](UnixTime now, UnixTime stamped) {
    return check_ocsp(der, world.leaf.certificate, world.issuer.certificate, {now, stamped}).status;
  };
  EXPECT_EQ(check(kNow + 30 * kDay, kNow - 100 * kDay), OcspStatus::not_revoked);
  EXPECT_EQ(check(kNow + 30 * kDay, kNow), OcspStatus::not_revoked);
  EXPECT_EQ(check(kNow + 30 * kDay, kNow + 2 * kDay), OcspStatus::skipped);   // stamped when it had run out
  EXPECT_EQ(check(kNow - 2 * kDay, kNow - 100 * kDay), OcspStatus::skipped);  // from the future
}

TEST(Ocsp, RevocationCountsFromWhenItTookEffect) {
  const World world;
  OcspPlan plan;
  plan.status = 'r';
  EXPECT_EQ(world.check(plan, {kNow, plan.revoked_at - 1}).status, OcspStatus::not_revoked);  // valid_at_ts_ok
  EXPECT_EQ(world.check(plan, {kNow, plan.revoked_at}).status, OcspStatus::revoked);
  EXPECT_EQ(world.check(plan, kNow + 100 * kDay).status, OcspStatus::revoked);  // old news is still bad news
}

TEST(Ocsp, WhoMayAnswer) {
  const World world, other;
  const Identity no_use = make_identity({}, "P-256", &world.issuer);
  const Identity two_uses =
      make_identity(with({}, "extendedKeyUsage", "OCSPSigning,emailProtection"), "P-256", &world.issuer);
  EXPECT_EQ(world.check({}, kNow, &no_use).status, OcspStatus::skipped);  // no_eku
  EXPECT_EQ(world.check({}, kNow, &two_uses).status, OcspStatus::skipped);
  // unauthorized: issued by an authority of the same name with another key.
  EXPECT_EQ(world.check({}, kNow, &other.responder).status, OcspStatus::skipped);
  OcspPlan revoked;
  revoked.status = 'r';
  EXPECT_EQ(world.check(revoked, kNow, &other.responder).status, OcspStatus::skipped);
  testing::Plan expired = with({}, "extendedKeyUsage", "OCSPSigning");
  expired.to = kNow - 10 * kDay;
  const Identity late = make_identity(expired, "P-256", &world.issuer);
  EXPECT_EQ(world.check({}, kNow, &late).status, OcspStatus::skipped);
}

TEST(Ocsp, AboutAnotherCertificate) {
  const World world;
  testing::Plan plan;
  plan.serial = 8;
  const Identity neighbour = make_identity(plan, "P-256", &world.issuer);
  const Bytes der = make_ocsp(world.responder, neighbour.certificate, world.issuer.certificate);
  const OcspCheck check = check_ocsp(ByteView(der), world.leaf.certificate, world.issuer.certificate, kNow);
  EXPECT_EQ(check.status, OcspStatus::skipped);  // wrong_cert
  EXPECT_THAT(check.reason, HasSubstr("another certificate"));
}

TEST(Ocsp, BrokenAnswers) {
  const World world;
  const Bytes der = make_ocsp(world.responder, world.leaf.certificate, world.issuer.certificate);
  const auto judge = [&](ByteView bytes) {
    return check_ocsp(bytes, world.leaf.certificate, world.issuer.certificate, kNow).status;
  };
  EXPECT_EQ(judge(der), OcspStatus::not_revoked);
  for (std::size_t size = 0; size < der.size(); ++size)
    EXPECT_EQ(judge(ByteView(der).first(size)), OcspStatus::skipped);
  Bytes tampered = der;
  OcspPlan plan;
  plan.status = 'r';
  tampered = make_ocsp(world.responder, world.leaf.certificate, world.issuer.certificate, plan);
  for (std::size_t i = 0; i < tampered.size(); ++i) {  // nothing turns a revocation into a good answer
    tampered[i] ^= 0x01;
    EXPECT_NE(judge(tampered), OcspStatus::not_revoked) << i;
    tampered[i] ^= 0x01;
  }
}

TEST(Ocsp, SeveralAnswers) {
  const World world;
  OcspPlan revoked, unknown;
  revoked.status = 'r';
  unknown.status = 'u';
  const auto make = [&](const OcspPlan& plan) {
    return make_ocsp(world.responder, world.leaf.certificate, world.issuer.certificate, plan);
  };
  const auto judge = [&](const std::vector<Bytes>& all) {
    return check_ocsp(std::span<const Bytes>(all), world.leaf.certificate, world.issuer.certificate, kNow).status;
  };
  EXPECT_EQ(judge({}), OcspStatus::skipped);
  EXPECT_EQ(judge({make(unknown), make({})}), OcspStatus::not_revoked);
  EXPECT_EQ(judge({make({}), make(revoked), Bytes{1}}), OcspStatus::revoked);
}

TEST(Ocsp, FindIssuer) {
  const World world, other;
  const std::vector<Certificate> all = {other.issuer.certificate, world.leaf.certificate, world.issuer.certificate};
  EXPECT_EQ(find_issuer(world.leaf.certificate, all), &all[2]);  // same name twice: the key decides
  EXPECT_EQ(find_issuer(world.leaf.certificate, std::span(all).first(2)), nullptr);
}

}  // namespace
}  // namespace bonafide::crypto
