#include "base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace bonafide {

namespace {
constexpr std::size_t kMostRead = std::size_t{256} << 20;

Error system_error(const std::string& path, std::string_view doing,
                   std::source_location where = std::source_location::current()) {
  const int number = errno;
  const Code code = number == ENOENT ? Code::not_found : Code::io;
  Error error = make_error(code, fmt::format("{}: {}", doing, std::strerror(number)), std::nullopt, where);
  error.file = path;
  return error;
}
}  // namespace

struct FileReader::Handle {
  explicit Handle(int number) : descriptor(number) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { ::close(descriptor); }
  int descriptor;
};

Result<FileReader> FileReader::open(const std::string& path) {
  // O_NONBLOCK: opening a pipe or device must not hang before we can see that it is one.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return system_error(path, "cannot open");
  FileReader reader;
  reader.handle_ = std::make_shared<Handle>(descriptor);
  reader.path_ = path;
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return system_error(path, "cannot look at");
  if (!S_ISREG(status.st_mode)) {
    Error error = make_error(Code::unsupported, S_ISDIR(status.st_mode) ? "is a folder" : "is not a regular file");
    error.file = path;
    return error;
  }
  reader.size_ = static_cast<std::uint64_t>(status.st_size);
  reader.sparse_ = static_cast<std::uint64_t>(status.st_blocks) * 512 < reader.size_;
  return reader;
}

std::uint64_t FileReader::data_from(std::uint64_t offset) const {
  if (!sparse_ || offset >= size_) return offset;
  const off_t found = ::lseek(handle_->descriptor, static_cast<off_t>(offset), SEEK_DATA);
  if (found < 0) return errno == ENXIO ? size_ : offset;
  return static_cast<std::uint64_t>(found);
}

Result<std::size_t> FileReader::read_some(std::uint64_t offset, std::span<std::uint8_t> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got =
        ::pread(handle_->descriptor, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(path_, "cannot read");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<Bytes> FileReader::read(std::uint64_t offset, std::size_t count) const {
  const auto fail = [&](Code code, std::string message) {
    Error error = make_error(code, std::move(message), offset);
    error.file = path_;
    return error;
  };
  if (offset > size_ || count > size_ - offset) return fail(Code::corrupt, "the file ends too early");
  if (count > kMostRead) return fail(Code::limit, "a block of more than 256 MiB");
  Bytes bytes(count);
  if (TRY(read_some(offset, bytes)) != count) return fail(Code::corrupt, "the file ends too early");
  return bytes;
}

Result<FileWriter> FileWriter::create(const std::string& path, bool overwrite, unsigned mode) {
  if (!overwrite && std::filesystem::exists(path)) {
    Error error = make_error(Code::invalid_argument, "exists already; use --force to replace it");
    error.file = path;
    return error;
  }
  FileWriter writer;
  writer.path_ = path;
  writer.overwrite_ = overwrite;
  writer.temporary_ = path + ".bonafide-XXXXXX";
  writer.descriptor_ = ::mkostemp(writer.temporary_.data(), O_CLOEXEC);
  if (writer.descriptor_ < 0) {
    writer.temporary_.clear();
    return system_error(path, "cannot write");
  }
  struct stat old {};
  if (overwrite && ::stat(path.c_str(), &old) == 0) mode = old.st_mode & 07777U;
  ::fchmod(writer.descriptor_, mode);
  return writer;
}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)),
      overwrite_(other.overwrite_) {}

FileWriter::~FileWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> FileWriter::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_error(path_, "cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> FileWriter::skip(std::uint64_t count) {
  const off_t end = ::lseek(descriptor_, static_cast<off_t>(count), SEEK_CUR);
  if (end < 0 || ::ftruncate(descriptor_, end) != 0) return system_error(path_, "cannot write");
  return {};
}

Result<void> FileWriter::seek(std::uint64_t offset) {
  if (::lseek(descriptor_, static_cast<off_t>(offset), SEEK_SET) < 0) return system_error(path_, "cannot write");
  return {};
}

Result<void> FileWriter::commit() {
  if (::fsync(descriptor_) != 0) return system_error(path_, "cannot write");
  if (::close(std::exchange(descriptor_, -1)) != 0) return system_error(path_, "cannot write");
  // link() refuses an existing name, so a file that appeared meanwhile is not lost.
  if (overwrite_) {
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return system_error(path_, "cannot rename to");
  } else {
    if (::link(temporary_.c_str(), path_.c_str()) != 0) return system_error(path_, "cannot create");
    ::unlink(temporary_.c_str());
  }
  temporary_.clear();
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  const int directory = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
  return {};
}

Result<void> patch_file(const std::string& path, std::uint64_t offset, ByteView bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return system_error(path, "cannot write");
  struct stat state {};
  Result<void> done;
  if (::fstat(descriptor, &state) != 0) done = system_error(path, "cannot write");
  if (done && (offset > static_cast<std::uint64_t>(state.st_size) ||
               bytes.size() > static_cast<std::uint64_t>(state.st_size) - offset)) {
    done = make_error(Code::invalid_argument, "bytes to be written over run past the end", offset);
  }
  while (done && !bytes.empty()) {
    const ssize_t put = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      done = system_error(path, "cannot write");
      break;
    }
    offset += static_cast<std::uint64_t>(put);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  if (done && ::fsync(descriptor) != 0) done = system_error(path, "cannot write");
  ::close(descriptor);
  return done;
}

Result<void> write_file(const std::string& path, std::string_view text, bool overwrite) {
  FileWriter writer = TRY(FileWriter::create(path, overwrite));
  TRY(writer.write(text));
  return writer.commit();
}

Result<std::string> read_file(const std::string& path, std::uint64_t most) {
  const FileReader reader = TRY(FileReader::open(path));
  if (reader.size() > most) {
    Error error = make_error(Code::limit, fmt::format("larger than {} bytes", most));
    error.file = path;
    return error;
  }
  const Bytes bytes = TRY(reader.read(0, static_cast<std::size_t>(reader.size())));
  return std::string(as_text(bytes));
}

}  // namespace bonafide
