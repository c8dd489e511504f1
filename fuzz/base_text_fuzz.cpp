// clean_utf8, base64 and hex: whatever comes in, valid UTF-8 goes out, and decoding undoes encoding.
// link: bonafide_base
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bonafide;
  const ByteView bytes{data, size};
  const std::string clean = clean_utf8(as_text(bytes));
  if (clean_utf8(clean) != clean) std::abort();
  const auto read = parse_json(dump_json(Json(clean)));
  if (!read || read->get<std::string>() != clean) std::abort();  // invalid UTF-8 would have been replaced
  const Bytes copy(bytes.begin(), bytes.end());
  const auto hex = from_hex(to_hex(bytes));
  const auto base64 = from_base64(to_base64(bytes));
  if (!hex || *hex != copy || !base64 || *base64 != copy) std::abort();
  (void)from_hex(as_text(bytes));
  (void)from_base64(as_text(bytes));
  return 0;
}
