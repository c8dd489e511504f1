// A small secret under a passphrase: scrypt (RFC 7914) makes the key, AES-256-GCM seals.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace bonafide::crypto {

/// scrypt's work: 2^log2_n · 128 · r bytes of memory, `p` times.
struct ScryptCost {
  unsigned log2_n = 16, r = 8, p = 1;  ///< 64 MiB; a fifth of a second on the machine this was written on
  bool operator==(const ScryptCost&) const = default;
};
/// Costs that a file may ask for: at most 256 MiB and four times over, so that a hostile one costs seconds, not the
/// machine.
bool bearable(const ScryptCost& cost);

/// `size` (1…1024) bytes. invalid_argument: a cost that is not bearable.
Result<Bytes> scrypt(ByteView passphrase, ByteView salt, const ScryptCost& cost, std::size_t size);

struct SealedBox {
  ScryptCost cost;
  Bytes salt;    ///< 16 bytes
  Bytes sealed;  ///< the secret's length and 16 bytes of tag
};

/// `bound`: what stands beside the box in the open and must not change either. A fresh salt makes a fresh key each
/// time, which is why the nonce may be zeros.
Result<SealedBox> seal(ByteView secret, std::string_view passphrase, ByteView bound, const ScryptCost& cost = {});
/// denied: the passphrase is wrong, or box or `bound` were changed: the two look the same.
Result<Bytes> open_sealed(const SealedBox& box, std::string_view passphrase, ByteView bound);

}  // namespace bonafide::crypto
