// One claim's signature, certificate, time and revocation, as status codes (C2PA 2.5 §13, §14.7 to §14.9); private to
// this room. The cryptography is in crypto/.
#pragma once
#include <span>

#include "crypto/cose.h"
#include "provenance/c2pa/rule_scope.h"

namespace bonafide::provenance::c2pa {

/// Adds statuses, signer and times to `report`. `unsupported` is set when the algorithm is one we cannot check;
/// `objections` and `loose` (both placed in the store) get what nobody signed.
struct SignatureJob {
  const JumbfBox& box;  ///< the signature's superbox
  const Claim& claim;
  const ValidateOptions& options;
  std::string url;
  std::span<const LateStamp* const> late;  ///< that other manifests bring for this one
  std::span<const Bytes> ocsp;             ///< that other manifests bring for anyone
  ManifestReport& report;
  std::string unsupported{};
  std::vector<StoreObjection> objections{};
  std::vector<Uncovered> loose{};  ///< ranges are in the store, not in the file
  // Its own working state; not private, so that the job stays an aggregate.
  std::uint64_t offset_ = 0;  ///< of the COSE structure in the store
  std::vector<crypto::Certificate> chain_{};
  bool in_time_ = false;
  bool fit_ = false;  ///< the certificate may sign claims

  void run();

 private:
  void add(Kind kind, std::string code, std::string reason = {});
  void object(std::string code, std::string what, Range in_store = {});
  void stamps(const crypto::CoseSign1& cose);
  bool one_stamp(const Bytes& der, const Bytes& stamped);
  void credential(const crypto::CoseSign1& cose);
  void trust(const crypto::CoseSign1& cose);
  void claimed_time(const crypto::CoseSign1& cose);
  void revocation(const crypto::CoseSign1& cose);
  std::string revoked_authority(const std::vector<Bytes>& answers,
                                const std::vector<crypto::Certificate>& issuers) const;
  void distrust();
  void verify(const crypto::CoseSign1& cose);
  void unsigned_parts(const crypto::CoseSign1& cose, ByteView encoded);
};

}  // namespace bonafide::provenance::c2pa
