// Signing an ISO base media file while it is written (C2PA 2.5 §16.3.2, §A.5): every byte is hashed once as it passes,
// and none is read again. Room for the store is kept behind ftyp, so all that follows stands a fixed number of bytes
// later than its writer believes; boxes that name places are held back whole and set anew.
#pragma once
#include <functional>
#include <optional>

#include "provenance/c2pa/sign.h"

namespace bonafide::provenance::c2pa {

class BmffWriter {
 public:
  /// Takes bytes of the signed file. Offsets follow one another, except those of the last call.
  using Output = std::function<Result<void>(std::uint64_t offset, ByteView bytes)>;

  /// `builder` and what `plan.cose` points to must outlive this; `plan.bind.form` and whatever is about a file that
  /// exists are not looked at.
  BmffWriter(const Builder& builder, const SignPlan& plan, Output output, const Context& context);

  /// The next bytes. unsupported: not such a file, it carries a credential already, or it cannot be moved; corrupt: a
  /// box breaks its own format; limit: a box of tables is larger than the limit for metadata. Of no use after an Error.
  Result<void> write(ByteView bytes);
  /// After the last byte; once. `splice` says where the frame stands and nothing else.
  Result<SignedFile> finish();

 private:
  struct Box {
    std::uint32_t type = 0;
    std::uint64_t start = 0;            ///< in the file as its writer knows it
    std::optional<std::uint64_t> size;  ///< nothing: up to the end
    std::uint64_t seen = 0;             ///< bytes of it that have come
    bool held = false;                  ///< kept whole before it goes on
    bool hashed = true;
  };
  Result<bool> begin_box();
  Result<void> take(ByteView bytes);
  Result<void> end_box();
  Result<void> keep_room();
  Result<Bytes> moved() const;
  Result<void> put(ByteView bytes, bool hashed);

  const Builder& builder_;
  const SignPlan& plan_;
  Output output_;
  const Context& context_;
  crypto::Hasher hasher_;
  std::size_t signature_size_ = 0;
  Splice splice_;
  std::uint64_t in_ = 0, out_ = 0;  ///< bytes that came, bytes that went
  Bytes head_;                      ///< of a box whose size is not known yet
  std::optional<Box> box_;
  Bytes held_;
  bool movie_ = false;  ///< there was something to sign
};

}  // namespace bonafide::provenance::c2pa
