// The fuzzer's first inputs, written when somebody asks: BONAFIDE_WRITE_CORPUS=fuzz/corpus/crypto_cose test_crypto
// --gtest_filter=Corpus.*
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/cbor.h"
#include "base/files.h"
#include "crypto/cose.h"
#include "crypto/pki_test.h"
#include "crypto/time_stamp.h"

namespace bonafide::crypto {
namespace {

using testing::Identity;

const Bytes kClaim = {0xa1, 0x61, 'a', 0x01};

void keep(const std::string& name, const Bytes& bytes) {
  const char* const folder = std::getenv("BONAFIDE_WRITE_CORPUS");
  if (folder == nullptr) return;
  ASSERT_TRUE(write_file(std::string(folder) + "/" + name, as_text(bytes), true));
}

/// A signature with everything in its headers: chain, stamp, OCSP answer, padding.
Bytes full_cose(const Identity& root, const Identity& signer, SignatureAlgorithm algorithm, std::int64_t number) {
  cbor::Writer inside;
  inside.map(2).integer(1).integer(number).integer(33).array(2);
  inside.bytes(signer.certificate.der).bytes(root.certificate.der);
  CoseSign1 cose;
  cose.protected_bytes = inside.take();
  cose.signature = testing::sign(signer.key, algorithm, signature_input(cose.protected_bytes, kClaim));
  const Identity tsa = make_identity(testing::tsa_plan(), "P-256", &root);
  const Identity responder = make_identity(testing::with({}, "extendedKeyUsage", "OCSPSigning"), "P-256", &root);
  cbor::Writer writer;
  writer.tag(18).array(4).bytes(cose.protected_bytes).map(3);
  writer.text("pad").bytes(Bytes(16, 0));
  writer.text("rVals").map(1).text("ocspVals").array(1);
  writer.bytes(testing::make_ocsp(responder, signer.certificate, root.certificate));
  writer.text("sigTst2").map(1).text("tstTokens").array(1).map(1).text("val");
  writer.bytes(testing::make_stamp(tsa, counter_signature_input(cose)));
  writer.null().bytes(cose.signature);
  return writer.take();
}

TEST(Corpus, AllOfItTogether) {
  const Identity root = testing::make_identity(testing::authority_plan("Root"));
  TrustStore store;
  store.add_tsa_list({"root", {}, {{root.certificate, {}, {}}}});
  const Identity ec = make_identity({}, "P-256", &root);
  const Identity edwards = make_identity({}, "ed25519", &root);
  for (const auto& [name, signer, algorithm, number] :
       {std::tuple{"es256.cose", &ec, SignatureAlgorithm::es256, -7},
        std::tuple{"ed25519.cose", &edwards, SignatureAlgorithm::ed25519, -8}}) {
    const Bytes bytes = full_cose(root, *signer, algorithm, number);
    const auto cose = parse_cose(bytes);
    ASSERT_TRUE(cose);
    EXPECT_EQ(verify_cose(*cose, kClaim).status, SignatureStatus::valid);
    ASSERT_EQ(cose->sig_tst2.size(), 1U);
    EXPECT_EQ(check_time_stamp(cose->sig_tst2[0], counter_signature_input(*cose), store).status,
              TimeStampStatus::trusted);
    keep(name, bytes);
  }
  const Identity tsa = make_identity(testing::tsa_plan(), "P-256", &root);
  testing::StampPlan response;
  response.as_response = true;
  keep("token.der", testing::make_stamp(tsa, kClaim));
  keep("response.der", testing::make_stamp(tsa, kClaim, response));
  keep("leaf.der", ec.certificate.der);
  keep("root.der", root.certificate.der);
}

}  // namespace
}  // namespace bonafide::crypto
