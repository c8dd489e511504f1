// Targets of requests taken apart: percent-encoding and query parameters, strictly.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bonafide::app {

/// invalid_argument: a percent sign without two hex digits. A plus sign stays one.
Result<std::string> percent_decoded(std::string_view text);
/// The parameter's decoded value, or nothing. invalid_argument: it is there twice, or not well encoded.
Result<std::optional<std::string>> query_value(std::string_view query, std::string_view name);
/// A number from 1 to `most`; `usual` when it is not there.
Result<std::uint64_t> query_count(std::string_view query, std::string_view name, std::uint64_t usual,
                                  std::uint64_t most);

}  // namespace bonafide::app
