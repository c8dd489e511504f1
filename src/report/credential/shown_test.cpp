// A credential made by hand, shown in every form.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "provenance/c2pa/test_boxes.h"
#include "report/credential/crjson.h"
#include "report/credential/store_json.h"
#include "report/credential/store_parts.h"
#include "report/credential/tree.h"
#include "report/credential/verification.h"

namespace bonafide::report {
namespace {

namespace c2pa = provenance::c2pa;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr crypto::UnixTime kAt = 1'800'000'000;  // 2027-01-15T08:00:00Z

Bytes uri(std::string_view label, bool as_numbers = false) {
  cbor::Writer writer;
  writer.map(2).text("url").text("self#jumbf=c2pa.assertions/" + std::string(label)).text("hash");
  if (as_numbers)
    writer.array(2).integer(1).integer(255);
  else
    writer.bytes(Bytes{1, 255});
  return writer.take();
}

Bytes claim_box(const std::vector<std::string>& assertions) {
  cbor::Writer writer;
  writer.map(5).text("instanceID").text("xmp:iid:1").text("dc:title").text("A \x1b[31mred\x1b[0m title");
  writer.text("claim_generator").text("a test/1").text("signature").text("self#jumbf=c2pa.signature");
  writer.text("assertions").array(assertions.size());
  for (const std::string& label : assertions) writer.raw(uri(label, true));
  return c2pa::super("c2cl", "c2pa.claim", {c2pa::plain("cbor", as_text(writer.data()))});
}

Bytes ingredient_box(std::string_view label, std::string_view target) {
  cbor::Writer writer;
  writer.map(target.empty() ? 2 : 3).text("dc:title").text("Below").text("relationship").text("parentOf");
  if (!target.empty()) {
    writer.text("c2pa_manifest").map(2).text("url").text("self#jumbf=/c2pa/" + std::string(target));
    writer.text("hash").bytes(Bytes(32, 9));
  }
  return c2pa::super("cbor", label, {c2pa::plain("cbor", as_text(writer.data()))});
}

Bytes manifest_box(std::string_view label, const std::vector<Bytes>& assertions, const Bytes& claim) {
  return c2pa::super("c2ma", label, {c2pa::super("c2as", "c2pa.assertions", assertions), claim});
}

/// Two manifests: the active one took in the other, has a JSON assertion, one that is broken, and one that is gone.
Verification example() {
  std::vector<Bytes> stores;
  stores.push_back(c2pa::super(
      "c2pa", "c2pa",
      {manifest_box("urn:uuid:below", {ingredient_box("c2pa.ingredient", "")}, claim_box({"c2pa.ingredient"})),
       manifest_box("urn:uuid:above",
                    {ingredient_box("c2pa.ingredient", "urn:uuid:below"),
                     c2pa::super("json", "org.example.note__1", {c2pa::plain("json", R"({"say": "hello"})")}),
                     c2pa::super("cbor", "org.example.bad", {c2pa::plain("cbor", "\xa1")})},
                    claim_box({"c2pa.ingredient", "org.example.note__1", "org.example.gone"}))}));
  c2pa::Validation validation;
  validation.intact = true;
  validation.state = c2pa::State::valid;
  validation.store = std::make_shared<const c2pa::Store>(c2pa::Store::parse(std::move(stores)).value());
  c2pa::ManifestReport above, below;
  above.label = "urn:uuid:above";
  above.signer = c2pa::Signer{"Somebody\x07", "Example", "CN=Root", "0a", "es256", "", 0, kAt};
  const std::string assertion = "self#jumbf=/c2pa/urn:uuid:above/c2pa.assertions/c2pa.ingredient";
  above.statuses = {{c2pa::Kind::failure, "signingCredential.untrusted", "self#jumbf=/c2pa/urn:uuid:above", "unknown"},
                    {c2pa::Kind::success, "ingredient.manifest.validated", assertion, ""}};
  below.label = "urn:uuid:below";
  below.statuses = {{c2pa::Kind::success, "claimSignature.validated", "self#jumbf=/c2pa/urn:uuid:below", ""}};
  validation.manifests = {above, below};
  validation.deltas = {{assertion, "urn:uuid:below", {{c2pa::Kind::failure, "assertion.missing", "x", ""}}, {}}};
  Verification verification;
  verification.path = "photo.jpg";
  verification.at = kAt;
  verification.credential.container = "JPEG";
  verification.credential.validation = std::move(validation);
  return verification;
}

TEST(Crjson, HoldsEveryManifestDecodedTheActiveOneFirst) {
  const Json json = crjson(*example().credential.validation, kAt);
  ASSERT_EQ(json["manifests"].size(), 2U);
  const Json& active = json["manifests"][0];
  EXPECT_EQ(active["label"], "urn:uuid:above");
  EXPECT_FALSE(active.contains("isUpdateManifest"));
  EXPECT_EQ(active["claim"]["assertions"][0]["hash"], "b64'Af8='");  // spelt out as numbers in the file
  EXPECT_EQ(active["claim"]["claim_generator_info"][0]["name"], "a test/1");
  EXPECT_EQ(active["assertions"]["org.example.note__1"]["say"], "hello");
  EXPECT_TRUE(active["assertions"]["org.example.bad"].contains("unreadable"));
  EXPECT_EQ(active["assertions"]["org.example.gone"]["hash"], "b64'Af8='");
  EXPECT_EQ(active["signature"]["algorithm"], "");
  EXPECT_EQ(active["validationResults"]["failure"][0]["code"], "signingCredential.untrusted");
  EXPECT_TRUE(active["validationResults"]["success"].empty());  // what is about ingredients stands in the deltas
  EXPECT_EQ(active["validationResults"]["validationTime"], "2027-01-15T08:00:00+00:00");
  const Json& delta = active["ingredientDeltas"][0]["validationDeltas"];
  EXPECT_EQ(delta["success"][0]["code"], "ingredient.manifest.validated");
  EXPECT_EQ(delta["success"][0]["url"], "self#jumbf=/c2pa/urn:uuid:below");
  EXPECT_EQ(delta["success"][1]["code"], "claimSignature.validated");
  EXPECT_EQ(delta["failure"][0]["code"], "assertion.missing");
}

TEST(StoreJson, HasTheKeysThatUsersOfC2patoolKnow) {
  const Json json = store_json(*example().credential.validation);
  EXPECT_EQ(json["active_manifest"], "urn:uuid:above");
  const Json& active = json["manifests"]["urn:uuid:above"];
  EXPECT_EQ(active["claim_generator"], "a test/1");
  EXPECT_EQ(active["claim_version"], 1);
  ASSERT_EQ(active["assertions"].size(), 1U);
  EXPECT_EQ(active["assertions"][0]["label"], "org.example.note");
  EXPECT_EQ(active["assertions"][0]["instance"], 1);
  EXPECT_EQ(active["assertions"][0]["kind"], "Json");
  ASSERT_EQ(active["ingredients"].size(), 1U);
  EXPECT_EQ(active["ingredients"][0]["title"], "Below");
  EXPECT_EQ(active["ingredients"][0]["active_manifest"], "urn:uuid:below");
  EXPECT_FALSE(json["manifests"]["urn:uuid:below"]["ingredients"][0].contains("active_manifest"));
  EXPECT_EQ(json["validation_state"], "Valid");
  EXPECT_EQ(json["validation_status"].size(), 2U);
  EXPECT_EQ(json["validation_results"]["activeManifest"]["failure"].size(), 1U);
}

TEST(StoreJson, SerialNumbersAreDecimal) {
  EXPECT_EQ(decimal("0a"), "10");
  EXPECT_EQ(decimal("00"), "0");
  EXPECT_EQ(decimal("-ff"), "-255");
  EXPECT_EQ(decimal("7024e6247605f1d65f1b477551d4fafcb5ed91e6"), "640229841392226413189608867977836244731148734950");
}

TEST(CredentialTree, ShowsTheActiveManifestOrTheWholeHistory) {
  const Verification verification = example();
  const std::string first = credential_tree(verification, false, {});
  EXPECT_THAT(first, HasSubstr("urn:uuid:above (active, "));
  EXPECT_THAT(first, HasSubstr("parentOf: \"Below\", its credential urn:uuid:below"));
  EXPECT_THAT(first, HasSubstr("org.example.bad  CBOR"));
  EXPECT_THAT(first, HasSubstr("not named by the claim"));
  EXPECT_THAT(first, Not(HasSubstr("\x1b")));
  const std::string whole = credential_tree(verification, true, {});
  EXPECT_THAT(whole, HasSubstr("        urn:uuid:below ("));
  EXPECT_THAT(whole, HasSubstr("parentOf: \"Below\", without a credential of its own"));
}

TEST(Verification, TellsIntegrityFromTrust) {
  const Verification verification = example();
  const std::string text = verification_text(verification, {});
  EXPECT_THAT(text, HasSubstr("integrity    holds"));
  EXPECT_THAT(text, HasSubstr("signer       Somebody"));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
  EXPECT_THAT(text, HasSubstr("trust        not known: no trust list was given"));
  const Json json = verification_json(verification);
  EXPECT_EQ(json["integrity"], "holds");
  EXPECT_EQ(json["signer_trust"]["state"], "untrusted");
  EXPECT_EQ(json["identity"], "none");
}

TEST(Verification, SaysWhyASignerIsNotBelieved) {
  c2pa::ManifestReport manifest;
  EXPECT_EQ(signer_trust(manifest, true).state, "unknown");
  manifest.signer.emplace();
  const auto with = [&](std::string code, c2pa::Kind kind) {
    manifest.statuses = {{kind, std::move(code), "", "because"}};
    return signer_trust(manifest, true);
  };
  EXPECT_EQ(with("signingCredential.ocsp.revoked", c2pa::Kind::failure).state, "revoked");
  EXPECT_EQ(with("signingCredential.invalid", c2pa::Kind::failure).state, "unfit");
  EXPECT_EQ(with("claimSignature.outsideValidity", c2pa::Kind::failure).sentence, "not trusted: because");
  EXPECT_EQ(with("signingCredential.untrusted", c2pa::Kind::failure).sentence, "not trusted: because");
  EXPECT_EQ(with("signingCredential.trusted", c2pa::Kind::success).state, "trusted");
}

}  // namespace
}  // namespace bonafide::report
