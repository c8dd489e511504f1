// Which libraries decode: a report names them, so that another machine can decode the same way.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace bonafide::media {

/// (name, version) of every decoding library, as linked at run time.
std::vector<std::pair<std::string, std::string>> library_versions();

/// (what it opens, whether this machine has the decoder) for the formats people meet most.
std::vector<std::pair<std::string, bool>> decoders();

}  // namespace bonafide::media
