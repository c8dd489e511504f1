#include "crypto/cose.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/cbor.h"
#include "crypto/pki_test.h"

namespace bonafide::crypto {
namespace {

using testing::Identity;
using testing::make_identity;

const Bytes kClaim = {0xa1, 0x61, 'a', 0x01};

struct Sample {
  std::int64_t number;
  SignatureAlgorithm algorithm;
  std::string key;
};

Bytes header(std::int64_t number, const std::vector<Bytes>& chain) {
  cbor::Writer writer;
  writer.map(chain.empty() ? 1 : 2).integer(1).integer(number);
  if (!chain.empty()) {
    writer.integer(33);
    if (chain.size() > 1) writer.array(chain.size());
    for (const Bytes& each : chain) writer.bytes(each);
  }
  return writer.take();
}

Bytes assemble(const Bytes& protected_bytes, const Bytes& unprotected, const Bytes& signature, bool tagged = true,
               const std::optional<Bytes>& payload = {}) {
  cbor::Writer writer;
  if (tagged) writer.tag(18);
  writer.array(4).bytes(protected_bytes).raw(unprotected);
  payload ? writer.bytes(*payload) : writer.null();
  writer.bytes(signature);
  return writer.take();
}

const Bytes kNoHeaders = {0xa0};

Bytes signed_cose(const Sample& sample, const Identity& signer, const Bytes& unprotected = kNoHeaders) {
  const Bytes protected_bytes = header(sample.number, {signer.certificate.der});
  return assemble(protected_bytes, unprotected,
                  testing::sign(signer.key, sample.algorithm, signature_input(protected_bytes, kClaim)));
}

const std::vector<Sample>& samples() {
  static const std::vector<Sample> kSamples = {
      {-7, SignatureAlgorithm::es256, "P-256"},     {-35, SignatureAlgorithm::es384, "P-384"},
      {-36, SignatureAlgorithm::es512, "P-521"},    {-37, SignatureAlgorithm::ps256, "rsa2048"},
      {-38, SignatureAlgorithm::ps384, "rsa2048"},  {-39, SignatureAlgorithm::ps512, "rsa2048"},
      {-8, SignatureAlgorithm::ed25519, "ed25519"}, {-9, SignatureAlgorithm::es256, "P-256"},
      {-51, SignatureAlgorithm::es384, "P-384"},    {-52, SignatureAlgorithm::es512, "P-521"},
  };
  return kSamples;
}

SignatureStatus status_of(const Bytes& bytes, const Bytes& claim = kClaim) {
  const auto cose = parse_cose(bytes);
  return cose ? verify_cose(*cose, claim).status : SignatureStatus::invalid_credential;
}

// RFC 9052 appendix C.2.1 puts the payload inside; its Sig_structure, written out from section 4.4.
TEST(Cose, SigStructureBytes) {
  const Bytes protected_bytes = *from_hex("a10126");
  EXPECT_EQ(to_hex(signature_input(protected_bytes, as_bytes("This is the content."))),
            "846a5369676e61747572653143a10126405454686973206973207468652063"
            "6f6e74656e742e");
}

TEST(Cose, CounterSignatureStampsTheEncodedSignature) {
  CoseSign1 cose;
  cose.protected_bytes = *from_hex("a10126");
  cose.signature = Bytes(64, 0xab);
  const std::string bstr = "5840" + to_hex(cose.signature);  // the head belongs to it
  EXPECT_EQ(to_hex(counter_signature_input(cose)),
            "8470" + to_hex(as_bytes("CounterSignature")) + "43a10126405842" + bstr);
  EXPECT_EQ(to_hex(counter_signature_input_v1(cose, kClaim)),
            "8470" + to_hex(as_bytes("CounterSignature")) + "43a101264044" + to_hex(kClaim));
}

TEST(Cose, EveryAlgorithmVerifies) {
  for (const Sample& sample : samples()) {
    const Identity signer = make_identity({}, sample.key);
    const Bytes bytes = signed_cose(sample, signer);
    const auto cose = parse_cose(bytes);
    ASSERT_TRUE(cose) << cose.error().message;
    EXPECT_TRUE(cose->tagged && cose->x5chain_protected && !cose->x5chain_text_label);
    EXPECT_EQ(cose->algorithm_number, sample.number);
    const SignatureCheck check = verify_cose(*cose, kClaim);
    EXPECT_EQ(check.status, SignatureStatus::valid) << cose_algorithm_name(sample.number) << ": " << check.reason;
    EXPECT_EQ(status_of(bytes, {0xa1, 0x61, 'a', 0x02}), SignatureStatus::mismatch);
    EXPECT_EQ(status_of(bytes, {}), SignatureStatus::mismatch);
  }
}

TEST(Cose, EveryFlippedByteOfASignatureFails) {
  for (const Sample& sample : samples()) {
    const Identity signer = make_identity({}, sample.key);
    auto cose = parse_cose(signed_cose(sample, signer));
    ASSERT_TRUE(cose);
    for (std::size_t i = 0; i < cose->signature.size(); ++i) {
      cose->signature[i] ^= 0x01;
      EXPECT_EQ(verify_cose(*cose, kClaim).status, SignatureStatus::mismatch) << i;
      cose->signature[i] ^= 0x01;
    }
    EXPECT_EQ(verify_cose(*cose, kClaim).status, SignatureStatus::valid);
    cose->signature.push_back(0);
    EXPECT_EQ(verify_cose(*cose, kClaim).status, SignatureStatus::mismatch);
    cose->signature.resize(cose->signature.size() - 2);
    EXPECT_EQ(verify_cose(*cose, kClaim).status, SignatureStatus::mismatch);
  }
}

// Every byte of the whole structure with all its 8 bits, and every byte of the claim.
TEST(Cose, EveryFlippedBitOfTheStructureFails) {
  const Identity signer = make_identity({});
  Bytes bytes = signed_cose(samples()[0], signer);
  const std::size_t tag = 1;  // without its tag the structure means the same: tag 18 becomes another, which is refused
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[i] ^= static_cast<std::uint8_t>(1 << bit);
      EXPECT_NE(status_of(bytes), SignatureStatus::valid) << "byte " << i << " bit " << bit;
      bytes[i] ^= static_cast<std::uint8_t>(1 << bit);
    }
  }
  Bytes claim = kClaim;
  for (std::size_t i = 0; i < claim.size(); ++i) {
    claim[i] ^= 0x80;
    EXPECT_EQ(status_of(bytes, claim), SignatureStatus::mismatch);
    claim[i] ^= 0x80;
  }
  EXPECT_EQ(status_of(Bytes(bytes.begin() + tag, bytes.end())), SignatureStatus::valid);
}

TEST(Cose, OtherPssSaltIsRefused) {
  const Identity rsa = make_identity({}, "rsa2048");
  const Bytes protected_bytes = header(-37, {rsa.certificate.der});
  const Bytes input = signature_input(protected_bytes, kClaim);
  for (const int salt : {0, 20, 48}) {
    const Bytes wrong = testing::sign(rsa.key, SignatureAlgorithm::ps256, input, salt);
    EXPECT_EQ(status_of(assemble(protected_bytes, kNoHeaders, wrong)), SignatureStatus::mismatch) << salt;
  }
}

TEST(Cose, EcdsaSignatureInDerIsRefused) {
  const Identity signer = make_identity({});
  const Bytes protected_bytes = header(-7, {signer.certificate.der});
  const Bytes raw = testing::sign(signer.key, SignatureAlgorithm::es256, signature_input(protected_bytes, kClaim));
  Bytes der = {0x30, 0x46};
  for (const std::size_t at : {std::size_t{0}, std::size_t{32}}) {
    der.insert(der.end(), {0x02, 0x21, 0x00});
    der.insert(der.end(), raw.begin() + static_cast<std::ptrdiff_t>(at),
               raw.begin() + static_cast<std::ptrdiff_t>(at + 32));
  }
  EXPECT_EQ(status_of(assemble(protected_bytes, kNoHeaders, raw)), SignatureStatus::valid);
  EXPECT_EQ(status_of(assemble(protected_bytes, kNoHeaders, der)), SignatureStatus::mismatch);
}

TEST(Cose, KeyMustFitTheAlgorithm) {
  struct Wrong {
    std::int64_t number;
    std::string key;
  };
  for (const Wrong& wrong : {Wrong{-7, "P-384"}, Wrong{-35, "P-256"}, Wrong{-36, "P-256"}, Wrong{-7, "secp256k1"},
                             Wrong{-7, "rsa2048"}, Wrong{-37, "P-256"}, Wrong{-37, "rsa1024"}, Wrong{-8, "P-256"}}) {
    const Identity signer = make_identity({}, wrong.key);
    const Bytes protected_bytes = header(wrong.number, {signer.certificate.der});
    const auto made_with = wrong.key == "P-384"           ? SignatureAlgorithm::es384
                           : wrong.key.starts_with("rsa") ? SignatureAlgorithm::ps256
                                                          : SignatureAlgorithm::es256;
    const Bytes bytes = assemble(protected_bytes, kNoHeaders,
                                 testing::sign(signer.key, made_with, signature_input(protected_bytes, kClaim)));
    EXPECT_EQ(status_of(bytes), SignatureStatus::invalid_credential) << wrong.number << " " << wrong.key;
  }
}

TEST(Cose, UnsupportedAlgorithmsAreNamed) {
  const Identity signer = make_identity({});
  for (const auto& [number, name] :
       {std::pair{-48, "ML-DSA-44"}, std::pair{-49, "ML-DSA-65"}, std::pair{-50, "ML-DSA-87"}, std::pair{-257, "RS256"},
        std::pair{5, "algorithm 5"}}) {
    const auto cose = parse_cose(assemble(header(number, {signer.certificate.der}), kNoHeaders, Bytes(64, 1)));
    ASSERT_TRUE(cose);
    const SignatureCheck check = verify_cose(*cose, kClaim);
    EXPECT_EQ(check.status, SignatureStatus::unsupported_algorithm);
    EXPECT_NE(check.reason.find(name), std::string::npos) << check.reason;
  }
  // An algorithm that nobody signed does not count.
  const Bytes unprotected = header(-7, {});
  const auto cose = parse_cose(assemble(kNoHeaders, unprotected, Bytes(64, 1)));
  ASSERT_TRUE(cose);
  EXPECT_EQ(verify_cose(*cose, kClaim).status, SignatureStatus::unsupported_algorithm);
}

TEST(Cose, CredentialPlaces) {
  const Identity signer = make_identity({});
  const Bytes& der = signer.certificate.der;
  const auto chain_header = [&](bool text) {
    cbor::Writer writer;
    writer.map(1);
    text ? writer.text("x5chain") : writer.integer(33);
    writer.array(2).bytes(der).bytes(der);
    return writer.take();
  };
  const Bytes bare = header(-7, {});
  for (const bool text : {false, true}) {
    const Bytes bytes =
        assemble(bare, chain_header(text),
                 testing::sign(signer.key, SignatureAlgorithm::es256, signature_input(bare, kClaim)), false);
    const auto cose = parse_cose(bytes);
    ASSERT_TRUE(cose);
    EXPECT_EQ(cose->x5chain.size(), 2U);
    EXPECT_EQ(cose->x5chain_text_label, text);
    EXPECT_FALSE(cose->x5chain_protected || cose->tagged);
    EXPECT_TRUE(cose->other_unprotected.empty());
    EXPECT_EQ(verify_cose(*cose, kClaim).status, SignatureStatus::valid);
    const auto twice = parse_cose(assemble(header(-7, {der}), chain_header(text), Bytes(64, 1)));
    ASSERT_TRUE(twice);
    EXPECT_NE(twice->credential_problem.find("more than once"), std::string::npos);
    EXPECT_TRUE(twice->x5chain.empty());
    EXPECT_EQ(verify_cose(*twice, kClaim).status, SignatureStatus::invalid_credential);
  }
  cbor::Writer both;  // the same chain under both labels is one credential (C2PA 2.5 section 13.2)
  both.map(2).integer(33).bytes(der).text("x5chain").bytes(der);
  const auto single = parse_cose(assemble(bare, both.take(), Bytes(64, 1)));
  ASSERT_TRUE(single);
  EXPECT_EQ(single->credential_problem, "");
  EXPECT_EQ(single->x5chain.size(), 1U);
  const auto none = parse_cose(assemble(bare, kNoHeaders, Bytes(64, 1)));
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->credential_problem.empty());
  EXPECT_EQ(verify_cose(*none, kClaim).status, SignatureStatus::invalid_credential);
}

TEST(Cose, UnprotectedItemsAndPadding) {
  const Identity signer = make_identity({});
  cbor::Writer writer;
  writer.map(6);
  writer.text("pad").bytes(Bytes(5, 0));
  writer.text("pad2").bytes(Bytes{0, 7});
  writer.text("rVals").map(1).text("ocspVals").array(1).bytes(Bytes{0x30, 0x01});
  writer.text("other").text("hello");
  writer.text("sigTst").map(1).text("tstTokens").array(1).map(1).text("val").bytes(Bytes{1});
  writer.text("sigTst2")
      .map(1)
      .text("tstTokens")
      .array(2)
      .map(1)
      .text("val")
      .bytes(Bytes{2})
      .map(1)
      .text("val")
      .bytes(Bytes{3});
  const Bytes bytes = signed_cose(samples()[0], signer, writer.data());
  const auto cose = parse_cose(bytes);
  ASSERT_TRUE(cose) << cose.error().message;
  EXPECT_EQ(verify_cose(*cose, kClaim).status, SignatureStatus::valid);
  ASSERT_EQ(cose->padding.size(), 2U);
  EXPECT_TRUE(cose->padding[0].all_zero);
  EXPECT_FALSE(cose->padding[1].all_zero);
  EXPECT_EQ(cose->padding[1].label, "pad2");
  EXPECT_EQ(cose->padding[1].length, 2U);
  EXPECT_EQ(bytes[cose->padding[1].offset + 1], 7);
  EXPECT_EQ(cose->sig_tst, std::vector<Bytes>{Bytes{1}});
  EXPECT_EQ(cose->sig_tst2, (std::vector<Bytes>{Bytes{2}, Bytes{3}}));
  EXPECT_EQ(cose->ocsp_values, (std::vector<Bytes>{Bytes{0x30, 0x01}}));
  ASSERT_EQ(cose->other_unprotected.size(), 1U);
  EXPECT_EQ(cose->other_unprotected[0].label, "other");
  EXPECT_EQ(bytes[cose->other_unprotected[0].offset], 0x65);
  EXPECT_TRUE(cose->time_stamp_problem.empty() && cose->revocation_problem.empty());
}

TEST(Cose, OddTimeStampHeaderIsNoted) {
  cbor::Writer writer;
  writer.map(2).text("rVals").integer(1).text("sigTst2").array(0);
  const auto cose = parse_cose(assemble(header(-7, {}), writer.data(), Bytes(64, 1)));
  ASSERT_TRUE(cose);
  EXPECT_FALSE(cose->time_stamp_problem.empty());
  EXPECT_FALSE(cose->revocation_problem.empty());
}

TEST(Cose, ClaimedTimeOnlyWhenProtected) {
  cbor::Writer inside;
  inside.map(2).integer(1).integer(-7).integer(15).map(1).integer(6).tag(1).integer(1'700'000'000);
  const auto cose = parse_cose(assemble(inside.data(), kNoHeaders, Bytes(64, 1)));
  ASSERT_TRUE(cose);
  EXPECT_EQ(cose->claimed_time, 1'700'000'000);
  cbor::Writer outside;
  outside.map(1).text("iat").integer(5);
  const auto unsigned_time = parse_cose(assemble(header(-7, {}), outside.data(), Bytes(64, 1)));
  ASSERT_TRUE(unsigned_time);
  EXPECT_FALSE(unsigned_time->claimed_time);
}

TEST(Cose, PayloadInsideMustBeTheClaim) {
  const Identity signer = make_identity({});
  const Bytes protected_bytes = header(-7, {signer.certificate.der});
  const Bytes signature =
      testing::sign(signer.key, SignatureAlgorithm::es256, signature_input(protected_bytes, kClaim));
  EXPECT_EQ(status_of(assemble(protected_bytes, kNoHeaders, signature, true, kClaim)), SignatureStatus::valid);
  EXPECT_EQ(status_of(assemble(protected_bytes, kNoHeaders, signature, true, Bytes{1})), SignatureStatus::mismatch);
}

TEST(Cose, RefusesWhatIsNotASignature) {
  const Bytes good = assemble(header(-7, {}), kNoHeaders, Bytes(64, 1));
  EXPECT_TRUE(parse_cose(good));
  Bytes trailing = good;
  trailing.push_back(0);
  EXPECT_FALSE(parse_cose(trailing));
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(parse_cose(ByteView(good).first(size))) << size;
  Bytes tag_17 = good;
  tag_17[0] = 0xd1;
  EXPECT_FALSE(parse_cose(tag_17));
  cbor::Writer critical;
  critical.map(2).integer(1).integer(-7).integer(2).array(1).text("future");
  EXPECT_FALSE(parse_cose(assemble(critical.data(), kNoHeaders, Bytes(64, 1))));
  EXPECT_FALSE(parse_cose(assemble(header(-7, {}), header(-35, {}), Bytes(64, 1))));  // alg in both buckets
  const auto large = parse_cose(Bytes((std::size_t{4} << 20) + 1));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Code::limit);
}

}  // namespace
}  // namespace bonafide::crypto
