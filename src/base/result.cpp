#include "base/result.h"

#include <fmt/format.h>

namespace bonafide {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::invalid_argument: return "invalid_argument";
    case Code::not_found: return "not_found";
    case Code::io: return "io";
    case Code::corrupt: return "corrupt";
    case Code::unsupported: return "unsupported";
    case Code::limit: return "limit";
    case Code::cancelled: return "cancelled";
    case Code::denied: return "denied";
    case Code::unavailable: return "unavailable";
    case Code::internal: return "internal";
  }
  return "internal";
}

std::string Error::to_string() const {
  std::string text;
  if (!file.empty()) text += file + ": ";
  if (offset) text += fmt::format("at byte {}: ", *offset);
  return text + message;
}

Error make_error(Code code, std::string message, std::optional<std::uint64_t> offset, std::source_location where) {
  return Error{code, std::move(message), {}, offset, where};
}

}  // namespace bonafide
