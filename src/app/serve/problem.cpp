#include "app/serve/problem.h"

#include "base/cbor.h"
#include "base/json.h"

namespace bonafide::app {

std::string_view reason_of(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 507: return "Insufficient Storage";
    default: return status < 500 ? "Error" : "Internal Server Error";
  }
}

WebAnswer problem(int status, const std::string& detail, std::string_view accept) {
  WebAnswer answer;
  answer.status = status;
  answer.headers.emplace_back("Cache-Control", "no-store");
  const std::string words = clean_utf8(detail);
  if (accept.find("cbor") != std::string_view::npos) {  // RFC 9290: title -1, detail -2
    cbor::Writer writer;
    writer.map(2).integer(-1).text(reason_of(status)).integer(-2).text(words);
    answer.type = "application/concise-problem-details+cbor";
    answer.body = writer.take();
    return answer;
  }
  const Json json{{"type", "about:blank"}, {"title", reason_of(status)}, {"status", status}, {"detail", words}};
  const std::string text = dump_json(json) + "\n";
  answer.type = "application/problem+json";
  answer.body.assign(text.begin(), text.end());
  return answer;
}

int status_of(const Error& error) {
  switch (error.code) {
    case Code::invalid_argument:
    case Code::corrupt: return 400;
    case Code::not_found: return 404;
    case Code::limit: return 413;
    case Code::denied: return 403;
    case Code::unsupported: return 415;
    case Code::unavailable:
    case Code::cancelled: return 503;
    case Code::io: {
      const bool full = error.message.find("No space left") != std::string::npos ||
                        error.message.find("File too large") != std::string::npos ||
                        error.message.find("quota") != std::string::npos;
      return full ? 507 : 500;
    }
    case Code::internal: return 500;
  }
  return 500;
}

WebAnswer problem(const Error& error, std::string_view accept) {
  return problem(status_of(error), error.message, accept);
}

WebAnswer text_answer(int status, std::string_view text, std::string type) {
  WebAnswer answer;
  answer.status = status;
  answer.type = std::move(type);
  answer.body.assign(text.begin(), text.end());
  return answer;
}

}  // namespace bonafide::app
