// Formats x algorithms x {plain, stamped, stamped and with an OCSP answer}: what the oracle signs we trust, what we
// sign the oracle trusts. One test a format and direction, so that Node starts once for its 21 files.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "oracle/oracle.h"
#include "support/support.h"

namespace bonafide::oracle {
namespace {

enum class Extra { plain, stamped, stapled };
constexpr Extra kExtras[] = {Extra::plain, Extra::stamped, Extra::stapled};

struct Cell {
  std::string algorithm;
  Extra extra;
  std::string file;  ///< the signed one
  std::string name() const {
    return algorithm + (extra == Extra::plain ? ", plain" : extra == Extra::stamped ? ", stamped" : ", stapled");
  }
};

std::vector<Cell> cells(const testing::TemporaryFolder& folder, const std::string& input) {
  std::vector<Cell> all;
  const std::string extension = input.substr(input.rfind('.'));
  for (const std::string& algorithm : kAlgorithms) {
    for (const Extra extra : kExtras) {
      all.push_back(
          {algorithm, extra, folder.file(fmt::format("{}{}{}", algorithm, static_cast<int>(extra), extension))});
    }
  }
  return all;
}

bool lists(const Json& codes, const std::string& code) {
  return std::any_of(codes.begin(), codes.end(), [&](const Json& item) { return item == code; });
}

/// The oracle's answer in the words of Ours::summary().
std::string summary(const Json& answer) {
  if (answer.contains("error")) return "error";
  Ours same;
  same.state = answer["state"].get<std::string>();
  same.stamped = lists(answer["success"], "timeStamp.trusted");
  same.not_revoked = lists(answer["success"], "signingCredential.ocsp.notRevoked");
  return same.summary();
}

std::string wanted(Extra extra) {
  return extra == Extra::plain     ? "Trusted"
         : extra == Extra::stamped ? "Trusted, stamped"
                                   : "Trusted, stamped, not revoked";
}

class OracleMatrix : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (const auto why = missing()) GTEST_SKIP() << *why;
    input_ = sample(GetParam());
    if (!input_) GTEST_SKIP() << "skipped: " << GetParam() << " cannot be made here, its tool is not installed";
  }
  std::optional<std::string> input_;
};

TEST_P(OracleMatrix, WhatTheOracleSignsWeTrust) {
  const testing::TemporaryFolder folder;
  const std::vector<Cell> all = cells(folder, *input_);
  std::vector<Json> jobs;
  for (const Cell& cell : all) {
    Json job = signing_job(*input_, cell.file, cell.algorithm);
    if (cell.extra != Extra::plain) job["stamper"] = pki("");
    if (cell.extra == Extra::stapled) job["ocsp"] = pki(cell.algorithm + ".ocsp");
    jobs.push_back(std::move(job));
  }
  const std::vector<Json> answers = ask("sign.mjs", jobs);
  for (std::size_t i = 0; i < all.size(); ++i) {
    ASSERT_FALSE(answers[i].contains("error")) << all[i].name() << ": " << dump_json(answers[i]);
    const Ours answer = ours(all[i].file);
    EXPECT_EQ(answer.summary(), wanted(all[i].extra)) << all[i].name() << ":" << answer.notes;
  }
}

TEST_P(OracleMatrix, WhatWeSignTheOracleTrusts) {
  const testing::TemporaryFolder folder;
  const std::vector<Cell> all = cells(folder, *input_);
  std::vector<Json> jobs;
  for (const Cell& cell : all) {
    app::SignRequest request = signing(*input_, cell.file, cell.algorithm);
    if (cell.extra != Extra::plain) {
      request.stamp.key = pki("tsa.key");
      request.stamp.certificate = pki("tsa.pem");
    }
    if (cell.extra == Extra::stapled) request.ocsp = {pki(cell.algorithm + ".ocsp")};
    const auto signed_file = app::sign(request, Context());
    ASSERT_TRUE(signed_file) << cell.name() << ": " << signed_file.error().message;
    const Ours answer = ours(cell.file);
    EXPECT_EQ(answer.summary(), wanted(cell.extra)) << cell.name() << ":" << answer.notes;
    jobs.push_back(verifying_job(cell.file));
  }
  const std::vector<Json> answers = ask("verify.mjs", jobs);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(summary(answers[i]), wanted(all[i].extra)) << all[i].name() << ": " << dump_json(answers[i]);
  }
}

std::string name_of(const ::testing::TestParamInfo<std::string>& info) { return info.param; }
INSTANTIATE_TEST_SUITE_P(Formats, OracleMatrix, ::testing::ValuesIn(sample_names()), name_of);

}  // namespace
}  // namespace bonafide::oracle
