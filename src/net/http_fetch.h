// The network, for front doors that were told to use it: one HTTP request, its answer in memory.
#pragma once
#include <string>
#include <vector>

#include "base/ask.h"

namespace bonafide::net {

struct HttpOptions {
  /// URLs that the user named himself, on the command line or in his settings. Only their scheme, host and port count:
  /// they may lie on this machine or in its network, where no other URL may lead (denied).
  std::vector<std::string> named = {};
  std::string authorities = {};  ///< a file of PEM certificates that https is checked against; empty: the system's
};

/// HTTP/1.1 over TCP or TLS 1.2 and later. At most three redirects: none from https to http, none that would make a GET
/// of a POST, and each under the rule for addresses above; a name is looked up once, and what is connected to is the
/// address that was checked. No proxies, cookies or credentials. The time limit holds for all of it together, but for a
/// name look-up that hangs, which lasts as long as the system's resolver waits.
/// invalid_argument: a URL that is none; otherwise as `Fetch` says.
Fetch http_fetch(HttpOptions options = {});
/// The same with every status as an answer. A token is not sent on to where a redirect leads, unless that is the same
/// origin.
HttpAsk http_ask(HttpOptions options = {});

}  // namespace bonafide::net
