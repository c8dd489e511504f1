// Files of mark keys: an answer for any bytes, never Code::internal; what was read is written the same. Sealed ones are
// not opened when that takes more than a millisecond: the bound on the work is what is tested.
// link: bonafide_provenance_mark
#include <cstdint>
#include <cstdlib>

#include "provenance/mark/key_file.h"

namespace {

using namespace bonafide;
using namespace bonafide::provenance::mark;

void must(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  const auto file = parse_key_file(text);
  if (!file) {
    must(file.error().code != Code::internal && !file.error().message.empty());
    return 0;
  }
  must(is_key_name(file->name) && file->fingerprint.size() == 12);
  must(parse_key_file(key_file_text(*file)).has_value());
  const auto* const box = std::get_if<crypto::SealedBox>(&file->secret);
  must(box == nullptr || crypto::bearable(box->cost));
  if (box != nullptr && box->cost.log2_n + box->cost.r * box->cost.p > 14) return 0;
  const auto secret = secret_of(*file, "fuzz");
  must(secret ? secret->size() == kSecretSize : secret.error().code != Code::internal);
  return 0;
}
