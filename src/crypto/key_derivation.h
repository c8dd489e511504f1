// Keys from a secret, and streams from a key: what marks are keyed with.
#pragma once
#include <memory>

#include "base/bytes.h"

namespace bonafide::crypto {

/// HKDF-SHA256 (RFC 5869): `size` (1…8160) bytes from keying material, an optional salt and what they are for.
Result<Bytes> hkdf_sha256(ByteView material, ByteView salt, ByteView info, std::size_t size);

/// ChaCha20's key stream (RFC 8439 section 2.4) from block 0: the same bytes everywhere for the same key and nonce. For
/// reproducible patterns; nothing is encrypted with it here.
class ChaChaStream {
 public:
  /// 32 bytes of key, 12 of nonce.
  static Result<ChaChaStream> create(ByteView key, ByteView nonce);
  ChaChaStream(ChaChaStream&&) noexcept;
  ChaChaStream& operator=(ChaChaStream&&) noexcept;
  ~ChaChaStream();
  /// The next bytes of the stream.
  void fill(std::span<std::uint8_t> into);

 private:
  ChaChaStream();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::crypto
