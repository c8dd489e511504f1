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

bool LogPlace::remote() const { return is_url(folder); }

Result<tlog::NoteSigner> log_signer(const LogPlace& place) {
  if (place.remote() && place.keep.empty())
    return make_error(Code::unavailable, "somebody's log: name the key that it must be signed with (--log-key)");
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
  const Bytes bytes = TRY(files_of(place)(std::string(tlog::kCheckpointPath)));
  if (bytes.size() > tlog::kMostNoteBytes) return make_error(Code::limit, "a checkpoint of more than 1 MiB");
  std::string note(as_text(bytes));
  TRY(tlog::open_checkpoint(note, key));
  return note;
}

Result<std::unique_ptr<tlog::Registry>> log_registry(const LogPlace& place) {
  return tlog::Registry::open(place.kept() + "/" + std::string(kRegistryFile));
}

Result<std::string> make_proof(const LogPlace& place, std::uint64_t number, const std::string& checkpoint,
                               const tlog::Evidence& evidence) {
  const tlog::Checkpoint tree = TRY(tlog::parse_signed_checkpoint(checkpoint)).checkpoint;
  tlog::LogReader reader(files_of(place), tree.size);
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

tlog::FetchFile files_of(const LogPlace& place) {
  return place.remote() ? files_at(place.folder, place.ask) : tlog::files_in(place.folder);
}

Result<std::string> cosigned(const LogPlace& place, const std::string& checkpoint, const WitnessWish& wish) {
  std::string note = checkpoint;
  const tlog::Checkpoint tree = TRY(tlog::parse_signed_checkpoint(checkpoint)).checkpoint;
  tlog::LogReader reader(files_of(place), tree.size);
  for (const AskedWitness& witness : TRY(witnesses_of(wish)))
    note += TRY(tlog::ask_to_cosign(witness.ask, witness.key, checkpoint, reader, witness.seen));
  return note;
}

}  // namespace bonafide::app
