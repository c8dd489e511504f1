// A signer of one's own and small works to sign, for this room's tests.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "crypto/development_pki.h"
#include "crypto/signer.h"
#include "crypto/stamper.h"
#include "provenance/c2pa/sign.h"

namespace bonafide::provenance::c2pa::testing {

constexpr crypto::UnixTime kNow = 1'800'000'000;  // 2027-01-15T08:00:00Z

/// Keys, certificates, and a trust store that believes them.
struct House {
  explicit House(crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::es256) {
    pki = crypto::make_development_pki({algorithm, "Ada", "Tests", kNow, 365, {}}).value();
    signer = crypto::pem_signer(pki.signer_key_pem, pki.signer_pem, {}, {}).value();
    stamper = crypto::local_stamper(pki.tsa_key_pem, pki.tsa_pem, kNow, {}).value();
    EXPECT_TRUE(trust.add_signer_pem("tests", pki.root_pem, crypto::default_key_uses()));
    EXPECT_TRUE(trust.add_tsa_pem("tests", pki.tsa_root_pem));
  }
  crypto::DevelopmentPki pki;
  std::unique_ptr<crypto::Signer> signer;
  std::unique_ptr<crypto::Stamper> stamper;
  crypto::TrustStore trust;
};

/// SOI, APP0, a scan of `size` bytes, EOI: enough for everything that does not decode.
inline Bytes small_jpeg(std::size_t size = 500) {
  Bytes bytes{0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xDA, 0, 2};
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 37 % 251));
  bytes.push_back(0xFF);
  bytes.push_back(0xD9);
  return bytes;
}

inline ManifestPlan created_plan() {
  ManifestPlan plan;
  plan.title = "work.jpg";
  plan.generator = {{"name", "tests"}};
  plan.actions.push_back({{"action", "c2pa.created"},
                          {"digitalSourceType", "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}});
  return plan;
}

/// The bytes of `work`, signed.
inline Result<Bytes> signed_bytes(const House& house, const Bytes& work, ManifestPlan plan, SignPlan sign = {}) {
  const media::MemorySource source(work);
  const Located located = TRY(locate(source, {}));
  const Builder builder = TRY(Builder::create(std::move(plan)));
  sign.cose.signer = house.signer.get();
  const SignedFile file = TRY(sign_source(source, located, builder, sign, {}));
  SplicedSource view(source, file.splice);
  view.fill(file.framed);
  return read_exactly(view, 0, view.size());
}

inline Validation looked_at(const House& house, const Bytes& work) {
  const media::MemorySource source(work);
  return validate(source, locate(source, {}).value(), {&house.trust, kNow, false}, {}).value();
}

/// `work` as an ingredient that actions call "parent".
inline IngredientPlan parent_of(const House& house, const Bytes& work) {
  const media::MemorySource source(work);
  IngredientPlan plan = read_ingredient(source, locate(source, {}).value(), {&house.trust, kNow, false}, {}).value();
  plan.id = "parent";
  plan.title = "before.jpg";
  return plan;
}

}  // namespace bonafide::provenance::c2pa::testing
