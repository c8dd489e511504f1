#include "crypto/certificate.h"

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
using ::testing::IsEmpty;
using testing::make_identity;
using testing::Plan;
using testing::with;

std::string pem_of(const Certificate& certificate) {
  return "-----BEGIN CERTIFICATE-----\n" + to_base64(certificate.der) + "\n-----END CERTIFICATE-----\n";
}

TEST(Certificate, FactsComeOut) {
  const Identity root = make_identity(authority_plan("Root", "critical,CA:TRUE,pathlen:2"), "P-384");
  Plan plan;
  plan.serial = 0x1234;
  plan.name = "Näme\nwith a break";
  const Certificate leaf = make_identity(plan, "P-256", &root).certificate;
  EXPECT_EQ(leaf.version, 3);
  EXPECT_EQ(leaf.serial, "1234");
  EXPECT_EQ(leaf.subject.common_name, "Näme with a break");
  EXPECT_EQ(leaf.subject.organization, "Bonafide tests");
  EXPECT_THAT(leaf.subject.parts, ::testing::Contains(std::pair<std::string, std::string>("CN", "Näme with a break")));
  EXPECT_EQ(leaf.issuer.common_name, "Root");
  EXPECT_THAT(leaf.issuer.full, HasSubstr("CN=Root"));
  EXPECT_EQ(leaf.not_before, plan.from);
  EXPECT_EQ(leaf.not_after, plan.to);
  EXPECT_TRUE(leaf.valid_at(plan.from) && leaf.valid_at(plan.to) && !leaf.valid_at(plan.to + 1));
  EXPECT_EQ(leaf.key_type, KeyType::ec);
  EXPECT_EQ(leaf.curve, "P-256");
  EXPECT_EQ(leaf.key_bits, 256);
  EXPECT_EQ(leaf.signature_algorithm, "ecdsa-with-SHA256");
  EXPECT_EQ(leaf.signature_digest, "SHA256");
  EXPECT_THAT(*leaf.extended_key_usage, ElementsAre(oid::kC2paClaimSigning));
  EXPECT_TRUE(leaf.digital_signature && leaf.only_signature_uses && !leaf.key_cert_sign && !leaf.is_ca);
  EXPECT_TRUE(leaf.has_subject_key_id && leaf.has_authority_key_id && !leaf.has_unique_ids && !leaf.self_issued);
  EXPECT_EQ(leaf.fingerprint().size(), 64U);
  EXPECT_TRUE(root.certificate.is_ca && root.certificate.self_issued && root.certificate.key_cert_sign);
  EXPECT_EQ(root.certificate.path_length, 2);
  EXPECT_FALSE(root.certificate.extended_key_usage.has_value());
}

TEST(Certificate, RefusesBytesThatAreNotOne) {
  const Bytes der = make_identity({}).certificate.der;
  ASSERT_TRUE(parse_certificate(der));
  for (std::size_t size = 0; size < der.size(); ++size) EXPECT_FALSE(parse_certificate(ByteView(der).first(size)));
  Bytes longer = der;
  longer.push_back(0);
  EXPECT_FALSE(parse_certificate(longer));
  const auto huge = parse_certificate(Bytes(std::size_t{65} << 10));
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().code, Code::limit);
}

TEST(Certificate, PemBundles) {
  const Certificate one = make_identity({}).certificate;
  const Certificate two = make_identity({}).certificate;
  const auto both = parse_pem_certificates("# a comment\n" + pem_of(one) + "text\n" + pem_of(two));
  ASSERT_TRUE(both);
  ASSERT_EQ(both->size(), 2U);
  EXPECT_EQ((*both)[1].sha256, two.sha256);
  EXPECT_EQ(parse_pem_certificates("nothing").error().code, Code::not_found);
  EXPECT_EQ(parse_pem_certificates(pem_of(one) + "-----BEGIN CERTIFICATE-----\nAA").error().code, Code::corrupt);
  EXPECT_EQ(parse_pem_certificates("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----").error().code,
            Code::corrupt);
}

struct Case {
  const char* what;
  Plan plan;
  const char* key;
  const char* complaint;  ///< part of the sentence; empty: conforms
};

TEST(Certificate, SignerProfile) {
  const Identity root = make_identity(authority_plan("Root"));
  const Identity rsa_root = make_identity(authority_plan("RSA root"), "rsa2048");
  Plan version_1, bare, old_digest;
  version_1.version = 1;
  bare.bare = true;
  old_digest.digest = "SHA1";
  const std::vector<Case> cases = {
      {"plain", {}, "P-256", ""},
      {"P-384", {}, "P-384", ""},
      {"P-521", {}, "P-521", ""},
      {"RSA", {}, "rsa2048", ""},
      {"Ed25519", {}, "ed25519", ""},
      {"e-mail", with({}, "extendedKeyUsage", "emailProtection"), "P-256", ""},
      {"version 1", version_1, "P-256", "version 3"},
      {"no AKI", bare, "P-256", "issuer's key"},
      {"SHA-1", old_digest, "P-256", "not allowed"},
      {"weak RSA", {}, "rsa1024", "1024 bits"},
      {"curve", {}, "secp256k1", "curve"},
      {"CA", with({}, "basicConstraints", "critical,CA:TRUE"), "P-256", "certificate authority"},
      {"keyCertSign", with({}, "keyUsage", "critical,digitalSignature,keyCertSign"), "P-256", "sign certificates"},
      {"no KU", with({}, "keyUsage", ""), "P-256", "no key usage"},
      {"other KU", with({}, "keyUsage", "critical,keyAgreement"), "P-256", "digital signatures"},
      {"no EKU", with({}, "extendedKeyUsage", ""), "P-256", "no extended key usage"},
      {"any EKU", with({}, "extendedKeyUsage", "anyExtendedKeyUsage"), "P-256", "every use"},
      {"any beside C2PA", with({}, "extendedKeyUsage", "anyExtendedKeyUsage,1.3.6.1.4.1.62558.2.1"), "P-256",
       "every use"},
      {"time beside C2PA", with({}, "extendedKeyUsage", "timeStamping,1.3.6.1.4.1.62558.2.1"), "P-256",
       "stamping time"},
      {"OCSP beside C2PA", with({}, "extendedKeyUsage", "OCSPSigning,1.3.6.1.4.1.62558.2.1"), "P-256", "revocation"},
      {"critical unknown", with({}, "1.2.3.4", "critical,DER:0500"), "P-256", "critical extension"},
  };
  for (const Case& each : cases) {
    const auto wrong = check_claim_signer_profile(make_identity(each.plan, each.key, &root).certificate);
    if (std::string_view(each.complaint).empty()) {
      EXPECT_THAT(wrong, IsEmpty()) << each.what;
    } else {
      EXPECT_THAT(wrong, ::testing::Contains(HasSubstr(each.complaint))) << each.what;
    }
  }
  EXPECT_THAT(check_claim_signer_profile(make_identity({}, "P-256", &rsa_root).certificate), IsEmpty());
}

TEST(Certificate, TsaProfile) {
  const Identity root = make_identity(authority_plan("Root"));
  const Plan good = testing::tsa_plan();
  const std::vector<Case> cases = {
      {"plain", good, "P-256", ""},
      {"no EKU", with(good, "extendedKeyUsage", ""), "P-256", "not for stamping"},
      {"signer's", {}, "P-256", "not for stamping"},
      {"more", with(good, "extendedKeyUsage", "critical,timeStamping,emailProtection"), "P-256", "other things"},
      {"not critical", with(good, "extendedKeyUsage", "timeStamping"), "P-256", "critical"},
      {"CA", with(good, "basicConstraints", "critical,CA:TRUE"), "P-256", "certificate authority"},
      {"weak", good, "rsa1024", "1024"},
  };
  for (const Case& each : cases) {
    const auto wrong = check_tsa_profile(make_identity(each.plan, each.key, &root).certificate);
    if (std::string_view(each.complaint).empty()) {
      EXPECT_THAT(wrong, IsEmpty()) << each.what;
    } else {
      EXPECT_THAT(wrong, ::testing::Contains(HasSubstr(each.complaint))) << each.what;
    }
  }
}

}  // namespace
}  // namespace bonafide::crypto
