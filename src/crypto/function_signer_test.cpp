#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/pki_test.h"
#include "crypto/signature_forms.h"
#include "crypto/signer.h"
#include "crypto/stamper.h"
#include "crypto/time_stamp.h"

namespace bonafide::crypto {
namespace {

using testing::certificate_pem;
using testing::Identity;
using testing::make_identity;

const Bytes kMessage = {'m', 'e', 's', 's', 'a', 'g', 'e'};

TEST(FunctionSigner, TakesBothFormsOfEcdsa) {
  const std::vector<std::pair<SignatureAlgorithm, std::string>> kinds = {{SignatureAlgorithm::es256, "P-256"},
                                                                         {SignatureAlgorithm::es384, "P-384"},
                                                                         {SignatureAlgorithm::es512, "P-521"},
                                                                         {SignatureAlgorithm::ps256, "rsa2048"},
                                                                         {SignatureAlgorithm::ed25519, "ed25519"}};
  for (const auto& [algorithm, kind] : kinds) {
    const Identity leaf = make_identity({}, kind);
    for (const bool der : {false, true}) {
      if (der && !is_ecdsa(algorithm)) continue;
      const SignFunction function = [&](ByteView message) -> Result<Bytes> {
        const Bytes raw = testing::sign(leaf.key, algorithm, message);
        return der ? der_of_raw(algorithm, raw) : raw;
      };
      const auto signer = function_signer(function, certificate_pem(leaf.certificate), algorithm);
      ASSERT_TRUE(signer) << signer.error().message;
      const auto signature = (*signer)->sign(kMessage);
      ASSERT_TRUE(signature) << signature.error().message;
      const auto fits = verify_signature(algorithm, leaf.certificate, kMessage, *signature);
      EXPECT_TRUE(fits && *fits) << kind << (der ? " in DER" : "");
    }
  }
}

TEST(FunctionSigner, PassesFailuresOnAndRefusesOddSizes) {
  const Identity leaf = make_identity({});
  const std::string pem = certificate_pem(leaf.certificate);
  const auto answering = [&](Result<Bytes> answer) {
    return (*function_signer([answer](ByteView) { return answer; }, pem, {}))->sign(kMessage);
  };
  const auto removed = answering(make_error(Code::unavailable, "the token was removed"));
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().message, "the token was removed");
  for (const std::size_t size : {0U, 63U, 65U, 72U}) {
    const auto odd = answering(Bytes(size, 1));
    ASSERT_FALSE(odd) << size;
    EXPECT_EQ(odd.error().code, Code::corrupt);
  }
  EXPECT_EQ(function_signer({}, pem, {}).error().code, Code::invalid_argument);
  const SignFunction any = [](ByteView) { return Bytes(64); };
  EXPECT_EQ(function_signer(any, pem, SignatureAlgorithm::ps256).error().code, Code::invalid_argument);
  EXPECT_FALSE(function_signer(any, "no certificate", {}));
}

TEST(FunctionStamper, TakesOnlyAnAnswerThatHolds) {
  const Identity authority = make_identity(testing::tsa_plan());
  const auto stamped_over = [&](ByteView what) {
    return function_stamper([&, what](ByteView) -> Result<Bytes> { return testing::make_stamp(authority, what); })
        ->stamp(kMessage);
  };
  const Bytes other = {'o', 't', 'h', 'e', 'r'};
  EXPECT_EQ(stamped_over(other).error().code, Code::corrupt);
  const auto refusing = function_stamper(
      [](ByteView) -> Result<Bytes> { return make_error(Code::unavailable, "the authority is away"); });
  EXPECT_EQ(refusing->stamp(kMessage).error().message, "the authority is away");
}

}  // namespace
}  // namespace bonafide::crypto
