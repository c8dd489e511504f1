// JPEG: brightness is changed, the colours go through untouched (boxes up, boxes down), tables and sampling are the
// old.
#include <cstdio>
#include <cstdlib>
//
#include <fmt/format.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>

#include "media/decode/rewrite_still_formats.h"
#include "media/decode/still.h"

namespace bonafide::media {

namespace {

struct JpegFailure {
  Error error;
};

[[noreturn]] void raise(j_common_ptr info) {
  std::array<char, JMSG_LENGTH_MAX> text{};
  info->err->format_message(info, text.data());
  throw JpegFailure{make_error(Code::corrupt, fmt::format("cannot rewrite the JPEG: {}", text.data()))};
}

void prepare(jpeg_error_mgr& errors) {
  jpeg_std_error(&errors);
  errors.error_exit = [](j_common_ptr info) { raise(info); };  // as in jpeg.cpp: unwind tables are there
  errors.output_message = [](j_common_ptr) {};
}

/// As in jpeg.cpp: real files have about ten scans.
void watch(j_common_ptr common) {
  const auto* const info = reinterpret_cast<jpeg_decompress_struct*>(common);
  constexpr int kMostScans = 500;
  if (info->input_scan_number > kMostScans)
    throw JpegFailure{make_error(Code::limit, fmt::format("the JPEG has more than {} scans", kMostScans))};
  if (static_cast<const Context*>(info->client_data)->stopped())
    throw JpegFailure{make_error(Code::cancelled, "stopped")};
}

struct Old {
  explicit Old(const Context& context) {
    prepare(errors);
    info.err = &errors;
    jpeg_create_decompress(&info);
    info.client_data = const_cast<Context*>(&context);  // only read
    info.mem->max_memory_to_use = static_cast<long>(std::min<std::uint64_t>(context.limits.memory, INT64_MAX));
    progress.progress_monitor = watch;
    info.progress = &progress;
  }
  Old(const Old&) = delete;
  Old& operator=(const Old&) = delete;
  ~Old() { jpeg_destroy_decompress(&info); }
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
};

struct New {
  New() {
    prepare(errors);
    info.err = &errors;
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &buffer, &size);
  }
  New(const New&) = delete;
  New& operator=(const New&) = delete;
  ~New() {
    jpeg_destroy_compress(&info);
    std::free(buffer);  // libjpeg's own, by malloc
  }
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  unsigned char* buffer = nullptr;
  unsigned long size = 0;  // NOLINT: libjpeg's type
};

struct Samples {
  int width = 0, height = 0, channels = 0;
  Bytes bytes;
};

Samples read(Old& old, const Context& context) {
  jpeg_read_header(&old.info, TRUE);
  const J_COLOR_SPACE space = old.info.jpeg_color_space;
  if (space != JCS_YCbCr && space != JCS_GRAYSCALE)
    throw JpegFailure{make_error(Code::unsupported, "JPEG other than YCbCr or grey is not rewritten")};
  constexpr std::uint64_t kBytes = 16;  // samples, a plane of brightness, coefficients of several scans
  if (auto fits = check_size(old.info.image_width, old.info.image_height, kBytes, context); !fits)
    throw JpegFailure{fits.error()};
  old.info.out_color_space = space;
  old.info.do_fancy_upsampling = FALSE;
  old.info.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&old.info);
  Samples samples{static_cast<int>(old.info.output_width),
                  static_cast<int>(old.info.output_height),
                  old.info.output_components,
                  {}};
  const std::size_t stride = std::size_t{old.info.output_width} * static_cast<std::size_t>(samples.channels);
  samples.bytes.resize(stride * old.info.output_height);
  while (old.info.output_scanline < old.info.output_height) {
    if (context.stopped()) throw JpegFailure{make_error(Code::cancelled, "stopped")};
    JSAMPROW row = samples.bytes.data() + stride * old.info.output_scanline;
    if (jpeg_read_scanlines(&old.info, &row, 1) != 1) break;
  }
  return samples;
}

Result<void> change_brightness(Samples& samples, const StillChange& change) {
  const auto step = static_cast<std::size_t>(samples.channels);
  Bytes luma(samples.bytes.size() / step);
  for (std::size_t i = 0; i < luma.size(); ++i) luma[i] = samples.bytes[i * step];
  TRY(change({luma.data(), samples.width, samples.height, 1, samples.width}));
  for (std::size_t i = 0; i < luma.size(); ++i) samples.bytes[i * step] = luma[i];
  return {};
}

void copy_settings(const jpeg_decompress_struct& old, jpeg_compress_struct& info) {
  info.image_width = old.output_width;
  info.image_height = old.output_height;
  info.input_components = old.output_components;
  info.in_color_space = old.out_color_space;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, old.jpeg_color_space);
  for (std::size_t t = 0; t < NUM_QUANT_TBLS; ++t) {
    if (old.quant_tbl_ptrs[t] == nullptr) continue;
    std::array<unsigned, DCTSIZE2> table{};
    std::copy_n(old.quant_tbl_ptrs[t]->quantval, DCTSIZE2, table.begin());
    jpeg_add_quant_table(&info, static_cast<int>(t), table.data(), 100, FALSE);
  }
  for (int c = 0; c < info.num_components; ++c) {
    info.comp_info[c].component_id = old.comp_info[c].component_id;
    info.comp_info[c].h_samp_factor = old.comp_info[c].h_samp_factor;
    info.comp_info[c].v_samp_factor = old.comp_info[c].v_samp_factor;
    info.comp_info[c].quant_tbl_no = old.comp_info[c].quant_tbl_no;
  }
  info.dct_method = JDCT_ISLOW;
  info.optimize_coding = TRUE;
  info.write_JFIF_header = old.saw_JFIF_marker;
  info.write_Adobe_marker = old.saw_Adobe_marker;
  info.density_unit = old.density_unit;
  info.X_density = old.X_density;
  info.Y_density = old.Y_density;
  if (old.progressive_mode != 0) jpeg_simple_progression(&info);
}

bool starts(const jpeg_marker_struct& marker, std::string_view text) {
  return marker.data_length >= text.size() && as_text({marker.data, text.size()}) == text;
}

void note(std::vector<std::string>& left_out, const std::string& what) {
  if (std::ranges::find(left_out, what) == left_out.end()) left_out.push_back(what);
}

void copy_markers(const jpeg_decompress_struct& old, jpeg_compress_struct& info, std::vector<std::string>& left_out) {
  using namespace std::string_view_literals;
  for (const jpeg_marker_struct* marker = old.marker_list; marker != nullptr; marker = marker->next) {
    const int kind = marker->marker;
    if (kind == JPEG_APP0 && starts(*marker, "JFIF\0"sv)) continue;  // written by libjpeg itself
    if (kind == JPEG_APP0 + 14 && starts(*marker, "Adobe"sv)) continue;
    if (kind == JPEG_APP0 + 11 && starts(*marker, "JP"sv)) {
      note(left_out, "its Content Credential, which would be broken");
      continue;
    }
    if (kind == JPEG_APP0 + 2 && starts(*marker, "MPF\0"sv)) {
      note(left_out, "the further pictures behind the first");
      continue;
    }
    jpeg_write_marker(&info, kind, marker->data, marker->data_length);
  }
}

}  // namespace

Result<Bytes> rewrite_jpeg(ByteView bytes, const StillChange& change, std::vector<std::string>& left_out,
                           const Context& context) {
  try {
    Old old(context);
    constexpr unsigned kWhole = 0xFFFF;
    for (int app = 0; app < 16; ++app) jpeg_save_markers(&old.info, JPEG_APP0 + app, kWhole);
    jpeg_save_markers(&old.info, JPEG_COM, kWhole);
    jpeg_mem_src(&old.info, bytes.data(), bytes.size());
    Samples samples = read(old, context);
    TRY(change_brightness(samples, change));
    New fresh;
    copy_settings(old.info, fresh.info);
    jpeg_start_compress(&fresh.info, TRUE);
    copy_markers(old.info, fresh.info, left_out);
    const std::size_t stride = static_cast<std::size_t>(samples.width) * static_cast<std::size_t>(samples.channels);
    while (fresh.info.next_scanline < fresh.info.image_height) {
      JSAMPROW row = samples.bytes.data() + stride * fresh.info.next_scanline;
      jpeg_write_scanlines(&fresh.info, &row, 1);
    }
    jpeg_finish_compress(&fresh.info);
    return Bytes(fresh.buffer, fresh.buffer + fresh.size);
  } catch (const JpegFailure& failure) {
    return failure.error;
  }
}

}  // namespace bonafide::media
