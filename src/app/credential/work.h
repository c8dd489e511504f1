// A file opened for signing or as an ingredient; private to this room.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/context.h"
#include "media/container/byte_source.h"
#include "provenance/c2pa/locate.h"

namespace bonafide::app {

struct Work {
  std::unique_ptr<const media::ByteSource> source;
  provenance::c2pa::Located located;
  std::string media_type;

  /// `content`: its bytes, which must outlive this; `path` is then only its name.
  static Result<Work> open(const std::string& path, std::optional<ByteView> content, const Context& context);
};

/// Names the file an Error is about, unless it names one already.
Error in_file(Error error, const std::string& path);

}  // namespace bonafide::app
