// MarkKey: what decides where a mark's chips go. A published key lets anyone look an id up and protects nothing; a
// secret one lets only its holder read, place or take away exactly this pattern.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key_derivation.h"
#include "media/dsp/crc.h"

namespace bonafide::provenance::mark {

/// Endless deterministic values of one purpose; part of the format, so its definition never changes: ChaCha20 bytes,
/// read as little-endian words. Not shared between threads.
class KeyStream {
 public:
  explicit KeyStream(crypto::ChaChaStream bytes) : bytes_(std::move(bytes)) {}

  std::uint32_t word();
  /// Uniform in 0…limit-1, limit at least 1 (words that would make small values likelier are passed over).
  std::uint32_t below(std::uint32_t limit);
  /// Uniform in [0, 1): the top 24 bits of a word, exact in a float.
  float unit();
  bool bit();
  float sign() { return bit() ? -1.0F : 1.0F; }
  media::Bits bits(std::size_t count);
  std::vector<float> signs(std::size_t count);
  /// 0…count-1 in a keyed order (Fisher and Yates, from the end).
  std::vector<std::uint32_t> permutation(std::uint32_t count);

 private:
  crypto::ChaChaStream bytes_;
  std::vector<std::uint8_t> buffer_;
  std::size_t used_ = 0;
  std::uint32_t kept_bits_ = 0;
  int bits_left_ = 0;
};

class MarkKey {
 public:
  /// The key that everybody knows. `profile` names the layout ("bonafide.tile.1", "bonafide.sound.1") and is all of it.
  static MarkKey published(std::string_view profile);
  /// An issuer's own; at least 16 bytes of secret. Equal secrets of different profiles have nothing in common.
  static Result<MarkKey> secret(std::string_view profile, ByteView secret);

  const std::string& profile() const { return profile_; }
  bool is_secret() const { return secret_; }
  /// A few hex digits that tell keys apart in reports and say nothing about the secret.
  const std::string& fingerprint() const { return fingerprint_; }

  /// The key of one work: one that is disclosed later says nothing about others.
  MarkKey for_asset(ByteView asset_id) const;
  /// Values for one purpose ("sync", "layout") and, within it, a number (a variant, a block).
  KeyStream stream(std::string_view purpose, std::uint64_t number = 0) const;

 private:
  MarkKey(std::string_view profile, bool secret, Bytes master);
  std::string profile_, fingerprint_;
  bool secret_ = false;
  Bytes master_;
};

}  // namespace bonafide::provenance::mark
