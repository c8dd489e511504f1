// Message digests (FIPS 180-4) over bytes and whole files, by OpenSSL.
#pragma once
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/context.h"
#include "base/files.h"

namespace bonafide::crypto {

enum class HashAlgorithm { sha256, sha384, sha512 };

/// Streaming digest: update() as often as you like, then finish() once, or again after restart().
class Hasher {
 public:
  explicit Hasher(HashAlgorithm algorithm);
  Hasher(Hasher&&) noexcept;
  ~Hasher();
  void update(ByteView bytes);
  Bytes finish();
  /// What finish() would say now; updating may go on.
  Bytes so_far() const;
  /// Ready for other bytes; cheaper than a new one when there are thousands of short digests.
  void restart();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Bytes digest(HashAlgorithm algorithm, ByteView bytes);
/// The digest of a whole file, read in 1 MiB steps; stops with `cancelled`.
Result<Bytes> digest_file(HashAlgorithm algorithm, const FileReader& file, const Context& context);

}  // namespace bonafide::crypto
