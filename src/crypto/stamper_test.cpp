#include "crypto/stamper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <set>

#include "base/files.h"
#include "crypto/development_pki.h"
#include "crypto/pki_test.h"
#include "crypto/time_stamp.h"
#include "support/support.h"

namespace bonafide::crypto {
namespace {

using testing::authority_plan;
using testing::certificate_pem;
using ::testing::HasSubstr;
using testing::Identity;
using testing::key_pem;
using testing::make_identity;
using testing::tsa_plan;

const Bytes kMessage = {'m', 'e', 's', 's', 'a', 'g', 'e'};

struct Authority {
  Identity root = make_identity(authority_plan("TSA root"));
  Identity middle = make_identity(authority_plan("TSA middle"), "P-256", &root);
  Identity leaf;

  explicit Authority(const std::string& key = "P-256", const testing::Plan& plan = tsa_plan())
      : leaf(make_identity(plan, key, &middle)) {}
  std::string chain() const { return certificate_pem(leaf.certificate) + certificate_pem(middle.certificate); }
  Result<std::unique_ptr<Stamper>> stamper(std::optional<UnixTime> at = testing::kNow) const {
    return local_stamper(key_pem(leaf.key), chain(), at, {});
  }
  TrustStore store() const {
    TrustStore store;
    EXPECT_TRUE(store.add_tsa_pem("TSA", certificate_pem(root.certificate)));
    return store;
  }
};

TEST(LocalStamper, TokensAreTrusted) {
  for (const std::string kind : {"P-256", "P-384", "P-521", "rsa2048"}) {
    const Authority authority(kind);
    const auto stamper = authority.stamper();
    ASSERT_TRUE(stamper) << kind << ": " << stamper.error().message;
    const auto token = (*stamper)->stamp(kMessage);
    ASSERT_TRUE(token) << token.error().message;
    EXPECT_LE(token->size(), (*stamper)->most_bytes());
    const auto check = check_time_stamp(*token, kMessage, authority.store());
    EXPECT_EQ(check.status, TimeStampStatus::trusted) << kind << ": " << check.reason;
    EXPECT_EQ(check.stamp->time, testing::kNow);
    EXPECT_FALSE(check.stamp->from_response);
    EXPECT_EQ(check.stamp->certificates.size(), 2U);  // no root
    EXPECT_EQ(check_time_stamp(*token, {}, authority.store()).status, TimeStampStatus::mismatch);
  }
}

TEST(LocalStamper, EveryTokenFitsAndHasItsOwnSerial) {
  const Authority authority;
  const auto stamper = authority.stamper();
  ASSERT_TRUE(stamper);
  std::set<std::string> serials;
  for (int i = 0; i < 200; ++i) {
    const auto token = (*stamper)->stamp(kMessage);
    ASSERT_TRUE(token);
    ASSERT_LE(token->size(), (*stamper)->most_bytes());
    serials.insert(parse_time_stamp(*token)->serial);
  }
  EXPECT_EQ(serials.size(), 200U);
}

TEST(LocalStamper, WritesTheTimeItIsTold) {
  const Authority authority;
  const auto early = authority.stamper(testing::kNow - 1000 * testing::kDay);
  ASSERT_TRUE(early);
  const auto check = check_time_stamp(*(*early)->stamp(kMessage), kMessage, authority.store());
  EXPECT_EQ(check.status, TimeStampStatus::outside_validity) << check.reason;
  const auto now = authority.stamper(std::nullopt);
  ASSERT_TRUE(now);
  const auto stamp = parse_time_stamp(*(*now)->stamp(kMessage));
  ASSERT_TRUE(stamp);
  EXPECT_NEAR(static_cast<double>(stamp->time), static_cast<double>(std::time(nullptr)), 60);
}

TEST(LocalStamper, FlippedBytesFail) {
  const Authority authority;
  const auto stamper = authority.stamper();
  ASSERT_TRUE(stamper);
  Bytes token = *(*stamper)->stamp(kMessage);
  const TrustStore store = authority.store();
  std::vector<std::size_t> survived;
  for (std::size_t i = 0; i < token.size(); i += 3) {
    token[i] ^= 1;
    if (check_time_stamp(token, kMessage, store).status == TimeStampStatus::trusted) survived.push_back(i);
    token[i] ^= 1;
  }
  EXPECT_LE(survived.size(), 4U);  // version numbers and the list of digests in front, which CMS does not sign
}

TEST(LocalStamper, RefusesWhatCannotStamp) {
  const Authority signer("P-256", {});
  EXPECT_EQ(signer.stamper().error().code, Code::invalid_argument);
  EXPECT_THAT(signer.stamper().error().message, HasSubstr("may not stamp time"));
  const Authority one;
  const Authority other;
  const auto mixed = local_stamper(key_pem(one.leaf.key), other.chain(), {}, {});
  ASSERT_FALSE(mixed);
  EXPECT_THAT(mixed.error().message, HasSubstr("does not belong"));
  EXPECT_EQ(Authority("ed25519").stamper().error().code, Code::unsupported);
  const auto sealed = key_pem(one.leaf.key, testing::KeyForm::pkcs8, "right");
  EXPECT_TRUE(local_stamper(sealed, one.chain(), {}, [] { return std::string("right"); }));
  EXPECT_EQ(local_stamper(sealed, one.chain(), {}, {}).error().code, Code::denied);
}

int run(const std::string& command) { return std::system(command.c_str()); }

TEST(LocalStamper, OpensslAgrees) {
  const bonafide::testing::TemporaryFolder folder;
  const Authority authority;
  const auto stamper = authority.stamper();
  ASSERT_TRUE(stamper);
  const Bytes token = *(*stamper)->stamp(kMessage);
  ASSERT_TRUE(write_file(folder.file("token"), as_text(token), true));
  ASSERT_TRUE(write_file(folder.file("message"), as_text(kMessage), true));
  ASSERT_TRUE(write_file(folder.file("other"), "another", true));
  ASSERT_TRUE(write_file(folder.file("root.pem"), certificate_pem(authority.root.certificate), true));
  const std::string verify = "cd '" + folder.path() +
                             "' && openssl ts -verify -in token -token_in -CAfile root.pem -attime " +
                             std::to_string(testing::kNow) + " -data ";
  EXPECT_EQ(run(verify + "message >/dev/null 2>&1"), 0);
  EXPECT_NE(run(verify + "other >/dev/null 2>&1"), 0);
}

}  // namespace
}  // namespace bonafide::crypto
