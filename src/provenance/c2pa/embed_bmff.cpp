// Embedding into ISO base media files (C2PA 2.5 §A.5).
#include "provenance/c2pa/embedders.h"

namespace bonafide::provenance::c2pa {

Result<Splice> plan_bmff(const media::ByteSource&, const EmbedRequest&, const Context&) {
  return make_error(Code::unsupported, "this version cannot write a credential into ISO base media files");
}

Result<Bytes> frame_bmff(const Splice&, ByteView) {
  return make_error(Code::unsupported, "this version cannot write a credential into ISO base media files");
}

}  // namespace bonafide::provenance::c2pa
