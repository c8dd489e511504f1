#include "provenance/log/receipt.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/cbor.h"
#include "crypto/cose.h"
#include "crypto/hash.h"
#include "provenance/log/hash_line.h"

namespace bonafide::provenance::log {
namespace {

constexpr cbor::Bounds kBounds{.depth = 6, .items = 400};
constexpr std::uint64_t kCoseSign1 = 18;                                   // RFC 9052 section 4.2
constexpr std::int64_t kAlgorithm = 1, kKid = 4, kClaims = 15;             // RFC 9052 section 3.1, RFC 9597
constexpr std::int64_t kReceipts = 394, kStructure = 395, kProofs = 396;   // RFC 9942 section 4
constexpr std::int64_t kRfc9162 = 1, kInclusion = -1, kConsistency = -2;   // RFC 9942 section 5
constexpr std::int64_t kIssuer = 1, kSubject = 2;                          // RFC 8392 section 4
constexpr std::int64_t kOkp = 1, kCurve = -1, kEd25519 = 6, kPublic = -2;  // RFC 9053 section 7.2
constexpr std::size_t kMostReceipts = 16;

Error no_receipt(const std::string& why) { return make_error(Code::corrupt, "this is not a receipt: " + why); }

using Entries = std::vector<std::pair<Bytes, Bytes>>;

Bytes integer(std::int64_t number) {
  cbor::Writer writer;
  writer.integer(number);
  return writer.take();
}
Bytes byte_string(ByteView bytes) {
  cbor::Writer writer;
  writer.bytes(bytes);
  return writer.take();
}
Bytes text(std::string_view words) {
  cbor::Writer writer;
  writer.text(words);
  return writer.take();
}
Bytes map_of(Entries entries) {
  cbor::Writer writer;
  writer.sorted_map(std::move(entries));
  return writer.take();
}

/// The three parts that an Ed25519 key's thumbprint is made of (RFC 9679 section 4).
Entries key_parts(const NoteKey& key) {
  return {{integer(1), integer(kOkp)}, {integer(kCurve), integer(kEd25519)}, {integer(kPublic), byte_string(key.key)}};
}

Bytes protected_header(const NoteKey& log, const std::string& subject) {
  Entries claims{{integer(kIssuer), text(log.name)}};
  if (!subject.empty()) claims.emplace_back(integer(kSubject), text(subject));
  return map_of({{integer(kAlgorithm), integer(crypto::cose_number(crypto::SignatureAlgorithm::ed25519))},
                 {integer(kKid), byte_string(cose_key_id(log))},
                 {integer(kClaims), map_of(std::move(claims))},
                 {integer(kStructure), integer(kRfc9162)}});
}

Bytes encoded_proof(std::uint64_t first, std::uint64_t second, const Proof& path) {
  cbor::Writer writer;
  writer.array(3).integer(static_cast<std::int64_t>(first)).integer(static_cast<std::int64_t>(second));
  writer.array(path.size());
  for (const Hash& hash : path) writer.bytes(hash);
  return writer.take();
}

Result<Bytes> signed_receipt(const NoteSigner& log, const std::string& subject, std::int64_t kind, const Bytes& proof,
                             const Hash& root) {
  const Bytes header = protected_header(log.key(), subject);
  const Bytes signature = TRY(log.sign_bytes(crypto::signature_input(header, root)));
  cbor::Writer list;
  list.array(1).bytes(proof);
  const Bytes unprotected = map_of({{integer(kProofs), map_of({{integer(kind), list.take()}})}});
  cbor::Writer writer;
  writer.tag(kCoseSign1).array(4).bytes(header).raw(unprotected).null().bytes(signature);
  return writer.take();
}

/// The four parts of a COSE_Sign1, tagged or not.
Result<const cbor::Value*> sign1_of(const cbor::Value& whole) {
  const cbor::Value* parts = &whole;
  if (whole.is(cbor::Type::tag)) {
    if (whole.argument != kCoseSign1) return no_receipt("another CBOR tag than that of a COSE_Sign1");
    parts = &whole.children.front();
  }
  const bool shaped = parts->is(cbor::Type::array) && parts->children.size() == 4 && parts->children[0].bytes() &&
                      parts->children[1].is(cbor::Type::map) && parts->children[3].bytes();
  if (!shaped) return no_receipt("it is no COSE_Sign1");
  return parts;
}

/// A number of a tree, as ours are: below 2^62.
std::optional<std::uint64_t> number_of(const cbor::Value& value) {
  const auto number = value.integer();
  if (!number || *number < 0 || *number > (std::int64_t{1} << 62)) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

struct RawProof {
  std::uint64_t first = 0, second = 0;
  Proof path;
};
Result<RawProof> proof_in(const cbor::Value& proofs) {
  if (!proofs.is(cbor::Type::array) || proofs.children.empty()) return no_receipt("no proof in it");
  if (proofs.children.size() > 1) return make_error(Code::unsupported, "a receipt with several proofs");
  const auto content = proofs.children.front().bytes();
  if (!content) return no_receipt("its proof is not in a byte string");
  const cbor::Value proof = TRY(cbor::parse(*content, kBounds));
  if (!proof.is(cbor::Type::array) || proof.children.size() != 3 || !proof.children[2].is(cbor::Type::array))
    return no_receipt("its proof is not [number, number, path]");
  const auto first = number_of(proof.children[0]), second = number_of(proof.children[1]);
  if (!first || !second) return no_receipt("the numbers of its proof");
  if (proof.children[2].children.size() > kMostProofHashes)
    return no_receipt("its path is longer than any tree is high");
  RawProof raw{*first, *second, {}};
  for (const cbor::Value& hash : proof.children[2].children) {
    const auto bytes = hash.bytes();
    if (!bytes) return no_receipt("a hash of its path is no byte string");
    raw.path.push_back(TRY(to_hash(*bytes)));
  }
  return raw;
}

Result<void> read_protected(Receipt& receipt) {
  const cbor::Value header = TRY(cbor::parse(receipt.protected_bytes, kBounds));
  if (!header.is(cbor::Type::map)) return no_receipt("its protected header is not a map");
  if (header.find(2) != nullptr) return make_error(Code::unsupported, "a receipt with critical headers");
  const cbor::Value* const structure = header.find(kStructure);
  if (structure == nullptr) return no_receipt("it does not say what kind of tree it is about");
  if (structure->integer() != kRfc9162) return make_error(Code::unsupported, "a receipt of another kind of tree");
  const cbor::Value* const algorithm = header.find(kAlgorithm);
  if (algorithm == nullptr || algorithm->integer() != crypto::cose_number(crypto::SignatureAlgorithm::ed25519))
    return make_error(Code::unsupported, "a receipt that is not signed with EdDSA");
  if (const cbor::Value* const kid = header.find(kKid)) {
    const auto bytes = kid->bytes();
    if (!bytes || bytes->empty()) return no_receipt("its key id");
    receipt.kid.assign(bytes->begin(), bytes->end());
  }
  if (const cbor::Value* const claims = header.find(kClaims)) {
    const auto said = [&](std::int64_t key) {
      const cbor::Value* const value = claims->find(key);
      const auto words = value == nullptr ? std::nullopt : value->text();
      return std::string(words.value_or(std::string_view()));
    };
    receipt.issuer = said(kIssuer);
    receipt.subject = said(kSubject);
  }
  return {};
}

}  // namespace

Result<Bytes> inclusion_receipt(const NoteSigner& log, const InclusionProof& proof, const Hash& leaf,
                                const Hash& root) {
  if (!check_inclusion(proof.index, proof.size, leaf, proof.path, root))
    return make_error(Code::invalid_argument, "the proof does not lead from the entry to the root");
  return signed_receipt(log, to_hex(leaf), kInclusion, encoded_proof(proof.size, proof.index, proof.path), root);
}

Result<Bytes> consistency_receipt(const NoteSigner& log, const ConsistencyProof& proof, const Hash& old_root,
                                  const Hash& root) {
  if (proof.old == 0 || !check_consistency(proof.old, proof.size, old_root, root, proof.path))
    return make_error(Code::invalid_argument, "the proof does not lead from the older root to the newer one");
  return signed_receipt(log, {}, kConsistency, encoded_proof(proof.old, proof.size, proof.path), root);
}

Result<Receipt> parse_receipt(ByteView bytes) {
  if (bytes.size() > kMostReceiptBytes) return make_error(Code::limit, "a receipt of more than 16 KiB");
  const cbor::Value whole = TRY(cbor::parse(bytes, kBounds));
  const cbor::Value& parts = *TRY(sign1_of(whole));
  const auto copy = [](ByteView view) { return Bytes(view.begin(), view.end()); };
  Receipt receipt;
  receipt.protected_bytes = copy(*parts.children[0].bytes());
  receipt.signature = copy(*parts.children[3].bytes());
  const cbor::Value& payload = parts.children[2];
  if (payload.bytes()) receipt.payload = copy(*payload.bytes());
  if (!payload.bytes() && !payload.is(cbor::Type::null)) return no_receipt("its payload");
  TRY(read_protected(receipt));
  const cbor::Value* const proofs = parts.children[1].find(kProofs);
  if (proofs == nullptr || !proofs->is(cbor::Type::map)) return no_receipt("it holds no proof");
  const cbor::Value* const inclusion = proofs->find(kInclusion);
  const cbor::Value* const consistency = proofs->find(kConsistency);
  if ((inclusion == nullptr) == (consistency == nullptr))
    return make_error(Code::unsupported, "a receipt that proves not exactly one of inclusion and consistency");
  RawProof raw = TRY(proof_in(inclusion != nullptr ? *inclusion : *consistency));
  if (inclusion != nullptr) receipt.proof = InclusionProof{raw.first, raw.second, std::move(raw.path)};
  if (consistency != nullptr) receipt.proof = ConsistencyProof{raw.first, raw.second, std::move(raw.path)};
  return receipt;
}

Result<Hash> check_receipt(const Receipt& receipt, const Hash& known, const NoteKey& log) {
  if (!log.is(KeyKind::note)) return make_error(Code::unsupported, "a log's key must be an Ed25519 key (kind 01)");
  if (!receipt.kid.empty() && receipt.kid != cose_key_id(log))
    return make_error(Code::denied, "the receipt is signed by another key than that of " + log.name);
  Hash root{};
  if (const auto* inclusion = std::get_if<InclusionProof>(&receipt.proof))
    root = TRY(root_by_inclusion(inclusion->index, inclusion->size, known, inclusion->path));
  if (const auto* consistency = std::get_if<ConsistencyProof>(&receipt.proof))
    root = TRY(root_by_consistency(consistency->old, consistency->size, known, consistency->path));
  if (receipt.payload && !std::ranges::equal(*receipt.payload, root))
    return make_error(Code::corrupt, "the receipt's proof leads to another root than it brings along");
  const Bytes input = crypto::signature_input(receipt.protected_bytes, root);
  if (TRY(crypto::verify_ed25519(log.key, input, receipt.signature))) return root;
  return make_error(Code::denied, "the key of " + log.name +
                                      " did not sign the root that the receipt's proof leads to: it is about something "
                                      "else, or of another log");
}

Bytes cose_key(const NoteKey& key) {
  Entries parts = key_parts(key);
  parts.emplace_back(integer(2), byte_string(cose_key_id(key)));  // kid
  parts.emplace_back(integer(3), integer(crypto::cose_number(crypto::SignatureAlgorithm::ed25519)));
  return map_of(std::move(parts));
}

Bytes cose_key_id(const NoteKey& key) { return crypto::digest(crypto::HashAlgorithm::sha256, map_of(key_parts(key))); }

Result<Bytes> write_statement(const Statement& statement) {
  const cbor::Value whole = TRY(cbor::parse(statement.entry, kBounds));
  const cbor::Value& parts = *TRY(sign1_of(whole));
  if (!parts.children[1].children.empty())
    return make_error(Code::invalid_argument, "the entry's unprotected header is not empty");
  if (statement.receipts.empty() || statement.receipts.size() > kMostReceipts)
    return make_error(Code::invalid_argument, "1 to 16 receipts");
  cbor::Writer list;
  list.array(statement.receipts.size());
  for (const Bytes& receipt : statement.receipts) list.bytes(receipt);
  cbor::Writer writer;
  writer.tag(kCoseSign1).array(4).raw(parts.children[0].encoded).raw(map_of({{integer(kReceipts), list.take()}}));
  writer.raw(parts.children[2].encoded).raw(parts.children[3].encoded);
  return writer.take();
}

Result<Statement> parse_statement(ByteView bytes) {
  if (bytes.size() > kMostReceiptBytes * (kMostReceipts + 1))
    return make_error(Code::limit, "a statement with receipts of more than 272 KiB");
  const cbor::Value whole = TRY(cbor::parse(bytes, kBounds));
  const cbor::Value& parts = *TRY(sign1_of(whole));
  const cbor::Value& unprotected = parts.children[1];
  const cbor::Value* const receipts = unprotected.find(kReceipts);
  if (receipts == nullptr || unprotected.children.size() != 2 || !receipts->is(cbor::Type::array))
    return no_receipt("a statement holds receipts in its unprotected header, and nothing else");
  if (receipts->children.empty() || receipts->children.size() > kMostReceipts)
    return make_error(Code::limit, "1 to 16 receipts in a statement");
  Statement statement;
  for (const cbor::Value& receipt : receipts->children) {
    const auto content = receipt.bytes();  // RFC 9942 section 4: bstr .cbor Receipt
    if (!content) return no_receipt("a receipt of the statement is not in a byte string");
    statement.receipts.emplace_back(content->begin(), content->end());
  }
  cbor::Writer writer;
  writer.tag(kCoseSign1).array(4).raw(parts.children[0].encoded).map(0);
  writer.raw(parts.children[2].encoded).raw(parts.children[3].encoded);
  statement.entry = writer.take();
  return statement;
}

}  // namespace bonafide::provenance::log
