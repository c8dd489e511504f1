// The trust lists in use, as facts people can check: who is on them, for what, since when, and until when a snapshot
// is meant to serve.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text_style.h"
#include "crypto/certificate.h"

namespace bonafide::report {

/// Whom a list vouches for.
enum class TrustUse {
  signers,  ///< authorities whose certificates may sign credentials
  tsa,      ///< time-stamp authorities
  people,   ///< an address book: single certificates the user trusts by themselves
};
std::string_view to_string(TrustUse use);  ///< "signers", "tsa", "people"

struct TrustAnchorFacts {
  std::string subject;      ///< "CN=…,O=…"; empty for a bare fingerprint of an address book
  std::string fingerprint;  ///< SHA-256, hex
  std::optional<crypto::UnixTime> not_before, not_after;      ///< of the certificate
  std::optional<crypto::UnixTime> listed_from, listed_until;  ///< when the list vouches for it
  bool authority = true;  ///< false: no certificate authority, so as an anchor it is never believed
  bool operator==(const TrustAnchorFacts&) const = default;
};

struct TrustListFacts {
  std::string name;
  TrustUse use = TrustUse::signers;
  std::string path;                   ///< the file it was read from
  bool kept = false;                  ///< in the trust folder, rather than named for one call
  std::string source;                 ///< name of the file it was taken from
  std::string added;                  ///< RFC 3339, when it was put into the folder; empty for one call
  std::vector<std::string> key_uses;  ///< EKU OIDs it speaks for
  std::string title;                  ///< of a snapshot: "C2PA Trust List"
  std::optional<crypto::UnixTime> issued, next_update;  ///< of a snapshot
  std::int64_t sequence = 0;
  bool stale = false;  ///< a newer snapshot was due before the time in question
  std::vector<TrustAnchorFacts> anchors;
};

/// What an update changed.
struct TrustChange {
  TrustListFacts list;
  bool replaced = false;  ///< there was a list of this name
  std::vector<TrustAnchorFacts> added, removed;
  std::vector<TrustAnchorFacts> redated;  ///< as they are now
};

/// One list for verification_json and others: counts and dates, with `anchors` all of them.
Json trust_list_json(const TrustListFacts& list, bool anchors);
/// Schema bonafide.trust/1: what `trust list` knows.
Json trust_json(const std::vector<TrustListFacts>& lists, const std::string& folder, crypto::UnixTime at);
std::string trust_text(const std::vector<TrustListFacts>& lists, const std::string& folder, crypto::UnixTime at,
                       const TextStyle& style);
Json trust_change_json(const TrustChange& change);
std::string trust_change_text(const TrustChange& change, const TextStyle& style);

}  // namespace bonafide::report
