// The ladder: what happens to files on their way, done to every file alike, so that each figure has an axis of wear.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/context.h"
#include "media/container/media.h"

namespace bonafide::lab {

struct Rung {
  std::string_view name;
  media::Kind kind = media::Kind::unknown;
  std::string_view what;  ///< for people
};

/// All rungs in their order; the files as they are are not among them.
std::span<const Rung> ladder();

/// The rung that takes the difference of sources away before labels are compared: one size, one rate, one saving.
inline constexpr std::string_view kNormalised = "normalised";

/// Writes the file as this rung leaves it into `folder`, under a name that begins with `stem`, and answers its path.
/// Nothing when the rung is of another kind of media. `unavailable` when a program that it takes is missing. The same
/// file gives the same result.
Result<std::optional<std::string>> work_over(const std::string& path, std::string_view rung, const std::string& folder,
                                             const std::string& stem, const Context& context);

}  // namespace bonafide::lab
