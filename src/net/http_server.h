// The network, for front doors that were told to answer on it: HTTP/1.1 on one address, with a bound on everything.
#pragma once
#include "base/serve.h"

namespace bonafide::net {

/// One thread reads and writes, `workers` threads answer. Keeps connections; no TLS (a proxy in front has it), no
/// compression. A head, a body and an answer each have a deadline as a whole, so that no trickle of bytes holds a
/// connection: it is closed without a word. See Serve.
Result<void> http_serve(const ServeOptions& options, const WebService& service, std::stop_token stop,
                        const std::function<void(std::uint16_t port)>& listening);

}  // namespace bonafide::net
