// Where a log lies, seen by whoever adds to it: entries in, their numbers out once they are durable. And the queue that
// makes one commit of all that arrive together, the same for every kind of store.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "provenance/log/checkpoint.h"

namespace bonafide::provenance::log {

/// Safe to use from several threads.
class LogStore {
 public:
  virtual ~LogStore() = default;
  /// Adds entries in this order and answers their numbers once they are durable: all or, with an Error, perhaps none
  /// yet. An entry that is in the log already keeps its number: adding again after an Error is safe.
  virtual Result<std::vector<std::uint64_t>> add(std::vector<Bytes> entries) = 0;
  /// The tree that was last published.
  virtual Result<SignedCheckpoint> checkpoint() = 0;
};

/// What somebody waits for.
struct AddRequest {
  std::vector<Bytes> entries = {};
  std::vector<Hash> leaves = {};
  std::vector<std::uint64_t> numbers = {};  ///< filled in by the commit
  std::optional<Error> error = {};
  bool done = false;
};
struct AddBounds {
  std::size_t batch = 4096;        ///< entries in one commit
  std::size_t entry_bytes = 8192;  ///< of each
};

/// Group commit: whoever finds the place free commits for all who wait.
class AddQueue {
 public:
  using Commit = std::function<Result<void>(std::vector<AddRequest*>& batch)>;
  Result<std::vector<std::uint64_t>> add(std::vector<Bytes> entries, const AddBounds& bounds, const Commit& commit);

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  std::deque<AddRequest*> waiting_;
  bool busy_ = false;
};

}  // namespace bonafide::provenance::log
