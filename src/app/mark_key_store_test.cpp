#include "app/mark_key_store.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "app/mark.h"
#include "base/files.h"
#include "support/schema.h"
#include "support/support.h"

namespace bonafide::app {
namespace {

namespace fs = std::filesystem;

class MarkKeyStore : public ::testing::Test {
 protected:
  bonafide::testing::TemporaryFolder place_;
  const std::string folder_ = place_.file("keys");
};

AskPassphrase says(const std::string& passphrase) {
  return [passphrase](const std::string&) -> Result<std::string> { return passphrase; };
}
const AskPassphrase kNobodyAsks = [](const std::string&) -> Result<std::string> {
  ADD_FAILURE() << "asked for a passphrase";
  return std::string();
};

TEST_F(MarkKeyStore, KeepsKeysForTheirOwnerAlone) {
  const auto made = new_mark_key(folder_, "desk", 1764041400, {}).value();
  EXPECT_EQ(fs::status(made.path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(folder_).permissions(), fs::perms::owner_all);
  const Bytes secret = open_mark_key(folder_, "desk", kNobodyAsks).value();
  EXPECT_EQ(secret.size(), provenance::mark::kSecretSize);
  EXPECT_EQ(open_mark_key("", made.path, kNobodyAsks).value(), secret) << "named as a file";
  EXPECT_EQ(mark_keys(secret).value().pictures.fingerprint(), made.fingerprint);
}

TEST_F(MarkKeyStore, RefusesAnOpenSecretThatOthersCanRead) {
  const auto made = new_mark_key(folder_, "desk", 0, {}).value();
  for (const auto perms : {fs::perms::group_read, fs::perms::others_read, fs::perms::others_write}) {
    fs::permissions(made.path, fs::perms::owner_read | fs::perms::owner_write | perms);
    EXPECT_EQ(open_mark_key(folder_, "desk", kNobodyAsks).error().code, Code::denied);
    EXPECT_FALSE(list_mark_keys(folder_).value().at(0).trouble.empty());
  }
}

TEST_F(MarkKeyStore, AsksForThePassphraseOfASealedKey) {
  new_mark_key(folder_, "vault", 0, "first").value();
  const Bytes secret = open_mark_key(folder_, "vault", says("first")).value();
  EXPECT_EQ(open_mark_key(folder_, "vault", says("wrong")).error().code, Code::denied);
  const auto to = [](std::optional<std::string> next) {
    return [next]() -> Result<std::optional<std::string>> { return next; };
  };
  EXPECT_EQ(reseal_mark_key(folder_, "vault", says("wrong"), to("x")).error().code, Code::denied);
  EXPECT_TRUE(reseal_mark_key(folder_, "vault", says("first"), to("second")).value().sealed);
  EXPECT_EQ(open_mark_key(folder_, "vault", says("first")).error().code, Code::denied);
  EXPECT_EQ(open_mark_key(folder_, "vault", says("second")).value(), secret);
  fs::permissions(folder_ + "/vault.key", fs::perms::others_read, fs::perm_options::add);
  EXPECT_EQ(open_mark_key(folder_, "vault", says("second")).value(), secret) << "sealed: its mode does not matter";
  EXPECT_FALSE(reseal_mark_key(folder_, "vault", says("second"), to({})).value().sealed);
  EXPECT_EQ(open_mark_key(folder_, "vault", kNobodyAsks).value(), secret) << "and is for its owner alone again";
}

TEST_F(MarkKeyStore, ReplacesNothingAndListsWhatIsWrong) {
  new_mark_key(folder_, "desk", 0, {}).value();
  EXPECT_EQ(new_mark_key(folder_, "desk", 0, {}).error().code, Code::invalid_argument);
  EXPECT_EQ(new_mark_key(folder_, "../desk", 0, {}).error().code, Code::invalid_argument);
  EXPECT_EQ(open_mark_key(folder_, "nobody", kNobodyAsks).error().code, Code::not_found);
  write_file(folder_ + "/broken.key", "bonafide-mark-key 1\nname x\n", false).value();
  write_file(folder_ + "/notes.txt", "not a key", false).value();
  const auto keys = list_mark_keys(folder_).value();
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].name, "broken");
  EXPECT_FALSE(keys[0].trouble.empty());
  EXPECT_TRUE(keys[1].trouble.empty());
  EXPECT_TRUE(list_mark_keys(folder_ + "/none").value().empty());
  const auto text = read_file(std::string(BONAFIDE_SOURCE_DIR) + "/docs/schema/bonafide.mark_keys-1.json", 1 << 20);
  ASSERT_TRUE(text);
  EXPECT_EQ(bonafide::testing::schema_errors(*parse_json(*text), mark_keys_json(folder_, keys), true),
            std::vector<std::string>{});
}

}  // namespace
}  // namespace bonafide::app
