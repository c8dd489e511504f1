#include "provenance/log/anchor.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "crypto/hash.h"
#include "crypto/time_stamp.h"
#include "provenance/log/decimal.h"
#include "provenance/log/open_timestamps.h"
#include "provenance/log/reader.h"

namespace bonafide::provenance::log {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kAnchors = "anchor/";
constexpr int kMostStamps = 9;

/// The size and the name in "anchor/SIZE/NAME".
struct Place {
  std::uint64_t size = 0;
  std::string_view name;
};
std::optional<Place> place_of(std::string_view path) {
  if (!path.starts_with(kAnchors)) return std::nullopt;
  path.remove_prefix(kAnchors.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto size = parse_decimal(path.substr(0, slash));
  if (!size) return std::nullopt;
  return Place{*size, path.substr(slash + 1)};
}

bool is_tsr(std::string_view name) {
  for (int number = 1; number <= kMostStamps; ++number)
    if (name == anchor_tsr(number)) return true;
  return false;
}

/// What is wrong with a checkpoint, a stamp or a proof; empty: nothing.
std::string problem_of_checkpoint(const std::string& note, std::uint64_t size, const NoteKey& key, LogReader& tree) {
  const auto opened = open_checkpoint(note, key);
  if (!opened) return opened.error().message;
  const Checkpoint& checkpoint = opened->checkpoint;
  if (checkpoint.size != size) return fmt::format("has {} entries, its folder says {}", checkpoint.size, size);
  if (size > tree.size()) return fmt::format("has {} entries, the log shows {}: a rollback", size, tree.size());
  const auto root = root_of(size, tree.nodes());
  if (!root) return "cannot be compared with the tree: " + root.error().message;
  return *root == checkpoint.root ? "" : "is of another tree than the log's: a split view, or a damaged tile";
}

std::string problem_of_ots(const Bytes& bytes, ByteView stamped) {
  const auto stamp = parse_open_timestamp(bytes);
  if (!stamp) return stamp.error().message;
  const bool fits =
      stamp->hash == OtsStep::sha256 && stamp->digest == crypto::digest(crypto::HashAlgorithm::sha256, stamped);
  return fits ? "" : "stamps something else than the checkpoint beside it";
}

}  // namespace

std::string anchor_folder(std::uint64_t size) { return fmt::format("{}{}", kAnchors, size); }

std::string anchor_tsr(int number) { return number == 1 ? "checkpoint.tsr" : fmt::format("checkpoint.{}.tsr", number); }

bool is_anchor_path(std::string_view path) {
  const auto place = place_of(path);
  return place && (place->name == kAnchoredCheckpoint || place->name == kAnchorOts || is_tsr(place->name));
}

Result<std::vector<std::uint64_t>> anchored_sizes(const std::string& folder) {
  std::vector<std::uint64_t> sizes;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder + "/anchor", error)) {
    const auto size = parse_decimal(entry.path().filename().string());
    if (size && entry.is_directory()) sizes.push_back(*size);
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return make_error(Code::io, "cannot look into " + folder + "/anchor: " + error.message());
  std::ranges::sort(sizes);
  return sizes;
}

std::vector<LogFault> anchor_faults(const std::string& folder, const NoteKey& key, const Checkpoint& published) {
  std::vector<LogFault> faults;
  const FetchFile fetch = files_in(folder);
  LogReader tree(fetch, published.size);
  const auto sizes = anchored_sizes(folder);
  if (!sizes) return {{"anchor", sizes.error().message}};
  for (const std::uint64_t size : *sizes) {
    const std::string place = anchor_folder(size) + "/";
    const auto note = fetch(place + std::string(kAnchoredCheckpoint));
    if (!note) {
      faults.push_back({place + std::string(kAnchoredCheckpoint), note.error().message});
      continue;
    }
    const auto judge = [&](const std::string& name, const std::string& problem) {
      if (!problem.empty()) faults.push_back({place + name, problem});
    };
    judge(std::string(kAnchoredCheckpoint), problem_of_checkpoint(std::string(as_text(*note)), size, key, tree));
    if (const auto ots = fetch(place + std::string(kAnchorOts)))
      judge(std::string(kAnchorOts), problem_of_ots(*ots, *note));
    for (int number = 1; number <= kMostStamps; ++number) {
      const auto tsr = fetch(place + anchor_tsr(number));
      if (!tsr) continue;
      const crypto::TimeStampCheck check = crypto::check_time_stamp(*tsr, *note, {});
      judge(anchor_tsr(number), check.validated ? "" : check.reason);
    }
  }
  return faults;
}

}  // namespace bonafide::provenance::log
