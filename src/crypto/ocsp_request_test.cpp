#include "crypto/ocsp_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/process.h"
#include "crypto/pki_test.h"

namespace bonafide::crypto {
namespace {

using testing::authority_plan;
using ::testing::HasSubstr;
using testing::Identity;
using testing::kDay;
using testing::kNow;
using testing::make_identity;
using testing::make_ocsp;
using testing::OcspPlan;
using testing::with;

struct World {
  Identity issuer = make_identity(authority_plan("Issuer"));
  Identity leaf;
  Identity responder = make_identity(with({}, "extendedKeyUsage", "OCSPSigning"), "P-256", &issuer);

  explicit World(const std::string& access = "OCSP;URI:http://ocsp.example/ask")
      : leaf(make_identity(with({}, "authorityInfoAccess", access), "P-256", &issuer)) {}
  Fetch answering(const OcspPlan& plan) const {
    return [this, plan](const HttpRequest&) -> Result<Bytes> {
      return make_ocsp(responder, leaf.certificate, issuer.certificate, plan);
    };
  }
  Result<Bytes> fetch(const Fetch& by) const { return fetch_ocsp(leaf.certificate, issuer.certificate, by, kNow); }
};

TEST(OcspRequest, TheCertificateSaysWhere) {
  EXPECT_EQ(World().leaf.certificate.ocsp_url, "http://ocsp.example/ask");
  EXPECT_EQ(World("").leaf.certificate.ocsp_url, "");
  EXPECT_EQ(World("caIssuers;URI:http://ca.example/ca.cer").leaf.certificate.ocsp_url, "");
  EXPECT_EQ(World("caIssuers;URI:http://a.example,OCSP;URI:https://b.example").leaf.certificate.ocsp_url,
            "https://b.example");
  EXPECT_EQ(World("OCSP;URI:ldap://a.example,OCSP;URI:http://b.example").leaf.certificate.ocsp_url, "http://b.example");
  EXPECT_EQ(World("OCSP;URI:file:///etc/passwd").leaf.certificate.ocsp_url, "");
  EXPECT_EQ(World("OCSP;DNS:ocsp.example").leaf.certificate.ocsp_url, "");
  EXPECT_EQ(World("OCSP;URI:http://" + std::string(3000, 'a')).leaf.certificate.ocsp_url, "");
  EXPECT_EQ(World("OCSP;URI:http://a.example/ b").leaf.certificate.ocsp_url, "");
}

TEST(OcspRequest, OpensslReadsIt) {
  const World world;
  const auto request = ocsp_request(world.leaf.certificate, world.issuer.certificate);
  ASSERT_TRUE(request) << request.error().message;
  const auto text =
      run_program({.command = {"openssl", "ocsp", "-reqin", "/dev/stdin", "-req_text"}, .input = *request});
  ASSERT_TRUE(text);
  EXPECT_THAT(std::string(as_text(text->output)), HasSubstr("Serial Number: 07"));
  EXPECT_EQ(*request, *ocsp_request(world.leaf.certificate, world.issuer.certificate));  // no nonce
}

TEST(OcspRequest, FetchesAGoodAnswer) {
  const World world;
  HttpRequest seen;
  const Bytes good = make_ocsp(world.responder, world.leaf.certificate, world.issuer.certificate, {});
  const auto answer = world.fetch([&](const HttpRequest& request) -> Result<Bytes> {
    seen = request;
    return good;
  });
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, good);
  EXPECT_EQ(seen.url, "http://ocsp.example/ask");
  EXPECT_EQ(seen.content_type, "application/ocsp-request");
  EXPECT_EQ(seen.body, *ocsp_request(world.leaf.certificate, world.issuer.certificate));
}

TEST(OcspRequest, TakesNothingElse) {
  const World world;
  const auto code = [&](const OcspPlan& plan) {
    const auto answer = world.fetch(world.answering(plan));
    return answer ? Code::internal : answer.error().code;
  };
  OcspPlan plan;
  plan.status = 'r';
  EXPECT_EQ(code(plan), Code::denied);
  plan.status = 'u';
  EXPECT_EQ(code(plan), Code::unavailable);
  plan = {};
  plan.next_update = plan.this_update + 1;  // no longer current
  EXPECT_EQ(code(plan), Code::corrupt);
  const Fetch nonsense = [](const HttpRequest&) -> Result<Bytes> { return Bytes{1, 2, 3}; };
  EXPECT_EQ(world.fetch(nonsense).error().code, Code::corrupt);
  const Fetch down = [](const HttpRequest&) -> Result<Bytes> { return make_error(Code::unavailable, "no such host"); };
  EXPECT_EQ(world.fetch(down).error().message, "no such host");
  EXPECT_EQ(world.fetch({}).error().code, Code::unavailable);
  EXPECT_EQ(World("").fetch(down).error().code, Code::not_found);
  const World other;  // an answer about somebody else's certificate
  EXPECT_EQ(world
                .fetch([&](const HttpRequest&) -> Result<Bytes> {
                  return make_ocsp(other.responder, other.leaf.certificate, other.issuer.certificate, {});
                })
                .error()
                .code,
            Code::corrupt);
}

}  // namespace
}  // namespace bonafide::crypto
