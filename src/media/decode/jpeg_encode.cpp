#include "media/decode/jpeg_encode.h"

#include <cstdio>
#include <cstdlib>
//
#include <jpeglib.h>

#include <memory>

namespace bonafide::media {

namespace {

struct EncodeFailure {};

class Writer {
 public:
  Writer() {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = [](j_common_ptr) { throw EncodeFailure(); };  // as in jpeg.cpp: unwind tables are there
    errors_.output_message = [](j_common_ptr) {};
    jpeg_create_compress(&info_);
    jpeg_mem_dest(&info_, &buffer_, &size_);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    jpeg_destroy_compress(&info_);
    std::free(buffer_);  // libjpeg's own, by malloc
  }

  Bytes write(const Plane& plane, int quality) {
    info_.image_width = static_cast<JDIMENSION>(plane.width());
    info_.image_height = static_cast<JDIMENSION>(plane.height());
    info_.input_components = plane.channels();
    info_.in_color_space = plane.channels() == 3 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(&info_);
    jpeg_set_quality(&info_, quality, TRUE);
    info_.optimize_coding = TRUE;
    jpeg_start_compress(&info_, TRUE);
    while (info_.next_scanline < info_.image_height) {
      // libjpeg does not write through it
      JSAMPROW row = const_cast<JSAMPROW>(plane.row(static_cast<int>(info_.next_scanline)));
      jpeg_write_scanlines(&info_, &row, 1);
    }
    jpeg_finish_compress(&info_);
    return {buffer_, buffer_ + size_};
  }

 private:
  jpeg_compress_struct info_{};
  jpeg_error_mgr errors_{};
  unsigned char* buffer_ = nullptr;
  unsigned long size_ = 0;  // NOLINT: libjpeg's type
};

}  // namespace

Result<Bytes> encode_jpeg(const Plane& plane, int quality) {
  if (plane.empty() || (plane.channels() != 1 && plane.channels() != 3) || quality < 1 || quality > 100) {
    return make_error(Code::invalid_argument, "JPEG wants a picture of 1 or 3 channels and a quality of 1 to 100");
  }
  try {
    return Writer().write(plane, quality);
  } catch (const EncodeFailure&) {
    return make_error(Code::limit, "the picture is too large for JPEG");
  }
}

}  // namespace bonafide::media
