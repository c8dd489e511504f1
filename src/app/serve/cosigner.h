// Asks the witnesses about every new checkpoint, beside the answers to requests, and knows the newest one that enough
// of them saw.
#pragma once
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "app/log/witnesses.h"
#include "provenance/log/directory_store.h"

namespace bonafide::app {

class Cosigner {
 public:
  /// Without witnesses every published checkpoint is good enough. `policy` decides which one is, when it has a quorum.
  Cosigner(provenance::log::DirectoryStore& store, provenance::log::FetchFile files, provenance::log::Policy policy,
           std::vector<AskedWitness> witnesses);
  Cosigner(const Cosigner&) = delete;
  Cosigner& operator=(const Cosigner&) = delete;
  ~Cosigner();

  /// A round with what is published now, and then a thread that goes on. denied: a witness saw more, or something else.
  Result<void> start();
  /// There is a new checkpoint.
  void wake();
  /// The newest checkpoint that may be shown; nothing yet: none has its quorum.
  std::optional<std::string> shown() const;
  /// Waits until a checkpoint of more than `index` entries may be shown, at most so long. Nothing: it may not.
  std::optional<std::string> wait_for(std::uint64_t index, double seconds);
  /// What went wrong in the last round: a line a witness.
  std::vector<std::string> troubles() const;
  /// Some witness saw a larger tree of this log, or another: nothing may be signed any more.
  std::optional<std::string> denied() const;
  bool asks() const { return !witnesses_.empty(); }

 private:
  struct Round {
    std::string note;
    std::vector<std::string> troubles;
    bool denied = false;
  };
  Round ask_all(const std::string& checkpoint);
  Result<bool> round();
  void run(const std::stop_token& stop);
  provenance::log::DirectoryStore& store_;
  provenance::log::FetchFile files_;
  provenance::log::Policy policy_;
  std::vector<AskedWitness> witnesses_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool news_ = false;
  std::string shown_;
  std::uint64_t shown_size_ = 0;
  std::vector<std::string> troubles_;
  std::optional<std::string> denied_;
  std::jthread thread_;  // the last: it uses all the others
};

}  // namespace bonafide::app
