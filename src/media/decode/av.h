// Inside this room only: FFmpeg's objects with owners, opened so that a hostile file reaches nothing but itself.
// No FFmpeg header is included here; users of the objects include them in their .cpp.
#pragma once
#include <memory>
#include <string>

#include "base/context.h"
#include "base/files.h"
#include "media/container/media.h"
#include "media/decode/frame.h"

struct AVFormatContext;
struct AVCodecContext;
struct AVPacket;
struct AVFrame;
struct AVStream;
struct AVIOContext;

namespace bonafide::media::av {

struct Free {
  void operator()(AVFormatContext* object) const;
  void operator()(AVCodecContext* object) const;
  void operator()(AVPacket* object) const;
  void operator()(AVFrame* object) const;
  void operator()(AVIOContext* object) const;
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<AVPacket> new_packet();
Owned<AVFrame> new_frame();

/// FFmpeg's error number in words.
std::string words(int error);
/// `cancelled` when the context was stopped, else `code` with "doing: FFmpeg's words".
Error failure(int error, Code code, std::string_view doing, const Context& context);
/// Once per program: FFmpeg prints nothing and no single allocation passes 1 GiB.
void quieten();

/// The file behind a demuxer. All reading goes through our FileReader: there is no protocol a playlist or an
/// external reference could use, and whatever asks to open another file is refused.
class Demuxer {
 public:
  /// The demuxer is the one of `media.format`, never guessed from the contents.
  static Result<std::unique_ptr<Demuxer>> open(const Media& media, const Context& context);
  Demuxer(const Demuxer&) = delete;
  Demuxer& operator=(const Demuxer&) = delete;
  ~Demuxer();

  AVFormatContext* get() const { return format_.get(); }
  AVFormatContext* operator->() const { return format_.get(); }
  /// A video track that moves: not a cover picture.
  static bool is_video(const AVStream& stream);
  static bool is_audio(const AVStream& stream);
  /// The time of the track's first sample that is shown or heard, seconds on the container's clock.
  static double start_of(const AVStream& stream);
  /// The smallest start_of() of the video and audio tracks: zero on the file's clock.
  double zero() const;

 private:
  struct Source;
  Demuxer();
  std::unique_ptr<Source> source_;
  Owned<AVIOContext> io_;
  Owned<AVFormatContext> format_;
};

/// A decoder for the stream, `threads` at most, refusing pictures over the limits.
Result<Owned<AVCodecContext>> open_decoder(const AVStream& stream, int threads, const Context& context);

/// EXIF orientation that the stream's display matrix asks for; 1 when none, or when it is no quarter turn.
int orientation_of(const AVStream& stream);

/// "bt709, tv range"; empty when the frame says nothing.
std::string colour_of(int primaries, int transfer, int space, int range);
/// Bits of one sample of an AVPixelFormat.
int bit_depth_of(int pixel_format);

/// A Frame over a decoded picture (a reference is kept), turned by `orientation`; fills info.width, height,
/// bit_depth, colour and key_frame.
Frame make_frame(const AVFrame& picture, FrameInfo info, int orientation);

}  // namespace bonafide::media::av
