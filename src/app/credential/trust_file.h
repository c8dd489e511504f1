// One list of the trust folder as a file: what was handed over (as UTF-8 text) and what it is for, in one piece of
// JSON, so that neither is ever there without the other. Private to this room.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "crypto/trust.h"
#include "report/credential/trust_lists.h"

namespace bonafide::app {

inline constexpr std::string_view kTrustExtension = ".trust.json";
inline constexpr std::uint64_t kMostTrustFile = 32 << 20;

struct TrustFile {
  std::string name;
  report::TrustUse use = report::TrustUse::signers;
  std::vector<std::string> key_uses;
  std::string source;   ///< name of the file it came from
  std::string added;    ///< RFC 3339
  std::string content;  ///< PEM, LoTE JSON or address book
};

/// Letters, digits, dots, hyphens and underscores, at most 64, not beginning with a dot.
bool is_trust_name(std::string_view name);
/// The file's name without folder and extension.
std::string trust_name_of(const std::string& path);
std::string trust_file_path(const std::string& folder, const std::string& name);
/// people when there are fingerprints or certificates but no authority's, signers otherwise.
report::TrustUse guess_use(std::string_view content);

Json trust_file_json(const TrustFile& file);
/// corrupt: not of this form, or of another name.
Result<TrustFile> read_trust_file(const std::string& path, const std::string& name);

/// A list taken apart.
struct TrustList {
  report::TrustListFacts facts;
  crypto::AnchorList anchors;  ///< for signers and tsa
  std::string book;            ///< for people
};
/// corrupt or not_found: neither certificates nor a snapshot. Empty key_uses: those of its form are filled in.
Result<TrustList> open_trust_file(const TrustFile& file, crypto::UnixTime at);

}  // namespace bonafide::app
