// Whom to believe here: the user's trust folder, the lists named for one call, and one loader for both.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "crypto/trust.h"
#include "report/credential/trust_lists.h"

namespace bonafide::app {

/// $BONAFIDE_TRUST, else $XDG_CONFIG_HOME/bonafide/trust, else ~/.config/bonafide/trust; empty when none can be told.
std::string trust_folder();

struct TrustRequest {
  std::string folder;                ///< read all lists in it; empty: none. It need not exist.
  std::vector<std::string> signers;  ///< files with roots that vouch for signers: PEM, or a snapshot (LoTE JSON)
  std::vector<std::string> tsa;      ///< the same for time-stamp authorities
  std::vector<std::string> people;   ///< address books: PEM certificates and lines with a base64 SHA-256
  std::string key_uses;              ///< c2patool's store.cfg: what `signers` speak for, instead of the usual four
  std::vector<std::string> signer_texts = {}, tsa_texts = {};  ///< lists as `signers` and `tsa`, not in files
};

struct Trust {
  crypto::TrustStore store;
  std::vector<report::TrustListFacts> lists;
  std::vector<std::string> warnings;  ///< plain sentences: a snapshot is stale, a list can never be believed
};

/// `at` is the validation clock: staleness is judged by it. invalid_argument: a named file is none of its kind;
/// unavailable: a list in the folder is broken, so no answer about trust would be worth anything.
Result<Trust> load_trust(const TrustRequest& request, crypto::UnixTime at);

struct TrustUpdate {
  std::string path;                     ///< PEM, LoTE JSON or address book
  std::optional<report::TrustUse> use;  ///< default: as before; else people for fingerprints, signers otherwise
  std::string name;                     ///< default: the file's name without its extension
  std::vector<std::string> key_uses;  ///< default: as before; else the C2PA EKU for a snapshot, the usual four for PEM
  bool force = false;                 ///< take a snapshot that is older than the one in place
};

/// Checks the file, then puts it into the folder (made when missing), replacing a list of that name. The folder never
/// holds half a list. invalid_argument: wrong file, use or name; denied: an older snapshot would replace a newer one.
Result<report::TrustChange> update_trust(const std::string& folder, const TrustUpdate& update, crypto::UnixTime at);
/// The lists of the folder by name; `at` decides which are stale.
Result<std::vector<report::TrustListFacts>> list_trust(const std::string& folder, crypto::UnixTime at);
/// not_found when there is no list of this name.
Result<report::TrustListFacts> remove_trust(const std::string& folder, const std::string& name, crypto::UnixTime at);

}  // namespace bonafide::app
