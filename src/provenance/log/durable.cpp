#include "provenance/log/durable.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
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
  TRY(step("sync", file.path));
  if (::fsync(file.descriptor) != 0) return system_error(file.path, "cannot sync");
  if (::close(std::exchange(file.descriptor, -1)) != 0) return system_error(file.path, "cannot write");
  return {};
}

Result<void> DurableWriter::finish() {
  for (Staged& file : staged_) TRY(settle(file));
  for (Staged& file : staged_) {
    TRY(step("rename", file.path));
    if (::rename(file.temporary.c_str(), file.path.c_str()) != 0) return system_error(file.path, "cannot rename to");
    file.temporary.clear();
  }
  staged_.clear();
  for (const std::string& folder : std::exchange(touched_, {})) {
    TRY(step("sync", folder));
    TRY(sync_folder(folder));
  }
  return {};
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
