#include "provenance/log/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/cbor.h"
#include "crypto/cose.h"
#include "crypto/hash.h"

namespace bonafide::provenance::log {
namespace {

constexpr cbor::Bounds kBounds{.depth = 4, .items = 100};
constexpr std::uint64_t kVersion = 1;
constexpr std::string_view kContentType = "application/vnd.bonafide.entry+cbor";
constexpr std::size_t kLeastMark = 8, kMostMark = 16;  // 64 to 128 bits

/// Keys of the payload; numbers are the format's own and never change.
enum Key : std::int64_t {
  kVersionKey = 0,
  kType = 1,
  kAssetHash = 2,
  kAssetCommitment = 3,
  kManifestHash = 4,
  kMarkId = 5,
  kPrintCommitment = 6,
  kRecordCommitment = 7,
  kEarlier = 8,
  kSubjectKey = 9,
  kDistrustFrom = 10,
};

struct TypeRow {
  EntryType type;
  std::string_view name;
};
constexpr std::array kTypes = {
    TypeRow{EntryType::register_work, "register"},
    TypeRow{EntryType::supersede, "supersede"},
    TypeRow{EntryType::revoke, "revoke"},
    TypeRow{EntryType::dispute, "dispute"},
    TypeRow{EntryType::consent_grant, "consent-grant"},
    TypeRow{EntryType::consent_withdraw, "consent-withdraw"},
    TypeRow{EntryType::takedown, "takedown"},
    TypeRow{EntryType::key_add, "key-add"},
    TypeRow{EntryType::key_revoke, "key-revoke"},
};

bool about_a_key(EntryType type) { return type == EntryType::key_add || type == EntryType::key_revoke; }

/// What is wrong with the entry, or nothing.
std::string problem_of(const Entry& entry) {
  const bool asset = entry.asset_hash || entry.asset_commitment;
  const std::string name(to_string(entry.type));
  if (entry.asset_hash && entry.asset_commitment) return "a work is named plainly or by a commitment, not both";
  if (!entry.mark_id.empty() && (entry.mark_id.size() < kLeastMark || entry.mark_id.size() > kMostMark))
    return "a mark's id has 8 to 16 bytes";
  const bool of_work = entry.type == EntryType::register_work || entry.type == EntryType::supersede;
  if (of_work && !asset) return name + " needs a work";
  if (!of_work && (entry.manifest_hash || !entry.mark_id.empty() || entry.print_commitment))
    return name + " says nothing of manifests, marks or fingerprints";
  const bool needs_earlier = entry.type == EntryType::supersede || entry.type == EntryType::revoke ||
                             entry.type == EntryType::dispute || entry.type == EntryType::consent_withdraw;
  if (needs_earlier && !entry.earlier) return name + " needs the earlier entry that it speaks of";
  if (entry.type == EntryType::register_work && entry.earlier)
    return "register begins a chain; what follows an earlier entry is supersede";
  if (entry.type == EntryType::consent_grant && !entry.record_commitment)
    return name + " needs the commitment to a consent record";
  if (entry.type == EntryType::takedown && !asset && !entry.earlier) return name + " needs a work or an earlier entry";
  if (about_a_key(entry.type) != entry.subject_key.has_value())
    return about_a_key(entry.type) ? name + " needs a key" : name + " speaks of no key";
  if (about_a_key(entry.type) && (asset || entry.record_commitment)) return name + " speaks of a key alone";
  if (entry.distrust_from && entry.type != EntryType::key_revoke) return "only key-revoke says from where to distrust";
  return {};
}

Bytes encoded(std::int64_t number) {
  cbor::Writer writer;
  writer.integer(number);
  return writer.take();
}
Bytes encoded(ByteView bytes) {
  cbor::Writer writer;
  writer.bytes(bytes);
  return writer.take();
}
Bytes encoded(std::string_view text) {
  cbor::Writer writer;
  writer.text(text);
  return writer.take();
}

Error no_entry(const std::string& why) { return make_error(Code::corrupt, "this is not an entry of ours: " + why); }

/// Reads one value of the payload into its place; false when it is not of its kind.
bool read_value(Entry& entry, std::int64_t key, const cbor::Value& value) {
  const auto hash_into = [&](std::optional<Hash>& place) {
    const auto bytes = value.bytes();
    if (!bytes || bytes->size() != 32) return false;
    place = *to_hash(*bytes);
    return true;
  };
  switch (key) {
    case kAssetHash: return hash_into(entry.asset_hash);
    case kAssetCommitment: return hash_into(entry.asset_commitment);
    case kManifestHash: return hash_into(entry.manifest_hash);
    case kPrintCommitment: return hash_into(entry.print_commitment);
    case kRecordCommitment: return hash_into(entry.record_commitment);
    case kSubjectKey: return hash_into(entry.subject_key);
    case kMarkId: {
      const auto bytes = value.bytes();
      if (!bytes || bytes->empty()) return false;
      entry.mark_id.assign(bytes->begin(), bytes->end());
      return true;
    }
    case kEarlier: {
      if (!value.is(cbor::Type::array) || value.children.size() != 2) return false;
      const auto number = value.children[0].integer();
      const auto leaf = value.children[1].bytes();
      if (!number || *number < 0 || !leaf || leaf->size() != 32) return false;
      entry.earlier = {static_cast<std::uint64_t>(*number), *to_hash(*leaf)};
      return true;
    }
    case kDistrustFrom: {
      const auto number = value.integer();
      if (!number || *number < 0) return false;
      entry.distrust_from = static_cast<std::uint64_t>(*number);
      return true;
    }
    default: return false;
  }
}

Bytes protected_header(crypto::SignatureAlgorithm algorithm, const Hash& issuer) {
  std::vector<std::pair<Bytes, Bytes>> headers;
  headers.emplace_back(encoded(1), encoded(crypto::cose_number(algorithm)));  // RFC 9052 section 3.1: alg
  headers.emplace_back(encoded(3), encoded(kContentType));                    // content type
  headers.emplace_back(encoded(4), encoded(ByteView(issuer)));                // kid
  cbor::Writer writer;
  writer.sorted_map(std::move(headers));
  return writer.take();
}

Bytes assemble(ByteView protected_bytes, ByteView payload, ByteView signature) {
  cbor::Writer writer;
  writer.tag(18).array(4).bytes(protected_bytes).map(0).bytes(payload).bytes(signature);
  return writer.take();
}

}  // namespace

std::string_view to_string(EntryType type) {
  const auto found = std::ranges::find_if(kTypes, [&](const TypeRow& row) { return row.type == type; });
  return found == kTypes.end() ? "unknown" : found->name;
}

std::optional<EntryType> entry_type(std::string_view name) {
  const auto found = std::ranges::find_if(kTypes, [&](const TypeRow& row) { return row.name == name; });
  return found == kTypes.end() ? std::nullopt : std::optional(found->type);
}

Result<Bytes> entry_payload(const Entry& entry) {
  if (const std::string problem = problem_of(entry); !problem.empty())
    return make_error(Code::invalid_argument, problem);
  std::vector<std::pair<Bytes, Bytes>> map;
  const auto put = [&](Key key, Bytes value) { map.emplace_back(encoded(std::int64_t{key}), std::move(value)); };
  const auto put_hash = [&](Key key, const std::optional<Hash>& hash) {
    if (hash) put(key, encoded(ByteView(*hash)));
  };
  put(kVersionKey, encoded(std::int64_t{kVersion}));
  put(kType, encoded(static_cast<std::int64_t>(entry.type)));
  put_hash(kAssetHash, entry.asset_hash);
  put_hash(kAssetCommitment, entry.asset_commitment);
  put_hash(kManifestHash, entry.manifest_hash);
  if (!entry.mark_id.empty()) put(kMarkId, encoded(ByteView(entry.mark_id)));
  put_hash(kPrintCommitment, entry.print_commitment);
  put_hash(kRecordCommitment, entry.record_commitment);
  if (entry.earlier) {
    cbor::Writer writer;
    writer.array(2).integer(static_cast<std::int64_t>(entry.earlier->number)).bytes(entry.earlier->leaf);
    put(kEarlier, writer.take());
  }
  put_hash(kSubjectKey, entry.subject_key);
  if (entry.distrust_from) put(kDistrustFrom, encoded(static_cast<std::int64_t>(*entry.distrust_from)));
  cbor::Writer writer;
  writer.sorted_map(std::move(map));
  return writer.take();
}

Result<Entry> parse_entry_payload(ByteView payload) {
  if (payload.size() > kMostEntry) return make_error(Code::limit, "an entry of more than 4096 bytes");
  const cbor::Value map = TRY(cbor::parse(payload, kBounds));
  if (!map.is(cbor::Type::map)) return no_entry("its payload is not a map");
  Entry entry;
  for (std::size_t i = 0; i + 1 < map.children.size(); i += 2) {
    const auto key = map.children[i].integer();
    const cbor::Value& value = map.children[i + 1];
    if (!key) return no_entry("a key of its payload is not a number");
    if (*key == kVersionKey) {
      if (value.integer() != kVersion) return make_error(Code::unsupported, "an entry of another version than 1");
    } else if (*key == kType) {
      const std::int64_t type = value.integer().value_or(0);
      if (type < 1 || type > static_cast<std::int64_t>(kTypes.size())) return no_entry("its type is unknown");
      entry.type = static_cast<EntryType>(type);
    } else if (!read_value(entry, *key, value)) {
      return no_entry(fmt::format("field {} is unknown or not of its kind", *key));
    }
  }
  const auto again = entry_payload(entry);
  if (!again) return no_entry(again.error().message);
  if (!std::ranges::equal(*again, payload)) return no_entry("it is not in the one form that an entry has");
  return entry;
}

Result<Hash> key_hash(const crypto::Certificate& certificate) {
  const Bytes key = TRY(crypto::public_key_der(certificate));
  return to_hash(crypto::digest(crypto::HashAlgorithm::sha256, key));
}

Hash commitment(std::string_view kind, ByteView salt, ByteView content) {
  crypto::Hasher hasher(crypto::HashAlgorithm::sha256);
  const std::string label = "bonafide/commit/v1/" + std::string(kind);
  hasher.update(as_bytes(label));
  hasher.update(salt);
  hasher.update(content);
  return *to_hash(hasher.finish());
}

Result<Bytes> sign_entry(const Entry& entry, const crypto::Signer& signer) {
  if (signer.chain().empty()) return make_error(Code::invalid_argument, "the issuer has no certificate");
  const crypto::Certificate leaf = TRY(crypto::parse_certificate(signer.chain().front()));
  const Bytes payload = TRY(entry_payload(entry));
  const Bytes header = protected_header(signer.algorithm(), TRY(key_hash(leaf)));
  const Bytes input = crypto::signature_input(header, payload);
  const Bytes signature = TRY(signer.sign(input));
  Bytes bytes = assemble(header, payload, signature);
  if (bytes.size() > kMostEntry) return make_error(Code::limit, "the entry takes more than 4096 bytes");
  return bytes;
}

Result<SignedEntry> parse_signed_entry(ByteView bytes) {
  if (bytes.size() > kMostEntry) return make_error(Code::limit, "an entry of more than 4096 bytes");
  const crypto::CoseSign1 cose = TRY(crypto::parse_cose(bytes));
  if (!cose.payload) return no_entry("it has no payload");
  if (!cose.algorithm) return no_entry("its signature is of a kind that cannot be checked");
  SignedEntry read;
  read.algorithm = *cose.algorithm;
  read.protected_bytes = cose.protected_bytes;
  read.payload = *cose.payload;
  read.signature = cose.signature;
  const cbor::Value header = TRY(cbor::parse(read.protected_bytes, kBounds));
  const cbor::Value* const kid = header.find(4);
  const auto issuer = kid == nullptr ? std::nullopt : kid->bytes();
  if (!issuer || issuer->size() != 32) return no_entry("it does not name its issuer's key");
  read.issuer = *to_hash(*issuer);
  // one form alone: what is not signed has no room, and nobody can make another leaf of the same statement
  if (read.protected_bytes != protected_header(read.algorithm, read.issuer) ||
      !std::ranges::equal(assemble(read.protected_bytes, read.payload, read.signature), bytes))
    return no_entry("it is not in the one form that an entry has");
  read.entry = TRY(parse_entry_payload(read.payload));
  return read;
}

Result<bool> check_entry(const SignedEntry& entry, const crypto::Certificate& certificate) {
  const Hash key = TRY(key_hash(certificate));
  if (key != entry.issuer) return false;
  const Bytes input = crypto::signature_input(entry.protected_bytes, entry.payload);
  return crypto::verify_signature(entry.algorithm, certificate, input, entry.signature);
}

Bytes write_evidence(const Evidence& evidence) {
  std::vector<std::pair<Bytes, Bytes>> map;
  map.emplace_back(encoded(1), encoded(ByteView(evidence.entry)));
  if (!evidence.salt.empty()) map.emplace_back(encoded(2), encoded(ByteView(evidence.salt)));
  if (!evidence.certificate.empty()) map.emplace_back(encoded(3), encoded(ByteView(evidence.certificate)));
  cbor::Writer writer;
  writer.sorted_map(std::move(map));
  return writer.take();
}

Result<Evidence> parse_evidence(ByteView bytes) {
  const cbor::Value map = TRY(cbor::parse(bytes, kBounds));
  Evidence evidence;
  const auto take = [&](std::int64_t key, Bytes& into) {
    const cbor::Value* const value = map.find(key);
    const auto content = value == nullptr ? std::nullopt : value->bytes();
    if (content) into.assign(content->begin(), content->end());
  };
  take(1, evidence.entry);
  take(2, evidence.salt);
  take(3, evidence.certificate);
  if (evidence.entry.empty()) return make_error(Code::corrupt, "the proof does not carry the entry that it proves");
  if (!evidence.salt.empty() && evidence.salt.size() != kSaltBytes)
    return make_error(Code::corrupt, "the salt in the proof is not 32 bytes long");
  return evidence;
}

}  // namespace bonafide::provenance::log
