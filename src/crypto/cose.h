// COSE_Sign1 (RFC 9052 section 4.2) as C2PA 2.5 section 12.3 uses it: one credential, time stamps, OCSP answers and
// padding in the headers, the claim as detached payload.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "crypto/signature.h"

namespace bonafide::crypto {

/// Bytes that no signature covers, kept free for a later token.
struct CosePadding {
  std::string label;       ///< "pad", "pad2"
  std::size_t offset = 0;  ///< of the padding's content, in the bytes given to parse_cose
  std::size_t length = 0;
  bool all_zero = true;
};

/// An unprotected header that we have no use for, so that nothing unsigned goes unlisted.
struct CoseOther {
  std::string label;
  std::size_t offset = 0;  ///< of the value, in the bytes given to parse_cose
  std::size_t length = 0;
};

struct CoseSign1 {
  bool tagged = false;                           ///< tag 18 was there
  Bytes protected_bytes;                         ///< content of the protected bstr as it came: what is signed
  std::optional<std::int64_t> algorithm_number;  ///< header 1, from the protected bucket only
  std::optional<SignatureAlgorithm> algorithm;   ///< when we can check it
  std::vector<Bytes> x5chain;                    ///< DER, leaf first; empty when `credential_problem` says why
  bool x5chain_protected = false;                ///< false: nobody signed which certificate is meant
  bool x5chain_text_label = false;               ///< "x5chain" instead of 33 (deprecated in 2.5)
  std::string credential_problem;                ///< missing, repeated, malformed: signingCredential.invalid
  std::vector<Bytes> sig_tst;                    ///< v1: TimeStampResp DER
  std::vector<Bytes> sig_tst2;                   ///< v2: TimeStampToken DER
  std::string time_stamp_problem;                ///< header there, but not of its shape: timeStamp.malformed
  std::vector<Bytes> ocsp_values;                ///< rVals.ocspVals, DER OCSPResponse
  std::string revocation_problem;                ///< rVals there, but not of its shape
  std::optional<std::int64_t> claimed_time;      ///< iat, protected only, unix seconds
  std::vector<CosePadding> padding;
  std::vector<CoseOther> other_unprotected;
  std::optional<Bytes> payload;  ///< nothing: nil, detached
  Bytes signature;
};

/// At most 4 MiB, 32 certificates, 16 tokens. `corrupt` when it is no COSE_Sign1, when a protected header is critical
/// (RFC 9052 section 3.1, label 2) and unknown to us, or when a header stands in both buckets.
Result<CoseSign1> parse_cose(ByteView bytes);

enum class SignatureStatus {
  valid,                  ///< claimSignature.validated, if the certificate is trusted or not
  mismatch,               ///< claimSignature.mismatch
  unsupported_algorithm,  ///< algorithm.unsupported
  invalid_credential,     ///< signingCredential.invalid: no usable certificate, or its key does not fit the algorithm
};
struct SignatureCheck {
  SignatureStatus status = SignatureStatus::mismatch;
  std::string reason;  ///< plain sentence unless valid
};

/// Checks the signature over Sig_structure ["Signature1", protected, h'', payload] with the leaf certificate's key.
/// The payload is the detached one: a payload inside the structure must be nil or the very same bytes.
SignatureCheck verify_cose(const CoseSign1& cose, ByteView detached_payload);

/// RFC 9052 section 4.4: ["Signature1", protected, h'', payload], deterministic CBOR.
Bytes signature_input(ByteView protected_bytes, ByteView payload);
/// What a sigTst2 token stamps (C2PA 2.5 section 10.3.2.5): ["CounterSignature", protected, h'', payload] where payload
/// is the signature as an encoded CBOR bstr, head included.
Bytes counter_signature_input(const CoseSign1& cose);
/// What a v1 sigTst response stamps: ["CounterSignature", protected, h'', claim].
Bytes counter_signature_input_v1(const CoseSign1& cose, ByteView claim);

}  // namespace bonafide::crypto
