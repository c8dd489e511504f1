#include "app/log/opened.h"

#include <algorithm>

#include "base/files.h"
#include "base/time.h"
#include "provenance/log/proof.h"
#include "provenance/log/witness.h"

namespace bonafide::app {

namespace tlog = provenance::log;

std::string LogPlace::kept() const {
  std::string at = folder;
  while (at.size() > 1 && at.back() == '/') at.pop_back();
  return keep.empty() ? at + ".keep" : keep;
}

Result<tlog::NoteSigner> log_signer(const LogPlace& place) {
  const std::string path = place.kept() + "/" + std::string(kLogKeyFile);
  auto text = read_file(path, 4096);
  if (!text && text.error().code == Code::not_found) {
    Error error = make_error(Code::unavailable, "the log's key is not here: name the folder that is kept with --keep");
    error.file = path;
    return error;
  }
  if (!text) return text.error();
  auto signer = tlog::NoteSigner::parse_file(*text, place.passphrase);
  if (signer || signer.error().code != Code::denied) return signer;
  Error error = signer.error();
  error.file = path;
  return error;
}

Result<tlog::NoteKey> log_key(const LogPlace& place, const std::string& text) {
  if (!text.empty()) return tlog::parse_note_key(text);
  const auto file = read_file(place.kept() + "/" + std::string(kLogKeyFile), 4096);
  if (!file) return TRY(log_signer(place)).key();  // which says why
  return tlog::NoteSigner::key_in_file(*file);
}

Result<std::string> log_checkpoint(const LogPlace& place, const tlog::NoteKey& key) {
  std::string note = TRY(read_file(place.folder + "/checkpoint", tlog::kMostNoteBytes));
  TRY(tlog::open_checkpoint(note, key));
  return note;
}

Result<std::unique_ptr<tlog::Registry>> log_registry(const LogPlace& place) {
  return tlog::Registry::open(place.kept() + "/" + std::string(kRegistryFile));
}

Result<std::string> make_proof(const LogPlace& place, std::uint64_t number, const std::string& checkpoint,
                               const tlog::Evidence& evidence) {
  const tlog::Checkpoint tree = TRY(tlog::parse_signed_checkpoint(checkpoint)).checkpoint;
  tlog::LogReader reader(tlog::files_in(place.folder), tree.size);
  tlog::ProofBundle bundle;
  bundle.extra = tlog::write_evidence(evidence);
  bundle.index = number;
  bundle.hashes = TRY(tlog::make_inclusion(number, tree.size, reader.nodes()));
  bundle.checkpoint = checkpoint;
  const auto holds =
      tlog::check_inclusion(number, tree.size, tlog::leaf_hash(evidence.entry), bundle.hashes, tree.root);
  if (!holds)
    return make_error(Code::corrupt,
                      "the log's files do not prove this entry: some are damaged; `log fsck` names them");
  return tlog::write_proof_bundle(bundle);
}

Result<std::string> cosigned(const LogPlace& place, const std::string& checkpoint,
                             const std::vector<std::string>& witnesses) {
  std::string note = checkpoint;
  const tlog::Checkpoint tree = TRY(tlog::parse_signed_checkpoint(checkpoint)).checkpoint;
  tlog::LogReader reader(tlog::files_in(place.folder), tree.size);
  for (const std::string& folder : witnesses) {
    tlog::Witness witness = TRY(tlog::Witness::open(folder));
    const auto ask = [&](const std::string& body) -> Result<tlog::WitnessAnswer> {
      return witness.add_checkpoint(body, static_cast<std::uint64_t>(unix_now()));
    };
    note += TRY(tlog::ask_to_cosign(ask, witness.key(), checkpoint, reader));
  }
  return note;
}

}  // namespace bonafide::app
