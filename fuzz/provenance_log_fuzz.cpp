// Notes, checkpoints, keys, policies, proofs, the index, receipts, entries and requests to witnesses: an answer for any
// bytes, never Code::internal; what was read is written the same and reads the same; nothing that a stranger wrote is
// vouched for by a key that is not his.

// link: bonafide_provenance_log
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "provenance/log/entry.h"
#include "provenance/log/key_index.h"
#include "provenance/log/layout.h"
#include "provenance/log/proof.h"
#include "provenance/log/reader.h"
#include "provenance/log/receipt.h"
#include "provenance/log/witness.h"

namespace {

using namespace bonafide;
using namespace bonafide::provenance::log;

void must(bool promise) {
  if (!promise) std::abort();
}

template <typename T>
bool fine(const Result<T>& result) {
  must(result || (result.error().code != Code::internal && !result.error().message.empty()));
  return result.has_value();
}

const NoteKey& stranger() {  // its private half was never kept
  static const NoteKey key = make_note_key("log.example", KeyKind::note, Bytes(32, 7));
  return key;
}

void note(std::string_view text) {
  const auto read = parse_note(text);
  if (!fine(read)) return;
  must(write_note(*read) == text);
  const auto vouched = check_note(*read, {stranger()});
  must(!fine(vouched) || vouched->empty());
  const auto tree = parse_signed_checkpoint(text);
  if (!fine(tree)) return;
  must(tree->checkpoint.text() == tree->note.text);
  must(check_checkpoint(*tree, policy_of(stranger())).trust != CheckpointTrust::trusted);
}

void bundle(std::string_view text) {
  const auto read = parse_proof_bundle(text);
  if (!fine(read)) return;
  const std::string written = write_proof_bundle(*read);
  const auto again = parse_proof_bundle(written);
  must(again && again->hashes == read->hashes && again->index == read->index && again->extra == read->extra &&
       again->checkpoint == read->checkpoint);
  const auto check = check_proof_bundle(*read, leaf_hash({}), policy_of(stranger()));
  if (fine(check)) must(!check->holds());
  note(read->checkpoint);
}

void entry(ByteView bytes) {
  const auto payload = parse_entry_payload(bytes);
  if (fine(payload)) must(std::ranges::equal(*entry_payload(*payload), bytes));
  static_cast<void>(fine(parse_signed_entry(bytes)));
  const auto evidence = parse_evidence(bytes);
  if (fine(evidence)) must(parse_evidence(write_evidence(*evidence))->entry == evidence->entry);
  const auto bundle = parse_bundle(bytes, 2);
  if (!fine(bundle)) return;
  Bytes again;
  for (const Bytes& one : *bundle) append_to_bundle(again, one);
  must(std::ranges::equal(again, bytes));
}

void receipt(ByteView bytes) {
  const auto read = parse_receipt(bytes);
  if (fine(read)) must(!fine(check_receipt(*read, leaf_hash({}), stranger())));
  const auto statement = parse_statement(bytes);
  if (!fine(statement)) return;
  const auto again = write_statement(*statement);
  if (fine(again)) must(parse_statement(*again)->entry == statement->entry);
}

void index(std::string_view text) {
  const auto head = parse_signed_index(text);
  if (fine(head)) must(head->head.text() == head->note.text);
  const auto proof = parse_index_proof(text);
  if (!fine(proof)) return;
  must(write_index_proof(*proof) == text);
  must(!fine(check_index_proof(*proof, {.origin = "log", .size = 9, .log_root = {}, .root = leaf_hash({})})));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  note(text);
  bundle(text);
  index(text);
  entry({data, size});
  receipt({data, size});
  const auto request = parse_add_checkpoint(text);
  if (fine(request)) must(write_add_checkpoint(*request) == text);
  const auto key = parse_note_key(text);
  if (fine(key)) must(parse_note_key(key->text())->key == key->key);
  static_cast<void>(fine(NoteSigner::parse(text)));
  const auto policy = parse_policy(text);
  if (fine(policy)) must(policy->logs.size() <= 1024);
  const auto tile = parse_tile_path(text);
  if (fine(tile)) must(tile_path(*tile) == text);
  return 0;
}
