#include "crypto/cose_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/cbor.h"
#include "crypto/development_pki.h"
#include "crypto/pki_test.h"
#include "crypto/time_stamp.h"

namespace bonafide::crypto {
namespace {

const Bytes kClaim = {0xa1, 0x61, 'a', 0x01};

/// The same algorithm's keys for all tests: RSA keys take a while to find.
const DevelopmentPki& pki(SignatureAlgorithm algorithm) {
  static std::map<SignatureAlgorithm, DevelopmentPki> made;
  if (const auto found = made.find(algorithm); found != made.end()) return found->second;
  auto fresh = make_development_pki({.algorithm = algorithm, .name = "Tester", .now = testing::kNow});
  if (!fresh) std::abort();
  return made[algorithm] = *fresh;
}

std::unique_ptr<Signer> signer_of(SignatureAlgorithm algorithm) {
  auto signer = pem_signer(pki(algorithm).signer_key_pem, pki(algorithm).signer_pem, algorithm, {});
  if (!signer) std::abort();
  return std::move(*signer);
}

std::unique_ptr<Stamper> stamper_of(SignatureAlgorithm algorithm) {
  auto stamper = local_stamper(pki(algorithm).tsa_key_pem, pki(algorithm).tsa_pem, testing::kNow, {});
  if (!stamper) std::abort();
  return std::move(*stamper);
}

constexpr SignatureAlgorithm kAll[] = {SignatureAlgorithm::es256,  SignatureAlgorithm::es384, SignatureAlgorithm::es512,
                                       SignatureAlgorithm::ps256,  SignatureAlgorithm::ps384, SignatureAlgorithm::ps512,
                                       SignatureAlgorithm::ed25519};

TEST(CoseWriter, EveryAlgorithmIsReadBack) {
  for (const SignatureAlgorithm algorithm : kAll) {
    const auto signer = signer_of(algorithm);
    const auto stamper = stamper_of(algorithm);
    const CosePlan plan{.signer = signer.get(), .stamper = stamper.get(), .ocsp = {{1, 2, 3}, {4}}, .spare = 100};
    const auto bytes = write_cose(kClaim, plan, cose_size(plan));
    ASSERT_TRUE(bytes) << bytes.error().message;
    EXPECT_EQ(bytes->size(), cose_size(plan));
    const auto cose = parse_cose(*bytes);
    ASSERT_TRUE(cose) << cose.error().message;
    EXPECT_TRUE(cose->tagged && cose->x5chain_protected && !cose->x5chain_text_label && !cose->payload);
    EXPECT_EQ(cose->algorithm, algorithm);
    EXPECT_EQ(cose->algorithm_number, cose_number(algorithm));
    EXPECT_EQ(cose->x5chain, signer->chain());
    EXPECT_EQ(cose->ocsp_values, plan.ocsp);
    EXPECT_TRUE(cose->sig_tst.empty() && cose->time_stamp_problem.empty() && cose->other_unprotected.empty());
    EXPECT_EQ(verify_cose(*cose, kClaim).status, SignatureStatus::valid);
    EXPECT_EQ(verify_cose(*cose, {}).status, SignatureStatus::mismatch);

    TrustStore store;
    ASSERT_TRUE(store.add_tsa_pem("TSA", pki(algorithm).tsa_root_pem));
    ASSERT_EQ(cose->sig_tst2.size(), 1U);
    const auto stamp = check_time_stamp(cose->sig_tst2.front(), counter_signature_input(*cose), store);
    EXPECT_EQ(stamp.status, TimeStampStatus::trusted) << stamp.reason;
    EXPECT_EQ(stamp.stamp->time, testing::kNow);
  }
}

TEST(CoseWriter, DeterministicAndNothingElse) {
  const auto signer = signer_of(SignatureAlgorithm::ed25519);
  const CosePlan plan{.signer = signer.get(), .ocsp = {{9}}, .spare = 24};
  const auto bytes = write_cose(kClaim, plan, cose_size(plan));
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*write_cose(kClaim, plan, cose_size(plan)), *bytes);
  const auto root = cbor::parse(*bytes);
  ASSERT_TRUE(root);
  const auto& headers = root->children.front().children[1];
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < headers.children.size(); i += 2) labels.emplace_back(*headers.children[i].text());
  EXPECT_EQ(labels, (std::vector<std::string>{"pad", "pad2", "rVals"}));  // RFC 8949 section 4.2.1: 63…, 64…, 65…
}

TEST(CoseWriter, OneCertificateIsAByteString) {
  const testing::Identity alone = testing::make_identity({});
  const auto signer = pem_signer(testing::key_pem(alone.key), testing::certificate_pem(alone.certificate), {}, {});
  ASSERT_TRUE(signer);
  const CosePlan plan{.signer = signer->get()};
  const auto bytes = write_cose(kClaim, plan, cose_size(plan));
  ASSERT_TRUE(bytes);
  const auto cose = parse_cose(*bytes);
  ASSERT_TRUE(cose);
  const auto header = cbor::parse(cose->protected_bytes);
  ASSERT_TRUE(header);
  EXPECT_TRUE(header->find(33)->is(cbor::Type::bytes));
  EXPECT_EQ(verify_cose(*cose, kClaim).status, SignatureStatus::valid);
}

/// Every size from the least on comes out exactly, is deterministic CBOR and padded with zeros alone.
void sweep(std::size_t from, std::size_t to) {
  const auto signer = signer_of(SignatureAlgorithm::ed25519);
  const CosePlan plan{.signer = signer.get()};
  const std::size_t least = cose_size(plan);
  for (std::size_t size = least + from; size <= least + to; ++size) {
    const auto bytes = write_cose(kClaim, plan, size);
    ASSERT_TRUE(bytes) << size << ": " << bytes.error().message;
    ASSERT_EQ(bytes->size(), size);
    const auto cose = parse_cose(*bytes);
    ASSERT_TRUE(cose) << size;
    ASSERT_EQ(verify_cose(*cose, kClaim).status, SignatureStatus::valid) << size;
    ASSERT_GE(cose->padding.size(), 1U);
    ASSERT_TRUE(std::ranges::all_of(cose->padding, &CosePadding::all_zero));
    ASSERT_TRUE(cose->other_unprotected.empty());
  }
}

TEST(CoseWriter, EverySizeFromTheLeastOn) { sweep(0, 700); }
TEST(CoseWriter, EverySizeAroundTheFiveByteHead) { sweep(65'500, 65'600); }

TEST(CoseWriter, TooLittleRoom) {
  const auto signer = signer_of(SignatureAlgorithm::es256);
  const auto stamper = stamper_of(SignatureAlgorithm::es256);
  const CosePlan plain{.signer = signer.get()};
  const auto bytes = write_cose(kClaim, plain, cose_size(plain) - 1);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, Code::limit);
  const CosePlan stamped{.signer = signer.get(), .stamper = stamper.get()};
  EXPECT_EQ(write_cose(kClaim, stamped, cose_size(plain)).error().code, Code::limit);
  EXPECT_EQ(write_cose(kClaim, plain, std::size_t{1} << 40).error().code, Code::limit);
  EXPECT_EQ(write_cose(kClaim, {}, 1000).error().code, Code::invalid_argument);
}

struct Odd : Signer {
  const Signer* real = nullptr;
  SignatureAlgorithm algorithm() const override { return real->algorithm(); }
  const std::vector<Bytes>& chain() const override { return real->chain(); }
  Result<Bytes> sign(ByteView message) const override {
    Bytes signature = TRY(real->sign(message));
    signature.back() ^= 1;
    return signature;
  }
};

TEST(CoseWriter, ASignatureThatDoesNotFitIsNotWritten) {
  const auto signer = signer_of(SignatureAlgorithm::es256);
  Odd odd;
  odd.real = signer.get();
  const CosePlan plan{.signer = &odd};
  const auto bytes = write_cose(kClaim, plan, cose_size(plan));
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, Code::corrupt);
}

TEST(CoseWriter, FlippedBytesDoNotStayValid) {
  const auto signer = signer_of(SignatureAlgorithm::es256);
  const CosePlan plan{.signer = signer.get()};
  auto bytes = write_cose(kClaim, plan, cose_size(plan));
  ASSERT_TRUE(bytes);
  const auto whole = parse_cose(*bytes);
  ASSERT_TRUE(whole);
  int survived = 0;
  for (std::size_t i = 0; i < bytes->size(); ++i) {
    (*bytes)[i] ^= 1;
    const auto cose = parse_cose(*bytes);
    if (cose && verify_cose(*cose, kClaim).status == SignatureStatus::valid) ++survived;
    (*bytes)[i] ^= 1;
  }
  EXPECT_LE(survived, 4);  // the letters of the label "pad" and its length's head, which nothing signs
}

}  // namespace
}  // namespace bonafide::crypto
