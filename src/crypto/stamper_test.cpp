#include "crypto/stamper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <set>

#include "base/files.h"
#include "base/process.h"
#include "crypto/development_pki.h"
#include "crypto/pki_test.h"
#include "crypto/time_stamp.h"
#include "support/support.h"

namespace bonafide::crypto {
namespace {

using testing::authority_plan;
using testing::certificate_pem;
using ::testing::HasSubstr;
using testing::Identity;
using testing::key_pem;
using testing::make_identity;
using testing::tsa_plan;

const Bytes kMessage = {'m', 'e', 's', 's', 'a', 'g', 'e'};

struct Authority {
  Identity root = make_identity(authority_plan("TSA root"));
  Identity middle = make_identity(authority_plan("TSA middle"), "P-256", &root);
  Identity leaf;

  explicit Authority(const std::string& key = "P-256", const testing::Plan& plan = tsa_plan())
      : leaf(make_identity(plan, key, &middle)) {}
  std::string chain() const { return certificate_pem(leaf.certificate) + certificate_pem(middle.certificate); }
  Result<std::unique_ptr<Stamper>> stamper(std::optional<UnixTime> at = testing::kNow) const {
    return local_stamper(key_pem(leaf.key), chain(), at, {});
  }
  TrustStore store() const {
    TrustStore store;
    EXPECT_TRUE(store.add_tsa_pem("TSA", certificate_pem(root.certificate)));
    return store;
  }
};

TEST(LocalStamper, TokensAreTrusted) {
  for (const std::string kind : {"P-256", "P-384", "P-521", "rsa2048"}) {
    const Authority authority(kind);
    const auto stamper = authority.stamper();
    ASSERT_TRUE(stamper) << kind << ": " << stamper.error().message;
    const auto token = (*stamper)->stamp(kMessage);
    ASSERT_TRUE(token) << token.error().message;
    EXPECT_LE(token->size(), (*stamper)->most_bytes());
    const auto check = check_time_stamp(*token, kMessage, authority.store());
    EXPECT_EQ(check.status, TimeStampStatus::trusted) << kind << ": " << check.reason;
    EXPECT_EQ(check.stamp->time, testing::kNow);
    EXPECT_FALSE(check.stamp->from_response);
    EXPECT_EQ(check.stamp->certificates.size(), 2U);  // no root
    EXPECT_EQ(check_time_stamp(*token, {}, authority.store()).status, TimeStampStatus::mismatch);
  }
}

TEST(LocalStamper, EveryTokenFitsAndHasItsOwnSerial) {
  const Authority authority;
  const auto stamper = authority.stamper();
  ASSERT_TRUE(stamper);
  std::set<std::string> serials;
  for (int i = 0; i < 200; ++i) {
    const auto token = (*stamper)->stamp(kMessage);
    ASSERT_TRUE(token);
    ASSERT_LE(token->size(), (*stamper)->most_bytes());
    serials.insert(parse_time_stamp(*token)->serial);
  }
  EXPECT_EQ(serials.size(), 200U);
}

TEST(LocalStamper, WritesTheTimeItIsTold) {
  const Authority authority;
  const auto early = authority.stamper(testing::kNow - 1000 * testing::kDay);
  ASSERT_TRUE(early);
  const auto check = check_time_stamp(*(*early)->stamp(kMessage), kMessage, authority.store());
  EXPECT_EQ(check.status, TimeStampStatus::outside_validity) << check.reason;
  const auto now = authority.stamper(std::nullopt);
  ASSERT_TRUE(now);
  const auto stamp = parse_time_stamp(*(*now)->stamp(kMessage));
  ASSERT_TRUE(stamp);
  EXPECT_NEAR(static_cast<double>(stamp->time), static_cast<double>(std::time(nullptr)), 60);
}

TEST(LocalStamper, FlippedBytesFail) {
  const Authority authority;
  const auto stamper = authority.stamper();
  ASSERT_TRUE(stamper);
  Bytes token = *(*stamper)->stamp(kMessage);
  const TrustStore store = authority.store();
  std::vector<std::size_t> survived;
  for (std::size_t i = 0; i < token.size(); i += 3) {
    token[i] ^= 1;
    if (check_time_stamp(token, kMessage, store).status == TimeStampStatus::trusted) survived.push_back(i);
    token[i] ^= 1;
  }
  EXPECT_LE(survived.size(), 4U);  // version numbers and the list of digests in front, which CMS does not sign
}

TEST(LocalStamper, RefusesWhatCannotStamp) {
  const Authority signer("P-256", {});
  EXPECT_EQ(signer.stamper().error().code, Code::invalid_argument);
  EXPECT_THAT(signer.stamper().error().message, HasSubstr("may not stamp time"));
  const Authority one;
  const Authority other;
  const auto mixed = local_stamper(key_pem(one.leaf.key), other.chain(), {}, {});
  ASSERT_FALSE(mixed);
  EXPECT_THAT(mixed.error().message, HasSubstr("does not belong"));
  EXPECT_EQ(Authority("ed25519").stamper().error().code, Code::unsupported);
  const auto sealed = key_pem(one.leaf.key, testing::KeyForm::pkcs8, "right");
  EXPECT_TRUE(local_stamper(sealed, one.chain(), {}, [] { return std::string("right"); }));
  EXPECT_EQ(local_stamper(sealed, one.chain(), {}, {}).error().code, Code::denied);
}

int run(const std::string& command) { return std::system(command.c_str()); }

TEST(LocalStamper, OpensslAgrees) {
  const bonafide::testing::TemporaryFolder folder;
  const Authority authority;
  const auto stamper = authority.stamper();
  ASSERT_TRUE(stamper);
  const Bytes token = *(*stamper)->stamp(kMessage);
  ASSERT_TRUE(write_file(folder.file("token"), as_text(token), true));
  ASSERT_TRUE(write_file(folder.file("message"), as_text(kMessage), true));
  ASSERT_TRUE(write_file(folder.file("other"), "another", true));
  ASSERT_TRUE(write_file(folder.file("root.pem"), certificate_pem(authority.root.certificate), true));
  const std::string verify = "cd '" + folder.path() +
                             "' && openssl ts -verify -in token -token_in -CAfile root.pem -attime " +
                             std::to_string(testing::kNow) + " -data ";
  EXPECT_EQ(run(verify + "message >/dev/null 2>&1"), 0);
  EXPECT_NE(run(verify + "other >/dev/null 2>&1"), 0);
}

/// Authority run by the openssl tool, as people have it.
struct Responder {
  bonafide::testing::TemporaryFolder folder;
  Authority authority;

  Responder() {
    const auto put = [&](std::string_view name, const std::string& text) {
      EXPECT_TRUE(write_file(folder.file(name), text, true));
    };
    put("tsa.pem", certificate_pem(authority.leaf.certificate));
    put("chain.pem", certificate_pem(authority.middle.certificate));
    put("tsa.key", key_pem(authority.leaf.key));
    put("serial", "01\n");
    put("tsa.cnf",
        "[tsa]\ndefault_tsa = mine\n[mine]\nserial = ./serial\ncrypto_device = builtin\nsigner_cert = ./tsa.pem\n"
        "certs = ./chain.pem\nsigner_key = ./tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\n"
        "digests = sha256\ness_cert_id_alg = sha256\n");
  }
  std::vector<std::string> command(const std::string& more = {}) const {
    return {"sh", "-c",
            "cd '" + folder.path() + "' && cat >query && openssl ts -reply -queryfile query -config tsa.cnf " + more};
  }
  Bytes answer(ByteView request) const {
    auto ran = run_program({.command = command(), .input = request});
    EXPECT_TRUE(ran && ran->exit_code == 0);
    return ran ? std::move(ran->output) : Bytes();
  }
};

TEST(CommandStamper, ResponseOrToken) {
  const Responder responder;
  for (const std::string more : {"", "-token_out"}) {
    const auto stamper = command_stamper(responder.command(more));
    const auto token = stamper->stamp(kMessage);
    ASSERT_TRUE(token) << more << ": " << token.error().message;
    const auto check = check_time_stamp(*token, kMessage, responder.authority.store());
    EXPECT_TRUE(check.validated) << check.reason;
    EXPECT_FALSE(check.stamp->from_response);
    EXPECT_LE(token->size(), stamper->most_bytes());
  }
}

TEST(CommandStamper, Failures) {
  const auto error = [](const std::string& script, int seconds = 20) {
    return command_stamper({"sh", "-c", script}, seconds)->stamp(kMessage).error();
  };
  EXPECT_EQ(error("echo 'no smart card' >&2; exit 4").code, Code::unavailable);
  EXPECT_THAT(error("echo 'no smart card' >&2; exit 4").message, HasSubstr("exit code 4): no smart card"));
  EXPECT_EQ(error("sleep 20", 1).code, Code::unavailable);
  EXPECT_EQ(error("echo nonsense").code, Code::corrupt);
  EXPECT_EQ(error("cat").code, Code::corrupt);  // the request itself
  EXPECT_EQ(error("true").code, Code::corrupt);
  EXPECT_EQ(error("yes").code, Code::limit);
  EXPECT_EQ(command_stamper({})->stamp(kMessage).error().code, Code::invalid_argument);
}

TEST(TimeStampRequest, OpensslReadsIt) {
  const bonafide::testing::TemporaryFolder folder;
  const auto request = time_stamp_request(kMessage);
  ASSERT_TRUE(request);
  EXPECT_NE(*request, *time_stamp_request(kMessage));  // the nonce
  const auto text =
      run_program({.command = {"openssl", "ts", "-query", "-in", "/dev/stdin", "-text"}, .input = *request});
  ASSERT_TRUE(text);
  EXPECT_THAT(std::string(as_text(text->output)), HasSubstr("Hash Algorithm: sha256"));
  EXPECT_THAT(std::string(as_text(text->output)), HasSubstr("Certificate required: yes"));
}

TEST(TimeStampResponse, OnlyTheAnswerToOurQuestion) {
  const Responder responder;
  const Bytes request = *time_stamp_request(kMessage);
  const Bytes response = responder.answer(request);
  EXPECT_TRUE(token_of_response(response, request));
  const auto code = [&](ByteView answer, ByteView question) {
    const auto token = token_of_response(answer, question);
    return token ? Code::internal : token.error().code;
  };
  EXPECT_EQ(code(response, *time_stamp_request(kMessage)), Code::corrupt);                           // another nonce
  EXPECT_EQ(code(response, *time_stamp_request({})), Code::corrupt);                                 // another imprint
  EXPECT_EQ(code(testing::make_stamp(responder.authority.leaf, kMessage), request), Code::corrupt);  // no nonce
  EXPECT_EQ(code(response, {}), Code::invalid_argument);
  EXPECT_EQ(code({}, request), Code::corrupt);
  EXPECT_EQ(code(Bytes(std::size_t{2} << 20), request), Code::limit);
  for (std::size_t size = 0; size < response.size(); size += 7) {
    EXPECT_FALSE(token_of_response(ByteView(response).first(size), request)) << size;
  }
}

TEST(TimeStampResponse, Refusals) {
  const Bytes request = *time_stamp_request(kMessage);
  const auto silent = token_of_response(*from_hex("30053003020102"), request);
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, Code::unavailable);
  EXPECT_EQ(silent.error().message, "the time-stamp authority refused (status 2)");
  const auto spoken = token_of_response(*from_hex("300d300b02010230060c04627573"
                                                  "79"),
                                        request);
  ASSERT_FALSE(spoken);
  EXPECT_EQ(spoken.error().message, "the time-stamp authority refused (status 2): busy");
}

TEST(HttpStamper, AsksAsRfc3161Says) {
  const Responder responder;
  HttpRequest seen;
  const Fetch fetch = [&](const HttpRequest& request) -> Result<Bytes> {
    seen = request;
    return responder.answer(request.body);
  };
  const auto token = http_stamper("http://tsa.example/stamp", fetch)->stamp(kMessage);
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_TRUE(check_time_stamp(*token, kMessage, {}).validated);
  EXPECT_EQ(seen.url, "http://tsa.example/stamp");
  EXPECT_EQ(seen.content_type, "application/timestamp-query");
  EXPECT_EQ(seen.accept, "application/timestamp-reply");
}

TEST(HttpStamper, TakesNoBrokenToken) {
  const Responder responder;
  const Fetch fetch = [&](const HttpRequest& request) -> Result<Bytes> {
    Bytes answer = responder.answer(request.body);
    answer.back() ^= 1;  // in the signature
    return answer;
  };
  const auto token = http_stamper("http://tsa.example", fetch)->stamp(kMessage);
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code, Code::corrupt) << token.error().message;
  EXPECT_EQ(http_stamper("http://tsa.example", {})->stamp(kMessage).error().code, Code::unavailable);
  const Fetch down = [](const HttpRequest&) -> Result<Bytes> { return make_error(Code::unavailable, "no such host"); };
  EXPECT_EQ(http_stamper("http://tsa.example", down)->stamp(kMessage).error().message, "no such host");
}

}  // namespace
}  // namespace bonafide::crypto
