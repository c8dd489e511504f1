// Maps of pictures: what a program that decodes pictures lends to rooms that only know credentials.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/context.h"
#include "base/result.h"

namespace bonafide {

/// How a picture compares with a map of what was signed.
struct PictureDifference {
  std::string state;                   ///< "same", "altered", "no_match"
  std::vector<std::string> sentences;  ///< plain, the most important first
};

struct PictureMaps {
  /// The map of a still picture, as CBOR. unsupported: no picture, or of a size that has none.
  std::function<Result<Bytes>(const std::string& path, const Context& context)> make;
  std::function<Result<PictureDifference>(ByteView map, const std::string& path, const Context& context)> compare;
  explicit operator bool() const { return make && compare; }
};

}  // namespace bonafide
