#include "provenance/c2pa/bind_forms.h"

namespace bonafide::provenance::c2pa {

Result<HardBinding> make_box_binding(const media::ByteSource&, const Splice&, const BindOptions&, const Context&) {
  return make_error(Code::unsupported, "this version cannot bind a credential by the box hash");
}

}  // namespace bonafide::provenance::c2pa
