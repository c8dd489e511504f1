// One claim's signature, certificate, time and revocation, as status codes (C2PA 2.5 §13, §14.7, §14.8); private to
// this room. The cryptography is in crypto/.
#pragma once
#include "crypto/cose.h"
#include "provenance/c2pa/validate.h"

namespace bonafide::provenance::c2pa {

/// Adds statuses, signer and times to `report`. `box` is the signature's superbox, `offset` its content's in the store.
/// `unsupported` is set when the algorithm is one we cannot check; `findings` and `loose` (store offsets and lengths of
/// unsigned headers) get what nobody signed.
struct SignatureJob {
  const JumbfBox& box;
  const Claim& claim;
  const ValidateOptions& options;
  const std::string url;
  ManifestReport& report;
  std::string unsupported{};
  std::vector<Objection> findings{};
  std::vector<Uncovered> loose{};  ///< ranges are in the store, not in the file

  void run();

 private:
  void add(Kind kind, std::string code, std::string reason = {});
  void stamps(const crypto::CoseSign1& cose);
  void one_stamp(const Bytes& der, const Bytes& stamped);
  void credential(const crypto::CoseSign1& cose);
  void revocation(const crypto::CoseSign1& cose, const std::vector<crypto::Certificate>& chain, crypto::UnixTime time);
  void unsigned_parts(const crypto::CoseSign1& cose);
};

}  // namespace bonafide::provenance::c2pa
