// The way in for tests and fuzzers: everything open() does but the hash, on any source of bytes.
#pragma once
#include "media/container/byte_source.h"
#include "media/container/media.h"

namespace bonafide::media {

/// Leaves Media::sha256 empty.
Result<Media> open_bytes(const ByteSource& source, const std::string& path, const Context& context);

}  // namespace bonafide::media
