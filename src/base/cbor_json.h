// CBOR as JSON, for showing what a credential says (the way of RFC 8949 section 6.1, but byte strings as the reader of
// the JSON expects them).
#pragma once
#include "base/cbor.h"
#include "base/json.h"

namespace bonafide::cbor {

enum class ByteForm {
  crjson,  ///< "b64'AAEC'": told apart from text (C2PA crJSON)
  base64,  ///< "AAEC"
};

/// Every item has a JSON form: tags give what they tag, undefined and numbers that are not finite give null, integers
/// beyond 64 bits and simple values give text. Keys that are no text are written as in diagnostic notation; a key that
/// then stands there twice gets primes behind it, so that nothing is hidden.
Json to_json(const Value& value, ByteForm form);

/// A byte string alone.
std::string to_text(ByteView bytes, ByteForm form);

}  // namespace bonafide::cbor
