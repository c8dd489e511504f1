// One writer for each form of hard binding, behind make_binding(); private to this room.
#pragma once
#include "provenance/c2pa/bind.h"

namespace bonafide::provenance::c2pa {

Result<HardBinding> make_data_binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options,
                                      const Context& context);
Result<HardBinding> make_box_binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options,
                                     const Context& context);
Result<HardBinding> make_bmff_binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options,
                                      const Context& context);

/// c2pa.hash.bmff.v3 of a file whose flat hash is known already; its size depends on the hash's alone.
HardBinding flat_bmff_binding(crypto::HashAlgorithm algorithm, const Bytes& hash);

/// "sha256", "sha384", "sha512", as assertions spell them.
std::string_view hash_name(crypto::HashAlgorithm algorithm);
/// Bytes of a digest.
std::size_t hash_size(crypto::HashAlgorithm algorithm);

}  // namespace bonafide::provenance::c2pa
