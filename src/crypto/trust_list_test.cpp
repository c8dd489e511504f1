#include "crypto/trust_list.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "crypto/pki_test.h"

namespace bonafide::crypto {
namespace {

using testing::authority_plan;
using ::testing::HasSubstr;
using testing::Identity;
using testing::make_identity;

std::string state(const Certificate& certificate, std::string_view status, std::string_view since) {
  return fmt::format(
      R"({{"ServiceDigitalIdentity": {{"X509Certificates": [{{"val": "{}"}}]}},
           "ServiceStatus": "http://c2pa.org/conformance/trust-list/{}", "StatusStartingTime": "{}"}})",
      to_base64(certificate.der), status, since);
}

std::string list_of(const std::string& information, const std::string& history = "") {
  return fmt::format(
      R"({{"LoTE": {{"ListAndSchemeInformation": {{"LoTESequenceNumber": 4, "SchemeName": [{{"lang": "en", "value": "Ours"}}],
           "ListIssueDateTime": "2026-08-05T00:11:39Z", "NextUpdate": "2027-08-05T00:11:39Z"}},
           "TrustedEntitiesList": [{{"TrustedEntityServices": [
             {{"ServiceInformation": {}, "ServiceHistory": [{}]}}]}}]}}}})",
      information, history);
}

const UnixTime kIssued = 1'785'888'699;   // 2026-08-05T00:11:39Z
const UnixTime kJanuary = 1'767'225'600;  // 2026-01-01
const UnixTime kJune = 1'780'272'000;     // 2026-06-01

TEST(TrustList, ReadsAnchorsAndDates) {
  const Identity root = make_identity(authority_plan("Root"));
  const auto list = parse_trust_list(list_of(state(root.certificate, "trusted", "2026-01-01T00:00:00Z")), {"1.2.3"});
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->list.name, "Ours");
  EXPECT_EQ(list->sequence, 4);
  EXPECT_EQ(list->issued, kIssued);
  EXPECT_EQ(list->next_update, kIssued + 365 * testing::kDay);
  EXPECT_FALSE(list->stale_at(list->next_update - 1));
  EXPECT_TRUE(list->stale_at(list->next_update));
  ASSERT_EQ(list->list.anchors.size(), 1U);
  EXPECT_FALSE(list->list.anchors[0].not_before || list->list.anchors[0].not_after);
}

// Withdrawn in June, whichever of the two places says so.
TEST(TrustList, WithdrawnAnchorsEnd) {
  const Identity root = make_identity(authority_plan("Root"));
  const Identity leaf = make_identity({}, "P-256", &root);
  const std::string trusted = state(root.certificate, "trusted", "2026-01-01T00:00:00Z");
  const std::string withdrawn = state(root.certificate, "untrusted", "2026-06-01T00:00:00Z");
  for (const std::string& json : {list_of(withdrawn, trusted), list_of(trusted, withdrawn)}) {
    auto list = parse_trust_list(json, default_key_uses());
    ASSERT_TRUE(list) << list.error().message;
    ASSERT_EQ(list->list.anchors.size(), 1U);
    EXPECT_EQ(list->list.anchors[0].not_after, kJune - 1);
    TrustStore store;
    store.add_signer_list(list->list);
    const auto status = [&](UnixTime time) {
      return check_chain(store, leaf.certificate, {}, time, ChainPurpose::claim_signer).status;
    };
    EXPECT_EQ(status(kJune - 1), ChainStatus::trusted);
    EXPECT_EQ(status(kJune), ChainStatus::untrusted);
  }
  const auto never = parse_trust_list(list_of(withdrawn), {});
  ASSERT_TRUE(never);
  EXPECT_TRUE(never->list.anchors.empty());
  const auto again = parse_trust_list(
      list_of(state(root.certificate, "trusted", "2026-08-01T00:00:00Z"), trusted + "," + withdrawn), {});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->list.anchors.size(), 2U);
  EXPECT_GT(again->list.anchors[1].not_before, kJune);
  EXPECT_LT(kJanuary, *again->list.anchors[0].not_after);
}

TEST(TrustList, RefusesWhatIsOdd) {
  const Identity root = make_identity(authority_plan("Root"));
  const std::string good = state(root.certificate, "trusted", "2026-01-01T00:00:00Z");
  ASSERT_TRUE(parse_trust_list(list_of(good), {}));
  for (const std::string& json : {std::string("{}"), std::string("[1"), list_of("{}"), list_of("3"),
                                  list_of(state(root.certificate, "maybe", "2026-01-01T00:00:00Z")),
                                  list_of(state(root.certificate, "trusted", "2026-01-01")),
                                  list_of(state(root.certificate, "trusted", "2026-13-01T00:00:00Z")),
                                  list_of(state(Certificate(), "trusted", "2026-01-01T00:00:00Z"))}) {
    EXPECT_FALSE(parse_trust_list(json, {})) << json;
  }
  EXPECT_THAT(parse_trust_list(list_of("{}"), {}).error().message, HasSubstr("entry 1"));
}

}  // namespace
}  // namespace bonafide::crypto
