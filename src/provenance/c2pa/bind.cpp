#include "provenance/c2pa/bind.h"

#include "provenance/c2pa/bind_forms.h"

namespace bonafide::provenance::c2pa {

std::string_view hash_name(crypto::HashAlgorithm algorithm) {
  switch (algorithm) {
    case crypto::HashAlgorithm::sha256: return "sha256";
    case crypto::HashAlgorithm::sha384: return "sha384";
    case crypto::HashAlgorithm::sha512: return "sha512";
  }
  return "sha256";
}

std::size_t hash_size(crypto::HashAlgorithm algorithm) {
  switch (algorithm) {
    case crypto::HashAlgorithm::sha256: return 32;
    case crypto::HashAlgorithm::sha384: return 48;
    case crypto::HashAlgorithm::sha512: return 64;
  }
  return 32;
}

Result<HardBinding> make_binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options,
                                 const Context& context) {
  const bool bmff = splice.container == Container::bmff;
  BindingForm form = options.form;
  if (form == BindingForm::automatic) form = bmff ? BindingForm::bmff : BindingForm::data;
  if (bmff != (form == BindingForm::bmff)) {
    return make_error(Code::invalid_argument, bmff ? "ISO base media files are bound by their boxes (c2pa.hash.bmff.v3)"
                                                   : "c2pa.hash.bmff.v3 is for ISO base media files only");
  }
  if (form == BindingForm::bmff) return make_bmff_binding(view, splice, options, context);
  if (form == BindingForm::boxes) return make_box_binding(view, splice, options, context);
  return make_data_binding(view, splice, options, context);
}

}  // namespace bonafide::provenance::c2pa
