// Whom to believe: anchor lists per extended key usage, a separate list for time-stamp authorities, and the user's own
// address book (C2PA 2.5 section 13.4). No network, no system store, no system clock.
#pragma once
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/certificate.h"

namespace bonafide::crypto {

struct TrustAnchor {
  Certificate certificate;
  std::optional<UnixTime> not_before, not_after;  ///< when the list vouches for it, apart from its own validity
};

struct AnchorList {
  std::string name;                   ///< for people: "C2PA trust list"
  std::vector<std::string> key_uses;  ///< EKU OIDs it speaks for; not looked at for TSA lists
  std::vector<TrustAnchor> anchors;
};

/// Anchors that are no certificate authority (basicConstraints cA) are kept but never believed.
class TrustStore {
 public:
  /// timeStamping, OCSPSigning and anyExtendedKeyUsage are dropped from key_uses: no claim signer is trusted by them.
  void add_signer_list(AnchorList list);
  void add_tsa_list(AnchorList list);
  /// Anchors from a PEM text, for these key uses.
  Result<void> add_signer_pem(std::string name, std::string_view pem, std::vector<std::string> key_uses);
  Result<void> add_tsa_pem(std::string name, std::string_view pem);
  /// Leaf certificates that the user trusts by themselves: PEM blocks and lines with a base64 SHA-256 of the DER
  /// (the form of allowed.sha256.txt), in any mix. Never for time-stamp authorities. Answers how many were added.
  Result<std::size_t> add_address_book(std::string_view text);

  const std::vector<AnchorList>& signer_lists() const { return signer_lists_; }
  const std::vector<AnchorList>& tsa_lists() const { return tsa_lists_; }
  bool in_address_book(const Certificate& leaf) const { return address_book_.contains(leaf.fingerprint()); }
  bool has_signer_anchors() const { return !signer_lists_.empty() || !address_book_.empty(); }
  bool has_tsa_anchors() const { return !tsa_lists_.empty(); }

 private:
  std::vector<AnchorList> signer_lists_, tsa_lists_;
  std::set<std::string> address_book_;  ///< SHA-256 fingerprints, hex
};

/// What add_address_book() reads, for whoever shows it.
struct AddressBook {
  std::vector<Certificate> certificates;
  std::vector<std::string> fingerprints;  ///< hex, of lines that are no PEM
};
Result<AddressBook> parse_address_book(std::string_view text);

/// The OIDs of a c2patool store.cfg: one a line, blank lines and // or # comments skipped.
Result<std::vector<std::string>> parse_store_config(std::string_view text);
/// What signers are looked up by when a list says nothing: the C2PA EKU alone.
std::vector<std::string> default_key_uses();
/// What roots named by hand speak for: every usual use of a claim signer's key (§13.4).
std::vector<std::string> usual_key_uses();

enum class ChainPurpose { claim_signer, time_stamping };
enum class ChainStatus {
  trusted,           ///< a path to an anchor that may speak for this use, every certificate valid at the time
  untrusted,         ///< no such path
  outside_validity,  ///< there is a path, but the leaf or an intermediate was not valid at the time
};

struct ChainCheck {
  ChainStatus status = ChainStatus::untrusted;
  std::string reason;             ///< plain sentence; says what is missing, or which list or book vouches
  std::string list;               ///< name of the list, "address book", or empty
  std::string anchor;             ///< the anchor's subject, or empty
  std::vector<std::string> path;  ///< subjects from the leaf to the anchor as far as a path was found
  bool address_book = false;
  bool inside_validity = false;      ///< leaf and intermediates valid at the time; the leaf alone when there is no path
  bool no_list_for_key_use = false;  ///< no list speaks for any of the leaf's key uses
};

/// Looks for a path from `leaf` over `intermediates` (any order; no others are used) to an anchor of a list that speaks
/// for one of the leaf's key uses. An anchor may be a subordinate CA; it is believed only inside both its list's dates
/// and its own validity. Every certificate below the anchor is judged at `time`. A CA's own EKU is ignored; its
/// basicConstraints, keyCertSign, path length, name constraints and key strength (112 bits: RSA 2048, SHA-256) are not.
/// Does not run the leaf profile checks: see check_claim_signer_profile.
ChainCheck check_chain(const TrustStore& store, const Certificate& leaf, std::span<const Certificate> intermediates,
                       UnixTime time, ChainPurpose purpose);

}  // namespace bonafide::crypto
