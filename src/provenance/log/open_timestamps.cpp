#include "provenance/log/open_timestamps.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "crypto/hash.h"

namespace bonafide::provenance::log {
namespace {

constexpr std::array<std::uint8_t, 31> kMagic = {0x00, 'O',  'p',  'e',  'n',  'T',  'i',  'm',  'e', 's', 't',
                                                 'a',  'm',  'p',  's',  0x00, 0x00, 'P',  'r',  'o', 'o', 'f',
                                                 0x00, 0xbf, 0x89, 0xe2, 0xe8, 0x84, 0xe8, 0x92, 0x94};
constexpr std::uint64_t kVersion = 1;
constexpr std::uint8_t kFork = 0xff, kAttestation = 0x00;
constexpr std::array<std::uint8_t, 8> kBitcoin = {0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01};
constexpr std::array<std::uint8_t, 8> kLitecoin = {0x06, 0x86, 0x9a, 0x0d, 0x73, 0xd7, 0x1b, 0x45};
constexpr std::array<std::uint8_t, 8> kPending = {0x83, 0xdf, 0xe3, 0x0d, 0x2e, 0xf9, 0x0c, 0x8e};
constexpr std::size_t kMostPayload = 8192, kMostUri = 1000;

Error no_stamp(const std::string& why) {
  return make_error(Code::corrupt, "this is not an OpenTimestamps proof: " + why);
}

bool has_argument(OtsStep step) { return step == OtsStep::append || step == OtsStep::prepend; }
bool is_step(std::uint8_t tag) {
  constexpr std::array<std::uint8_t, 8> known = {0x02, 0x03, 0x08, 0x67, 0xf0, 0xf1, 0xf2, 0xf3};
  return std::ranges::find(known, tag) != known.end();
}
std::size_t digest_bytes(OtsStep hash) { return hash == OtsStep::sha1 || hash == OtsStep::ripemd160 ? 20 : 32; }

/// Seven bits a byte, the lowest first, in the shortest form.
Result<std::uint64_t> read_number(ByteReader& reader) {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 63; shift += 7) {
    const std::uint8_t byte = TRY(reader.u8());
    number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) != 0) continue;
    if (byte == 0 && shift > 0) return no_stamp("a number in another than the shortest form");
    return number;
  }
  return no_stamp("a number that is too large");
}
void write_number(Bytes& bytes, std::uint64_t number) {
  while (number >= 0x80) {
    bytes.push_back(static_cast<std::uint8_t>(number | 0x80));
    number >>= 7;
  }
  bytes.push_back(static_cast<std::uint8_t>(number));
}
Result<Bytes> read_bytes(ByteReader& reader, std::size_t least, std::size_t most) {
  const std::uint64_t count = TRY(read_number(reader));
  if (count < least || count > most) return make_error(Code::limit, "a part of an OpenTimestamps proof is too long");
  const ByteView bytes = TRY(reader.take(static_cast<std::size_t>(count)));
  return Bytes(bytes.begin(), bytes.end());
}
void write_bytes(Bytes& bytes, ByteView content) {
  write_number(bytes, content.size());
  bytes.insert(bytes.end(), content.begin(), content.end());
}

bool is_uri(std::string_view uri) {  // no query, no fragment, nothing to trip over
  return !uri.empty() && uri.size() <= kMostUri && std::ranges::all_of(uri, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '/' || c == ':';
  });
}

Result<OtsAttestation> read_attestation(ByteReader& reader) {
  OtsAttestation attestation;
  const ByteView tag = TRY(reader.take(8));
  attestation.tag.assign(tag.begin(), tag.end());
  attestation.payload = TRY(read_bytes(reader, 0, kMostPayload));
  ByteReader payload(attestation.payload);
  if (std::ranges::equal(tag, kBitcoin) || std::ranges::equal(tag, kLitecoin)) {
    attestation.kind =
        std::ranges::equal(tag, kBitcoin) ? OtsAttestation::Kind::bitcoin : OtsAttestation::Kind::litecoin;
    attestation.height = TRY(read_number(payload));
  } else if (std::ranges::equal(tag, kPending)) {
    attestation.kind = OtsAttestation::Kind::pending;
    const Bytes uri = TRY(read_bytes(payload, 0, kMostUri));
    attestation.uri = as_text(uri);
    if (!is_uri(attestation.uri)) return no_stamp("the address of its calendar");
  } else {
    return attestation;
  }
  if (!payload.at_end()) return no_stamp("there is more in an attestation than belongs there");
  return attestation;
}

class TreeReader {
 public:
  explicit TreeReader(ByteReader& reader) : reader_(reader) {}
  Result<OtsTree> tree(int depth) {
    if (depth > kMostOtsDepth) return make_error(Code::limit, "an OpenTimestamps proof of more than 256 steps");
    OtsTree read;
    std::uint8_t tag = TRY(reader_.u8());
    for (; tag == kFork; tag = TRY(reader_.u8())) {
      const std::uint8_t inner = TRY(reader_.u8());
      TRY(part(read, inner, depth));
    }
    TRY(part(read, tag, depth));
    return read;
  }

 private:
  Result<void> part(OtsTree& into, std::uint8_t tag, int depth) {
    if (++nodes_ > kMostOtsNodes) return make_error(Code::limit, "an OpenTimestamps proof of more than 10,000 parts");
    if (tag == kAttestation) {
      into.attestations.push_back(TRY(read_attestation(reader_)));
      return {};
    }
    if (!is_step(tag)) return make_error(Code::unsupported, fmt::format("a step of an unknown kind ({:02x})", tag));
    OtsBranch branch;
    branch.step = static_cast<OtsStep>(tag);
    if (has_argument(branch.step)) branch.argument = TRY(read_bytes(reader_, 1, kMostOtsMessage));
    branch.below = TRY(tree(depth + 1));
    into.branches.push_back(std::move(branch));
    return {};
  }
  ByteReader& reader_;
  std::size_t nodes_ = 0;
};

void write_tree(Bytes& bytes, const OtsTree& tree) {
  std::size_t left = tree.attestations.size() + tree.branches.size();
  const auto begin = [&] {
    if (left-- > 1) bytes.push_back(kFork);  // more is coming
  };
  for (const OtsAttestation& attestation : tree.attestations) {
    begin();
    bytes.push_back(kAttestation);
    bytes.insert(bytes.end(), attestation.tag.begin(), attestation.tag.end());
    write_bytes(bytes, attestation.payload);
  }
  for (const OtsBranch& branch : tree.branches) {
    begin();
    bytes.push_back(static_cast<std::uint8_t>(branch.step));
    if (has_argument(branch.step)) write_bytes(bytes, branch.argument);
    write_tree(bytes, branch.below);
  }
}

/// What a step makes of a message; nothing where we cannot tell.
std::optional<Bytes> taken(const OtsBranch& branch, const std::optional<Bytes>& message) {
  if (!message) return std::nullopt;
  Bytes made = *message;
  switch (branch.step) {
    case OtsStep::sha256: return crypto::digest(crypto::HashAlgorithm::sha256, *message);
    case OtsStep::append: made.insert(made.end(), branch.argument.begin(), branch.argument.end()); break;
    case OtsStep::prepend: made.insert(made.begin(), branch.argument.begin(), branch.argument.end()); break;
    case OtsStep::reverse: std::ranges::reverse(made); break;
    case OtsStep::hexlify: {
      const std::string hex = to_hex(*message);
      made.assign(hex.begin(), hex.end());
      break;
    }
    case OtsStep::sha1:
    case OtsStep::ripemd160:
    case OtsStep::keccak256: return std::nullopt;
  }
  if (made.size() > kMostOtsMessage) return std::nullopt;
  return made;
}

/// Calls `visit` with every node and the message that it is about.
template <typename Tree, typename Visit>
void walk(Tree& tree, const std::optional<Bytes>& message, const Visit& visit) {
  for (auto& branch : tree.branches) walk(branch.below, taken(branch, message), visit);
  visit(tree, message);
}

void merge(OtsTree& into, OtsTree from) {
  for (OtsAttestation& attestation : from.attestations)
    if (std::ranges::find(into.attestations, attestation) == into.attestations.end())
      into.attestations.push_back(std::move(attestation));
  for (OtsBranch& branch : from.branches) {
    const auto same = std::ranges::find_if(into.branches, [&](const OtsBranch& one) {
      return one.step == branch.step && one.argument == branch.argument;
    });
    if (same == into.branches.end())
      into.branches.push_back(std::move(branch));
    else
      merge(same->below, std::move(branch.below));
  }
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

OtsAttestation pending_attestation(const std::string& uri) {
  OtsAttestation made{
      .kind = OtsAttestation::Kind::pending, .uri = uri, .tag = {kPending.begin(), kPending.end()}, .payload = {}};
  write_bytes(made.payload, as_bytes(uri));
  return made;
}

OtsAttestation bitcoin_attestation(std::uint64_t height) {
  OtsAttestation made{.kind = OtsAttestation::Kind::bitcoin,
                      .height = height,
                      .uri = {},
                      .tag = {kBitcoin.begin(), kBitcoin.end()},
                      .payload = {}};
  write_number(made.payload, height);
  return made;
}

Result<OpenTimestamp> parse_open_timestamp(ByteView bytes) {
  if (bytes.size() > kMostOtsBytes) return make_error(Code::limit, "an OpenTimestamps proof of more than 1 MiB");
  if (bytes.size() < kMagic.size() || !std::ranges::equal(bytes.first(kMagic.size()), kMagic))
    return no_stamp("it does not begin like one");
  ByteReader reader(bytes);
  TRY(reader.skip(kMagic.size()));
  if (TRY(read_number(reader)) != kVersion)
    return make_error(Code::unsupported, "an OpenTimestamps proof of another version than 1");
  OpenTimestamp stamp;
  const std::uint8_t hash = TRY(reader.u8());
  stamp.hash = static_cast<OtsStep>(hash);
  const bool is_hash = stamp.hash == OtsStep::sha1 || stamp.hash == OtsStep::ripemd160 ||
                       stamp.hash == OtsStep::sha256 || stamp.hash == OtsStep::keccak256;
  if (!is_hash) return no_stamp("the hash of what was stamped is of an unknown kind");
  const ByteView digest = TRY(reader.take(digest_bytes(stamp.hash)));
  stamp.digest.assign(digest.begin(), digest.end());
  stamp.tree = TRY(TreeReader(reader).tree(0));
  if (!reader.at_end()) return no_stamp("there is something behind its end");
  return stamp;
}

Bytes write_open_timestamp(const OpenTimestamp& stamp) {
  Bytes bytes(kMagic.begin(), kMagic.end());
  write_number(bytes, kVersion);
  bytes.push_back(static_cast<std::uint8_t>(stamp.hash));
  bytes.insert(bytes.end(), stamp.digest.begin(), stamp.digest.end());
  write_tree(bytes, stamp.tree);
  return bytes;
}

Result<OtsTree> parse_ots_tree(ByteView bytes) {
  if (bytes.size() > kMostOtsBytes) return make_error(Code::limit, "a calendar's answer of more than 1 MiB");
  ByteReader reader(bytes);
  OtsTree tree = TRY(TreeReader(reader).tree(0));
  if (!reader.at_end()) return no_stamp("there is something behind its end");
  return tree;
}

Bytes write_ots_tree(const OtsTree& tree) {
  Bytes bytes;
  write_tree(bytes, tree);
  return bytes;
}

std::vector<OtsClaim> claims_of(const OpenTimestamp& stamp) {
  std::vector<OtsClaim> claims;
  walk(stamp.tree, stamp.digest, [&](const OtsTree& tree, const std::optional<Bytes>& message) {
    for (const OtsAttestation& attestation : tree.attestations) claims.push_back({attestation, message});
  });
  return claims;
}

Result<BlockHeader> parse_block_header(ByteView bytes) {
  if (bytes.size() != 80) return make_error(Code::corrupt, "a block's header has 80 bytes");
  BlockHeader header;
  ByteReader reader(bytes);
  TRY(reader.skip(36));
  const ByteView root = TRY(reader.take(32));
  header.root = TRY(to_hash(root));
  header.time = TRY(reader.u32le());
  const std::uint32_t bits = TRY(reader.u32le());
  const Bytes once = crypto::digest(crypto::HashAlgorithm::sha256, bytes);
  Bytes name = crypto::digest(crypto::HashAlgorithm::sha256, once);
  std::ranges::reverse(name);  // as a number, the highest byte first
  header.name = to_hex(name);
  // the target: three bytes of number, and how many bytes it is long; the fourth would make it negative
  const std::uint32_t length = bits >> 24, number = bits & 0x00ffffff;
  Bytes target(32, 0);
  for (std::uint32_t i = 0; i < 3; ++i) {
    const std::int64_t place = 32 - static_cast<std::int64_t>(length) + i;
    if (place >= 0 && place < 32)
      target[static_cast<std::size_t>(place)] = static_cast<std::uint8_t>(number >> (16 - 8 * i));
  }
  header.work_holds = length <= 32 && (number & 0x00800000) == 0 && number != 0 && name <= target;
  return header;
}

Result<OpenTimestamp> make_open_timestamp(const Hash& digest, ByteView nonce, const std::vector<std::string>& calendars,
                                          const AskCalendar& ask) {
  if (calendars.empty()) return make_error(Code::invalid_argument, "a stamp needs a calendar");
  OpenTimestamp stamp{.hash = OtsStep::sha256, .digest = {digest.begin(), digest.end()}, .tree = {}};
  const OtsBranch behind_nonce{.step = OtsStep::append, .argument = {nonce.begin(), nonce.end()}, .below = {}};
  const OtsBranch hashed{.step = OtsStep::sha256, .argument = {}, .below = {}};
  const Bytes message = *taken(hashed, taken(behind_nonce, stamp.digest));
  OtsTree promises;
  std::optional<Error> refused;
  for (const std::string& calendar : calendars) {
    const auto answer = ask(without_slash(calendar) + "/digest", message);
    auto tree = answer ? parse_ots_tree(*answer) : Result<OtsTree>(answer.error());
    if (tree)
      merge(promises, std::move(*tree));
    else
      refused = tree.error();
  }
  if (promises.attestations.empty() && promises.branches.empty()) return *refused;
  stamp.tree.branches.push_back(behind_nonce);
  stamp.tree.branches.front().below.branches.push_back(hashed);
  stamp.tree.branches.front().below.branches.front().below = std::move(promises);
  return stamp;
}

Result<bool> complete_open_timestamp(OpenTimestamp& stamp, const std::vector<std::string>& calendars,
                                     const AskCalendar& ask) {
  std::vector<std::string> wanted;
  for (const std::string& calendar : calendars) wanted.push_back(without_slash(calendar));
  bool came = false;
  std::optional<Error> refused;
  walk(stamp.tree, stamp.digest, [&](OtsTree& tree, const std::optional<Bytes>& message) {
    const auto promises = tree.attestations;
    for (const OtsAttestation& promise : promises) {
      const std::string uri = without_slash(promise.uri);
      if (promise.kind != OtsAttestation::Kind::pending || !message || std::ranges::find(wanted, uri) == wanted.end())
        continue;
      const auto answer = ask(uri + "/timestamp/" + to_hex(*message), {});
      auto more = answer ? parse_ots_tree(*answer) : Result<OtsTree>(answer.error());
      if (!more) {
        refused = more.error();
        continue;
      }
      const Bytes before = write_ots_tree(tree);
      merge(tree, std::move(*more));
      came = came || write_ots_tree(tree) != before;
    }
  });
  if (!came && refused) return *refused;
  return came;
}

}  // namespace bonafide::provenance::log
