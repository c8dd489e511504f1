// A log as a folder of plain files that any web server can hand out, and the one who may write it. Entries that arrive
// together are made durable together; a checkpoint is signed only when every file below it is.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "provenance/log/durable.h"
#include "provenance/log/leaf_index.h"
#include "provenance/log/reader.h"
#include "provenance/log/store.h"
#include "provenance/log/tree_edge.h"

namespace bonafide::provenance::log {

struct StoreOptions {
  std::string folder;  ///< what is handed out: checkpoint and tile/
  /// What is kept for ourselves, best on another disk: the guard (the largest tree that was ever signed), the lock, the
  /// index of leaves.
  std::string keep;
  std::size_t most_batch = 4096;        ///< entries in one commit
  std::size_t most_entry_bytes = 8192;  ///< of each
  StepHook hook = {};                   ///< for tests
};

/// Safe to use from several threads, and from several processes at once: one writes, the others wait.
class DirectoryStore : public LogStore {
 public:
  /// An empty log, signed. invalid_argument: there is one already.
  static Result<void> create(const StoreOptions& options, const NoteSigner& signer);
  /// denied: the folder holds an older or another tree than was signed before, or is of another key; nothing will be
  /// signed then. What a crash left unfinished is finished or taken away here.
  static Result<std::unique_ptr<DirectoryStore>> open(StoreOptions options, NoteSigner signer);

  ~DirectoryStore() override;

  Result<std::vector<std::uint64_t>> add(std::vector<Bytes> entries) override;
  Result<SignedCheckpoint> checkpoint() override;
  /// Shows the published tree with further signatures: the same text, signed by the log and by others. False: another
  /// tree has been published since.
  Result<bool> cosign(const SignedCheckpoint& cosigned);

 private:
  DirectoryStore(StoreOptions options, NoteSigner signer);

  Result<void> refresh();
  Result<void> publish(const std::string& note);
  Result<void> commit(std::vector<AddRequest*>& batch);
  struct Fresh {
    const Bytes* entry = nullptr;
    Hash leaf = {};
  };
  Result<void> write_batch(const std::vector<Fresh>& entries);
  Result<std::vector<Fresh>> settle(std::vector<AddRequest*>& batch);

  StoreOptions options_;
  NoteSigner signer_;
  std::unique_ptr<LeafIndex> leaves_;
  std::unique_ptr<TreeEdge> edge_;  ///< of the tree in the guard
  AddQueue queue_;
};

/// Where the guard lies in the folder that is kept.
inline constexpr std::string_view kGuardFile = "guard";
inline constexpr std::string_view kLeavesFile = "leaves.db";

}  // namespace bonafide::provenance::log
