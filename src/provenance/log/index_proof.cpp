// The index's head and its proofs as text, and the checking of both.
#include <fmt/format.h>

#include <algorithm>

#include "provenance/log/decimal.h"
#include "provenance/log/hash_line.h"
#include "provenance/log/key_index.h"

namespace bonafide::provenance::log {
namespace {

constexpr std::string_view kHeadLine = "bonafide-log-index/v1";
constexpr std::string_view kKey = "key ", kNumbers = "numbers ", kOther = "other ", kAbsent = "absent", kEmpty = "-";

Error no_head(const std::string& why) { return make_error(Code::corrupt, "this is not the head of an index: " + why); }
Error no_proof(const std::string& why) { return make_error(Code::corrupt, "this is not a proof of an index: " + why); }

std::optional<std::string_view> next_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<std::vector<std::uint64_t>> parse_numbers(std::string_view line) {
  std::vector<std::uint64_t> numbers;
  while (true) {
    const auto blank = std::min(line.find(' '), line.size());
    const auto number = parse_decimal(line.substr(0, blank));
    if (!number || (!numbers.empty() && *number <= numbers.back())) return no_proof("its numbers do not rise");
    if (numbers.size() == kMostIndexNumbers) return make_error(Code::limit, "an index proof of more than 2^20 entries");
    numbers.push_back(*number);
    if (blank == line.size()) return numbers;
    line.remove_prefix(blank + 1);
  }
}

Result<void> parse_found(IndexProof& proof, std::string_view line) {
  if (line == kAbsent) return {};
  if (line.starts_with(kNumbers)) {
    proof.numbers = TRY(parse_numbers(line.substr(kNumbers.size())));
    return {};
  }
  if (!line.starts_with(kOther) || line.size() < kOther.size() + 65 || line[kOther.size() + 64] != ' ')
    return no_proof("it says neither which entries there are nor that there are none");
  const std::string_view hex = line.substr(kOther.size(), 64);
  const auto key = from_hex(hex);
  if (!key || to_hex(*key) != hex) return no_proof("the other key is not in hex");
  proof.other = MapLeaf{*to_hash(*key), TRY(parse_hash_line(line.substr(kOther.size() + 65)))};
  return {};
}

}  // namespace

std::string IndexHead::text() const {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n", kHeadLine, origin, size, to_base64(log_root), to_base64(root));
}

Result<IndexHead> parse_index_head(std::string_view text) {
  if (next_line(text) != kHeadLine) return no_head("it does not begin with bonafide-log-index/v1");
  const auto origin = next_line(text), size = next_line(text), log_root = next_line(text), root = next_line(text);
  if (!root || !text.empty()) return no_head("origin, size and two roots belong on a line each");
  IndexHead head;
  head.origin = *origin;
  if (head.origin.empty() || head.origin.size() > 255) return no_head("its origin");
  const auto number = parse_decimal(*size);
  if (!number || *number > (std::uint64_t{1} << 62)) return no_head("its size is not a number");
  head.size = *number;
  head.log_root = TRY(parse_hash_line(*log_root));
  head.root = TRY(parse_hash_line(*root));
  return head;
}

Result<SignedIndexHead> parse_signed_index(std::string_view bytes) {
  SignedIndexHead read;
  read.note = TRY(parse_note(bytes));
  read.head = TRY(parse_index_head(read.note.text));
  return read;
}

Result<SignedIndexHead> open_index(std::string_view bytes, const NoteKey& log) {
  SignedIndexHead read = TRY(parse_signed_index(bytes));
  if (read.head.origin != log.name)
    return make_error(Code::denied, "the index is of the log " + read.head.origin + ", not of " + log.name);
  if (TRY(check_note(read.note, {log})).empty())
    return make_error(Code::denied, "the index is not signed by the key of " + log.name);
  return read;
}

Result<std::string> sign_index(const IndexHead& head, const NoteSigner& signer) {
  if (head.origin != signer.key().name)
    return make_error(Code::invalid_argument, "the key is of another log than the index");
  const std::string text = head.text();
  return text + "\n" + TRY(signer.sign(text));
}

std::string write_index_proof(const IndexProof& proof) {
  std::string text = fmt::format("{}\n{}{}\n", kIndexProofLine, kKey, to_string(proof.key));
  if (!proof.numbers.empty()) {
    text += kNumbers.substr(0, kNumbers.size() - 1);
    for (const std::uint64_t number : proof.numbers) text += fmt::format(" {}", number);
    text += "\n";
  } else if (proof.other) {
    text += fmt::format("{}{} {}\n", kOther, to_hex(proof.other->key), to_base64(proof.other->list));
  } else {
    text += fmt::format("{}\n", kAbsent);
  }
  for (const MapNode& node : proof.path)
    text += (node.kind == MapNode::Kind::empty ? std::string(kEmpty) : to_base64(node.hash)) + "\n";
  return text + "\n" + proof.note;
}

Result<IndexProof> parse_index_proof(std::string_view text) {
  if (text.size() > kMostIndexProofBytes) return make_error(Code::limit, "an index proof of more than 24 MiB");
  if (next_line(text) != kIndexProofLine) return no_proof("it does not begin with bonafide-index-proof/v1");
  IndexProof proof;
  auto line = next_line(text);
  if (!line || !line->starts_with(kKey)) return no_proof("it has no key line");
  auto key = parse_index_key(line->substr(kKey.size()));
  if (!key) return no_proof(key.error().message);
  proof.key = std::move(*key);
  line = next_line(text);
  if (!line) return no_proof("it ends before its answer");
  TRY(parse_found(proof, *line));
  while (true) {
    line = next_line(text);
    if (!line) return no_proof("it ends before the index's head");
    if (line->empty()) break;
    if (proof.path.size() == static_cast<std::size_t>(kMapHeight)) return no_proof("its path is longer than 256 steps");
    MapNode node;
    if (*line != kEmpty) node = {MapNode::Kind::inner, TRY(parse_hash_line(*line))};
    proof.path.push_back(node);
  }
  proof.note = text;
  return proof;
}

Result<void> check_index_proof(const IndexProof& proof, const IndexHead& head) {
  const auto wrong = [](const char* why) { return make_error(Code::corrupt, why); };
  const Hash key = index_hash(proof.key);
  const int height = static_cast<int>(proof.path.size());
  if (height > kMapHeight) return wrong("the path is longer than 256 steps");
  Hash reached{};  // an empty branch
  if (!proof.numbers.empty()) {
    if (proof.other) return wrong("the proof says two things at once");
    if (proof.numbers.back() >= head.size) return wrong("the index names an entry beyond the log's end");
    reached = leaf_node({key, list_hash(frontier_of(proof.numbers))}).hash;
  } else if (proof.other) {
    if (proof.other->key == key) return wrong("the key is there, and the proof leaves out its entries");
    for (int depth = 0; depth < height; ++depth)
      if (bit_at(proof.other->key, depth) != bit_at(key, depth)) return wrong("the other key is on another branch");
    reached = leaf_node(*proof.other).hash;
  }
  for (int depth = height - 1; depth >= 0; --depth) {
    const Hash& other = proof.path[static_cast<std::size_t>(height - 1 - depth)].hash;
    reached = bit_at(key, depth) ? node_hash(other, reached) : node_hash(reached, other);
  }
  if (reached != head.root) return wrong("the path leads to another root than that of the index");
  return {};
}

}  // namespace bonafide::provenance::log
