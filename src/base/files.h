// Files: bounded random reading, and writing that never leaves half a file (temporary file, fsync, rename).
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace bonafide {

/// A regular file opened for reading at any offset. Safe to read from several threads.
class FileReader {
 public:
  static Result<FileReader> open(const std::string& path);

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  /// Exactly `count` bytes from `offset`; `corrupt` when the file ends before, `limit` above 256 MiB.
  Result<Bytes> read(std::uint64_t offset, std::size_t count) const;
  /// Up to `into.size()` bytes from `offset`; returns how many were there.
  Result<std::size_t> read_some(std::uint64_t offset, std::span<std::uint8_t> into) const;
  /// Where the first byte at or behind `offset` stands that the file system has stored; all before it are zeros.
  /// Answers `offset` when the file has no holes or the system cannot tell, size() when only a hole is left.
  std::uint64_t data_from(std::uint64_t offset) const;

 private:
  struct Handle;
  std::shared_ptr<Handle> handle_;
  std::string path_;
  std::uint64_t size_ = 0;
  bool sparse_ = false;
};

/// A file being written. Nothing shows under the final name until commit(); dropping it removes the temporary file.
class FileWriter {
 public:
  /// `overwrite` false: refuses (invalid_argument) when `path` exists; true: a file that is replaced keeps its mode.
  static Result<FileWriter> create(const std::string& path, bool overwrite, unsigned mode = 0644);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;
  FileWriter(const FileWriter&) = delete;
  ~FileWriter();

  Result<void> write(ByteView bytes);
  Result<void> write(std::string_view text) { return write(as_bytes(text)); }
  /// `count` zero bytes, as a hole where the file system knows holes.
  Result<void> skip(std::uint64_t count);
  /// Where the next write goes: for formats that fill in a size at the end.
  Result<void> seek(std::uint64_t offset);
  Result<void> commit();

 private:
  FileWriter() = default;
  std::string path_;
  std::string temporary_;
  int descriptor_ = -1;
  bool overwrite_ = false;
};

/// Writes over `bytes.size()` bytes of an existing file at `offset`, in place, and syncs. Never makes the file longer.
Result<void> patch_file(const std::string& path, std::uint64_t offset, ByteView bytes);
Result<void> write_file(const std::string& path, std::string_view text, bool overwrite);
/// A whole small file as text; `limit` when it is larger than `most` bytes.
Result<std::string> read_file(const std::string& path, std::uint64_t most);

}  // namespace bonafide
