// Files with manifest stores for tests: put in, found, taken out.
#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "provenance/c2pa/embed.h"
#include "provenance/c2pa/test_boxes.h"
#include "support/support.h"

namespace bonafide::provenance::c2pa {

inline Bytes file_bytes(const std::string& path) {
  const FileReader file = FileReader::open(path).value();
  return file.read(0, static_cast<std::size_t>(file.size())).value();
}

inline void write_bytes(const std::string& path, const Bytes& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

inline Bytes all_of(const media::ByteSource& source) {
  Bytes bytes(static_cast<std::size_t>(source.size()));
  EXPECT_EQ(source.read_some(0, bytes).value(), bytes.size());
  return bytes;
}

inline Bytes join(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

inline Bytes text(std::string_view content) { return Bytes(content.begin(), content.end()); }

/// A manifest store of about `size` bytes.
inline Bytes store_of(std::size_t size) {
  return super("c2pa", "c2pa", {super("c2ma", "urn:c2pa:1", {plain("free", std::string(size, 'x'))})});
}

/// `bytes` with `store` in it and `room` zeros behind; an empty store: with none.
inline Result<Bytes> embedded(const Bytes& bytes, const Bytes& store, bool update = false, std::size_t room = 0) {
  const media::MemorySource source(bytes);
  const Located located = TRY(locate(source, Context()));
  EmbedRequest request;
  request.existing = &located;
  if (!store.empty()) request.store_size = store.size() + room;
  request.update = update;
  const Splice splice = TRY(plan_embedding(source, request, Context()));
  SplicedSource view(source, splice);
  if (!store.empty()) view.fill(TRY(frame_store(splice, store)));
  return all_of(view);
}

/// The digests of all frames that ffmpeg decodes, or of the file's first picture when ffmpeg cannot read it.
inline std::string decoded(const std::string& path) {
  const std::string out = path + ".md5";
  const std::string command =
      "ffmpeg -v error -i '" + path + "' -f framemd5 -bitexact - 2>'" + out + ".log' >'" + out + "'";
  if (std::system(command.c_str()) != 0) return "not decoded";
  return read_file(out, 1 << 24).value_or("");
}

}  // namespace bonafide::provenance::c2pa
