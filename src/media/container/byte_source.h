// ByteSource: where a walker's bytes come from: a file, or memory (fuzzing, tests, blocks already assembled).
#pragma once
#include "base/bytes.h"
#include "base/files.h"
#include "base/result.h"

namespace bonafide::media {

/// Safe to read from several threads.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  /// Up to `into.size()` bytes from `offset`; returns how many were there.
  virtual Result<std::size_t> read_some(std::uint64_t offset, std::span<std::uint8_t> into) const = 0;
  /// From `offset` up to here all bytes are zero, known without reading: the holes of sparse files. `offset` itself when
  /// nothing is known.
  virtual std::uint64_t data_from(std::uint64_t offset) const { return offset; }
};

/// Keeps a copy of the reader (it shares the open file).
class FileSource final : public ByteSource {
 public:
  explicit FileSource(FileReader file) : file_(std::move(file)) {}
  std::uint64_t size() const override { return file_.size(); }
  Result<std::size_t> read_some(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    return file_.read_some(offset, into);
  }
  std::uint64_t data_from(std::uint64_t offset) const override { return file_.data_from(offset); }

 private:
  FileReader file_;
};

/// Does not own the bytes.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(ByteView bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> read_some(std::uint64_t offset, std::span<std::uint8_t> into) const override;

 private:
  ByteView bytes_;
};

}  // namespace bonafide::media
