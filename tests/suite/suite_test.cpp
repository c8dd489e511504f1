// The validator suite of docs/c2pa_suite.md through the command: the room's own test leaves each case's files, lists of
// trust, clock and answer in a folder; `bonafide-verify` must tell the same codes of the same manifests.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "support/support.h"

namespace bonafide {
namespace {

constexpr std::uint64_t kMost = std::uint64_t{16} << 20;

Json json_of(const std::string& path) {
  auto text = read_file(path, kMost);
  auto json = text ? parse_json(*text) : Result<Json>(text.error());
  EXPECT_TRUE(json) << path;
  return json ? std::move(*json) : Json();
}

std::vector<std::multiset<std::string>> codes_told(const Json& answer) {
  std::vector<std::multiset<std::string>> all;
  for (const Json& manifest : answer.value("manifests", Json::array())) {
    std::multiset<std::string> codes;
    for (const Json& status : manifest["statuses"]) codes.insert(status["code"].get<std::string>());
    all.push_back(std::move(codes));
  }
  return all;
}

std::vector<std::multiset<std::string>> codes_wanted(const Json& asked) {
  std::vector<std::multiset<std::string>> all;
  for (const Json& manifest : asked["manifests"]) {
    std::multiset<std::string> codes;
    for (const Json& code : manifest) codes.insert(code.get<std::string>());
    all.push_back(std::move(codes));
  }
  return all;
}

TEST(SuiteE2e, TheCommandTellsWhatTheRoomTells) {
  const testing::TemporaryFolder folder;
  const std::string room = fmt::format("BONAFIDE_SUITE_OUT={} {} --gtest_filter=Suite.* >{} 2>&1", folder.path(),
                                       BONAFIDE_ROOM_TEST, folder.file("log"));
  ASSERT_EQ(std::system(room.c_str()), 0) << read_file(folder.file("log"), kMost).value_or("");
  // The suite's lists speak for C2PA's own key use alone; without this, --trust speaks for the usual others as well.
  ASSERT_TRUE(write_file(folder.file("uses"), "1.3.6.1.4.1.62558.2.1\n", true));
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (entry.path().extension() != ".json") continue;
    ++cases;
    const Json asked = json_of(entry.path().string());
    const std::string name = asked["name"];
    std::string command = fmt::format("{} verify --json --no-trust-store --eku {} --at {} --trust {} --tsa-trust {}",
                                      BONAFIDE_VERIFY, folder.file("uses"), asked["at"].get<std::string>(),
                                      asked["signers"].get<std::string>(), asked["tsa"].get<std::string>());
    if (asked.contains("sidecar")) command += " --sidecar " + asked["sidecar"].get<std::string>();
    command += fmt::format(" {} >{}", asked["file"].get<std::string>(), folder.file("answer"));
    std::system(command.c_str());  // its exit code is the verdict; the answer says more
    const Json answer = json_of(folder.file("answer"));
    const std::string state = asked["state"];
    EXPECT_EQ(answer.value("c2pa_state", answer.value("state", "")), state) << name;
    EXPECT_EQ(codes_told(answer), codes_wanted(asked)) << name;
  }
  EXPECT_EQ(cases, 105) << "all cases but the two that are not had";
}

}  // namespace
}  // namespace bonafide
