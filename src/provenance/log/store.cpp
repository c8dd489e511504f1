#include "provenance/log/store.h"

#include <fmt/format.h>

#include <utility>

namespace bonafide::provenance::log {

Result<std::vector<std::uint64_t>> AddQueue::add(std::vector<Bytes> entries, const AddBounds& bounds,
                                                 const Commit& commit) {
  if (entries.empty() || entries.size() > bounds.batch)
    return make_error(Code::invalid_argument, fmt::format("1 to {} entries at a time", bounds.batch));
  AddRequest request;
  request.entries = std::move(entries);
  for (const Bytes& entry : request.entries) {
    if (entry.empty()) return make_error(Code::invalid_argument, "an entry without content");
    if (entry.size() > bounds.entry_bytes)
      return make_error(Code::limit, fmt::format("an entry of {} bytes; {} at most", entry.size(), bounds.entry_bytes));
    request.leaves.push_back(leaf_hash(entry));
  }
  std::unique_lock lock(mutex_);
  waiting_.push_back(&request);
  while (!request.done) {
    if (busy_) {
      turn_.wait(lock);
      continue;
    }
    std::vector<AddRequest*> batch;
    for (std::size_t count = 0; !waiting_.empty(); waiting_.pop_front()) {
      count += waiting_.front()->entries.size();
      if (count > bounds.batch && !batch.empty()) break;
      batch.push_back(waiting_.front());
    }
    busy_ = true;
    lock.unlock();
    auto done = commit(batch);
    lock.lock();
    busy_ = false;
    for (AddRequest* one : batch) {
      if (!done) one->error = done.error();
      one->done = true;
    }
    turn_.notify_all();
  }
  if (request.error) return *request.error;
  return request.numbers;
}

}  // namespace bonafide::provenance::log
