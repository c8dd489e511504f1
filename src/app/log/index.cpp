#include <filesystem>

#include "app/log/opened.h"
#include "base/files.h"
#include "provenance/log/index_store.h"

namespace bonafide::app {

namespace tlog = provenance::log;
using report::LogProofFacts;

namespace {

constexpr std::string_view kIndexLock = "index.lock";

std::string index_file(const LogPlace& place) { return place.kept() + "/" + std::string(tlog::kIndexFile); }

Result<std::string> index_note(const LogPlace& place) {
  const Bytes bytes = TRY(files_of(place)(std::string(tlog::kIndexPath)));
  if (bytes.size() > tlog::kMostNoteBytes) return make_error(Code::limit, "an index's note of more than 1 MiB");
  return std::string(as_text(bytes));
}

/// The index that is handed out, signed by this key, with its note as it lies there.
struct Published {
  tlog::IndexHead head;
  std::string note;
};
Result<Published> published(const LogPlace& place, const tlog::NoteKey& key) {
  auto note = index_note(place);
  if (!note && note.error().code == Code::not_found)
    return make_error(Code::not_found, "the log has no index yet: `log index` makes it");
  if (!note) return note.error();
  return Published{TRY(tlog::open_index(*note, key)).head, *note};
}

/// A store that knows exactly the entries of this head.
Result<std::unique_ptr<tlog::IndexStore>> store_at(const LogPlace& place, const std::string& path,
                                                   const tlog::IndexHead& head) {
  tlog::LogReader tree(files_of(place), head.size);
  const auto followed = [&]() -> Result<std::unique_ptr<tlog::IndexStore>> {
    auto store = TRY(tlog::IndexStore::open(path));
    TRY(store->follow(tree, head.log_root));
    return store;
  };
  auto store = followed();
  std::error_code error;
  if (store || store.error().code != Code::corrupt || store.error().file != path) return store;
  for (const char* const part : {"", "-wal", "-shm"}) std::filesystem::remove(path + part, error);
  return followed();  // a damaged file: it holds nothing that the log does not
}

}  // namespace

Result<report::LogIndexFacts> log_index(const LogPlace& place) {
  const tlog::NoteSigner signer = TRY(log_signer(place));
  const tlog::FileLock lock = TRY(tlog::FileLock::take(place.kept() + "/" + std::string(kIndexLock)));
  const std::string note = TRY(log_checkpoint(place, signer.key()));
  const tlog::Checkpoint tree = TRY(tlog::parse_signed_checkpoint(note)).checkpoint;
  tlog::IndexHead head{.origin = tree.origin, .size = tree.size, .log_root = tree.root};
  const auto store = TRY(store_at(place, index_file(place), head));
  head.root = TRY(store->root());
  const std::string signed_head = TRY(tlog::sign_index(head, signer));
  tlog::DurableWriter folder(place.folder);
  TRY(folder.put(std::string(tlog::kIndexPath), as_bytes(signed_head)));
  TRY(folder.finish());
  return report::LogIndexFacts{head};
}

Result<std::string> log_prove_key(const LogPlace& place, const std::string& key, const std::string& log_key_text) {
  const tlog::IndexKey wanted = TRY(tlog::parse_index_key(key));
  const tlog::NoteKey log = TRY(log_key(place, log_key_text));
  const bool ours = log_key_text.empty();
  if (ours) TRY(log_index(place));
  const Published index = TRY(published(place, log));
  const auto store = TRY(store_at(place, ours ? index_file(place) : ":memory:", index.head));
  tlog::IndexProof proof = TRY(store->prove(wanted));
  proof.note = index.note;
  if (!tlog::check_index_proof(proof, index.head))
    return make_error(Code::corrupt, "the index does not prove what it says: `log fsck` looks it over");
  return tlog::write_index_proof(proof);
}

Result<std::optional<tlog::LogFault>> index_fault(const LogPlace& place, const tlog::NoteKey& log) {
  using Answer = std::optional<tlog::LogFault>;
  const std::string path = index_file(place);
  if (!std::filesystem::exists(path)) return Answer();
  const auto fault = [](const std::string& what) {
    return Answer(tlog::LogFault{"the kept index", what + "; delete index.db, it is built anew"});
  };
  const auto note = index_note(place);
  const auto read = note ? tlog::open_index(*note, log) : Result<tlog::SignedIndexHead>(note.error());
  if (!read) return Answer();  // the signed one has a fault of its own, or is not there yet
  const auto store = tlog::IndexStore::open(path);
  if (!store) return fault("cannot be read: " + store.error().message);
  const auto size = (*store)->size();
  const auto root = (*store)->root();
  if (!size || !root) return fault("cannot be read: " + (size ? root.error() : size.error()).message);
  if (*size == read->head.size && *root != read->head.root) return fault("has another root than the signed one");
  return Answer();
}

Result<report::LogIndexProofFacts> log_verify_index(const LogVerifyRequest& request) {
  const tlog::Policy policy = TRY(policy_for(request));
  const std::string text = TRY(read_file(request.proof, tlog::kMostIndexProofBytes));
  const tlog::IndexProof proof = TRY(tlog::parse_index_proof(text));
  const tlog::SignedIndexHead index = TRY(tlog::parse_signed_index(proof.note));
  report::LogIndexProofFacts facts;
  facts.key = proof.key;
  facts.numbers = proof.numbers;
  facts.head = index.head;
  const auto path = tlog::check_index_proof(proof, index.head);
  const tlog::PolicyLog* const log = policy.log_of(index.head.origin);
  const auto opened = log == nullptr ? Result<tlog::SignedIndexHead>(make_error(
                                           Code::denied, "the policy does not know the log " + index.head.origin))
                                     : tlog::open_index(proof.note, log->key);
  const bool broken = !path || (!opened && opened.error().code != Code::denied);
  facts.state = broken ? LogProofFacts::State::broken : LogProofFacts::State::untrusted;
  if (!path) {
    facts.reason = path.error().message;
  } else if (!opened) {
    facts.reason = opened.error().message;
  } else {
    facts.state = LogProofFacts::State::proven;
  }
  return facts;
}

}  // namespace bonafide::app
