// Anchors of a log: checkpoints that others have dated, by RFC 3161 or OpenTimestamps. They lie beside the tiles, so
// that whoever reads the log finds them: anchor/SIZE/checkpoint, checkpoint.tsr, checkpoint.2.tsr, …, checkpoint.ots.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "provenance/log/fsck.h"

namespace bonafide::provenance::log {

/// "anchor/1234", below the folder that is handed out.
std::string anchor_folder(std::uint64_t size);
inline constexpr std::string_view kAnchoredCheckpoint = "checkpoint", kAnchorOts = "checkpoint.ots";
/// "checkpoint.tsr", "checkpoint.2.tsr", … up to the ninth.
std::string anchor_tsr(int number);
/// Whether an anchor's file may lie at this path.
bool is_anchor_path(std::string_view path);

/// The sizes of the trees that were anchored, rising.
Result<std::vector<std::uint64_t>> anchored_sizes(const std::string& folder);
/// Every fault of the anchors: checkpoints that are not of this log or not of its tree, stamps that stamp something
/// else or do not hold. Whether anybody believes a stamp's authority is not asked.
std::vector<LogFault> anchor_faults(const std::string& folder, const NoteKey& key, const Checkpoint& published);

}  // namespace bonafide::provenance::log
