// inspect --credentials: what a credential holds, without a verdict; shared by both programs.
#pragma once
#include "cli/credential/trust_flags.h"
#include "cli/kit/inputs.h"

namespace bonafide::cli {

struct CredentialFlags {
  bool crjson = false, store_json = false;
  std::string sidecar, at;
  TrustFlags trust;  ///< the JSON forms say what validation came to, and that depends on whom to believe
};

void add_credential_flags(CLI::App& verb, CredentialFlags& flags);
/// `tree`: the whole history rather than the active manifest. 12 when no file has a credential.
ExitCode inspect_credentials(const Inputs& inputs, const CredentialFlags& flags, bool tree, const Globals& globals);

}  // namespace bonafide::cli
