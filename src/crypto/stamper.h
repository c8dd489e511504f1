// Getting RFC 3161 time stamps: from an authority of one's own, a program, or over HTTP when the user asked for it.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fetch.h"
#include "crypto/certificate.h"
#include "crypto/hash.h"
#include "crypto/signer.h"

namespace bonafide::crypto {

class Stamper {
 public:
  virtual ~Stamper() = default;
  /// A DER TimeStampToken (CMS ContentInfo) over SHA-256 of `message`, with the authority's certificates in it
  /// (certReq), its imprint and nonce checked. `unavailable` when the authority does not answer or refuses.
  virtual Result<Bytes> stamp(ByteView message) const = 0;
  /// A bound on a token's size, to reserve room by.
  virtual std::size_t most_bytes() const { return 12'288; }
};

/// RFC 3161 section 2.4.1: a TimeStampReq for SHA-256 of `message`, with a random nonce and certReq.
Result<Bytes> time_stamp_request(ByteView message);
/// The token of a TimeStampResp, or a bare token, that answers `request`, cut out as it came. corrupt: another imprint
/// or nonce; unavailable: refused. Says nothing of its signature: check_time_stamp does.
Result<Bytes> token_of_response(ByteView response, ByteView request);

/// An authority of one's own: key and chain (leaf with EKU timeStamping first) as PEM. `at`: the time it writes; now
/// when absent (tests set it).
Result<std::unique_ptr<Stamper>> local_stamper(std::string_view key_pem, std::string_view chain_pem,
                                               std::optional<UnixTime> at, const Passphrase& passphrase);
/// Asks an authority by a function: a TimeStampReq in, a TimeStampResp or bare token out.
using AskAuthority = std::function<Result<Bytes>(ByteView request)>;
std::unique_ptr<Stamper> function_stamper(AskAuthority ask);
/// A program: TimeStampReq on its standard input, TimeStampResp or bare token on its standard output, exit code 0.
std::unique_ptr<Stamper> command_stamper(std::vector<std::string> command, int seconds = 60);
/// RFC 3161 section 3.4 over HTTP. Tokens of these three kinds are handed on only when their signature and the
/// authority's certificate hold (timeStamp.validated); whether it is trusted is a matter of the reader's lists. corrupt
/// when not.
std::unique_ptr<Stamper> http_stamper(std::string url, Fetch fetch);

}  // namespace bonafide::crypto
