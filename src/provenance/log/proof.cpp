#include "provenance/log/proof.h"

#include <fmt/format.h>

#include "provenance/log/decimal.h"
#include "provenance/log/hash_line.h"

namespace bonafide::provenance::log {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ", kIndex = "index ";

Error no_bundle(const std::string& why) { return make_error(Code::corrupt, "this is not a log proof: " + why); }

/// Takes one line off the front; nothing when no newline ends it.
std::optional<std::string_view> next_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

Result<ProofBundle> parse_proof_bundle(std::string_view text) {
  if (text.size() > kMostBundleBytes) return make_error(Code::limit, "a log proof of more than 2 MiB");
  if (next_line(text) != kFirstLine) return no_bundle("it does not begin with c2sp.org/tlog-proof@v1");
  ProofBundle bundle;
  auto line = next_line(text);
  if (line && line->starts_with(kExtra)) {
    const auto extra = from_base64(line->substr(kExtra.size()));
    if (!extra) return no_bundle("its extra data is not in base64");
    bundle.extra = *extra;
    line = next_line(text);
  }
  if (!line || !line->starts_with(kIndex)) return no_bundle("it has no index line");
  const auto index = parse_decimal(line->substr(kIndex.size()));
  if (!index) return no_bundle("its index is not a number");
  bundle.index = *index;
  while (true) {
    line = next_line(text);
    if (!line) return no_bundle("it ends before its checkpoint");
    if (line->empty()) break;
    if (bundle.hashes.size() == kMostProofHashes) return no_bundle("its path is longer than any tree is high");
    bundle.hashes.push_back(TRY(parse_hash_line(*line)));
  }
  bundle.checkpoint = text;
  return bundle;
}

std::string write_proof_bundle(const ProofBundle& bundle) {
  std::string text = std::string(kFirstLine) + "\n";
  if (bundle.extra) text += fmt::format("{}{}\n", kExtra, to_base64(*bundle.extra));
  text += fmt::format("{}{}\n", kIndex, bundle.index);
  for (const Hash& hash : bundle.hashes) text += to_base64(hash) + "\n";
  return text + "\n" + bundle.checkpoint;
}

Result<BundleCheck> check_proof_bundle(const ProofBundle& bundle, const Hash& leaf, const Policy& policy) {
  const SignedCheckpoint checkpoint = TRY(parse_signed_checkpoint(bundle.checkpoint));
  BundleCheck check;
  check.tree = checkpoint.checkpoint;
  check.checkpoint = check_checkpoint(checkpoint, policy);
  const auto path =
      check_inclusion(bundle.index, checkpoint.checkpoint.size, leaf, bundle.hashes, checkpoint.checkpoint.root);
  check.included = path.has_value();
  check.reason = check.included ? check.checkpoint.reason : path.error().message;
  return check;
}

}  // namespace bonafide::provenance::log
