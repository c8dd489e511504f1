// JPEG by libjpeg-turbo: the stored brightness, the colours, and the coefficients. libjpeg's errors become C++
// exceptions inside this file (the library is built with unwind tables, so no longjmp is needed) and Errors outside.
#include <cstdio>
//
#include <fmt/format.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "media/decode/jpeg_coefficients.h"
#include "media/decode/planes.h"
#include "media/decode/still.h"

namespace bonafide::media {

namespace {

/// Real encoders write about ten scans; a progressive file of thousands of empty scans is a way to burn time
/// (libjpeg-turbo's own fuzzers and djpeg -maxscans use 500).
constexpr int kMostScans = 500;

struct JpegFailure {
  Error error;
};

class Reader {
 public:
  Reader(ByteView bytes, const Context& context) : context_(context) {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = [](j_common_ptr info) { throw JpegFailure{of(info).translated()}; };
    errors_.emit_message = [](j_common_ptr info, int level) {
      if (level < 0) of(info).warn();
    };
    errors_.output_message = [](j_common_ptr) {};
    info_.client_data = this;
    jpeg_create_decompress(&info_);
    info_.mem->max_memory_to_use = static_cast<long>(std::min<std::uint64_t>(context.limits.memory, INT64_MAX));
    progress_.progress_monitor = [](j_common_ptr info) { of(info).watch(); };
    info_.progress = &progress_;
    jpeg_mem_src(&info_, bytes.data(), bytes.size());
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { jpeg_destroy_decompress(&info_); }

  jpeg_decompress_struct* operator->() { return &info_; }
  jpeg_decompress_struct* get() { return &info_; }

  /// Header, then the bound on size: `samples_kept` bytes a pixel for our views, coefficients when they are buffered.
  void begin(std::uint64_t bytes_a_pixel, bool coefficients) {
    jpeg_read_header(&info_, TRUE);
    if (coefficients || jpeg_has_multiple_scans(&info_) != 0) {
      double samples = 0;  // per pixel, chroma reduced
      for (int i = 0; i < info_.num_components; ++i) {
        const jpeg_component_info& component = info_.comp_info[i];
        samples += static_cast<double>(component.h_samp_factor * component.v_samp_factor) /
                   (info_.max_h_samp_factor * info_.max_v_samp_factor);
      }
      bytes_a_pixel += static_cast<std::uint64_t>(samples * sizeof(JCOEF) * (coefficients ? 2 : 1) + 0.999);
    }
    if (auto fits = check_size(info_.image_width, info_.image_height, bytes_a_pixel, context_); !fits)
      throw JpegFailure{fits.error()};
  }

  std::vector<std::string> damage() const { return {damage_.begin(), damage_.end()}; }

 private:
  static Reader& of(j_common_ptr info) { return *static_cast<Reader*>(info->client_data); }

  std::string message() {
    std::array<char, JMSG_LENGTH_MAX> text{};
    errors_.format_message(reinterpret_cast<j_common_ptr>(&info_), text.data());
    return text.data();
  }

  Error translated() {
    // jerror.h numbers are not in the public header's ABI; the words are stable since IJG 6b.
    const std::string text = message();
    Code code = Code::corrupt;
    if (text.starts_with("Unsupported") || text.starts_with("Sorry") || text.find("not supported") != text.npos ||
        text.find("not implemented") != text.npos)
      code = Code::unsupported;
    if (text.starts_with("Insufficient memory") || text.starts_with("Backing store")) code = Code::limit;
    return make_error(code, fmt::format("cannot decode the JPEG: {}", text));
  }

  void warn() {
    constexpr std::size_t kMostKinds = 16;
    if (damage_.size() < kMostKinds) damage_.insert(message());
  }

  void watch() {
    if (context_.stopped()) throw JpegFailure{make_error(Code::cancelled, "stopped on request")};
    if (context_.out_of_time()) throw JpegFailure{make_error(Code::limit, "decoding the JPEG: out of time")};
    if (info_.input_scan_number > kMostScans)
      throw JpegFailure{make_error(Code::limit, fmt::format("the JPEG has more than {} scans", kMostScans))};
  }

  const Context& context_;
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::set<std::string> damage_;
};

Plane decode(Reader& reader, J_COLOR_SPACE space) {
  reader->out_color_space = space;
  reader->dct_method = JDCT_ISLOW;
  jpeg_start_decompress(reader.get());
  const int width = static_cast<int>(reader->output_width);
  const int height = static_cast<int>(reader->output_height);
  const int channels = reader->output_components;
  const std::size_t stride = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  std::vector<std::uint8_t> samples(stride * static_cast<std::size_t>(height));
  while (reader->output_scanline < reader->output_height) {
    JSAMPROW row = samples.data() + stride * reader->output_scanline;
    if (jpeg_read_scanlines(reader.get(), &row, 1) != 1) break;
  }
  jpeg_finish_decompress(reader.get());
  return {width, height, channels, std::move(samples)};
}

/// Adobe's CMYK files are stored inverted: 255 is no ink.
Plane rgb_of_cmyk(const Plane& cmyk, bool inverted) {
  const std::size_t pixels = static_cast<std::size_t>(cmyk.width()) * static_cast<std::size_t>(cmyk.height());
  std::vector<std::uint8_t> rgb(pixels * 3);
  const std::uint8_t* from = cmyk.data();
  for (std::size_t i = 0; i < rgb.size(); i += 3, from += 4) {
    const int key = inverted ? from[3] : 255 - from[3];
    for (std::size_t c = 0; c < 3; ++c) {
      const int light = inverted ? from[c] : 255 - from[c];
      rgb[i + c] = static_cast<std::uint8_t>((light * key + 127) / 255);
    }
  }
  return {cmyk.width(), cmyk.height(), 3, std::move(rgb)};
}

bool stores_luma(J_COLOR_SPACE space) { return space == JCS_GRAYSCALE || space == JCS_YCbCr; }

Plane decode_rgb(Reader& reader) {
  const J_COLOR_SPACE stored = reader->jpeg_color_space;
  if (stored == JCS_CMYK || stored == JCS_YCCK) {
    const bool inverted = reader->saw_Adobe_marker != 0;
    return rgb_of_cmyk(decode(reader, JCS_CMYK), inverted);
  }
  if (stored == JCS_UNKNOWN) {  // two components, say: the first is the best picture there is
    const Plane all = decode(reader, JCS_UNKNOWN);
    std::vector<std::uint8_t> first;
    first.reserve(all.stride() * static_cast<std::size_t>(all.height()));
    for (int y = 0; y < all.height(); ++y)
      for (int x = 0; x < all.width(); ++x) first.push_back(all.at(x, y));
    return rgb_of(Plane(all.width(), all.height(), 1, std::move(first)));
  }
  return decode(reader, JCS_RGB);
}

/// Brightness is there already; colour is decoded from the kept file when somebody asks.
class JpegSource : public Frame::Source {
 public:
  JpegSource(Bytes bytes, Plane luma, Plane rgb, const Limits& limits)
      : bytes_(std::move(bytes)), luma_(std::move(luma)), rgb_(std::move(rgb)), limits_(limits) {}
  Plane luma() override { return luma_; }
  Plane rgb() override {
    if (!rgb_.empty()) return std::move(rgb_);
    Context context;  // no stop and no deadline: a view once asked for is made
    context.limits = limits_;
    try {
      Reader reader(bytes_, context);
      reader.begin(3, false);
      return decode_rgb(reader);
    } catch (const JpegFailure&) {
      return rgb_of(luma_);  // only if memory ran out: the same bytes were decoded once before
    }
  }

 private:
  Bytes bytes_;
  Plane luma_, rgb_;
  Limits limits_;
};

template <typename Function>
auto contained(Function&& function) -> decltype(function()) {
  try {
    return function();
  } catch (const JpegFailure& failure) {
    return failure.error;
  }
}

}  // namespace

Result<StillHeader> read_jpeg_header(ByteView bytes) {
  const Context context;
  return contained([&]() -> Result<StillHeader> {
    Reader reader(bytes, context);
    jpeg_read_header(reader.get(), TRUE);
    StillHeader header;
    header.width = reader->image_width;
    header.height = reader->image_height;
    header.bit_depth = reader->data_precision;
    header.codec = "mjpeg";
    return header;
  });
}

Result<Frame> read_jpeg(Bytes bytes, int orientation, const Context& context) {
  return contained([&]() -> Result<Frame> {
    Reader reader(bytes, context);
    reader.begin(4, false);
    FrameInfo info;
    info.orientation = orientation;
    info.colour = "full range";
    Plane luma, rgb;
    if (stores_luma(reader->jpeg_color_space)) {
      luma = decode(reader, JCS_GRAYSCALE);
    } else {
      rgb = decode_rgb(reader);
      luma = luma_of(rgb);
    }
    info.width = luma.width();
    info.height = luma.height();
    info.damage = reader.damage();
    const Limits limits = context.limits;
    return Frame(std::move(info),
                 std::make_unique<JpegSource>(std::move(bytes), std::move(luma), std::move(rgb), limits));
  });
}

namespace {

/// libjpeg keeps coefficients in natural order already; only padding blocks are left out.
void copy_blocks(Reader& reader, jvirt_barray_ptr array, JpegComponent& component) {
  component.values.resize(static_cast<std::size_t>(component.blocks_wide) *
                          static_cast<std::size_t>(component.blocks_high) * DCTSIZE2);
  std::int16_t* to = component.values.data();
  for (int by = 0; by < component.blocks_high; ++by) {
    JBLOCKARRAY rows = reader->mem->access_virt_barray(reinterpret_cast<j_common_ptr>(reader.get()), array,
                                                       static_cast<JDIMENSION>(by), 1, FALSE);
    for (int bx = 0; bx < component.blocks_wide; ++bx, to += DCTSIZE2)
      std::memcpy(to, rows[0][bx], DCTSIZE2 * sizeof(std::int16_t));
  }
}

}  // namespace

Result<JpegCoefficients> read_jpeg_coefficients(const FileReader& file, const Context& context) {
  const Bytes bytes = TRY(file.read(0, static_cast<std::size_t>(file.size())));
  Result<JpegCoefficients> result = contained([&]() -> Result<JpegCoefficients> {
    Reader reader(bytes, context);
    reader.begin(0, true);
    jvirt_barray_ptr* const arrays = jpeg_read_coefficients(reader.get());
    if (const auto damage = reader.damage(); !damage.empty())
      return make_error(Code::corrupt, fmt::format("the JPEG is damaged: {}", damage.front()));
    JpegCoefficients read;
    read.width = static_cast<int>(reader->image_width);
    read.height = static_cast<int>(reader->image_height);
    for (int i = 0; i < reader->num_components; ++i) {
      const jpeg_component_info& from = reader->comp_info[i];
      JpegComponent component;
      component.id = from.component_id;
      component.horizontal = from.h_samp_factor;
      component.vertical = from.v_samp_factor;
      component.blocks_wide = static_cast<int>(from.width_in_blocks);
      component.blocks_high = static_cast<int>(from.height_in_blocks);
      if (from.quant_table == nullptr) return make_error(Code::corrupt, "a component has no quantisation table");
      component.quant.assign(std::begin(from.quant_table->quantval), std::end(from.quant_table->quantval));
      copy_blocks(reader, arrays[i], component);
      read.components.push_back(std::move(component));
    }
    return read;
  });
  if (!result) result.error().file = file.path();
  return result;
}

}  // namespace bonafide::media
