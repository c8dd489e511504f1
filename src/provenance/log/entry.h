// What stands in the record: a statement by an issuer, signed by him (COSE_Sign1), over a small CBOR map that holds
// commitments and nothing else: no media, no names, no fingerprints that could be turned back into a face.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/certificate.h"
#include "crypto/signer.h"
#include "provenance/log/merkle.h"

namespace bonafide::provenance::log {

/// Numbers are the format's own and never change.
enum class EntryType : std::uint8_t {
  register_work = 1,
  supersede = 2,
  revoke = 3,
  dispute = 4,
  consent_grant = 5,
  consent_withdraw = 6,
  takedown = 7,
  key_add = 8,
  key_revoke = 9,
};
/// "register", "consent-grant", …; and back.
std::string_view to_string(EntryType type);
std::optional<EntryType> entry_type(std::string_view name);

/// An earlier entry that this one speaks of: by number and by hash, so that it is the same in every copy of the log.
struct EarlierEntry {
  std::uint64_t number = 0;
  Hash leaf = {};
};

struct Entry {
  EntryType type = EntryType::register_work;
  std::optional<Hash> asset_hash = {};         ///< SHA-256 of a public work, plain: whoever has the work can look it up
  std::optional<Hash> asset_commitment = {};   ///< of any other work: means nothing to who lacks the salt
  std::optional<Hash> manifest_hash = {};      ///< SHA-256 of its C2PA manifest store
  Bytes mark_id = {};                          ///< 8 to 16 random bytes, as in its watermark; empty: none
  std::optional<Hash> print_commitment = {};   ///< of its perceptual fingerprints
  std::optional<Hash> record_commitment = {};  ///< of a consent record, a notice or another document
  std::optional<EarlierEntry> earlier = {};
  std::optional<Hash> subject_key = {};             ///< key-add and key-revoke: whose key
  std::optional<std::uint64_t> distrust_from = {};  ///< key-revoke: entries by it from this number on
};

inline constexpr std::size_t kMostEntry = 4096;  // those of ES256 and Ed25519 stay below 320
inline constexpr std::size_t kSaltBytes = 32;

/// Deterministic CBOR. invalid_argument names what the type lacks or may not have.
Result<Bytes> entry_payload(const Entry& entry);
/// `corrupt` for everything that entry_payload() would not write.
Result<Entry> parse_entry_payload(ByteView payload);

struct SignedEntry {
  Entry entry;
  Hash issuer = {};  ///< hash of the key that signed: a pseudonym
  crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::es256;
  Bytes protected_bytes, payload, signature;
};
/// Signed with the leaf's key; the certificate itself stays out.
Result<Bytes> sign_entry(const Entry& entry, const crypto::Signer& signer);
/// Exactly what sign_entry() writes, at most 4096 bytes. The signature is not checked: that needs the certificate.
Result<SignedEntry> parse_signed_entry(ByteView bytes);
/// Whether this certificate's key signed it.
Result<bool> check_entry(const SignedEntry& entry, const crypto::Certificate& certificate);

/// SHA-256 of the certificate's public key (SubjectPublicKeyInfo): the same under every certificate for it.
Result<Hash> key_hash(const crypto::Certificate& certificate);
/// SHA-256("bonafide/commit/v1/KIND" || salt || content). Kinds: "asset", "print", "record".
Hash commitment(std::string_view kind, ByteView salt, ByteView content);

/// What the holder of a proof needs besides the proof: travels as its `extra`, is checked against the entry.
struct Evidence {
  Bytes entry;
  Bytes salt = {};         ///< opens the asset's commitment; empty: none or destroyed
  Bytes certificate = {};  ///< the issuer's, DER; empty: he stays a pseudonym
};
Bytes write_evidence(const Evidence& evidence);
Result<Evidence> parse_evidence(ByteView bytes);

}  // namespace bonafide::provenance::log
