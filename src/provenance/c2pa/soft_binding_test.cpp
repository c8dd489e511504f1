#include "provenance/c2pa/soft_binding.h"

#include <gtest/gtest.h>

#include "provenance/c2pa/cbor_map.h"
#include "provenance/c2pa/signing_test.h"

namespace bonafide::provenance::c2pa {
namespace {

using testing::created_plan;
using testing::House;
using testing::looked_at;
using testing::signed_bytes;
using testing::small_jpeg;

Result<SoftBinding> read(const Bytes& bytes) { return read_soft_binding(TRY(cbor::parse(bytes))); }

TEST(SoftBindings, ReadAsTheyWereWritten) {
  const SoftBinding binding{kSoundMark, {{"00ff", {}}, {"abcd", TimeSpan{500, 1500}}}};
  const auto back = read(write_soft_binding(binding).value());
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->alg, "org.bonafide.mark.sound.1");
  ASSERT_EQ(back->blocks.size(), 2U);
  EXPECT_EQ(back->blocks[0].value, "00ff");
  EXPECT_FALSE(back->blocks[0].when);
  ASSERT_TRUE(back->blocks[1].when);
  EXPECT_EQ(back->blocks[1].when->start, 500U);
  EXPECT_EQ(back->blocks[1].when->end, 1500U);
}

TEST(SoftBindings, WhatSaysNothingIsNotWritten) {
  EXPECT_EQ(write_soft_binding({"", {{"00", {}}}}).error().code, Code::invalid_argument);
  EXPECT_EQ(write_soft_binding({kTileMark, {}}).error().code, Code::invalid_argument);
  EXPECT_EQ(write_soft_binding({kTileMark, {{"", {}}}}).error().code, Code::invalid_argument);
  EXPECT_EQ(write_soft_binding({kTileMark, {{"00", TimeSpan{2, 1}}}}).error().code, Code::invalid_argument);
}

TEST(SoftBindings, OthersMayGiveBytes) {
  const Bytes value{0xDE, 0xAD};
  const Bytes block = CborMap().raw("scope", CborMap().take()).bytes("value", value).take();
  const auto back = read(CborMap().text("alg", "com.example").raw("blocks", cbor_array({block})).take());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->blocks[0].value, "dead");
}

TEST(SoftBindings, WhatIsNoneIsRefused) {
  const Bytes valueless = CborMap().raw("scope", CborMap().take()).take();
  const Bytes backwards =
      CborMap()
          .raw("scope", CborMap().raw("timespan", CborMap().integer("start", 9).integer("end", 3).take()).take())
          .text("value", "00")
          .take();
  for (const Bytes& bytes :
       {CborMap().text("alg", "a").take(), CborMap().text("alg", "a").raw("blocks", cbor_array({})).take(),
        CborMap().text("alg", "a").raw("blocks", cbor_array({valueless})).take(),
        CborMap().text("alg", "a").raw("blocks", cbor_array({backwards})).take(), cbor::Writer().integer(3).take()}) {
    const auto answer = read(bytes);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Code::corrupt);
  }
}

TEST(SoftBindings, StandInTheCredentialAndLetABoundWatermarkBeClaimed) {
  const House house;
  ManifestPlan plan = created_plan();
  plan.actions.push_back({{"action", "c2pa.watermarked.bound"}});
  Assertion assertion;
  assertion.label = "c2pa.soft-binding";
  assertion.content = write_soft_binding({kTileMark, {{"0123456789abcdef", {}}}}).value();
  plan.assertions.push_back(assertion);
  const Validation validation = looked_at(house, signed_bytes(house, small_jpeg(), plan).value());
  EXPECT_EQ(validation.state, State::trusted);
  ASSERT_EQ(validation.manifests[0].soft_bindings.size(), 1U);
  EXPECT_EQ(validation.manifests[0].soft_bindings[0].blocks[0].value, "0123456789abcdef");
  EXPECT_TRUE(validation.findings.empty());
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
