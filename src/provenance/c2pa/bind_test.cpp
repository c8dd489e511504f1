#include "provenance/c2pa/bind.h"

#include <gtest/gtest.h>

#include "provenance/c2pa/binding.h"

namespace bonafide::provenance::c2pa {
namespace {

Bytes numbered(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
  return bytes;
}

Splice splice_at(Range frame, std::vector<Range> optional = {}) {
  Splice splice;
  splice.container = Container::png;
  splice.frame = frame;
  splice.optional_framing = std::move(optional);
  return splice;
}

Located located_as(const Splice& splice) {
  Located located;
  located.container = splice.container;
  if (splice.frame.length > 0) located.framing = {splice.frame};
  located.optional_framing = splice.optional_framing;
  return located;
}

std::string check(const HardBinding& binding, const Bytes& bytes, const Splice& splice) {
  const auto value = cbor::parse(binding.cbor);
  EXPECT_TRUE(value);
  const media::MemorySource source(bytes);
  const BindingRequest request{binding.label, &*value, "", false};
  return check_binding(request, source, located_as(splice), Context()).value().code;
}

TEST(Bind, DataHashHoldsForItsFileAndForNoOther) {
  Bytes bytes = numbered(5000);
  const media::MemorySource view(bytes);
  for (const Splice& splice : {splice_at({100, 300}, {{4, 4}}), splice_at({0, 0}), splice_at({4700, 300})}) {
    const HardBinding binding = make_binding(view, splice, {}, Context()).value();
    EXPECT_EQ(binding.label, "c2pa.hash.data");
    EXPECT_EQ(check(binding, bytes, splice), "assertion.dataHash.match");
    for (const std::size_t at : {std::size_t{0}, std::size_t{99}, std::size_t{400}, std::size_t{4699}}) {
      bytes[at] ^= 1;
      EXPECT_EQ(check(binding, bytes, splice), "assertion.dataHash.mismatch") << at;
      bytes[at] ^= 1;
    }
    if (splice.frame.length == 0) continue;
    bytes[static_cast<std::size_t>(splice.frame.start) + 5] ^= 1;  // the credential itself is hashed by no binding
    EXPECT_EQ(check(binding, bytes, splice), "assertion.dataHash.match");
    bytes[static_cast<std::size_t>(splice.frame.start) + 5] ^= 1;
  }
}

TEST(Bind, AnUpdateMovesWhatFollowsTheGrownStore) {
  const Splice before = splice_at({100, 300}, {{500, 4}});
  const Bytes bytes = numbered(5000);
  const media::MemorySource view(bytes);
  const HardBinding binding = make_binding(view, before, {}, Context()).value();
  Bytes grown = bytes;
  grown.insert(grown.begin() + 400, 77, 0xAB);
  const auto value = cbor::parse(binding.cbor);
  const media::MemorySource source(grown);
  Located located = located_as(splice_at({100, 377}, {{577, 4}}));
  BindingRequest request{binding.label, &*value, "", true};
  EXPECT_EQ(check_binding(request, source, located, Context()).value().code, "assertion.dataHash.match");
  request.update = false;
  EXPECT_EQ(check_binding(request, source, located, Context()).value().code, "assertion.dataHash.mismatch");
}

// c2pa-rs hashes the padding byte of an odd RIFF chunk, others leave it out with the chunk: both cover the rest.
TEST(Bind, ThePaddingOfARiffChunkMayBeHashed) {
  const Splice without_padding = splice_at({100, 299}), whole = splice_at({100, 300});
  Bytes bytes = numbered(1000);
  for (const Splice& splice : {without_padding, whole}) {
    const media::MemorySource view(bytes);
    const HardBinding binding = make_binding(view, splice, {}, Context()).value();
    const auto value = cbor::parse(binding.cbor);
    const BindingRequest request{binding.label, &*value, "", false};
    Located located = located_as(whole);
    const auto code = [&] { return check_binding(request, view, located, Context()).value().code; };
    EXPECT_EQ(code() == "assertion.dataHash.match", splice.frame.length == 300);
    located.loose_tail = 1;
    EXPECT_EQ(code(), "assertion.dataHash.match");
    bytes[399] ^= 1;
    EXPECT_EQ(code() == "assertion.dataHash.match", splice.frame.length == 300);
    bytes[399] ^= 1;
  }
}

TEST(Bind, ExplainsTheDataHashStepByStep) {
  const Bytes bytes = numbered(1000);
  const media::MemorySource view(bytes);
  const Splice splice = splice_at({100, 300});
  const HardBinding binding = make_binding(view, splice, {}, Context()).value();
  const auto value = cbor::parse(binding.cbor);
  BindingRequest request{binding.label, &*value, "", false};
  EXPECT_TRUE(check_binding(request, view, located_as(splice), Context()).value().trace.steps.empty());
  request.explain = true;
  const auto steps = check_binding(request, view, located_as(splice), Context()).value().trace.steps;
  ASSERT_EQ(steps.size(), 4U);
  const auto first = crypto::digest(crypto::HashAlgorithm::sha256, ByteView(bytes).first(100));
  EXPECT_EQ(steps[0].digest, to_hex(first));
  EXPECT_EQ(steps[1].kind, HashStep::Kind::excluded);
  EXPECT_EQ(steps[1].range, (Range{100, 300}));
  EXPECT_EQ(steps[2].range, (Range{400, 600}));
  EXPECT_EQ(steps[2].digest, steps[3].digest);
  EXPECT_EQ(steps[3].digest, steps[3].wanted);
}

TEST(Bind, DataHashHasOneSizeWhereverTheStoreStands) {
  const Bytes bytes = numbered(3000);
  const media::MemorySource view(bytes);
  for (const auto algorithm :
       {crypto::HashAlgorithm::sha256, crypto::HashAlgorithm::sha384, crypto::HashAlgorithm::sha512}) {
    BindOptions options;
    options.algorithm = algorithm;
    const HardBinding real = make_binding(view, splice_at({10, 20}, {{4, 4}}), options, Context()).value();
    options.placeholder = true;
    for (const std::uint64_t big : {std::uint64_t{1}, std::uint64_t{24}, std::uint64_t{256}, std::uint64_t{70'000},
                                    std::uint64_t{1} << 33, std::uint64_t{1} << 40}) {
      const Splice splice = splice_at({big + 8, big}, {{4, 4}});
      EXPECT_EQ(make_binding(view, splice, options, Context()).value().cbor.size(), real.cbor.size()) << big;
    }
    std::vector<Range> many;
    for (std::uint64_t i = 0; i < 40; ++i) many.push_back({1000 + i * 10, 4});
    const auto size = make_binding(view, splice_at({10, 20}, many), options, Context()).value().cbor.size();
    EXPECT_EQ(make_binding(view, splice_at({std::uint64_t{1} << 40, std::uint64_t{1} << 33}, many), options, Context())
                  .value()
                  .cbor.size(),
              size);
  }
}

TEST(Bind, APlaceholderReadsNothing) {
  class Closed final : public media::ByteSource {
    std::uint64_t size() const override { return 1000; }
    Result<std::size_t> read_some(std::uint64_t, std::span<std::uint8_t>) const override {
      return make_error(Code::io, "read");
    }
  };
  BindOptions options;
  EXPECT_FALSE(make_binding(Closed(), splice_at({10, 20}), options, Context()));
  options.placeholder = true;
  EXPECT_TRUE(make_binding(Closed(), splice_at({10, 20}), options, Context()));
}

TEST(Bind, RefusesWhatMakesNoSense) {
  const Bytes bytes = numbered(100);
  const media::MemorySource view(bytes);
  EXPECT_EQ(make_binding(view, splice_at({10, 20}, {{15, 4}}), {}, Context()).error().code, Code::invalid_argument);
  Splice bmff = splice_at({10, 20});
  bmff.container = Container::bmff;
  BindOptions options;
  options.form = BindingForm::data;
  EXPECT_EQ(make_binding(view, bmff, options, Context()).error().code, Code::invalid_argument);
  options.form = BindingForm::bmff;
  EXPECT_EQ(make_binding(view, splice_at({10, 20}), options, Context()).error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
