// Files that are there after a power cut once we say so: written beside their place, synced, renamed, and their folders
// synced too. And the lock that lets one process at a time write.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace bonafide::provenance::log {

/// Called before each step with what is about to be done ("write", "sync", "rename", "remove") and the path; an Error
/// stops there. For tests of full disks and crashes.
using StepHook = std::function<Result<void>(std::string_view step, const std::string& path)>;

/// Writes below one folder, in two steps: put() as often as you like, then finish(), which makes all of it durable and
/// only then gives the files their names. Many files cost hardly more than one: the disk is asked to write while they
/// come in, and all are synced at once, so that a journal settles them together. One writer at a time.
class DurableWriter {
 public:
  explicit DurableWriter(std::string root, StepHook hook = {}) : root_(std::move(root)), hook_(std::move(hook)) {}
  DurableWriter(const DurableWriter&) = delete;
  DurableWriter& operator=(const DurableWriter&) = delete;
  ~DurableWriter();  ///< what was not finished is taken away

  /// Replaces what was there, once finished; folders are made as needed. io: "No space left on device" and the like,
  /// with the path.
  Result<void> put(const std::string& path, ByteView bytes, unsigned mode = 0644);
  Result<void> finish();
  /// Gives the files their names at once and waits for no disk: for what can be written again from something durable.
  Result<void> finish_hastily();
  /// A file or a folder with what is in it; none there is fine. At once, and not synced.
  Result<void> remove(const std::string& path);

 private:
  struct Staged {
    std::string path, temporary;
    int descriptor = -1;
  };
  Result<void> step(std::string_view name, const std::string& path) const;
  Result<void> make_folders(const std::string& folder);
  static Result<void> settle(Staged& file);
  Result<void> rename_all();
  std::string root_;
  StepHook hook_;
  std::vector<Staged> staged_;
  std::set<std::string> touched_;  ///< folders whose names must be synced
};

/// An exclusive flock on a file, which is made when missing; waits. Freed when the object goes or the process dies.
class FileLock {
 public:
  static Result<FileLock> take(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace bonafide::provenance::log
