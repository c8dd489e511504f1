#include "provenance/log/durable.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

namespace bonafide::provenance::log {
namespace {

namespace fs = std::filesystem;

Error system_error(const std::string& path, std::string_view doing) {
  const int number = errno;
  Error error = make_error(Code::io, fmt::format("{}: {}", doing, std::strerror(number)));
  error.file = path;
  return error;
}

Result<void> sync_folder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return system_error(folder, "cannot open");
  const bool synced = ::fsync(descriptor) == 0;
  Result<void> done = synced ? Result<void>() : system_error(folder, "cannot sync");
  ::close(descriptor);
  return done;
}

Result<void> write_all(int descriptor, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_error(path, "cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

/// Does `work` for 0, 1, …, count - 1, several at a time: a disk that is asked to sync many files together writes its
/// journal once. The first error in this order.
Result<void> at_once(std::size_t count, const std::function<Result<void>(std::size_t)>& work) {
  constexpr std::size_t kMostThreads = 16;
  if (count <= 1) return count == 0 ? Result<void>() : work(0);
  std::vector<std::optional<Error>> errors(count);
  std::atomic<std::size_t> next = 0;
  const auto some = [&] {
    for (std::size_t i = next++; i < count; i = next++)
      if (const auto done = work(i); !done) errors[i] = done.error();
  };
  std::vector<std::thread> threads;
  while (threads.size() + 1 < std::min(count, kMostThreads)) threads.emplace_back(some);
  some();
  for (std::thread& thread : threads) thread.join();
  for (std::optional<Error>& error : errors)
    if (error) return std::move(*error);
  return {};
}

}  // namespace

Result<void> DurableWriter::step(std::string_view name, const std::string& path) const {
  return hook_ ? hook_(name, path) : Result<void>();
}

Result<void> DurableWriter::make_folders(const std::string& folder) {
  if (folder.empty() || fs::is_directory(folder)) return {};
  const std::string parent = fs::path(folder).parent_path().string();
  TRY(make_folders(parent));
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return system_error(folder, "cannot make the folder");
  touched_.insert(parent.empty() ? "." : parent);
  return {};
}

DurableWriter::~DurableWriter() {
  for (const Staged& file : staged_) {
    if (file.descriptor >= 0) ::close(file.descriptor);
    if (!file.temporary.empty()) ::unlink(file.temporary.c_str());  // a full disk wants its space back
  }
}

Result<void> DurableWriter::put(const std::string& path, ByteView bytes, unsigned mode) {
  const std::string whole = root_ + "/" + path;
  const std::string folder = fs::path(whole).parent_path().string();
  TRY(make_folders(folder));
  TRY(step("write", whole));
  Staged file{.path = whole, .temporary = whole + ".tmp"};
  file.descriptor = ::open(file.temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (file.descriptor < 0) return system_error(whole, "cannot write");
  staged_.push_back(file);
  touched_.insert(folder);
  TRY(write_all(file.descriptor, bytes, whole));
  // a hint: without it every file below would wait for a journal of its own
  static_cast<void>(::sync_file_range(file.descriptor, 0, 0, SYNC_FILE_RANGE_WRITE));
  return {};
}

/// Its bytes are on the disk when this returns.
Result<void> DurableWriter::settle(Staged& file) {
  if (::fsync(file.descriptor) != 0) return system_error(file.path, "cannot sync");
  if (::close(std::exchange(file.descriptor, -1)) != 0) return system_error(file.path, "cannot write");
  return {};
}

Result<void> DurableWriter::rename_all() {
  for (Staged& file : staged_) {
    TRY(step("rename", file.path));
    if (::rename(file.temporary.c_str(), file.path.c_str()) != 0) return system_error(file.path, "cannot rename to");
    file.temporary.clear();
  }
  staged_.clear();
  return {};
}

Result<void> DurableWriter::finish() {
  for (const Staged& file : staged_) TRY(step("sync", file.path));
  TRY(at_once(staged_.size(), [&](std::size_t i) { return settle(staged_[i]); }));
  TRY(rename_all());
  const std::vector<std::string> folders(touched_.begin(), touched_.end());
  touched_.clear();
  for (const std::string& folder : folders) TRY(step("sync", folder));
  return at_once(folders.size(), [&](std::size_t i) { return sync_folder(folders[i]); });
}

Result<void> DurableWriter::finish_hastily() {
  for (Staged& file : staged_)
    if (::close(std::exchange(file.descriptor, -1)) != 0) return system_error(file.path, "cannot write");
  touched_.clear();
  return rename_all();
}

Result<void> DurableWriter::remove(const std::string& path) {
  const std::string whole = root_ + "/" + path;
  TRY(step("remove", whole));
  std::error_code error;
  fs::remove_all(whole, error);
  if (error) {
    Error failed = make_error(Code::io, "cannot remove: " + error.message());
    failed.file = whole;
    return failed;
  }
  return {};
}

Result<FileLock> FileLock::take(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_error(path, "cannot open the lock");
  FileLock lock(descriptor);
  while (::flock(descriptor, LOCK_EX) != 0)
    if (errno != EINTR) return system_error(path, "cannot lock");
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace bonafide::provenance::log
