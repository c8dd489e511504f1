// The flags that say whom to believe, the same in every verb that judges a signer.
#pragma once
#include <string>
#include <vector>

#include "app/credential/trust.h"
#include "cli/kit/verb.h"

namespace bonafide::cli {

struct TrustFlags {
  std::vector<std::string> signers, tsa, people;
  std::string key_uses;
  bool no_store = false;
};

/// --trust, --tsa-trust, --no-trust-store.
void add_trust_flags(CLI::App& verb, TrustFlags& flags);
/// --address-book and --eku besides, for the verb that is about nothing else.
void add_more_trust_flags(CLI::App& verb, TrustFlags& flags);
/// Loads what the flags and the trust folder name. Warnings go to standard error.
Result<app::Trust> load_trust(const TrustFlags& flags, std::int64_t at);
/// The flags as they would be typed, each with a space before it.
std::string words_of(const TrustFlags& flags);

}  // namespace bonafide::cli
