// parse_json and dump_json: never throw, and what was written can be read again with the same meaning.
// link: bonafide_base
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = bonafide::parse_json(bonafide::as_text({data, size}));
  if (!parsed) {
    if (parsed.error().code == bonafide::Code::internal) std::abort();
    return 0;
  }
  const std::string written = bonafide::dump_json(*parsed, 2);
  const auto again = bonafide::parse_json(written);
  if (!again || bonafide::dump_json(*again) != bonafide::dump_json(*parsed)) std::abort();
  return 0;
}
