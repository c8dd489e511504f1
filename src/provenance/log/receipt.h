// COSE receipts (RFC 9942): the same proofs from the same tree in the form that SCITT and C2PA's world read. A receipt
// is the log's signature over a root that its reader computes from the proof, so that no root can be slipped in.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "provenance/log/merkle.h"
#include "provenance/log/note.h"

namespace bonafide::provenance::log {

struct InclusionProof {
  std::uint64_t size = 0, index = 0;
  Proof path;
};
struct ConsistencyProof {
  std::uint64_t old = 0, size = 0;
  Proof path;
};
struct Receipt {
  std::variant<InclusionProof, ConsistencyProof> proof;
  Bytes kid;                     ///< empty: the receipt does not say whose key it is
  std::string issuer, subject;   ///< CWT claims (RFC 9597); ours: the log's name, and the leaf's hash in hex
  std::optional<Bytes> payload;  ///< the root, when it is attached; ours is not (RFC 9942 section 5.2.1)
  Bytes protected_bytes, signature;
};
inline constexpr std::size_t kMostReceiptBytes = 16'384;

/// That the leaf is entry `index` of the tree of this size, signed with the log's own key. The caller vouches that the
/// log published this very root. invalid_argument: the path does not lead there.
Result<Bytes> inclusion_receipt(const NoteSigner& log, const InclusionProof& proof, const Hash& leaf, const Hash& root);
/// That the first `old` entries of the tree are the tree of that size.
Result<Bytes> consistency_receipt(const NoteSigner& log, const ConsistencyProof& proof, const Hash& old_root,
                                  const Hash& root);

/// A COSE_Sign1 with exactly one proof of RFC9162_SHA256 signed with EdDSA. `unsupported`: of another kind or
/// algorithm, or several proofs; `corrupt`: no receipt.
Result<Receipt> parse_receipt(ByteView bytes);
/// Answers the root that the log's key signed. For a proof of inclusion `known` is the leaf; for one of consistency the
/// older root. What is proven is the root and the entry's place: paths look the same in trees of several sizes, so a
/// receipt's own word on the tree's size is not. denied: another key signed, or the signature does not fit the root
/// that the proof leads to.
Result<Hash> check_receipt(const Receipt& receipt, const Hash& known, const NoteKey& log);

/// A log's key as a COSE_Key (RFC 9052 section 7), for those who ask for it over SCRAPI.
Bytes cose_key(const NoteKey& key);
/// Its name there: the COSE Key Thumbprint (RFC 9679), SHA-256.
Bytes cose_key_id(const NoteKey& key);

/// An entry with receipts in its unprotected header (394): what RFC 9943 calls a transparent statement.
struct Statement {
  Bytes entry;  ///< as it was logged: its unprotected header empty again
  std::vector<Bytes> receipts;
};
Result<Bytes> write_statement(const Statement& statement);
/// `corrupt` when it is no COSE_Sign1 or holds other unprotected headers; at most 16 receipts.
Result<Statement> parse_statement(ByteView bytes);

}  // namespace bonafide::provenance::log
