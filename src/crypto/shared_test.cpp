// The room against files that others made: ../shared/data/c2pa.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/files.h"
#include "crypto/cose.h"
#include "crypto/ocsp.h"
#include "crypto/time_stamp.h"
#include "crypto/trust.h"
#include "crypto/trust_list.h"
#include "support/support.h"

namespace bonafide::crypto {
namespace {

using ::testing::IsEmpty;

constexpr UnixTime kThen = 1'795'500'000;  // 2026-11-24, when the oracle's answers were written down
constexpr std::size_t kMost = std::size_t{16} << 20;

std::string text_of(const std::string& path) {
  auto text = read_file(path, kMost);
  return text ? std::move(*text) : std::string();
}

Bytes bytes_of(const std::string& path) {
  const std::string text = text_of(path);
  return {as_bytes(text).begin(), as_bytes(text).end()};
}

struct Manifest {
  Bytes claim, signature;
  bool version_1 = false;
};

/// Content of a JPEG's APP11 segments, put together (C2PA 2.5 section A.3.1): enough for these files, no parser.
Bytes store_of_jpeg(ByteView file) {
  std::string store;
  for (std::size_t at = 2; at + 4 <= file.size() && file[at] == 0xff && file[at + 1] != 0xda;) {
    const std::size_t size = static_cast<std::size_t>(file[at + 2]) << 8 | file[at + 3];
    if (file[at + 1] == 0xeb && size > 18 && at + 2 + size <= file.size() && file[at + 4] == 'J') {
      store += as_text(file.subspan(at + (store.empty() ? 12 : 20), size - (store.empty() ? 10 : 18)));
    }
    at += 2 + size;
  }
  return {as_bytes(store).begin(), as_bytes(store).end()};
}

void walk(ByteView boxes, const std::string& label, std::vector<Manifest>& manifests) {
  std::string own = label;
  while (boxes.size() >= 8) {
    const std::size_t size =
        std::size_t{boxes[0]} << 24 | std::size_t{boxes[1]} << 16 | std::size_t{boxes[2]} << 8 | boxes[3];
    if (size < 8 || size > boxes.size()) return;
    const std::string_view type = as_text(boxes.subspan(4, 4));
    const ByteView content = boxes.subspan(8, size - 8);
    if (type == "jumb") walk(content, {}, manifests);
    if (type == "jumd" && content.size() > 17) {
      own = std::string(as_text(content.subspan(17)));
      own.resize(own.find('\0') == std::string::npos ? own.size() : own.find('\0'));
    }
    if (type == "cbor" && own.starts_with("c2pa.claim")) {
      manifests.push_back({{content.begin(), content.end()}, {}, own == "c2pa.claim"});
    }
    if (type == "cbor" && own == "c2pa.signature" && !manifests.empty()) {
      manifests.back().signature.assign(content.begin(), content.end());
    }
    boxes = boxes.subspan(size);
  }
}

std::vector<Manifest> manifests_of(const std::string& path) {
  std::vector<Manifest> manifests;
  walk(store_of_jpeg(bytes_of(path)), {}, manifests);
  return manifests;
}

class CryptoShared : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto folder = bonafide::testing::shared("c2pa");
    if (!folder) GTEST_SKIP() << bonafide::testing::skip_line("c2pa");
    folder_ = *folder + "/";
    const auto uses = parse_store_config(text_of(folder_ + "c2pa-rs/certs/trust/store.cfg"));
    ASSERT_TRUE(uses) << uses.error().message;
    ASSERT_TRUE(
        store_.add_signer_pem("c2pa-rs", text_of(folder_ + "c2pa-rs/certs/trust/test_cert_root_bundle.pem"), *uses));
    ASSERT_TRUE(store_.add_signer_pem("own", text_of(folder_ + "generated/root.pem"), *uses));
    ASSERT_TRUE(store_.add_tsa_pem("own TSA", text_of(folder_ + "generated/root.pem")));
  }
  std::string folder_;
  TrustStore store_;
};

TEST_F(CryptoShared, RawSignaturesOfEveryAlgorithm) {
  const std::string folder = folder_ + "c2pa-rs/crypto/raw_signature/";
  for (const std::int64_t number : {-7, -35, -36, -37, -38, -39, -8}) {
    const SignatureAlgorithm algorithm = *signature_algorithm(number);
    const std::string name(to_string(algorithm));
    const auto chain = parse_pem_certificates(text_of(folder + name + ".pub"));
    ASSERT_TRUE(chain) << name << chain.error().message;
    const Bytes signature = bytes_of(folder + name + ".raw_sig");
    const auto valid = verify_signature(algorithm, chain->front(), as_bytes("some sample content to sign"), signature);
    ASSERT_TRUE(valid) << name << ": " << valid.error().message;
    EXPECT_TRUE(*valid) << name;
    EXPECT_FALSE(*verify_signature(algorithm, chain->front(), as_bytes("some sample content to sigh"), signature))
        << name;
    EXPECT_THAT(check_claim_signer_profile(chain->front()), IsEmpty()) << name;
    const ChainCheck check =
        check_chain(store_, chain->front(), std::span(*chain).subspan(1), kThen, ChainPurpose::claim_signer);
    EXPECT_EQ(check.status, ChainStatus::trusted) << name << ": " << check.reason;
  }
}

TEST_F(CryptoShared, CertificatesOfEveryAlgorithm) {
  for (const char* name : {"es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"}) {
    const auto chain = parse_pem_certificates(text_of(folder_ + "c2pa-rs/certs/" + name + ".pub"));
    ASSERT_TRUE(chain) << name;
    EXPECT_THAT(check_claim_signer_profile(chain->front()), IsEmpty()) << name;
    const std::span<const Certificate> others = std::span(*chain).subspan(1);
    EXPECT_EQ(check_chain(store_, chain->front(), others, kThen, ChainPurpose::claim_signer).status,
              ChainStatus::trusted)
        << name;
    const UnixTime later = chain->front().not_after + 1;
    EXPECT_NE(check_chain(store_, chain->front(), others, later, ChainPurpose::claim_signer).status,
              ChainStatus::trusted);
  }
}

TEST_F(CryptoShared, TrustListsOfC2paLoad) {
  TrustStore store;
  const std::string folder = folder_ + "trust/trust-list/";
  EXPECT_TRUE(store.add_signer_pem("C2PA", text_of(folder + "C2PA-TRUST-LIST.pem"), default_key_uses()));
  EXPECT_TRUE(store.add_tsa_pem("C2PA TSA", text_of(folder + "C2PA-TSA-TRUST-LIST.pem")));
  ASSERT_FALSE(store.signer_lists().empty());
  EXPECT_EQ(store.signer_lists().front().anchors.size(), 30U);
  EXPECT_EQ(store.tsa_lists().front().anchors.size(), 22U);
  for (const auto* lists : {&store.signer_lists(), &store.tsa_lists()}) {
    for (const TrustAnchor& anchor : lists->front().anchors) EXPECT_TRUE(anchor.certificate.is_ca);
  }
}

// The JSON and the PEM form of C2PA's lists hold the same certificates, none of them withdrawn.
TEST_F(CryptoShared, TrustListSnapshotsEqualTheirPemForm) {
  for (const char* name : {"C2PA-TRUST-LIST", "C2PA-TSA-TRUST-LIST"}) {
    const std::string path = folder_ + "trust/trust-list/" + name;
    const auto pem = parse_pem_certificates(text_of(path + ".pem"));
    const auto snapshot = parse_trust_list(text_of(path + ".json"), default_key_uses());
    ASSERT_TRUE(pem);
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    std::set<std::string> one, other;
    for (const Certificate& each : *pem) one.insert(each.fingerprint());
    for (const TrustAnchor& each : snapshot->list.anchors) {
      other.insert(each.certificate.fingerprint());
      EXPECT_FALSE(each.not_before || each.not_after);
    }
    EXPECT_EQ(one, other) << name;
    EXPECT_FALSE(snapshot->stale_at(kThen));
  }
}

TEST_F(CryptoShared, OcspResponses) {
  const std::string folder = folder_ + "c2pa-rs/crypto/ocsp/";
  const auto chain = parse_pem_certificates(text_of(folder + "ocsp_chain.pem"));
  ASSERT_TRUE(chain);
  const UnixTime made = 1'741'359'000;  // 2025-03-07T14:50: a few minutes before the answers, a day before they lapse
  const auto judge = [&](const char* name, UnixTime time) {
    return check_ocsp(ByteView(bytes_of(folder + name)), (*chain)[0], (*chain)[1], time);
  };
  const OcspCheck good = judge("response_good.der", made + 3600);
  EXPECT_EQ(good.status, OcspStatus::not_revoked) << good.reason;
  EXPECT_EQ(judge("response_good.der", made).status, OcspStatus::skipped);
  EXPECT_EQ(judge("response_good.der", kThen).status, OcspStatus::skipped);
  EXPECT_EQ(judge("response_revoked.der", made + 3600).status, OcspStatus::revoked);
  EXPECT_EQ(judge("response_revoked.der", kThen).status, OcspStatus::revoked);
  EXPECT_EQ(judge("response_unknown.der", made + 3600).status, OcspStatus::unknown);
}

struct Expected {
  const char* file;
  SignatureStatus signature;
  ChainStatus chain;
  std::optional<TimeStampStatus> stamp;
};

TEST_F(CryptoShared, SignaturesInFiles) {
  constexpr auto kValid = SignatureStatus::valid;
  constexpr auto kTrusted = ChainStatus::trusted;
  constexpr auto kOther = TimeStampStatus::untrusted;
  const std::vector<Expected> files = {
      {"generated/jpeg_es256.jpg", kValid, kTrusted, {}},
      {"generated/jpeg_tsa_own_root.jpg", kValid, kTrusted, TimeStampStatus::trusted},
      {"generated/jpeg_edit_chain.jpg", kValid, kTrusted, {}},
      {"generated/jpeg_update_manifest.jpg", kValid, kTrusted, {}},
      {"generated/bad_jpeg_eku.jpg", kValid, ChainStatus::untrusted, {}},
      {"c2pa-rs/C.jpg", kValid, kTrusted, kOther},
      {"c2pa-rs/CA.jpg", kValid, kTrusted, kOther},
      {"c2pa-rs/CACA.jpg", kValid, kTrusted, kOther},
      {"c2pa-rs/CA_ct.jpg", kValid, kTrusted, TimeStampStatus::malformed},
      {"c2pa-rs/E-sig-CA.jpg", SignatureStatus::mismatch, kTrusted, TimeStampStatus::mismatch},
      {"c2pa-rs/boxhash.jpg", kValid, kTrusted, kOther},
      {"c2pa-rs/ocsp.jpg", kValid, ChainStatus::untrusted, kOther},
      {"c2pa-cpp/for_trusted_read.jpg", kValid, kTrusted, kOther},
      // Its stamp was signed by a claim signer's key, with r || s where RFC 5753 section 7.2 wants DER. The oracle says
      // trusted; we cannot.
      {"c2pa-ts/trustnxt-icon-signed-timestamp.jpg", kValid, kTrusted, TimeStampStatus::mismatch},
      {"public-testfiles/adobe-20220124-C.jpg", kValid, kTrusted, kOther},
      {"public-testfiles/adobe-20220124-CAI.jpg", kValid, kTrusted, kOther},
      {"public-testfiles/adobe-20220124-E-sig-CA.jpg", SignatureStatus::mismatch, kTrusted, TimeStampStatus::mismatch},
      {"public-testfiles/truepic-20230212-camera.jpg", kValid, ChainStatus::untrusted, kOther},
      {"public-testfiles/nikon-20221019-building.jpeg", kValid, ChainStatus::untrusted, {}},
      {"cawg/success.jpg", kValid, kTrusted, {}},
  };
  // Debian's ca-certificates has the root that most of these stamps lead to; C2PA's own list does not.
  TrustStore digicert;
  const std::string root = text_of("/etc/ssl/certs/DigiCert_Trusted_Root_G4.pem");
  if (!root.empty()) {
    ASSERT_TRUE(digicert.add_tsa_pem("DigiCert", root));
  }
  for (const Expected& each : files) {
    SCOPED_TRACE(each.file);
    const auto manifests = manifests_of(folder_ + each.file);
    ASSERT_FALSE(manifests.empty());
    const Manifest& active = manifests.back();
    const auto cose = parse_cose(active.signature);
    ASSERT_TRUE(cose) << cose.error().message;
    const SignatureCheck check = verify_cose(*cose, active.claim);
    EXPECT_EQ(check.status, each.signature) << check.reason;
    std::vector<Certificate> chain;
    for (const Bytes& der : cose->x5chain) {
      auto certificate = parse_certificate(der);
      ASSERT_TRUE(certificate) << certificate.error().message;
      chain.push_back(std::move(*certificate));
    }
    ASSERT_FALSE(chain.empty()) << cose->credential_problem;
    const ChainCheck trust =
        check_chain(store_, chain[0], std::span(chain).subspan(1), kThen, ChainPurpose::claim_signer);
    EXPECT_EQ(trust.status, each.chain) << trust.reason;
    const bool version_2 = !cose->sig_tst2.empty();
    const auto& tokens = version_2 ? cose->sig_tst2 : cose->sig_tst;
    ASSERT_EQ(!tokens.empty(), each.stamp.has_value());
    if (tokens.empty()) continue;
    const Bytes input = version_2 ? counter_signature_input(*cose) : counter_signature_input_v1(*cose, active.claim);
    const TimeStampCheck stamp = check_time_stamp(tokens.front(), input, store_);
    EXPECT_EQ(stamp.status, *each.stamp) << stamp.reason;
    if (!digicert.has_tsa_anchors() || stamp.status != kOther) continue;
    const TimeStampCheck believed = check_time_stamp(tokens.front(), input, digicert);
    const bool theirs = stamp.stamp->certificates.front().issuer.organization.starts_with("DigiCert");
    EXPECT_EQ(believed.status, theirs ? TimeStampStatus::trusted : kOther) << believed.reason;
  }
}

}  // namespace
}  // namespace bonafide::crypto
