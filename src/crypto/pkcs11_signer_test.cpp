#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/files.h"
#include "crypto/pki_test.h"
#include "crypto/signer.h"
#include "support/support.h"

namespace bonafide::crypto {
namespace {

using testing::certificate_pem;
using testing::Identity;
using testing::key_pem;
using testing::make_identity;

const Bytes kMessage = {'m', 'e', 's', 's', 'a', 'g', 'e'};

/// SoftHSM's library, or nothing.
std::string module_path() {
  for (const char* const path : {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                                 "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"}) {
    if (std::filesystem::exists(path)) return path;
  }
  return {};
}

/// One token made of files for the whole program, since a module reads its settings once.
struct Token {
  bonafide::testing::TemporaryFolder folder;
  std::map<std::string, Identity> identities;
  bool ready = false;

  explicit Token(const std::vector<std::string>& kinds) {
    const std::string settings = folder.file("softhsm2.conf");
    std::filesystem::create_directory(folder.file("tokens"));
    if (!write_file(settings, "directories.tokendir = " + folder.file("tokens") + "\nlog.level = ERROR\n", true))
      return;
    setenv("SOFTHSM2_CONF", settings.c_str(), 1);
    ready = run("--init-token --free --label bonafide --so-pin 87654321 --pin 1234");
    ready = ready && run("--init-token --free --label second --so-pin 87654321 --pin 5678");
    identities["second"] = make_identity({});
    ready = ready && write_file(folder.file("second.pem"), key_pem(identities["second"].key), true) &&
            run("--import '" + folder.file("second.pem") + "' --token second --pin 5678 --label second --id 77");
    int id = 1;
    for (const std::string& kind : kinds) {
      identities[kind] = make_identity({}, kind);
      const std::string file = folder.file("key.pem");
      ready =
          ready && write_file(file, key_pem(identities[kind].key), true) &&
          run("--import '" + file + "' --token bonafide --pin 1234 --label " + kind + " --id 0" + std::to_string(id++));
    }
  }
  static bool run(const std::string& arguments) {
    return std::system(("softhsm2-util " + arguments + " >/dev/null 2>&1").c_str()) == 0;
  }
};

class Pkcs11 : public ::testing::Test {
 protected:
  void SetUp() override {
    if (module_path().empty()) GTEST_SKIP() << "skipped: no SoftHSM here (Debian: softhsm2)";
    ASSERT_TRUE(token().ready);
    const auto probe = sign("P-256", SignatureAlgorithm::es256);
    if (!probe && probe.error().message.find("not installed") != std::string::npos) {
      GTEST_SKIP() << "skipped: " << probe.error().message;
    }
  }
  static const Token& token() {
    static const Token made({"P-256", "P-384", "P-521", "rsa2048"});
    return made;
  }
  static Result<std::unique_ptr<Signer>> sign(
      const std::string& kind, std::optional<SignatureAlgorithm> algorithm,
      const std::string& uri = "pkcs11:token=bonafide;object=", const Passphrase& pin = [] {
        return std::string("1234");
      }) {
    return pkcs11_signer(uri + kind, module_path(), certificate_pem(token().identities.at(kind).certificate), algorithm,
                         pin);
  }
};

TEST_F(Pkcs11, EveryAlgorithm) {
  for (const auto& [algorithm, kind] :
       std::vector<std::pair<SignatureAlgorithm, std::string>>{{SignatureAlgorithm::es256, "P-256"},
                                                               {SignatureAlgorithm::es384, "P-384"},
                                                               {SignatureAlgorithm::es512, "P-521"},
                                                               {SignatureAlgorithm::ps256, "rsa2048"},
                                                               {SignatureAlgorithm::ps384, "rsa2048"},
                                                               {SignatureAlgorithm::ps512, "rsa2048"}}) {
    const auto signer = sign(kind, algorithm);
    ASSERT_TRUE(signer) << to_string(algorithm) << ": " << signer.error().message;
    const auto signature = (*signer)->sign(kMessage);
    ASSERT_TRUE(signature) << to_string(algorithm) << ": " << signature.error().message;
    const auto fits = verify_signature(algorithm, token().identities.at(kind).certificate, kMessage, *signature);
    EXPECT_TRUE(fits && *fits) << to_string(algorithm);
  }
}

TEST_F(Pkcs11, TwoSignersOutliveEachOther) {
  auto first = sign("P-256", {});
  const auto second = sign("P-384", {});
  ASSERT_TRUE(first && second);
  first->reset();
  EXPECT_TRUE((*second)->sign(kMessage));
  const auto again = sign("P-256", {});
  ASSERT_TRUE(again);
  EXPECT_TRUE((*again)->sign(kMessage));
}

TEST_F(Pkcs11, EachTokenIsOpenedWithItsOwnPin) {
  const auto first = sign("P-256", {});
  int asked = 0;
  const auto second = sign("second", {}, "pkcs11:token=second;object=", [&] { return ++asked, std::string("5678"); });
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_LE(asked, 1);  // not at all when an earlier round opened it
  ASSERT_TRUE(first);
  EXPECT_TRUE((*first)->sign(kMessage));
  EXPECT_TRUE((*second)->sign(kMessage));
}

TEST_F(Pkcs11, RefusesWhatIsNotThere) {
  const auto code = [](const Result<std::unique_ptr<Signer>>& signer) {
    EXPECT_FALSE(signer);
    return signer ? Code::internal : signer.error().code;
  };
  EXPECT_EQ(code(sign("P-256", {}, "pkcs11:token=bonafide;object=no-")), Code::unavailable);
  EXPECT_EQ(code(sign("P-256", {}, "pkcs11:token=another;object=")), Code::unavailable);
  EXPECT_EQ(code(sign("P-256", {}, "file:")), Code::invalid_argument);
  const auto& wrong = token().identities.at("P-384").certificate;
  EXPECT_EQ(code(pkcs11_signer("pkcs11:token=bonafide;object=P-256", module_path(), certificate_pem(wrong), {},
                               [] { return std::string("1234"); })),
            Code::invalid_argument);
  EXPECT_EQ(code(pkcs11_signer("pkcs11:token=bonafide;object=P-256", "/no/such/module.so",
                               certificate_pem(token().identities.at("P-256").certificate), {},
                               [] { return std::string("1234"); })),
            Code::unavailable);
}

/// In a program of its own: a token that was opened once stays open.
void expect_denied(const std::string& uri, const Passphrase& pin, const std::string& certificate, std::string wanted) {
  const auto signer = pkcs11_signer(uri, module_path(), certificate, {}, pin);
  if (signer) std::_Exit(2);
  const bool leaks = signer.error().message.find("4321") != std::string::npos;
  std::fprintf(stderr, "%s\n", signer.error().message.c_str());
  std::_Exit(signer.error().code == Code::denied && !leaks && signer.error().message.find(wanted) != std::string::npos
                 ? 0
                 : 1);
}

TEST(Pkcs11Pin, WrongOrMissing) {
  if (module_path().empty()) GTEST_SKIP() << "skipped: no SoftHSM here (Debian: softhsm2)";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  static const Token token({"P-256"});
  ASSERT_TRUE(token.ready);
  const std::string uri = "pkcs11:token=bonafide;object=P-256";
  const std::string certificate = certificate_pem(token.identities.at("P-256").certificate);
  EXPECT_EXIT(expect_denied(
                  uri, [] { return std::string("4321"); }, certificate, "refuses the PIN"),
              ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(expect_denied(uri, {}, certificate, "none was given"), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(expect_denied(uri + "?pin-value=4321", {}, certificate, "PIN"), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace bonafide::crypto
