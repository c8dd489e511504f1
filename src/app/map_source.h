// What a signed map says of a file that is checked: as one source of its provenance.
#pragma once
#include <optional>
#include <string>

#include "app/compare.h"
#include "provenance/credential.h"

namespace bonafide::app {

struct MapQuestion {
  std::string path;      ///< the file that is checked
  std::string original;  ///< what it is compared with: a work or a credential; empty: the map in its own credential
  const Trust* trust = nullptr;
};

/// Nothing: there is no original, and no broken credential with a map that its signer vouches for.
std::optional<provenance::Source> map_source(const MapQuestion& question, const provenance::Credential* credential,
                                             const Context& context);

}  // namespace bonafide::app
