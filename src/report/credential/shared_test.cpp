// What we show of every file in ../shared/data/c2pa: crJSON against c2pa-rs's schema, `verify --json` against ours.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "report/credential/crjson.h"
#include "report/credential/store_json.h"
#include "report/credential/tree.h"
#include "report/credential/verification.h"
#include "support/schema.h"
#include "support/support.h"

namespace bonafide::report {
namespace {

constexpr crypto::UnixTime kClock = 1795438800;  // 2026-11-23T13:00Z

Json json_file(const std::string& path) { return parse_json(read_file(path, 1 << 24).value()).value(); }

/// All files with a credential that can be read, each judged by the test roots.
const std::vector<Verification>& all() {
  static const std::vector<Verification> found = [] {
    std::vector<Verification> list;
    const auto root = testing::shared("c2pa");
    if (!root) return list;
    crypto::TrustStore trust;
    EXPECT_TRUE(trust.add_signer_pem(
        "tests", read_file(*root + "/c2pa-rs/certs/trust/test_cert_root_bundle.pem", 1 << 20).value(),
        crypto::usual_key_uses()));
    EXPECT_TRUE(trust.add_tsa_pem("own", read_file(*root + "/generated/root.pem", 1 << 20).value()));
    TrustListFacts facts;
    facts.name = "tests";
    const Json expected = json_file(*root + "/expected.json");
    for (const auto& [name, entry] : expected["files"].items()) {
      const auto file = FileReader::open(*root + "/" + name);
      if (!file) continue;
      auto credential = provenance::read_credential(*file, {&trust, kClock, false, {}, true, {}, {}, true}, Context());
      if (!credential) continue;
      list.push_back({name, kClock, std::move(*credential), {facts}, {"a warning"}});
    }
    return list;
  }();
  return found;
}

/// What no schema of c2pa-rs 0.90 knows: the mark of an update manifest, which C2PA 2.4 has and c2pa-rs writes, too;
/// and two things that the files themselves say otherwise than the schema wants.
bool known_exception(const std::string& error) {
  static const std::vector<std::string> endings{"isUpdateManifest is not allowed",
                                                "claim.metadata: is array, not \"object\"",
                                                "claim_generator_hints is not allowed"};
  return std::ranges::any_of(endings, [&](const std::string& ending) { return error.ends_with(ending); });
}

TEST(CredentialShared, CrjsonFitsTheSchemaOfTheStandard) {
  const auto path = testing::shared("c2pa/c2pa-rs/schemas/crJSON-schema.json");
  if (!path) GTEST_SKIP() << testing::skip_line("c2pa/c2pa-rs/schemas/crJSON-schema.json");
  const Json schema = json_file(*path);
  int shown = 0, exceptions = 0;
  for (const Verification& verification : all()) {
    if (!verification.credential.validation) continue;
    ++shown;
    const Json json = crjson(*verification.credential.validation, kClock);
    for (const std::string& error : testing::schema_errors(schema, json, false)) {
      exceptions += known_exception(error) ? 1 : 0;
      EXPECT_TRUE(known_exception(error)) << verification.path << ": " << error;
    }
  }
  EXPECT_GE(shown, 65);
  EXPECT_EQ(exceptions, 11);
}

TEST(CredentialShared, WhatVerifyPrintsFitsItsSchema) {
  if (!testing::shared("c2pa")) GTEST_SKIP() << testing::skip_line("c2pa");
  const Json schema = json_file(BONAFIDE_SOURCE_DIR "/docs/schema/bonafide.verify-1.json");
  EXPECT_GE(all().size(), 90U);
  for (const Verification& verification : all()) {
    if (verification.credential.validation && verification.credential.validation->manifests.empty()) continue;
    for (const std::string& error : testing::schema_errors(schema, verification_json(verification), true)) {
      ADD_FAILURE() << verification.path << ": " << error;
    }
  }
}

// Whatever a stranger wrote into a credential: a line of ours stays a line, and nothing steers the terminal.
TEST(CredentialShared, TextIsPrintableAndNeverCallsTheUntrustedTampered) {
  if (!testing::shared("c2pa")) GTEST_SKIP() << testing::skip_line("c2pa");
  for (const Verification& verification : all()) {
    const auto& validation = verification.credential.validation;
    std::string text = credential_tree(verification, true, {});
    if (!validation || !validation->manifests.empty()) text += verification_text(verification, {});
    for (const char c : text) {
      ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << verification.path;
    }
    if (!validation || !validation->intact) continue;
    for (const char* const field : {"\n  credential ", "\n  integrity ", "\n  trust "}) {
      const auto at = text.find(field);
      if (at == std::string::npos) continue;
      const std::string line = text.substr(at + 1, text.find('\n', at + 1) - at);
      for (const char* const word : {"tamper", "broken", "changed", "does not hold"}) {
        EXPECT_EQ(line.find(word), std::string::npos) << verification.path << ": " << line;
      }
    }
  }
}

}  // namespace
}  // namespace bonafide::report
