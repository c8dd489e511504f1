// compare: is a picture the one that was signed (or another file holds), and where does it differ? And maps of pictures
// for the half of the program that only knows credentials.
#pragma once
#include <string>

#include "app/credential/trust.h"
#include "base/context.h"
#include "base/picture_maps.h"
#include "report/comparison.h"

namespace bonafide::app {

struct CompareRequest {
  std::string original;     ///< a picture, with a credential or without, or a credential by itself (.c2pa)
  std::string suspect;      ///< a picture
  crypto::UnixTime at = 0;  ///< validation clock
};

/// The map comes from the original's credential when it has one, else it is made of its picture. denied: the credential
/// holds a map that is not to be believed. unsupported: no picture that can be compared.
Result<report::Comparison> compare(const CompareRequest& request, const Trust& trust, const Context& context);

/// A picture's map as CBOR, and what became of it.
PictureMaps picture_maps();

}  // namespace bonafide::app
