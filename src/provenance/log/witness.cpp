#include "provenance/log/witness.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "crypto/hash.h"
#include "provenance/log/decimal.h"
#include "provenance/log/hash_line.h"

namespace bonafide::provenance::log {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOld = "old ";
constexpr std::string_view kKeyFile = "witness.key", kLogsFile = "logs", kLockFile = "lock";
constexpr std::uint64_t kMostLogsFile = std::uint64_t{16} << 20;

Error no_request(const std::string& why) { return make_error(Code::corrupt, "not an add-checkpoint request: " + why); }

/// Where the monitoring interface has it, too: <hex SHA-256 of the origin>/checkpoint.
std::string seen_path(std::string_view origin) {
  return "seen/" + to_hex(crypto::digest(crypto::HashAlgorithm::sha256, as_bytes(origin))) + "/checkpoint";
}

WitnessAnswer refused(int status, const std::string& why) { return {.status = status, .body = why + "\n"}; }

}  // namespace

std::string write_add_checkpoint(const AddCheckpoint& request) {
  std::string body = fmt::format("{}{}\n", kOld, request.old);
  for (const Hash& hash : request.proof) body += to_base64(hash) + "\n";
  return body + "\n" + request.checkpoint;
}

Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  if (body.size() > kMostNoteBytes) return make_error(Code::limit, "a request of more than 1 MiB");
  AddCheckpoint request;
  for (bool first = true;; first = false) {
    const auto end = body.find('\n');
    if (end == std::string_view::npos) return no_request("it ends before its checkpoint");
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(end + 1);
    if (first) {
      const auto size = line.starts_with(kOld) ? parse_decimal(line.substr(kOld.size())) : std::nullopt;
      if (!size) return no_request("its first line is not \"old SIZE\"");
      request.old = *size;
      continue;
    }
    if (line.empty()) break;
    if (request.proof.size() == kMostProofHashes) return no_request("more than 63 proof lines");
    request.proof.push_back(TRY(parse_hash_line(line)));
  }
  request.checkpoint = body;
  return request;
}

Result<void> Witness::create(const std::string& folder, const std::string& name) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return make_error(Code::io, "cannot make the folder " + folder + ": " + error.message());
  const FileLock lock = TRY(FileLock::take(folder + "/" + std::string(kLockFile)));
  if (fs::exists(folder + "/" + std::string(kKeyFile)))
    return make_error(Code::invalid_argument, folder + " is a witness already");
  const NoteSigner signer = TRY(NoteSigner::generate(name, KeyKind::cosignature));
  DurableWriter writer(folder);
  TRY(writer.put(std::string(kLogsFile), {}));
  TRY(writer.put(std::string(kKeyFile), as_bytes(signer.secret_text() + "\n"), 0600));
  return writer.finish();
}

Result<Witness> Witness::open(const std::string& folder, StepHook hook) {
  std::string text = TRY(read_file(folder + "/" + std::string(kKeyFile), 4096));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  NoteSigner signer = TRY(NoteSigner::parse(text));
  if (!signer.key().is(KeyKind::cosignature))
    return make_error(Code::corrupt, "the witness's key is not one for cosignatures (kind 04)");
  return Witness(folder, std::move(signer), std::move(hook));
}

Result<std::vector<NoteKey>> Witness::logs() const {
  const std::string text = TRY(read_file(folder_ + "/" + std::string(kLogsFile), kMostLogsFile));
  std::vector<NoteKey> keys;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (end > at) keys.push_back(TRY(parse_note_key(std::string_view(text).substr(at, end - at))));
    at = end + 1;
  }
  return keys;
}

Result<void> Witness::trust(const NoteKey& log) {
  const FileLock lock = TRY(FileLock::take(folder_ + "/" + std::string(kLockFile)));
  if (!log.is(KeyKind::note)) return make_error(Code::unsupported, "a log's key must be an Ed25519 key (kind 01)");
  std::vector<NoteKey> keys = TRY(logs());
  for (const NoteKey& known : keys) {
    if (known.name != log.name) continue;
    if (known.key == log.key) return {};
    return make_error(Code::denied,
                      "the log " + log.name + " is witnessed under another key; a log with a new key needs a new name");
  }
  keys.push_back(log);
  std::string text;
  for (const NoteKey& key : keys) text += key.text() + "\n";
  DurableWriter writer(folder_, hook_);
  TRY(writer.put(std::string(kLogsFile), as_bytes(text)));
  return writer.finish();
}

Result<std::optional<std::string>> Witness::latest(std::string_view origin) const {
  auto note = read_file(folder_ + "/" + seen_path(origin), kMostNoteBytes);
  if (note) return std::optional(*note);
  if (note.error().code == Code::not_found) return std::optional<std::string>();
  return note.error();
}

WitnessAnswer Witness::add_checkpoint(std::string_view body, std::uint64_t now) {
  const auto request = parse_add_checkpoint(body);
  if (!request) return refused(400, request.error().message);
  auto answer = judge(*request, now);
  if (!answer) return refused(500, answer.error().message);
  return *answer;
}

/// Comparing and keeping happen under one lock, or two requests could each continue the same tree.
Result<WitnessAnswer> Witness::judge(const AddCheckpoint& request, std::uint64_t now) {
  const auto read = parse_signed_checkpoint(request.checkpoint);
  if (!read) return refused(400, read.error().message);
  const Checkpoint& tree = read->checkpoint;
  const FileLock lock = TRY(FileLock::take(folder_ + "/" + std::string(kLockFile)));
  const std::vector<NoteKey> known = TRY(logs());
  const auto log = std::ranges::find_if(known, [&](const NoteKey& key) { return key.name == tree.origin; });
  if (log == known.end()) return refused(404, "this log is not witnessed here");
  const auto vouched = check_note(read->note, {*log});
  if (!vouched || vouched->empty()) return refused(403, "the checkpoint is not signed by the log's key");
  if (request.old > tree.size) return refused(400, "the old size is larger than the checkpoint's");

  Checkpoint seen{.origin = tree.origin, .size = 0, .root = empty_root()};
  if (const auto note = TRY(latest(tree.origin))) seen = TRY(parse_signed_checkpoint(*note)).checkpoint;
  if (request.old != seen.size)
    return WitnessAnswer{.status = 409, .type = std::string(kSizeType), .body = fmt::format("{}\n", seen.size)};
  const auto follows = check_consistency(seen.size, tree.size, seen.root, tree.root, request.proof);
  if (!follows) return refused(422, follows.error().message);

  const std::string line = TRY(signer_.sign(read->note.text, now));
  DurableWriter writer(folder_, hook_);
  TRY(writer.put(seen_path(tree.origin), as_bytes(write_note(read->note) + line)));
  TRY(writer.finish());
  return WitnessAnswer{.status = 200, .body = line};
}

Result<std::string> ask_to_cosign(const AskWitness& ask, const NoteKey& witness, const std::string& checkpoint,
                                  LogReader& tree, std::uint64_t old) {
  const SignedCheckpoint mine = TRY(parse_signed_checkpoint(checkpoint));
  const std::uint64_t size = mine.checkpoint.size;
  for (int tries = 0; tries < 3;
       ++tries) {  // the first answer may tell where the witness stands, another log entry may pass
    Proof proof = TRY(make_consistency(old, size, tree.nodes()));
    const std::string body = write_add_checkpoint({.old = old, .proof = std::move(proof), .checkpoint = checkpoint});
    const WitnessAnswer answer = TRY(ask(body));
    if (answer.status == 200) {
      Note cosigned{.text = mine.note.text, .signatures = TRY(parse_signature_lines(answer.body))};
      for (const NoteSignature& signature : cosigned.signatures) {
        const Note alone{.text = cosigned.text, .signatures = {signature}};
        if (!TRY(check_note(alone, {witness})).empty()) return signature.line;
      }
      return make_error(Code::denied, "the witness answered without a signature by " + witness.name);
    }
    const std::string said = clean_utf8(answer.body.substr(0, std::min(answer.body.find('\n'), std::size_t{200})));
    const auto seen = answer.status == 409 ? parse_decimal(said) : std::nullopt;
    if (!seen)
      return make_error(Code::denied,
                        fmt::format("the witness {} refused ({}): {}", witness.name, answer.status, said));
    if (*seen > size)
      return make_error(Code::denied,
                        fmt::format("the witness {} has seen {} entries of this log, which now shows {}: it "
                                    "was put back to an older state (a rollback)",
                                    witness.name, *seen, size));
    old = *seen;
  }
  return make_error(Code::unavailable, "the witness " + witness.name + " changes its mind at every request");
}

}  // namespace bonafide::provenance::log
