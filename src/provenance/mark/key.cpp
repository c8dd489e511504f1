#include "provenance/mark/key.h"

#include <array>
#include <numeric>

namespace bonafide::provenance::mark {

namespace {

// HKDF over fixed sizes fails only for reasons that end the program anyway (no memory, no OpenSSL).
Bytes derived(ByteView material, ByteView salt, std::string_view info) {
  return crypto::hkdf_sha256(material, salt, as_bytes(info), 32).value();
}

}  // namespace

std::uint32_t KeyStream::word() {
  constexpr std::size_t kBuffer = 4096;
  if (used_ == buffer_.size()) {
    buffer_.resize(kBuffer);
    bytes_.fill(buffer_);
    used_ = 0;
  }
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(buffer_[used_++]) << (8 * i);
  return value;
}

std::uint32_t KeyStream::below(std::uint32_t limit) {
  if (limit <= 1) return 0;
  const std::uint32_t unfair = (0U - limit) % limit;  // 2^32 modulo limit
  for (;;) {
    const std::uint32_t value = word();
    if (value >= unfair) return value % limit;
  }
}

float KeyStream::unit() { return static_cast<float>(word() >> 8) * (1.0F / 16777216.0F); }

bool KeyStream::bit() {
  if (bits_left_ == 0) {
    kept_bits_ = word();
    bits_left_ = 32;
  }
  const bool value = (kept_bits_ & 1) != 0;
  kept_bits_ >>= 1;
  --bits_left_;
  return value;
}

media::Bits KeyStream::bits(std::size_t count) {
  media::Bits values(count);
  for (std::uint8_t& value : values) value = bit() ? 1 : 0;
  return values;
}

std::vector<float> KeyStream::signs(std::size_t count) {
  std::vector<float> values(count);
  for (float& value : values) value = sign();
  return values;
}

std::vector<std::uint32_t> KeyStream::permutation(std::uint32_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  for (std::uint32_t i = count; i > 1; --i) std::swap(order[i - 1], order[below(i)]);
  return order;
}

MarkKey::MarkKey(std::string_view profile, bool secret, Bytes master)
    : profile_(profile), secret_(secret), master_(std::move(master)) {
  fingerprint_ = to_hex(derived(master_, as_bytes(profile_), "fingerprint")).substr(0, 12);
}

MarkKey MarkKey::published(std::string_view profile) {
  return {profile, false, derived(as_bytes(profile), as_bytes("bonafide mark, published"), "master")};
}

Result<MarkKey> MarkKey::secret(std::string_view profile, ByteView secret) {
  constexpr std::size_t kLeast = 16;
  if (secret.size() < kLeast) return make_error(Code::invalid_argument, "a mark's secret has at least 16 bytes");
  return MarkKey(profile, true, derived(secret, as_bytes(profile), "bonafide mark, master"));
}

MarkKey MarkKey::for_asset(ByteView asset_id) const { return {profile_, secret_, derived(master_, asset_id, "asset")}; }

KeyStream MarkKey::stream(std::string_view purpose, std::uint64_t number) const {
  std::array<std::uint8_t, 12> nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[i] = static_cast<std::uint8_t>(number >> (8 * i));
  const Bytes key = derived(master_, as_bytes(profile_), "stream " + std::string(purpose));
  return KeyStream(crypto::ChaChaStream::create(key, nonce).value());
}

}  // namespace bonafide::provenance::mark
