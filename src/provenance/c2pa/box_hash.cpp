#include "provenance/c2pa/binding_forms.h"

namespace bonafide::provenance::c2pa {

Result<void> check_box_hash(const BindingJob& job) {
  job.check.unsupported = "this version cannot check the binding " + job.request.label;
  return {};
}

}  // namespace bonafide::provenance::c2pa
