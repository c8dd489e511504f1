// Opening a file for a use case: what it is, and what its tracks are. Every opening hashes the whole file, so each use
// case opens once and hands the Media on.
#pragma once
#include <string>

#include "base/context.h"
#include "media/container/media.h"

namespace bonafide::app {

Result<media::Media> open_media(const FileReader& file, const Context& context);
Result<media::Media> open_media(const std::string& path, const Context& context);

}  // namespace bonafide::app
