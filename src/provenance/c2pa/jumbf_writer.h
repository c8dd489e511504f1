// Writing JUMBF boxes (ISO 19566-5:2023; C2PA 2.5 §11.1). The other side of jumbf.h.
#pragma once
#include <string_view>
#include <vector>

#include "provenance/c2pa/jumbf.h"

namespace bonafide::provenance::c2pa {

/// A plain box: size, type, content. Boxes above 4 GiB are not written: a store is bounded far below.
Bytes make_box(std::uint32_t type, ByteView content);
/// A superbox: its description (requestable, with a label; with a salt too unless that is empty), then its contents.
Bytes make_superbox(const Uuid& uuid, std::string_view label, ByteView salt, const std::vector<Bytes>& contents);

/// Superboxes of C2PA: "c2pa" the store, "c2ma" a manifest, "c2um" an update, "c2as" assertions, "c2cl" a claim, "c2cs"
/// a signature.
inline Bytes make_superbox(const char (&code)[5], std::string_view label, const std::vector<Bytes>& contents) {
  return make_superbox(c2pa_uuid(code), label, {}, contents);
}
/// An embedded file as an assertion holds it (ISO 19566-5 §B.1): bfdb (media type, file name) and bidb (the bytes).
std::vector<Bytes> embedded_file(std::string_view media_type, std::string_view file_name, ByteView content);
/// The content type of an embedded file.
Uuid embedded_file_uuid();

}  // namespace bonafide::provenance::c2pa
