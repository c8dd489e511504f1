#include "app/mark_id.h"

#include "base/files.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "provenance/credential.h"

namespace bonafide::app {

std::uint64_t mark_id_of_label(std::string_view label) {
  std::string text = "bonafide/mark-id/v1";
  text += '\0';
  text += label;
  const Bytes hash = crypto::digest(crypto::HashAlgorithm::sha256, as_bytes(text));
  std::uint64_t id = 0;
  for (std::size_t i = 0; i < 8; ++i) id = id << 8 | hash[i];
  return id;
}

Result<std::uint64_t> mark_id_from_credential(const std::string& path, const Context& context) {
  const FileReader file = TRY(FileReader::open(path));
  const crypto::TrustStore nobody;  // who signed does not matter here: the id is a name, not a claim
  const auto credential = TRY(provenance::read_credential(file, {&nobody, unix_now(), false, {}}, context));
  if (!credential.validation || credential.validation->manifests.empty())
    return make_error(Code::not_found, "carries no Content Credential that could give it an id");
  if (credential.source.state == provenance::State::broken)
    return make_error(Code::denied, "its Content Credential does not hold, so it gives no id");
  const auto& active = credential.validation->manifests.front();
  constexpr std::size_t kDigits = 16;
  for (const auto& binding : active.soft_bindings) {
    if (!binding.alg.starts_with("org.bonafide.mark.")) continue;
    for (const auto& block : binding.blocks) {
      const auto bytes = from_hex(block.value);
      if (block.value.size() != kDigits || !bytes) continue;
      return std::stoull(block.value, nullptr, 16);
    }
  }
  return mark_id_of_label(active.label);
}

}  // namespace bonafide::app
