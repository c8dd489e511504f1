// Hard bindings: does the file still hold the bytes that were signed (C2PA 2.5 §16.3)? Hashes in constant memory.
#pragma once
#include <string>
#include <vector>

#include "base/cbor.h"
#include "provenance/c2pa/fragments.h"
#include "provenance/c2pa/hash_trace.h"
#include "provenance/c2pa/locate.h"
#include "provenance/c2pa/store.h"

namespace bonafide::provenance::c2pa {

/// Bytes of the file that no hash covers.
struct Uncovered {
  Range range;
  std::string what;  ///< for people: "the box free"
};

struct BindingCheck {
  std::string code;             ///< assertion.dataHash.match, assertion.bmffHash.mismatch, …; empty when unsupported
  std::string reason;           ///< plain sentence
  std::string unsupported;      ///< what this version cannot check; then nothing is known
  std::string additional_code;  ///< assertion.….additionalExclusionsPresent, or empty
  bool weak = false;            ///< matches, but by a form that leaves room (c2pa.hash.bmff of 2021): never trusted
  std::vector<Uncovered> uncovered;
  HashTrace trace;  ///< filled when the request asks for it
};

struct BindingRequest {
  std::string label;  ///< base label of the assertion
  const cbor::Value* value = nullptr;
  std::string default_alg;                           ///< the claim's; used when the assertion names none
  bool update = false;                               ///< reached through an update manifest: the store has grown since
  bool explain = false;                              ///< fill BindingCheck::trace
  bool part = false;                                 ///< the source is one part of a multi-asset file
  const std::vector<Fragment>* fragments = nullptr;  ///< of a stream in several files, in the order of playing
};

/// Is this the base label of a hard binding?
bool is_hard_binding(std::string_view label);

/// An Error only when the file cannot be read or the work was stopped.
Result<BindingCheck> check_binding(const BindingRequest& request, const media::ByteSource& source,
                                   const Located& located, const Context& context);

}  // namespace bonafide::provenance::c2pa
