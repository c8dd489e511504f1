// verify: the Content Credential alone, decoding nothing.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/credential/trust.h"
#include "base/context.h"
#include "base/picture_maps.h"
#include "report/credential/verification.h"

namespace bonafide::app {

struct VerifyRequest {
  std::string path;
  std::string sidecar;      ///< a .c2pa file, or empty
  crypto::UnixTime at = 0;  ///< validation clock
  bool strict = false;
  bool explain = false;  ///< tell how the hash over the file was computed
  std::vector<std::string> fragments =
      {};                                ///< of the stream whose initialization segment this is; sorted by their names
  std::optional<ByteView> content = {};  ///< the work, when it is in memory; `path` is then only its name
  Fetch fetch = {};                      ///< for a credential that is kept elsewhere; nothing: it stays there
  PictureMaps maps = {};                 ///< says where a broken picture differs from what was signed
  bool facts_only = false;               ///< for inspecting: a sidecar without its work is no error
};

/// `trust` is loaded once for many files: see load_trust.
Result<report::Verification> verify(const VerifyRequest& request, const Trust& trust, const Context& context);

}  // namespace bonafide::app
