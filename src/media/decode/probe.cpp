// What the demuxer says of the tracks. Stills have one "track": their picture.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
}
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "media/decode/av.h"
#include "media/decode/decode.h"
#include "media/decode/still.h"

namespace bonafide::media {

namespace {

double seconds(std::int64_t value, AVRational base) {
  return value == AV_NOPTS_VALUE ? 0 : static_cast<double>(value) * av_q2d(base);
}

int clockwise_degrees(int orientation) {
  switch (orientation) {
    case 3:
    case 4: return 180;
    case 5:
    case 6: return 90;
    case 7:
    case 8: return 270;
    default: return 0;
  }
}

void describe_picture(const AVStream& stream, Track& track) {
  const AVCodecParameters& parameters = *stream.codecpar;
  const int orientation = av::orientation_of(stream);
  track.rotation = clockwise_degrees(orientation);
  track.width = orientation >= 5 ? parameters.height : parameters.width;
  track.height = orientation >= 5 ? parameters.width : parameters.height;
  const double average = av_q2d(stream.avg_frame_rate.den != 0 ? stream.avg_frame_rate : AVRational{0, 1});
  const double base = av_q2d(stream.r_frame_rate.den != 0 ? stream.r_frame_rate : AVRational{0, 1});
  track.frame_rate = average > 0 ? average : base;
  // r_frame_rate is the coarsest clock that fits every time stamp seen. A steady clip's average equals it; interlaced
  // ones may have half. 1 % lets the rounding of millisecond clocks (Matroska, FLV) pass.
  const auto near = [&](double other) { return std::abs(average - other) <= 0.01 * other; };
  track.variable_frame_rate = average > 0 && base > 0 && !near(base) && !near(base / 2);
  if (const char* const name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(parameters.format))) {
    track.pixel_format = name;
    track.bit_depth = av::bit_depth_of(parameters.format);
  }
  track.colour =
      av::colour_of(parameters.color_primaries, parameters.color_trc, parameters.color_space, parameters.color_range);
}

void describe_sound(const AVCodecParameters& parameters, Track& track) {
  track.sample_rate = parameters.sample_rate;
  track.channels = parameters.ch_layout.nb_channels;
  track.bit_depth =
      parameters.bits_per_raw_sample > 0 ? parameters.bits_per_raw_sample : parameters.bits_per_coded_sample;
}

Track describe(const AVStream& stream, double zero) {
  const AVCodecParameters& parameters = *stream.codecpar;
  Track track;
  track.index = stream.index;
  track.codec = avcodec_get_name(parameters.codec_id);
  if (const char* const profile = avcodec_profile_name(parameters.codec_id, parameters.profile))
    track.profile = profile;
  track.start_s = av::Demuxer::start_of(stream) - zero;
  track.duration_s = std::max(0.0, seconds(stream.duration, stream.time_base));
  track.bitrate = std::max<std::int64_t>(0, parameters.bit_rate);
  track.frames = std::max<std::int64_t>(0, stream.nb_frames);
  if (const AVDictionaryEntry* const entry = av_dict_get(stream.metadata, "encoder", nullptr, 0))
    track.encoder = clean_utf8(entry->value);
  if (av::Demuxer::is_video(stream)) {
    track.kind = Track::Kind::video;
    describe_picture(stream, track);
  } else if (av::Demuxer::is_audio(stream)) {
    track.kind = Track::Kind::audio;
    describe_sound(parameters, track);
  }
  return track;
}

Result<void> probe_tracks(Media& media, const Context& context) {
  const auto demuxer = TRY(av::Demuxer::open(media, context));
  const double zero = demuxer->zero();
  media.tracks.clear();
  media.duration_s = 0;
  for (unsigned i = 0; i < (*demuxer)->nb_streams; ++i) {
    media.tracks.push_back(describe(*(*demuxer)->streams[i], zero));
    const Track& track = media.tracks.back();
    if (track.kind != Track::Kind::other && track.duration_s > 0)
      media.duration_s = std::max(media.duration_s, track.start_s + track.duration_s);
  }
  if (media.duration_s <= 0) media.duration_s = std::max(0.0, seconds((*demuxer)->duration, AV_TIME_BASE_Q));
  const auto has = [&](Track::Kind kind) {
    return std::find_if(media.tracks.begin(), media.tracks.end(),
                        [&](const Track& track) { return track.kind == kind; });
  };
  const auto picture = has(Track::Kind::video);
  if (picture != media.tracks.end()) {
    media.kind = Kind::video;
    media.width = picture->width;
    media.height = picture->height;
  } else if (has(Track::Kind::audio) != media.tracks.end()) {
    media.kind = Kind::audio;
    media.width = media.height = 0;
  } else {
    return make_error(Code::unsupported, "the file holds neither moving pictures nor sound");
  }
  return {};
}

}  // namespace

Result<void> probe(Media& media, const Context& context) {
  Result<void> done = is_still(media.format) ? probe_still(media, context) : probe_tracks(media, context);
  if (!done) done.error().file = media.path;
  return done;
}

}  // namespace bonafide::media
