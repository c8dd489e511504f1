#include "provenance/mark/key_file.h"

#include <gtest/gtest.h>

namespace bonafide::provenance::mark {
namespace {

constexpr crypto::ScryptCost kQuick{.log2_n = 4, .r = 8, .p = 1};
const Bytes kSecret(kSecretSize, 0x5a);
constexpr std::int64_t kMade = 1764041400;

KeyFile plain() { return make_key_file("newsroom", kMade, kSecret, {}).value(); }
KeyFile sealed() { return make_key_file("newsroom", kMade, kSecret, "open sesame", kQuick).value(); }

TEST(MarkKeyFile, IsReadAsItWasWritten) {
  for (const KeyFile& file : {plain(), sealed()}) {
    const std::string text = key_file_text(file);
    EXPECT_LT(text.size(), 400U);
    const KeyFile again = parse_key_file(text).value();
    EXPECT_EQ(again.name, "newsroom");
    EXPECT_EQ(again.made, kMade);
    EXPECT_EQ(again.fingerprint, file.fingerprint);
    EXPECT_EQ(key_file_text(again), text);
    EXPECT_EQ(secret_of(again, "open sesame").value(), kSecret);
  }
}

TEST(MarkKeyFile, TheSealedSecretIsNotInTheFile) {
  const std::string text = key_file_text(sealed());
  EXPECT_EQ(text.find("5a5a5a"), std::string::npos);
  EXPECT_EQ(secret_of(parse_key_file(text).value(), "open barley").error().code, Code::denied);
  EXPECT_EQ(secret_of(parse_key_file(text).value(), "").error().code, Code::denied);
}

// Whoever can write the file shall not make a key pass for another.
TEST(MarkKeyFile, NameDateAndFingerprintCannotBeExchanged) {
  KeyFile file = sealed();
  file.name = "evil";
  EXPECT_EQ(secret_of(file, "open sesame").error().code, Code::denied);
  file = sealed();
  file.made += 1;
  EXPECT_EQ(secret_of(file, "open sesame").error().code, Code::denied);
  file = plain();
  file.fingerprint = "000000000000";
  EXPECT_EQ(secret_of(file, "").error().code, Code::corrupt);
}

TEST(MarkKeyFile, NamesAreNeverPaths) {
  for (const char* const name : {"a", "News-Room_2", "0"}) EXPECT_TRUE(is_key_name(name)) << name;
  for (const std::string name : {"", ".", "..", "a/b", "a.key", "-x", "a b", "\xc3\xa4"})
    EXPECT_FALSE(is_key_name(name)) << name;
  EXPECT_FALSE(is_key_name(std::string(65, 'a')));
  EXPECT_EQ(make_key_file("a/b", kMade, kSecret, {}).error().code, Code::invalid_argument);
  EXPECT_EQ(make_key_file("a", kMade, Bytes(16), {}).error().code, Code::invalid_argument);
  EXPECT_EQ(make_key_file("a", kMade, kSecret, "").error().code, Code::invalid_argument);
}

std::string replaced(std::string text, std::string_view old, std::string_view with) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), with);
}

TEST(MarkKeyFile, SaysWhatIsWrong) {
  const std::string good = key_file_text(plain()), box = key_file_text(sealed());
  const auto code = [](std::string_view text) { return parse_key_file(text).error().code; };
  EXPECT_EQ(code(""), Code::corrupt);
  EXPECT_EQ(code("-----BEGIN PRIVATE KEY-----\n"), Code::corrupt);
  EXPECT_EQ(code(replaced(good, "key 1", "key 2")), Code::unsupported);
  EXPECT_EQ(code(replaced(good, "name newsroom", "name ../../x")), Code::corrupt);
  EXPECT_EQ(code(replaced(good, "made 20", "made 99999")), Code::corrupt);
  EXPECT_EQ(code(replaced(good, "secret 5a", "secret 5")), Code::corrupt);
  EXPECT_EQ(code(good + "secret 00\n"), Code::corrupt);
  EXPECT_EQ(code(good.substr(0, good.size() - 1)), Code::corrupt);
  EXPECT_EQ(code(good + std::string(kMostKeyFile, ' ')), Code::limit);
  EXPECT_EQ(code(replaced(box, "scrypt 4 8 1", "scrypt 40 8 1")), Code::limit);
  EXPECT_EQ(code(replaced(box, "scrypt 4 8 1", "scrypt 20 32 4")), Code::limit);
  EXPECT_EQ(code(replaced(box, "scrypt 4 8 1", "scrypt x 8 1")), Code::corrupt);
  EXPECT_EQ(code(replaced(box, "scrypt 4", "argon2 4")), Code::unsupported);
  EXPECT_NE(parse_key_file(replaced(good, "made ", "mad ")).error().message.find("line 3"), std::string::npos);
}

}  // namespace
}  // namespace bonafide::provenance::mark
