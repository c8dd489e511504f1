// JPEG stills and coefficients: an answer for any bytes, views of the stated size, never Code::internal.
// link: bonafide_media_decode
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "media/decode/jpeg_coefficients.h"
#include "media/decode/still.h"

namespace {

void must(bool promise) {
  if (!promise) std::abort();
}

/// The coefficient reader wants a file: one that lives in memory, made once.
const std::string& memory_file(const std::uint8_t* data, std::size_t size) {
  static const int descriptor = ::memfd_create("jpeg", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  must(::ftruncate(descriptor, 0) == 0);
  must(::pwrite(descriptor, data, size, 0) == static_cast<ssize_t>(size));
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bonafide;
  Context context;
  context.limits.pixels = 1 << 20;
  context.limits.memory = 32 << 20;
  context.deadline = Clock::now() + std::chrono::seconds(2);
  const auto header = media::read_jpeg_header({data, size});
  must(header || header.error().code != Code::internal);
  const auto frame = media::read_jpeg(Bytes(data, data + size), 1, context);
  must(frame || frame.error().code != Code::internal);
  if (frame) {
    must(header && frame->luma().width() == frame->width() && frame->rgb().height() == frame->height());
    must(frame->rgb().channels() == 3 && frame->luma().channels() == 1);
  }
  const auto file = FileReader::open(memory_file(data, size));
  must(file.has_value());
  const auto coefficients = media::read_jpeg_coefficients(*file, context);
  must(coefficients || coefficients.error().code != Code::internal);
  if (coefficients) {
    for (const media::JpegComponent& component : coefficients->components)
      must(component.quant.size() == 64 &&
           component.values.size() ==
               static_cast<std::size_t>(component.blocks_wide) * static_cast<std::size_t>(component.blocks_high) * 64);
  }
  return 0;
}
