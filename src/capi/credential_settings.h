// Settings of the C interface about credentials; private to this room.
#pragma once
#include <optional>

#include "app/credential/sign.h"
#include "app/credential/verify.h"
#include "capi/call.h"

struct bonafide_credential_options : bonafide::capi::Running {
  bonafide::app::TrustRequest trust;
  std::string sidecar;
  std::optional<std::int64_t> at;
  bool strict = false;

  /// The clock that was set, or the system's.
  std::int64_t now() const;
};

struct bonafide_signing : bonafide::capi::Running {
  bonafide::app::SignRequest request;
  bonafide::app::TrustRequest trust;  ///< for parent and ingredients
  std::string definition_file;
  std::string algorithm, certificates;  ///< of `sign`
  bonafide_sign_bytes sign = nullptr;
  void* sign_user = nullptr;
  bonafide_ask_authority ask = nullptr;
  void* ask_user = nullptr;
};

namespace bonafide::capi {

/// What is left to do before app::sign: files are read, functions become signers. `signing` must outlive the request.
Result<app::SignRequest> sign_request(const bonafide_signing& signing);

}  // namespace bonafide::capi
