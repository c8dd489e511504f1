// Signing a file: plan where the store goes, hash what the file will be, sign, write. Two reads of the original, one
// write, constant memory.
#pragma once
#include <string>

#include "base/files.h"
#include "provenance/c2pa/builder.h"
#include "provenance/c2pa/embed.h"

namespace bonafide::provenance::c2pa {

struct SignPlan {
  crypto::CosePlan cose;
  BindOptions bind;
  std::uint64_t reserve = 0;  ///< zero bytes kept behind the store, for an update in the same place
  bool update = false;        ///< the builder's manifest is an update
  bool detached = false;      ///< the store goes beside the work (.c2pa); one that is in the file is taken out
  bool compress = false;      ///< the manifest is compressed; then the box hash binds it, unless told otherwise
  bool keep_place = false;    ///< fill the room of the existing store when the new one fits in, so that nothing moves
};

/// A file as it will be, signed, and not written yet.
struct SignedFile {
  Splice splice;
  Bytes store;
  Bytes framed;           ///< the store as it stands in the file; empty when detached
  std::string binding;    ///< label of the hard binding, or empty
  bool in_place = false;  ///< it differs from the original in the frame alone
};

/// `located` is what locate() found in `source`. invalid_argument: compressed, and bound by a data hash (§16.3.1);
/// unsupported: compressed in a file whose hash depends on the size of the store.
Result<SignedFile> sign_source(const media::ByteSource& source, const Located& located, const Builder& builder,
                               const SignPlan& plan, const Context& context);
/// The whole file. `out` is not committed.
Result<void> write_signed(const media::ByteSource& source, const SignedFile& file, FileWriter& out,
                          const Context& context);

/// Reads what a file brings as an ingredient: its stores and how they validate. One without a credential has no stores.
/// invalid_argument: there is a credential, but it is damaged beyond reading.
Result<IngredientPlan> read_ingredient(const media::ByteSource& source, const Located& located,
                                       const ValidateOptions& options, const Context& context);

}  // namespace bonafide::provenance::c2pa
