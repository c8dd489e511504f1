#include "media/decode/versions.h"

#include <fmt/format.h>
#include <libheif/heif.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

namespace bonafide::media {

std::vector<std::pair<std::string, std::string>> library_versions() {
  const auto dotted = [](unsigned version) {
    return fmt::format("{}.{}.{}", version >> 16, version >> 8 & 255U, version & 255U);
  };
  return {{"libavformat", dotted(avformat_version())},
          {"libavcodec", dotted(avcodec_version())},
          {"libswscale", dotted(swscale_version())},
          {"libswresample", dotted(swresample_version())},
          {"libheif", heif_get_version()}};
}

std::vector<std::pair<std::string, bool>> decoders() {
  const auto has = [](AVCodecID id) { return avcodec_find_decoder(id) != nullptr; };
  return {{"H.264 video", has(AV_CODEC_ID_H264)},
          {"H.265 video", has(AV_CODEC_ID_HEVC)},
          {"VP9 video", has(AV_CODEC_ID_VP9)},
          {"AV1 video", has(AV_CODEC_ID_AV1)},
          {"AAC sound", has(AV_CODEC_ID_AAC)},
          {"MP3 sound", has(AV_CODEC_ID_MP3)},
          {"Opus sound", has(AV_CODEC_ID_OPUS)},
          {"FLAC sound", has(AV_CODEC_ID_FLAC)},
          {"PNG pictures", has(AV_CODEC_ID_PNG)},
          {"WebP pictures", has(AV_CODEC_ID_WEBP)},
          {"HEIC pictures", heif_have_decoder_for_format(heif_compression_HEVC) != 0},
          {"AVIF pictures", heif_have_decoder_for_format(heif_compression_AV1) != 0}};
}

}  // namespace bonafide::media
