// OpenTimestamps: that some bytes existed before a block of a public chain, as a tree of hash steps from their digest
// to the block's Merkle root (".ots" files). Read, written, made and completed; bytes travel by functions. Which block
// has which header is for others to say: a node, an explorer, a newspaper.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provenance/log/merkle.h"

namespace bonafide::provenance::log {

/// One step. Numbers are the format's own.
enum class OtsStep : std::uint8_t {
  sha1 = 0x02,
  ripemd160 = 0x03,
  sha256 = 0x08,
  keccak256 = 0x67,
  append = 0xf0,
  prepend = 0xf1,
  reverse = 0xf2,
  hexlify = 0xf3,
};

/// Who says that the bytes reached so far existed.
struct OtsAttestation {
  enum class Kind : std::uint8_t { bitcoin, litecoin, pending, unknown };
  Kind kind = Kind::unknown;
  std::uint64_t height = 0;  ///< of the block
  std::string uri;           ///< pending: the calendar that promised to bring it into a block
  Bytes tag, payload;        ///< as they stand in the file
  bool operator==(const OtsAttestation&) const = default;
};
OtsAttestation pending_attestation(const std::string& uri);
OtsAttestation bitcoin_attestation(std::uint64_t height);

struct OtsBranch;
struct OtsTree {
  std::vector<OtsAttestation> attestations;
  std::vector<OtsBranch> branches;
};
struct OtsBranch {
  OtsStep step = OtsStep::sha256;
  Bytes argument;  ///< of append and prepend
  OtsTree below;
};

struct OpenTimestamp {
  OtsStep hash = OtsStep::sha256;  ///< of the stamped file
  Bytes digest;
  OtsTree tree;
};
inline constexpr std::size_t kMostOtsBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMostOtsMessage = 4096, kMostOtsNodes = 10'000;
inline constexpr int kMostOtsDepth = 256;

/// At most 1 MiB, 256 steps deep, 10,000 steps in all. `corrupt`, `unsupported` (another version) or `limit`.
Result<OpenTimestamp> parse_open_timestamp(ByteView bytes);
Bytes write_open_timestamp(const OpenTimestamp& stamp);
/// A calendar's answer: a tree alone.
Result<OtsTree> parse_ots_tree(ByteView bytes);
Bytes write_ots_tree(const OtsTree& tree);

/// An attestation and the bytes that it is about; none where a step on the way is a hash that we do not compute (SHA-1,
/// RIPEMD-160, Keccak) or grows too long.
struct OtsClaim {
  OtsAttestation attestation;
  std::optional<Bytes> message;
};
std::vector<OtsClaim> claims_of(const OpenTimestamp& stamp);

/// A header of Bitcoin's chain, 80 bytes.
struct BlockHeader {
  Hash root = {};           ///< of its transactions, in the order of the chain's hashes
  std::uint32_t time = 0;   ///< seconds since 1970, as the miner says
  std::string name;         ///< the block's hash, as people write it
  bool work_holds = false;  ///< the hash is as small as the header itself demands
};
Result<BlockHeader> parse_block_header(ByteView bytes);

/// Asks a calendar: a URL, and bytes to send, or none to get what is there.
using AskCalendar = std::function<Result<Bytes>(const std::string& url, ByteView body)>;
/// A stamp for a SHA-256, promised by these calendars. Each sees the digest only behind a nonce of 16 bytes, so that it
/// learns nothing. An Error when none promised.
Result<OpenTimestamp> make_open_timestamp(const Hash& digest, ByteView nonce, const std::vector<std::string>& calendars,
                                          const AskCalendar& ask);
/// Puts in what these calendars have by now for what they promised. Answers whether anything came. Other calendars that
/// the file names are not asked: a file must not send us anywhere.
Result<bool> complete_open_timestamp(OpenTimestamp& stamp, const std::vector<std::string>& calendars,
                                     const AskCalendar& ask);

}  // namespace bonafide::provenance::log
