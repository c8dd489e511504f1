// What went wrong, as HTTP tells it: problem details (RFC 9457), and the concise ones of SCRAPI (RFC 9290).
#pragma once
#include <string>
#include <string_view>

#include "base/serve.h"

namespace bonafide::app {

std::string_view reason_of(int status);
/// `detail`: a plain sentence. `accept`: of the request; who wants CBOR gets that.
WebAnswer problem(int status, const std::string& detail, std::string_view accept = {});
/// The status that fits an Error, and its message; what happened inside the machine (paths) is not told.
WebAnswer problem(const Error& error, std::string_view accept = {});
int status_of(const Error& error);

WebAnswer text_answer(int status, std::string_view text, std::string type = "text/plain; charset=utf-8");

}  // namespace bonafide::app
