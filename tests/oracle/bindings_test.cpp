// Box hashes and compressed manifests: c2pa-rs binds by boxes whenever it compresses, so one file shows both.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "oracle/oracle.h"
#include "provenance/c2pa/validate.h"
#include "support/support.h"

namespace bonafide::oracle {
namespace {

using namespace provenance::c2pa;

std::optional<Validation> look(const Bytes& bytes) {
  const media::MemorySource source(bytes);
  auto located = locate(source, Context());
  if (!located || !located->found()) return std::nullopt;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  ValidateOptions options;
  options.trust = &trust();
  options.at = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  auto validation = validate(source, std::move(*located), options, Context());
  if (!validation) return std::nullopt;
  return std::move(*validation);
}

class OracleBindings : public ::testing::TestWithParam<std::string> {};

TEST_P(OracleBindings, CompressedAndBoundByBoxesWeTrustUntilAByteChanges) {
  if (const auto why = missing()) GTEST_SKIP() << *why;
  const auto input = sample(GetParam());
  if (!input) GTEST_SKIP() << "skipped: " << GetParam() << " cannot be made here";
  const testing::TemporaryFolder folder;
  const std::string output = folder.file("compressed." + GetParam());
  Json job = signing_job(*input, output, "es256");
  job["settings"] = parse_json(R"({"core": {"prefer_compress_manifests": true}})").value();
  const Json answer = ask("sign.mjs", {job}).front();
  ASSERT_FALSE(answer.contains("error")) << dump_json(answer);
  const FileReader file = FileReader::open(output).value();
  Bytes bytes = file.read(0, static_cast<std::size_t>(file.size())).value();
  const auto whole = look(bytes);
  ASSERT_TRUE(whole);
  EXPECT_EQ(to_string(whole->state), "Trusted") << whole->unsupported;
  EXPECT_TRUE(whole->manifests.front().compressed);
  EXPECT_TRUE(whole->manifests.front().has("assertion.boxesHash.match"));
  std::uint64_t random = 0x9E3779B97F4A7C15;
  for (int i = 0; i < 200; ++i) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    // Half of the changes fall on the credential, which is small beside the picture.
    const Range most{0, i % 2 == 0 ? std::min<std::uint64_t>(bytes.size(), 4096) : bytes.size()};
    const auto at = static_cast<std::size_t>((random >> 16) % most.length);
    bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1U << (random >> 61));
    const auto changed = look(bytes);
    if (changed && changed->state == State::trusted) {
      EXPECT_TRUE(std::ranges::any_of(changed->uncovered,
                                      [&](const Uncovered& u) { return at >= u.range.start && at < u.range.end(); }))
          << GetParam() << ": byte " << at << " can change and nobody is told";
    }
    bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1U << (random >> 61));
  }
}

// A later manifest refers to a compressed one by the hash of its compressed form.
TEST(OracleBinding, ACompressedParentHolds) {
  if (const auto why = missing()) GTEST_SKIP() << *why;
  const auto input = sample("jpg");
  ASSERT_TRUE(input);
  const testing::TemporaryFolder folder;
  const std::string first = folder.file("first.jpg"), second = folder.file("second.jpg");
  Json job = signing_job(*input, first, "es256");
  job["settings"] = parse_json(R"({"core": {"prefer_compress_manifests": true}})").value();
  ASSERT_FALSE(ask("sign.mjs", {job}).front().contains("error"));
  Json edit = signing_job(first, second, "es256");
  edit["intent"] = "edit";
  edit["definition"]["assertions"] = Json::array();
  const Json answer = ask("sign.mjs", {edit}).front();
  ASSERT_FALSE(answer.contains("error")) << dump_json(answer);
  const FileReader file = FileReader::open(second).value();
  const auto validation = look(file.read(0, static_cast<std::size_t>(file.size())).value());
  ASSERT_TRUE(validation);
  EXPECT_EQ(to_string(validation->state), "Trusted") << ours(second).notes;
  ASSERT_EQ(validation->manifests.size(), 2U);
  EXPECT_TRUE(validation->manifests[0].has("ingredient.manifest.validated"));
  EXPECT_TRUE(validation->manifests[1].compressed);
}

TEST_P(OracleBindings, BoundByBoxesTheOracleTrusts) {
  if (const auto why = missing()) GTEST_SKIP() << *why;
  const auto input = sample(GetParam());
  if (!input) GTEST_SKIP() << "skipped: " << GetParam() << " cannot be made here";
  const testing::TemporaryFolder folder;
  std::vector<Json> jobs;
  for (const bool compress : {false, true}) {
    const std::string output = folder.file((compress ? "compressed." : "boxes.") + GetParam());
    app::SignRequest request = signing(*input, output, "es256");
    request.binding.form = BindingForm::boxes;
    request.compress = compress;
    const auto done = app::sign(request, Context());
    ASSERT_TRUE(done) << done.error().to_string();
    jobs.push_back(verifying_job(output));
  }
  for (const Json& answer : ask("verify.mjs", jobs)) {
    EXPECT_EQ(answer.value("state", ""), "Trusted") << dump_json(answer);
    EXPECT_NE(dump_json(answer).find("assertion.boxesHash.match"), std::string::npos) << dump_json(answer);
  }
}

// C2PA 2.5 §11.5.2 hashes the compressed form of a parent, and so do we; c2pa-rs 0.91.3 expects the hash of what is in
// it. When it learns the rule this test fails, and the known differences lose an entry.
TEST(OracleBinding, ACompressedParentOfOursIsNotUnderstoodYet) {
  if (const auto why = missing()) GTEST_SKIP() << *why;
  const testing::TemporaryFolder folder;
  const std::string first = folder.file("first.jpg"), second = folder.file("second.jpg");
  const auto input = sample("jpg");
  ASSERT_TRUE(input);
  app::SignRequest request = signing(*input, first, "es256");
  request.compress = true;
  ASSERT_TRUE(app::sign(request, Context()));
  app::SignRequest edit = signing(first, second, "es256");
  edit.definition.clear();
  const auto done = app::sign(edit, Context());
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(ours(second).state, "Trusted") << ours(second).notes;
  const Json answer = ask("verify.mjs", {verifying_job(second)}).front();
  EXPECT_EQ(answer.value("state", ""), "Invalid") << dump_json(answer);
  EXPECT_NE(dump_json(answer).find("ingredient.manifest.mismatch"), std::string::npos) << dump_json(answer);
}

INSTANTIATE_TEST_SUITE_P(Formats, OracleBindings, ::testing::Values("jpg", "png", "gif"),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace bonafide::oracle
