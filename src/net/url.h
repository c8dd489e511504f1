// http and https URLs (RFC 3986), as strictly as a client may read them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bonafide::net {

struct Url {
  bool secure = false;  ///< https
  std::string host;     ///< lower case; an IPv6 address without brackets
  std::uint16_t port = 80;
  std::string target = "/";  ///< path and query, no fragment
  bool ipv6 = false;         ///< `host` stood in brackets

  /// Scheme, host and port: who is asked.
  std::string origin() const;
  /// As a Host header wants it: the port only when it is not the usual one.
  std::string authority() const;
};

/// At most 8192 printable ASCII characters. invalid_argument: another scheme, a user name in it (RFC 9110 section
/// 4.2.4), no host, an odd character or port.
Result<Url> parse_url(std::string_view text);
/// The URL that a Location header means, seen from `base` (RFC 3986 section 5.2).
Result<Url> parse_reference(const Url& base, std::string_view reference);

}  // namespace bonafide::net
