// Maps of pictures, clips and sounds: what a program that decodes them lends to rooms that only know credentials.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/context.h"
#include "base/result.h"

namespace bonafide {

/// How a work compares with a map of what was signed.
struct PictureDifference {
  std::string state;                   ///< "same", "altered", "no_match"
  std::vector<std::string> sentences;  ///< plain, the most important first
};

struct PictureMaps {
  /// The map of a work, as CBOR. unsupported: nothing that can have one, or of a size that has none.
  std::function<Result<Bytes>(const std::string& path, const Context& context)> make;
  std::function<Result<PictureDifference>(ByteView map, const std::string& path, const Context& context)> compare;
  explicit operator bool() const { return make && compare; }
};

}  // namespace bonafide
