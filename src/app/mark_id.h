// The id that a work's Content Credential gives it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/context.h"

namespace bonafide::app {

/// The first 64 bits of SHA-256("bonafide/mark-id/v1" 00 LABEL): whoever holds the credential finds the id again.
std::uint64_t mark_id_of_label(std::string_view label);

/// The id that the active manifest's soft binding names (org.bonafide.mark.…), else that of its label. not_found: no
/// credential; denied: one that does not hold.
Result<std::uint64_t> mark_id_from_credential(const std::string& path, const Context& context);

}  // namespace bonafide::app
