#include "provenance/c2pa/bind_forms.h"

namespace bonafide::provenance::c2pa {

Result<HardBinding> make_bmff_binding(const media::ByteSource&, const Splice&, const BindOptions&, const Context&) {
  return make_error(Code::unsupported, "this version cannot bind a credential to an ISO base media file");
}

}  // namespace bonafide::provenance::c2pa
