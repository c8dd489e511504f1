// Asking the network. Rooms never reach out by themselves: a front door that was told to may hand them this function.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace bonafide {

struct HttpRequest {
  std::string url;                               ///< http or https
  std::string content_type;                      ///< of the body
  Bytes body;                                    ///< empty: GET, else POST
  std::string accept;                            ///< media type that is wanted, or empty
  std::uint64_t most = std::uint64_t{16} << 20;  ///< bytes of an answer that are taken
  int seconds = 30;                              ///< until it is given up
};

/// The answer's body. unavailable: no such host, refused, timed out, or a status other than 200; limit: too large;
/// denied: it would lead where a URL out of a file must not.
using Fetch = std::function<Result<Bytes>(const HttpRequest& request)>;

/// A program's network: Fetch for URLs of which the user himself named these (they may lie on his own network).
using Network = std::function<Fetch(std::vector<std::string> named)>;

}  // namespace bonafide
