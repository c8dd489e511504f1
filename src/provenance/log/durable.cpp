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

Result<void> DurableWriter::put(const std::string& path, ByteView bytes, unsigned mode) {
  const std::string whole = root_ + "/" + path, temporary = whole + ".tmp";
  const std::string folder = fs::path(whole).parent_path().string();
  TRY(make_folders(folder));
  TRY(step("write", whole));
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (descriptor < 0) return system_error(whole, "cannot write");
  auto done = write_all(descriptor, bytes, whole);
  if (done) done = step("sync", whole);
  if (done && ::fsync(descriptor) != 0) done = system_error(whole, "cannot sync");
  if (::close(descriptor) != 0 && done) done = system_error(whole, "cannot write");
  if (done) done = step("rename", whole);
  if (done && ::rename(temporary.c_str(), whole.c_str()) != 0) done = system_error(whole, "cannot rename to");
  if (!done) {
    ::unlink(temporary.c_str());  // a full disk wants its space back
    return done;
  }
  touched_.insert(folder);
  return {};
}

Result<void> DurableWriter::sync_folders() {
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
