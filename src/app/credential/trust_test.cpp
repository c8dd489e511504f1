#include "app/credential/trust.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "app/credential/trust_file.h"
#include "base/bytes.h"
#include "base/files.h"
#include "crypto/development_pki.h"
#include "support/support.h"

namespace bonafide::app {
namespace {

using report::TrustUse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr crypto::UnixTime kNow = 1'800'000'000;  // 2027-01-15

/// Two roots that never change while the tests run.
const crypto::DevelopmentPki& pki(int number) {
  static const auto make = [](std::string name) {
    return crypto::make_development_pki({.name = std::move(name), .now = kNow}).value();
  };
  static const crypto::DevelopmentPki first = make("First"), second = make("Second");
  return number == 1 ? first : second;
}

std::string base64_of(const std::string& pem) {
  return to_base64(crypto::parse_pem_certificates(pem).value().front().der);
}

/// A snapshot with these anchors, all trusted since 2026.
std::string snapshot(const std::vector<std::string>& roots, const std::string& issued, const std::string& next,
                     int sequence = 1, const std::string& scheme = "A test list") {
  std::string services;
  for (const std::string& root : roots) {
    services += fmt::format(
        R"({}{{"ServiceInformation": {{"ServiceDigitalIdentity": {{"X509Certificates": [{{"val": "{}"}}]}},
            "ServiceStatus": "http://c2pa.org/conformance/trust-list/trusted",
            "StatusStartingTime": "2026-01-01T00:00:00Z"}}}})",
        services.empty() ? "" : ", ", base64_of(root));
  }
  return fmt::format(
      R"({{"LoTE": {{"ListAndSchemeInformation": {{"LoTESequenceNumber": {}, "SchemeName": [{{"value": "{}"}}],
          "ListIssueDateTime": "{}", "NextUpdate": "{}"}},
          "TrustedEntitiesList": [{{"TrustedEntityServices": [{}]}}]}}}})",
      sequence, scheme, issued, next, services);
}

class TrustFolder : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    EXPECT_TRUE(write_file(place_.file(name), text, true));
    return place_.file(name);
  }
  std::string folder() const { return place_.file("trust"); }
  Result<report::TrustChange> put(const std::string& path, std::optional<TrustUse> use = {}, std::string name = {},
                                  bool force = false) const {
    return update_trust(folder(), {path, use, std::move(name), {}, force}, kNow);
  }
  Result<Trust> load(crypto::UnixTime at = kNow) const { return load_trust({folder(), {}, {}, {}, {}}, at); }

  testing::TemporaryFolder place_;
};

TEST_F(TrustFolder, IsNamedByTheEnvironment) {
  ::setenv("BONAFIDE_TRUST", "/a", 1);
  EXPECT_EQ(trust_folder(), "/a");
  ::unsetenv("BONAFIDE_TRUST");
  ::setenv("XDG_CONFIG_HOME", "/b", 1);
  EXPECT_EQ(trust_folder(), "/b/bonafide/trust");
  ::unsetenv("XDG_CONFIG_HOME");
  ::setenv("HOME", "/c", 1);
  EXPECT_EQ(trust_folder(), "/c/.config/bonafide/trust");
}

TEST_F(TrustFolder, WithoutOneThereIsNobodyToBelieve) {
  const Trust trust = load().value();
  EXPECT_THAT(trust.lists, IsEmpty());
  EXPECT_FALSE(trust.store.has_signer_anchors());
  EXPECT_THAT(list_trust(folder(), kNow).value(), IsEmpty());
  EXPECT_EQ(remove_trust(folder(), "none", kNow).error().code, Code::not_found);
}

TEST_F(TrustFolder, KeepsEachKindOfListAndTellsWhatChanged) {
  const auto first = put(write("roots.pem", pki(1).root_pem)).value();
  EXPECT_FALSE(first.replaced);
  EXPECT_THAT(first.added, SizeIs(1));
  EXPECT_EQ(first.list.use, TrustUse::signers);
  EXPECT_EQ(first.list.key_uses, crypto::usual_key_uses());
  EXPECT_FALSE(put(write("tsa.pem", pki(1).tsa_root_pem), TrustUse::tsa).value().replaced);
  EXPECT_FALSE(put(write("friends.txt", pki(2).signer_pem), TrustUse::people).value().replaced);

  const auto second = put(write("roots.pem", pki(2).root_pem)).value();
  EXPECT_TRUE(second.replaced);
  ASSERT_THAT(second.added, SizeIs(1));
  ASSERT_THAT(second.removed, SizeIs(1));
  EXPECT_EQ(second.removed[0], first.added[0]);

  const Trust trust = load().value();
  ASSERT_THAT(trust.lists, SizeIs(3));
  EXPECT_EQ(trust.lists[0].name, "friends");  // by name
  EXPECT_TRUE(trust.lists[1].kept);
  ASSERT_THAT(trust.store.signer_lists(), SizeIs(1));
  EXPECT_EQ(trust.store.signer_lists()[0].name, "roots");
  EXPECT_THAT(trust.store.tsa_lists(), SizeIs(1));
  const auto friends = crypto::parse_pem_certificates(pki(2).signer_pem).value();
  EXPECT_TRUE(trust.store.in_address_book(friends.front()));

  EXPECT_THAT(remove_trust(folder(), "roots", kNow).value().anchors, SizeIs(1));
  EXPECT_THAT(load().value().store.signer_lists(), IsEmpty());
}

TEST_F(TrustFolder, AnAddressBookMayBeFingerprintsAlone) {
  const auto leaf = crypto::parse_pem_certificates(pki(1).signer_pem).value().front();
  const auto change = put(write("allowed.txt", "# two\n" + to_base64(leaf.sha256) + "\n")).value();
  EXPECT_EQ(change.list.use, TrustUse::people);
  EXPECT_EQ(change.added.front().fingerprint, leaf.fingerprint());
  EXPECT_TRUE(load().value().store.in_address_book(leaf));
}

TEST_F(TrustFolder, ASnapshotSpeaksForC2paAloneAndGoesStale) {
  const std::string path =
      write("list.json", snapshot({pki(1).root_pem}, "2026-08-05T00:00:00Z", "2027-08-05T00:00:00Z"));
  const auto change = put(path).value();
  EXPECT_EQ(change.list.title, "A test list");
  EXPECT_THAT(change.list.key_uses, ElementsAre(std::string(crypto::oid::kC2paClaimSigning)));
  EXPECT_THAT(load().value().warnings, IsEmpty());
  const Trust later = load(1'820'000'000).value();  // 2027-09-04
  ASSERT_THAT(later.warnings, SizeIs(1));
  EXPECT_THAT(later.warnings[0], HasSubstr("list is stale: a newer one was due on 2027-08-05"));
  EXPECT_TRUE(later.lists[0].stale);
}

// Whoever can hand over an old snapshot could bring back an anchor that was withdrawn since.
TEST_F(TrustFolder, AnOlderSnapshotDoesNotReplaceANewerOne) {
  const std::string old_one =
      write("a.json", snapshot({pki(1).root_pem}, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"));
  const std::string new_one =
      write("b.json", snapshot({pki(2).root_pem}, "2026-02-01T00:00:00Z", "2027-02-01T00:00:00Z"));
  ASSERT_TRUE(put(new_one, {}, "list"));
  const auto refused = put(old_one, {}, "list");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::denied);
  EXPECT_EQ(put(write("c.pem", pki(1).root_pem), {}, "list").error().code, Code::denied);
  EXPECT_EQ(load().value().lists[0].anchors.front().fingerprint,
            crypto::parse_pem_certificates(pki(2).root_pem).value().front().fingerprint());
  EXPECT_TRUE(put(old_one, {}, "list", true));
}

TEST_F(TrustFolder, AnUpdateKeepsWhatWasSaidBefore) {
  const std::string path = write("list.pem", pki(1).root_pem);
  ASSERT_TRUE(update_trust(folder(), {path, TrustUse::signers, {}, {"1.2.3.4"}, false}, kNow));
  EXPECT_THAT(put(path).value().list.key_uses, ElementsAre("1.2.3.4"));
  const std::string tsa = write("times.pem", pki(1).tsa_root_pem);
  ASSERT_TRUE(put(tsa, TrustUse::tsa));
  EXPECT_EQ(put(tsa).value().list.use, TrustUse::tsa);
}

TEST_F(TrustFolder, SlipsOfTheHandAreRefused) {
  const auto sentence = [&](Result<report::TrustChange> change) {
    return change ? std::string("taken") : change.error().to_string();
  };
  EXPECT_THAT(sentence(put(write("x.txt", "nothing here"))), HasSubstr("x.txt"));
  EXPECT_THAT(sentence(put(write("leaf.pem", pki(1).tsa_pem))), HasSubstr("--for people"));
  EXPECT_THAT(sentence(put(write("t.json", snapshot({pki(1).tsa_root_pem}, "2026-01-01T00:00:00Z",
                                                    "2027-01-01T00:00:00Z", 1, "C2PA TSA Trust List")))),
              HasSubstr("--for tsa"));
  EXPECT_THAT(sentence(put(write("r.pem", pki(1).root_pem), {}, "../evil")), HasSubstr("--name"));
  EXPECT_THAT(sentence(update_trust(folder(), {write("r.pem", pki(1).root_pem), {}, {}, {"not an oid"}, false}, kNow)),
              HasSubstr("not an object identifier"));
  EXPECT_THAT(sentence(update_trust(folder(), {write("r.pem", pki(1).root_pem), {}, {}, {"2.5.29.37.0"}, false}, kNow)),
              HasSubstr("none of these key uses"));
  EXPECT_EQ(put(place_.file("missing.pem")).error().code, Code::invalid_argument);
  EXPECT_FALSE(std::filesystem::exists(folder()));  // nothing was written on the way
}

TEST_F(TrustFolder, ABrokenListIsNoReasonToGoOnWithoutIt) {
  ASSERT_TRUE(put(write("roots.pem", pki(1).root_pem)));
  ASSERT_TRUE(write_file(trust_file_path(folder(), "roots"), "{\"schema\": \"bonafide.trust-list/1\"}", true));
  const auto trust = load();
  ASSERT_FALSE(trust);
  EXPECT_EQ(trust.error().code, Code::unavailable);
  EXPECT_THAT(trust.error().message, HasSubstr("trust remove roots"));
  EXPECT_TRUE(remove_trust(folder(), "roots", kNow));
  EXPECT_TRUE(load());
}

TEST_F(TrustFolder, NamedFilesAddToTheFolder) {
  ASSERT_TRUE(put(write("kept.pem", pki(1).root_pem)));
  const std::string config = write("store.cfg", "// a comment\n1.2.3.4\n1.3.6.1.5.5.7.3.8\n");
  const Trust trust = load_trust({folder(), {write("named.pem", pki(2).root_pem)}, {}, {}, config}, kNow).value();
  ASSERT_THAT(trust.store.signer_lists(), SizeIs(2));
  EXPECT_EQ(trust.store.signer_lists()[1].name, "named.pem");
  EXPECT_THAT(trust.store.signer_lists()[1].key_uses,
              ElementsAre("1.2.3.4"));  // time stamping never vouches for signers
  EXPECT_FALSE(trust.lists[1].kept);
  const auto wrong = load_trust({{}, {write("wrong.pem", "not PEM")}, {}, {}, {}}, kNow);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::invalid_argument);
  EXPECT_THAT(wrong.error().to_string(), HasSubstr("wrong.pem"));
}

TEST(TrustShared, TheListsThatC2paPublishesAreTaken) {
  const auto root = testing::shared("c2pa/trust/trust-list");
  if (!root) GTEST_SKIP() << testing::skip_line("c2pa/trust/trust-list");
  const testing::TemporaryFolder place;
  const auto put = [&](const std::string& name, std::optional<TrustUse> use) {
    return update_trust(place.path(), {*root + "/" + name, use, {}, {}, false}, kNow).value();
  };
  EXPECT_EQ(put("C2PA-TRUST-LIST.json", {}).added.size(), 30U);
  EXPECT_EQ(put("C2PA-TSA-TRUST-LIST.json", TrustUse::tsa).added.size(), 22U);
  const auto pem = update_trust(place.path(), {*root + "/C2PA-TRUST-LIST.pem", {}, {}, {}, false}, kNow);
  ASSERT_FALSE(pem);  // it would take the dates away from the list of the same name
  EXPECT_EQ(pem.error().code, Code::denied);
}

}  // namespace
}  // namespace bonafide::app
