// Asking the network where every answer has a meaning, not 200 alone: witnesses, logs. See base/fetch.h.
#pragma once
#include "base/fetch.h"

namespace bonafide {

struct HttpQuestion : HttpRequest {
  std::string token = {};  ///< "Authorization: Bearer …", for the URL's origin alone; empty: none
};
/// An answer of any status.
struct HttpAnswer {
  int status = 0;
  std::string type;  ///< media type, as it was sent
  Bytes body;
};
/// As Fetch, but every status is an answer (redirects are followed).
using HttpAsk = std::function<Result<HttpAnswer>(const HttpQuestion& question)>;
/// As Network, for HttpAsk.
using AskNetwork = std::function<HttpAsk(std::vector<std::string> named)>;

}  // namespace bonafide
