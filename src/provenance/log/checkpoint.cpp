#include "provenance/log/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>

#include "provenance/log/decimal.h"

namespace bonafide::provenance::log {
namespace {

constexpr std::size_t kMostOrigin = 255;  // what an 0x06 cosignature can name
constexpr std::size_t kMostExtensions = 64;

Error no_checkpoint(const std::string& why) {
  return make_error(Code::corrupt, "this is not a log's checkpoint: " + why);
}

}  // namespace

std::string Checkpoint::text() const {
  std::string lines = fmt::format("{}\n{}\n{}\n", origin, size, to_base64(root));
  for (const std::string& extension : extensions) lines += extension + "\n";
  return lines;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return no_checkpoint("its last line has no end");
    if (lines.size() > kMostExtensions) return make_error(Code::limit, "a checkpoint with more than 64 lines");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (lines.size() < 3) return no_checkpoint("origin, size and root belong on a line each");
  Checkpoint checkpoint;
  checkpoint.origin = lines[0];
  if (lines[0].empty() || lines[0].size() > kMostOrigin || !is_utf8(lines[0])) return no_checkpoint("its origin");
  const auto size = parse_decimal(lines[1]);
  if (!size || *size > (std::uint64_t{1} << 62)) return no_checkpoint("its size is not a number");
  checkpoint.size = *size;
  const auto root = from_base64(lines[2]);
  if (!root || root->size() != checkpoint.root.size() || to_base64(*root) != lines[2])
    return no_checkpoint("its root is not a hash of 32 bytes in base64");
  std::ranges::copy(*root, checkpoint.root.begin());
  if (checkpoint.size == 0 && checkpoint.root != empty_root())
    return no_checkpoint("a tree without entries has another root");
  for (std::size_t i = 3; i < lines.size(); ++i) {
    if (lines[i].empty()) return no_checkpoint("an empty line among its extensions");
    checkpoint.extensions.emplace_back(lines[i]);
  }
  return checkpoint;
}

Result<SignedCheckpoint> parse_signed_checkpoint(std::string_view bytes) {
  SignedCheckpoint read;
  read.note = TRY(parse_note(bytes));
  read.checkpoint = TRY(parse_checkpoint(read.note.text));
  return read;
}

Result<SignedCheckpoint> open_checkpoint(std::string_view bytes, const NoteKey& log) {
  SignedCheckpoint read = TRY(parse_signed_checkpoint(bytes));
  const std::string& origin = read.checkpoint.origin;
  if (origin != log.name)
    return make_error(Code::denied, "the checkpoint is of the log " + origin + ", not of " + log.name);
  if (TRY(check_note(read.note, {log})).empty())
    return make_error(Code::denied, "the checkpoint is not signed by the key of " + log.name);
  return read;
}

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const NoteSigner& signer) {
  if (checkpoint.origin != signer.key().name)
    return make_error(Code::invalid_argument, "the key is of another log than the checkpoint");
  const std::string text = checkpoint.text();
  return text + "\n" + TRY(signer.sign(text));
}

}  // namespace bonafide::provenance::log
