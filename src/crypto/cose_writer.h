// Writing COSE_Sign1 as C2PA 2.5 §13.2 wants it: tagged, detached, x5chain (33) protected, time stamp, OCSP answers and
// padding unprotected, to an exact size, since the size must be known before the signature is.
#pragma once
#include <vector>

#include "crypto/cose.h"
#include "crypto/signer.h"
#include "crypto/stamper.h"

namespace bonafide::crypto {

struct CosePlan {
  const Signer* signer = nullptr;    ///< required
  const Stamper* stamper = nullptr;  ///< nothing: no time stamp
  std::vector<Bytes> ocsp = {};      ///< DER OCSPResponse to staple into rVals
  std::size_t spare = 0;             ///< room kept for later, besides
};

/// A size that is always enough for this plan.
std::size_t cose_size(const CosePlan& plan);
/// Signs `claim`; exactly `size` bytes, padded with zeros in "pad" (and "pad2" where one cannot reach it). limit: it
/// does not fit.
Result<Bytes> write_cose(ByteView claim, const CosePlan& plan, std::size_t size);

}  // namespace bonafide::crypto
