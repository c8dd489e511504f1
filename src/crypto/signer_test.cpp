#include "crypto/signer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "crypto/pki_test.h"
#include "support/support.h"

namespace bonafide::crypto {
namespace {

using testing::authority_plan;
using testing::certificate_pem;
using ::testing::HasSubstr;
using testing::Identity;
using testing::key_pem;
using testing::KeyForm;
using testing::make_identity;
using testing::with;

const Bytes kMessage = {'m', 'e', 's', 's', 'a', 'g', 'e'};

struct Chain {
  Identity root = make_identity(authority_plan("Root"));
  Identity middle = make_identity(authority_plan("Middle"), "P-256", &root);
  Identity leaf;
  std::string pem;

  explicit Chain(const std::string& key = "P-256", const testing::Plan& plan = {})
      : leaf(make_identity(plan, key, &middle)),
        pem(certificate_pem(leaf.certificate) + certificate_pem(middle.certificate) +
            certificate_pem(root.certificate)) {}
};

/// Signs, and checks with the leaf.
void expect_signs(const Signer& signer) {
  const auto signature = signer.sign(kMessage);
  ASSERT_TRUE(signature) << signature.error().message;
  const auto leaf = parse_certificate(signer.chain().front());
  ASSERT_TRUE(leaf);
  const auto fits = verify_signature(signer.algorithm(), *leaf, kMessage, *signature);
  EXPECT_TRUE(fits && *fits) << to_string(signer.algorithm());
}

TEST(PemSigner, EveryAlgorithmInEveryForm) {
  const std::vector<std::pair<SignatureAlgorithm, std::string>> kinds = {
      {SignatureAlgorithm::es256, "P-256"},    {SignatureAlgorithm::es384, "P-384"},
      {SignatureAlgorithm::es512, "P-521"},    {SignatureAlgorithm::ps256, "rsa2048"},
      {SignatureAlgorithm::ps384, "rsa2048"},  {SignatureAlgorithm::ps512, "rsa2048"},
      {SignatureAlgorithm::ed25519, "ed25519"}};
  for (const auto& [algorithm, kind] : kinds) {
    const Chain chain(kind);
    for (const KeyForm form : {KeyForm::pkcs8, KeyForm::traditional}) {
      if (form == KeyForm::traditional && kind == "ed25519") continue;  // there is none
      for (const std::string passphrase : {"", "open sesame"}) {
        const auto signer =
            pem_signer(key_pem(chain.leaf.key, form, passphrase), chain.pem, algorithm, [&] { return passphrase; });
        ASSERT_TRUE(signer) << kind << ": " << signer.error().message;
        EXPECT_EQ((*signer)->algorithm(), algorithm);
        expect_signs(**signer);
      }
    }
  }
}

TEST(PemSigner, TheKeySuggestsTheAlgorithm) {
  for (const auto& [kind, algorithm] :
       std::vector<std::pair<std::string, SignatureAlgorithm>>{{"P-256", SignatureAlgorithm::es256},
                                                               {"P-384", SignatureAlgorithm::es384},
                                                               {"P-521", SignatureAlgorithm::es512},
                                                               {"rsa2048", SignatureAlgorithm::ps256},
                                                               {"ed25519", SignatureAlgorithm::ed25519}}) {
    const Chain chain(kind);
    const auto signer = pem_signer(key_pem(chain.leaf.key), chain.pem, {}, {});
    ASSERT_TRUE(signer) << signer.error().message;
    EXPECT_EQ((*signer)->algorithm(), algorithm) << kind;
  }
}

TEST(PemSigner, RootIsLeftOutAndOrderIsFound) {
  const Chain chain;
  const auto wanted = std::vector<Bytes>{chain.leaf.certificate.der, chain.middle.certificate.der};
  for (const std::string& pem :
       {chain.pem, certificate_pem(chain.leaf.certificate) + certificate_pem(chain.middle.certificate),
        certificate_pem(chain.leaf.certificate) + certificate_pem(chain.root.certificate) +
            certificate_pem(chain.middle.certificate)}) {
    const auto signer = pem_signer(key_pem(chain.leaf.key), pem, {}, {});
    ASSERT_TRUE(signer) << signer.error().message;
    EXPECT_EQ((*signer)->chain(), wanted);
  }
  const Identity alone = make_identity({});  // signed by itself: there is nothing else to send
  const auto signer = pem_signer(key_pem(alone.key), certificate_pem(alone.certificate), {}, {});
  ASSERT_TRUE(signer) << signer.error().message;
  EXPECT_EQ((*signer)->chain().size(), 1U);
}

TEST(PemSigner, EcParametersBeforeTheKey) {  // as "openssl ecparam -genkey" writes
  const Chain chain;
  const std::string parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  const auto signer = pem_signer(parameters + key_pem(chain.leaf.key, KeyForm::traditional), chain.pem, {}, {});
  ASSERT_TRUE(signer) << signer.error().message;
  expect_signs(**signer);
}

void expect_error(const Result<std::unique_ptr<Signer>>& signer, Code code, const std::string& part) {
  ASSERT_FALSE(signer);
  EXPECT_EQ(signer.error().code, code) << signer.error().message;
  EXPECT_THAT(signer.error().message, HasSubstr(part));
}

TEST(PemSigner, Passphrases) {
  const Chain chain;
  int asked = 0;
  const auto answer = [&](std::string text) -> Passphrase { return [&asked, text] { return ++asked, text; }; };
  for (const KeyForm form : {KeyForm::pkcs8, KeyForm::traditional}) {
    const std::string sealed = key_pem(chain.leaf.key, form, "right");
    asked = 0;
    EXPECT_TRUE(pem_signer(sealed, chain.pem, {}, answer("right")));
    EXPECT_EQ(asked, 1);
    expect_error(pem_signer(sealed, chain.pem, {}, answer("wrong")), Code::denied, "does not open");
    expect_error(pem_signer(sealed, chain.pem, {}, answer("")), Code::denied, "no passphrase was given");
    expect_error(pem_signer(sealed, chain.pem, {}, {}), Code::denied, "no passphrase was given");
    expect_error(pem_signer(sealed, chain.pem, {}, answer(std::string(5000, 'x'))), Code::denied, "passphrase");
  }
  asked = 0;
  EXPECT_TRUE(pem_signer(key_pem(chain.leaf.key), chain.pem, {}, answer("unneeded")));
  EXPECT_EQ(asked, 0);
}

TEST(PemSigner, RefusesWhatDoesNotFit) {
  const Chain chain;
  const Chain other;
  const std::string key = key_pem(chain.leaf.key);
  expect_error(pem_signer(key, other.pem, {}, {}), Code::invalid_argument, "does not belong");
  expect_error(pem_signer("no key", chain.pem, {}, {}), Code::corrupt, "no private key");
  expect_error(pem_signer(chain.pem, chain.pem, {}, {}), Code::corrupt, "no private key");
  expect_error(pem_signer(key, "no certificate", {}, {}), Code::not_found, "");
  expect_error(pem_signer(key, chain.pem, SignatureAlgorithm::es384, {}), Code::invalid_argument, "es384");
  expect_error(pem_signer(key, chain.pem, SignatureAlgorithm::ps256, {}), Code::invalid_argument, "ps256");
  expect_error(pem_signer(key, chain.pem, SignatureAlgorithm::ed25519, {}), Code::invalid_argument, "ed25519");
  expect_error(pem_signer(key, chain.pem + certificate_pem(other.middle.certificate), {}, {}), Code::invalid_argument,
               "no place in the chain");
  expect_error(pem_signer(std::string((std::size_t{1} << 20) + 1, 'x'), chain.pem, {}, {}), Code::limit, "1 MiB");
}

TEST(PemSigner, RefusesLeavesThatMayNotSign) {
  for (const testing::Plan& plan : {testing::tsa_plan(), with({}, "extendedKeyUsage", ""),
                                    with({}, "keyUsage", "critical,keyEncipherment"), authority_plan("Authority")}) {
    const Chain chain("P-256", plan);
    expect_error(pem_signer(key_pem(chain.leaf.key), chain.pem, {}, {}), Code::invalid_argument,
                 "may not sign claims: ");
  }
  const Chain weak("rsa1024");
  expect_error(pem_signer(key_pem(weak.leaf.key), weak.pem, {}, {}), Code::invalid_argument, "2048");
}

/// A signing program written in shell around the openssl tool.
struct Script {
  bonafide::testing::TemporaryFolder folder;
  Chain chain;

  explicit Script(const std::string& key) : chain(key) {
    EXPECT_TRUE(write_file(folder.file("key.pem"), key_pem(chain.leaf.key), true));
    EXPECT_TRUE(write_file(folder.file("chain.pem"), chain.pem, true));
  }
  std::vector<std::string> command(const std::string& algorithm, const std::string& sign) const {
    return {"sh", "-c",
            "cd '" + folder.path() + "'; case $1 in info) echo 'algorithm: " + algorithm +
                "'; cat chain.pem;; sign) test \"$2\" = " + algorithm + " && cat >message && " + sign + ";; esac",
            "signing-program"};
  }
};

TEST(CommandSigner, SignsByTheProtocol) {
  const Script rsa("rsa2048");
  const auto pss = command_signer(rsa.command("ps256",
                                              "openssl dgst -sha256 -sign key.pem -sigopt rsa_padding_mode:pss -sigopt "
                                              "rsa_pss_saltlen:digest message"));
  ASSERT_TRUE(pss) << pss.error().message;
  EXPECT_EQ((*pss)->algorithm(), SignatureAlgorithm::ps256);
  EXPECT_EQ((*pss)->chain().size(), 2U);
  expect_signs(**pss);
  const Script edwards("ed25519");
  const auto ed25519 =
      command_signer(edwards.command("ed25519", "openssl pkeyutl -sign -rawin -inkey key.pem -in message"));
  ASSERT_TRUE(ed25519) << ed25519.error().message;
  expect_signs(**ed25519);
}

TEST(CommandSigner, Failures) {
  const Script script("P-256");
  const auto signing = [&](const std::string& sign, int seconds = 20) {
    const auto signer = command_signer(script.command("es256", sign), seconds);
    EXPECT_TRUE(signer);
    return (*signer)->sign(kMessage).error();
  };
  EXPECT_EQ(signing("{ echo 'card removed' >&2; exit 5; }").code, Code::unavailable);
  EXPECT_THAT(signing("{ echo 'card removed' >&2; exit 5; }").message, HasSubstr("exit code 5): card removed"));
  EXPECT_EQ(signing("sleep 20", 1).code, Code::unavailable);
  EXPECT_EQ(signing("yes").code, Code::limit);
  EXPECT_THAT(signing("printf short").message, HasSubstr("5 bytes, and the signature has 64"));
  EXPECT_EQ(signing("openssl dgst -sha256 -sign key.pem message").code, Code::corrupt);  // DER, not r || s

  const auto starting = [](const std::string& info) { return command_signer({"sh", "-c", info}, 20).error(); };
  EXPECT_EQ(starting("exit 1").code, Code::unavailable);
  EXPECT_EQ(starting("echo algorithm=es256").code, Code::corrupt);
  EXPECT_EQ(starting("echo algorithm: rs256").code, Code::unsupported);
  EXPECT_EQ(starting("echo algorithm: es256").code, Code::not_found);
  EXPECT_EQ(starting("echo algorithm: es384; cat '" + script.folder.file("chain.pem") + "'").code,
            Code::invalid_argument);
  EXPECT_EQ(command_signer({}).error().code, Code::invalid_argument);
  EXPECT_EQ(command_signer({"no-such-program-anywhere"}).error().code, Code::unavailable);
}

}  // namespace
}  // namespace bonafide::crypto
