// OpenTimestamps proofs and calendars' answers: an answer for any bytes, never Code::internal; what was read is written so
// that it reads the same; no message is longer than its bound.
// link: bonafide_provenance_log
#include <cstdint>
#include <cstdlib>

#include "provenance/log/open_timestamps.h"

namespace {

using namespace bonafide;
using namespace bonafide::provenance::log;

void must(bool promise) {
  if (!promise) std::abort();
}

template <typename T>
bool fine(const Result<T>& result) {
  must(result || (result.error().code != Code::internal && !result.error().message.empty()));
  return result.has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto stamp = parse_open_timestamp(bytes);
  if (fine(stamp)) {
    const Bytes written = write_open_timestamp(*stamp);
    const auto again = parse_open_timestamp(written);
    must(again && write_open_timestamp(*again) == written);
    for (const OtsClaim& claim : claims_of(*stamp)) must(!claim.message || claim.message->size() <= kMostOtsMessage);
  }
  const auto tree = parse_ots_tree(bytes);
  if (fine(tree)) must(parse_ots_tree(write_ots_tree(*tree)).has_value());
  static_cast<void>(fine(parse_block_header(bytes)));
  return 0;
}
