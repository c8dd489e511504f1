// Compressed manifests (C2PA 2.5 §11.5.2): a superbox c2cm with one box `brob`, Brotli of the whole manifest superbox.
// References to such a manifest hash the compressed form.
#pragma once
#include "provenance/c2pa/jumbf.h"

namespace bonafide::provenance::c2pa {

/// Ours: all manifests of a store together unpack to no more than this.
constexpr std::uint64_t kMostUnpacked = std::uint64_t{32} << 20;

/// The manifest superbox that a c2cm superbox holds. Its size is read first, so that no more than it says is ever
/// allocated. corrupt: no such form, broken or surplus compressed bytes, another label, compressed twice. limit: more
/// than `room` bytes, or more than 64 KiB plus 200 times what it takes up packed (manifests seen: 3 to 10 times).
Result<Bytes> unpack_manifest(const JumbfBox& compressed, std::uint64_t room = kMostUnpacked);

/// The c2cm superbox of a standard or update manifest's superbox. Not for a manifest bound by c2pa.hash.data, which
/// needs to know its own size beforehand (§16.3.1). corrupt: not such a superbox; limit: one that would not be read.
Result<Bytes> compress_manifest(ByteView manifest_superbox);
/// A manifest store with its active manifest, the last one, compressed. Those before it stay as they are referred to.
Result<Bytes> compress_active(ByteView store);

}  // namespace bonafide::provenance::c2pa
