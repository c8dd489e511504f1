// Files that we signed, damaged: a byte changed, cut short, sizes blown up. Nothing stays trusted unless the answer
// lists the byte as covered by nothing; no answer takes much memory.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>

#include "oracle/allocations.h"
#include "oracle/oracle.h"
#include "support/support.h"

namespace bonafide::oracle {
namespace {

using provenance::c2pa::State;
using provenance::c2pa::Uncovered;

constexpr int kTries = 200;
constexpr std::size_t kMostMemory = std::size_t{64} << 20;

struct Variant {
  std::string name, sample;
  std::function<void(app::SignRequest&)> tweak = [](app::SignRequest&) {};
};

std::vector<Variant> variants() {
  using provenance::c2pa::BindingForm;
  std::vector<Variant> all;
  for (const std::string& name : sample_names()) all.push_back({name, name});
  for (const std::string name : {"jpg", "png", "gif", "webp", "wav"}) {
    all.push_back(
        {name + "_boxes", name, [](app::SignRequest& request) { request.binding.form = BindingForm::boxes; }});
  }
  all.push_back({"mp4_tree", "mp4_faststart", [](app::SignRequest& request) {
                   request.binding.form = BindingForm::bmff;
                   request.binding.merkle_block = 1024;
                 }});
  all.push_back({"jpg_reserve", "jpg", [](app::SignRequest& request) { request.reserve = 5000; }});
  return all;
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

struct Verdict {
  bool trusted = false;
  std::vector<Uncovered> uncovered;
  bool lists(std::uint64_t at) const {
    return std::ranges::any_of(uncovered,
                               [&](const Uncovered& u) { return at >= u.range.start && at < u.range.end(); });
  }
};

/// Whatever stands in `bytes`: an answer or an Error that says why, never an internal one.
Verdict judge(ByteView bytes, bool strict) {
  const media::MemorySource source(bytes);
  auto located = provenance::c2pa::locate(source, Context());
  if (!located) {
    EXPECT_FALSE(located.error().code == Code::internal || located.error().message.empty());
    return {};
  }
  if (!located->found()) return {};
  const auto validation = provenance::c2pa::validate(source, std::move(*located), {&trust(), now(), strict}, Context());
  if (!validation) {
    EXPECT_FALSE(validation.error().code == Code::internal || validation.error().message.empty());
    return {};
  }
  return {validation->state == State::trusted, validation->uncovered};
}

class SignedSweepSlow : public ::testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    const auto input = sample(GetParam().sample);
    if (!input) GTEST_SKIP() << "skipped: " << GetParam().sample << " cannot be made here, its tool is not installed";
    const testing::TemporaryFolder folder;
    app::SignRequest request = signing(*input, folder.file("signed"), "es256");
    request.stamp.key = pki("tsa.key");
    request.stamp.certificate = pki("tsa.pem");
    GetParam().tweak(request);
    const auto done = app::sign(request, Context());
    if (!done && done.error().code == Code::unsupported) GTEST_SKIP() << "skipped: " << done.error().message;
    ASSERT_TRUE(done) << done.error().message;
    const std::string text = *read_file(folder.file("signed"), 1 << 24);
    bytes_.assign(text.begin(), text.end());
    ASSERT_TRUE(judge(bytes_, false).trusted);
    ASSERT_TRUE(judge(bytes_, true).trusted) << "a strict reader objects to what we write";
  }
  std::size_t anywhere() { return std::uniform_int_distribution<std::size_t>(0, bytes_.size() - 1)(random_); }

  Bytes bytes_;
  std::mt19937_64 random_{20261124};
};

TEST_P(SignedSweepSlow, AChangedByteIsSeenOrListed) {
  int listed = 0, strictly = 0;
  for (int i = 0; i < kTries; ++i) {
    const std::size_t at = anywhere();
    const auto flip = static_cast<std::uint8_t>(1U << (random_() % 8));
    bytes_[at] ^= flip;
    if (const Verdict verdict = judge(bytes_, false); verdict.trusted) {
      EXPECT_TRUE(verdict.lists(at)) << "byte " << at << " (bit " << int{flip} << ") can change and nobody is told";
      ++listed;
      strictly += judge(bytes_, true).trusted ? 1 : 0;
    }
    bytes_[at] ^= flip;
  }
  fmt::print("{}: {} of {} changes lie where nothing is signed, and are listed; a strict reader passes {}\n",
             GetParam().name, listed, kTries, strictly);
}

TEST_P(SignedSweepSlow, CutShortItIsNeverTrusted) {
  const Allocations allocations;
  for (int i = 0; i < kTries; ++i) {
    const std::size_t size = i % 2 == 0 ? bytes_.size() * static_cast<std::size_t>(i) / kTries : anywhere();
    const Bytes part(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(judge(part, false).trusted) << "the first " << size << " bytes of " << bytes_.size();
  }
  EXPECT_LT(allocations.peak(), kMostMemory);
}

TEST_P(SignedSweepSlow, BlownUpSizesTakeNoMemory) {
  const Allocations allocations;
  for (int i = 0; i < kTries; ++i) {
    Bytes bytes = bytes_;
    const std::size_t at = anywhere(), length = std::min<std::size_t>(bytes.size() - at, i % 2 == 0 ? 4 : 8);
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), length, std::uint8_t{0xFF});
    bytes[at] = i % 3 == 0 ? 0x7F : bytes[at];
    if (bytes == bytes_) continue;
    const Verdict verdict = judge(bytes, false);
    if (!verdict.trusted) continue;
    for (std::size_t j = at; j < at + length; ++j) EXPECT_TRUE(bytes[j] == bytes_[j] || verdict.lists(j)) << j;
  }
  EXPECT_LT(allocations.largest(), kMostMemory);
  EXPECT_LT(allocations.peak(), kMostMemory);
}

std::string name_of(const ::testing::TestParamInfo<Variant>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Formats, SignedSweepSlow, ::testing::ValuesIn(variants()), name_of);

TEST(AllocationsCounted, ALargeRequestIsSeen) {
  const Allocations allocations;
  { const Bytes large(std::size_t{65} << 20); }
  EXPECT_GT(allocations.largest(), kMostMemory);
  EXPECT_GT(allocations.peak(), kMostMemory);
}

}  // namespace
}  // namespace bonafide::oracle
