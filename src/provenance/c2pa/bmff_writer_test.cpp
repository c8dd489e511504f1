#include "provenance/c2pa/bmff_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "provenance/c2pa/signing_test.h"
#include "support/bmff.h"

namespace bonafide::provenance::c2pa {
namespace {

using testing::created_plan;
using ::testing::HasSubstr;
using testing::House;
using testing::looked_at;

/// `work` as it comes out, handed over `step` bytes at a time.
Result<Bytes> written(const House& house, const Bytes& work, std::size_t step, SignPlan sign = {},
                      const Context& context = {}) {
  ManifestPlan plan = created_plan();
  plan.seed = 1;
  const Builder builder = TRY(Builder::create(std::move(plan)));
  sign.cose.signer = house.signer.get();
  Bytes out;
  int back = 0;
  const auto output = [&](std::uint64_t offset, ByteView bytes) -> Result<void> {
    if (offset == out.size()) {
      out.insert(out.end(), bytes.begin(), bytes.end());
    } else {
      ++back;
      std::copy(bytes.begin(), bytes.end(), out.begin() + static_cast<std::ptrdiff_t>(offset));
    }
    return {};
  };
  BmffWriter writer(builder, sign, output, context);
  for (ByteView left(work); !left.empty();) {
    const ByteView part = left.first(std::min(step, left.size()));
    TRY(writer.write(part));
    left = left.subspan(part.size());
  }
  const SignedFile file = TRY(writer.finish());
  EXPECT_EQ(file.binding, "c2pa.hash.bmff.v3");
  EXPECT_EQ(back, 1) << "only the credential is written out of order";
  return out;
}

/// The smallest that can be signed.
Bytes small_file() {
  return join({bmff::box("ftyp", {Bytes{'i', 's', 'o', 'm', 0, 0, 0, 0}}), bmff::box("moov", {}),
               bmff::box("mdat", {Bytes(100, 7)})});
}

void expect_refused(const Bytes& work, Code code, const std::string& part, const Context& context = {}) {
  static const House house;
  const auto out = written(house, work, 5, {}, context);
  ASSERT_FALSE(out) << part;
  EXPECT_EQ(out.error().code, code) << out.error().message;
  EXPECT_THAT(out.error().message, HasSubstr(part));
}

TEST(BmffWriter, EveryShapeOfFileIsTrustedAndNamesTheSameBytes) {
  const House house;
  for (const auto& [name, path] : bmff::samples()) {
    const Bytes before = file_bytes(path);
    const auto after = written(house, before, 10'000);
    ASSERT_TRUE(after) << name << ": " << after.error().to_string();
    const Validation validation = looked_at(house, *after);
    EXPECT_EQ(validation.state, State::trusted) << name;
    EXPECT_TRUE(validation.findings.empty()) << name << ": " << validation.findings.front().what;
    bmff::expect_same_places(before, *after, name);
    const media::MemorySource source(*after);
    const Located located = locate(source, {}).value();
    const Splice out = plan_embedding(source, {&located, {}, {}, false}, {}).value();
    EXPECT_TRUE(read_exactly(SplicedSource(source, out), 0, before.size()).value() == before) << name;
  }
}

TEST(BmffWriter, PiecesOfAnySizeMakeTheSameFile) {
  const House house(crypto::SignatureAlgorithm::ed25519);  // signs alike each time
  const Bytes work = small_file();
  const Bytes whole = written(house, work, work.size()).value();
  for (const std::size_t step : {1U, 3U, 8U, 17U}) EXPECT_EQ(written(house, work, step).value(), whole) << step;
}

TEST(BmffWriter, AFlippedByteShows) {
  const House house;
  Bytes work = written(house, small_file(), 50).value();
  ASSERT_EQ(looked_at(house, work).state, State::trusted);
  work.back() ^= 1;
  EXPECT_TRUE(looked_at(house, work).broken);
}

TEST(BmffWriter, TimeStampReserveAndOtherHashes) {
  const House house;
  SignPlan sign;
  sign.cose.stamper = house.stamper.get();
  sign.reserve = 3000;
  sign.bind.algorithm = crypto::HashAlgorithm::sha512;
  const Bytes signed_file = written(house, small_file(), 50, sign).value();
  const Validation validation = looked_at(house, signed_file);
  EXPECT_EQ(validation.state, State::trusted);
  EXPECT_EQ(validation.manifests[0].stamped, testing::kNow);
  EXPECT_GE(signed_file.size(), written(house, small_file(), 50).value().size() + 3000);
}

TEST(BmffWriter, ALastBoxUpToTheEndAndOneOfSixtyFourBits) {
  const House house;
  const Bytes head = join({bmff::box("ftyp", {Bytes{'i', 's', 'o', 'm', 0, 0, 0, 0}}), bmff::box("moov", {})});
  const Bytes open = join({head, bmff::u32(0), Bytes{'m', 'd', 'a', 't'}, Bytes(90, 3)});
  EXPECT_EQ(looked_at(house, written(house, open, 7).value()).state, State::trusted);
  const Bytes wide = join({head, bmff::u32(1), Bytes{'m', 'd', 'a', 't'}, bmff::u64(16 + 90), Bytes(90, 3)});
  EXPECT_EQ(looked_at(house, written(house, wide, 7).value()).state, State::trusted);
}

TEST(BmffWriter, RefusesWhatItCannotSign) {
  const Bytes type = bmff::box("ftyp", {Bytes{'i', 's', 'o', 'm', 0, 0, 0, 0}});
  expect_refused(Bytes(40, 'x'), Code::unsupported, "begins with its type");
  expect_refused(bmff::box("moov", {}), Code::unsupported, "begins with its type");
  expect_refused(join({bmff::u32(1'000'000), Bytes{'f', 't', 'y', 'p'}}), Code::unsupported, "begins with");
  expect_refused(type, Code::unsupported, "no movie");
  expect_refused(join({type, bmff::box("moof", {})}), Code::unsupported, "before the movie");
  expect_refused(join({type, bmff::u32(7), Bytes{'f', 'r', 'e', 'e'}}), Code::corrupt, "smaller than");
  expect_refused(join({type, bmff::u32(0), Bytes{'m', 'o', 'o', 'v'}}), Code::unsupported, "no size");
  Bytes cut = small_file();
  cut.pop_back();
  expect_refused(cut, Code::corrupt, "in the middle of a box");
  cut.resize(cut.size() - 104);  // in the head of the last box
  expect_refused(cut, Code::corrupt, "in the middle of a box");
  const House house;
  expect_refused(written(house, small_file(), 50).value(), Code::unsupported, "carries a credential already");
}

TEST(BmffWriter, BoundsWhatItHoldsBack) {
  Context context;
  context.limits.metadata_bytes = 1000;
  const Bytes type = bmff::box("ftyp", {Bytes{'i', 's', 'o', 'm', 0, 0, 0, 0}});
  // a size that is said, not sent: nothing may be kept for it
  expect_refused(join({type, bmff::u32(1001), Bytes{'m', 'o', 'o', 'v'}}), Code::limit, "too large", context);
  expect_refused(join({type, bmff::u32(1), Bytes{'m', 'o', 'o', 'v'}, bmff::u64(UINT64_MAX)}), Code::limit,
                 "too large");
}

TEST(BmffWriter, PassesOnWhatTheOutputSays) {
  const House house;
  const Builder builder = Builder::create(created_plan()).value();
  SignPlan sign;
  sign.cose.signer = house.signer.get();
  const auto full = [](std::uint64_t, ByteView) -> Result<void> { return make_error(Code::io, "the disk is full"); };
  BmffWriter writer(builder, sign, full, {});
  EXPECT_EQ(writer.write(small_file()).error().message, "the disk is full");
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
