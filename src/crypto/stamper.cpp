#include "crypto/stamper.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/process.h"
#include "crypto/handles.h"
#include "crypto/time_stamp.h"

namespace bonafide::crypto {
namespace {

constexpr std::size_t kMostAnswerBytes = std::size_t{1} << 20;

using RequestHandle = Handle<TS_REQ, TS_REQ_free>;

/// What a TimeStampResp says when it grants nothing (RFC 3161 section 2.4.2), or nothing.
std::optional<std::string> refusal(ByteView response) {
  const unsigned char* at = response.data();
  const Handle<TS_RESP, TS_RESP_free> decoded(d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size())));
  if (!decoded) return std::nullopt;
  TS_STATUS_INFO* const info = TS_RESP_get_status_info(decoded.get());
  const long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info));
  if (status == TS_STATUS_GRANTED || status == TS_STATUS_GRANTED_WITH_MODS) return std::nullopt;
  std::string text = "the time-stamp authority refused (status " + std::to_string(status) + ")";
  const STACK_OF(ASN1_UTF8STRING)* const lines = TS_STATUS_INFO_get0_text(info);
  if (sk_ASN1_UTF8STRING_num(lines) > 0) {
    const ASN1_UTF8STRING* const line = sk_ASN1_UTF8STRING_value(lines, 0);
    const std::string_view said(reinterpret_cast<const char*>(ASN1_STRING_get0_data(line)),
                                static_cast<std::size_t>(ASN1_STRING_length(line)));
    text += ": " + clean_utf8(said.substr(0, 200));
  }
  return text;
}

ByteView imprint_of(const TS_REQ& request) {
  auto& writable = const_cast<TS_REQ&>(request);  // OpenSSL's getters take no const
  const ASN1_OCTET_STRING* const hash = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(&writable));
  return {ASN1_STRING_get0_data(hash), static_cast<std::size_t>(ASN1_STRING_length(hash))};
}

class FunctionStamper : public Stamper {
 public:
  explicit FunctionStamper(AskAuthority ask) : ask_(std::move(ask)) {}

  /// Takes only an answer whose signature holds.
  Result<Bytes> stamp(ByteView message) const override {
    const Bytes request = TRY(time_stamp_request(message));
    const Bytes answer = TRY(ask_(request));
    Bytes token = TRY(token_of_response(answer, request));
    const TimeStampCheck check = check_time_stamp(token, message, {});
    if (check.validated) return token;
    return make_error(Code::corrupt, "the time-stamp authority's answer is no good: " + check.reason);
  }

 private:
  AskAuthority ask_;
};

}  // namespace

Result<Bytes> time_stamp_request(ByteView message) {
  const ErrorQueue queue;
  const RequestHandle request(TS_REQ_new());
  const Handle<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free> imprint(TS_MSG_IMPRINT_new());
  const Handle<X509_ALGOR, X509_ALGOR_free> algorithm(X509_ALGOR_new());
  std::array<unsigned char, 8> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return make_error(Code::unavailable, "there are no random numbers to be had");
  }
  random[0] = static_cast<unsigned char>((random[0] & 0x7FU) | 0x40U);  // positive, and always as long
  const Handle<BIGNUM, BN_free> number(BN_bin2bn(random.data(), static_cast<int>(random.size()), nullptr));
  const Handle<ASN1_INTEGER, ASN1_INTEGER_free> nonce(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
  Bytes hash = digest(HashAlgorithm::sha256, message);
  const bool fine = request && imprint && algorithm && nonce &&
                    X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1 &&
                    TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
                    TS_MSG_IMPRINT_set_msg(imprint.get(), hash.data(), static_cast<int>(hash.size())) == 1 &&
                    TS_REQ_set_version(request.get(), 1) == 1 &&
                    TS_REQ_set_msg_imprint(request.get(), imprint.get()) == 1 &&
                    TS_REQ_set_nonce(request.get(), nonce.get()) == 1 && TS_REQ_set_cert_req(request.get(), 1) == 1;
  if (!fine) return make_error(Code::internal, "the time-stamp request cannot be put together");
  return der_of(*request, i2d_TS_REQ);
}

Result<Bytes> token_of_response(ByteView response, ByteView request) {
  const ErrorQueue queue;
  if (response.size() > kMostAnswerBytes) return make_error(Code::limit, "time stamp of more than 1 MiB");
  const unsigned char* at = request.data();
  const RequestHandle asked(d2i_TS_REQ(nullptr, &at, static_cast<long>(request.size())));
  if (!asked) return make_error(Code::invalid_argument, "this is no time-stamp request");
  if (auto said = refusal(response)) return make_error(Code::unavailable, std::move(*said));
  TimeStamp stamp = TRY(parse_time_stamp(response));
  const ByteView wanted = imprint_of(*asked);
  if (stamp.imprint_algorithm != HashAlgorithm::sha256 || !std::ranges::equal(stamp.imprint, wanted)) {
    return make_error(Code::corrupt, "the time-stamp authority stamped something else");
  }
  const ASN1_INTEGER* const nonce = TS_REQ_get_nonce(asked.get());
  if (nonce != nullptr && stamp.nonce != hex_of(nonce)) {
    return make_error(Code::corrupt, "the time-stamp authority answered another question (its nonce differs)");
  }
  return std::move(stamp.token);
}

std::unique_ptr<Stamper> function_stamper(AskAuthority ask) {
  return std::make_unique<FunctionStamper>(std::move(ask));
}

std::unique_ptr<Stamper> command_stamper(std::vector<std::string> command, int seconds) {
  return function_stamper([command = std::move(command), seconds](ByteView request) -> Result<Bytes> {
    ProgramAnswer answer =
        TRY(run_program({.command = command, .input = request, .most = kMostAnswerBytes, .seconds = seconds}));
    if (answer.exit_code == 0) return std::move(answer.output);
    return make_error(Code::unavailable, "the time-stamp program " + command.front() + " failed (exit code " +
                                             std::to_string(answer.exit_code) + ")" +
                                             (answer.said.empty() ? "" : ": " + answer.said));
  });
}

std::unique_ptr<Stamper> http_stamper(std::string url, Fetch fetch) {
  return function_stamper([url = std::move(url), fetch = std::move(fetch)](ByteView request) -> Result<Bytes> {
    if (!fetch) return make_error(Code::unavailable, "time stamps over HTTP need the network, which is off");
    HttpRequest post;
    post.url = url;
    post.content_type = "application/timestamp-query";
    post.accept = "application/timestamp-reply";
    post.body.assign(request.begin(), request.end());
    post.most = kMostAnswerBytes;
    return fetch(post);
  });
}

}  // namespace bonafide::crypto
