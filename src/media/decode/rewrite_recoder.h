// Inside this room only: what decodes a track, changes it and encodes it again, for rewrite.cpp.
#pragma once
#include <functional>
#include <memory>

#include "media/decode/av.h"
#include "media/decode/rewrite.h"

struct AVCodec;
struct AVOutputFormat;

namespace bonafide::media {

class Recoder {
 public:
  /// Takes a packet in the encoder's time base to the muxer; may be called from any thread.
  using Sink = std::function<Result<void>(AVPacket& packet)>;

  virtual ~Recoder() = default;
  /// Opens the decoder, asks the filter, opens the encoder for this container.
  virtual Result<void> open(const AVOutputFormat& format) = 0;
  /// nullptr: there is no more; everything that is held back comes out.
  virtual Result<void> take(const AVPacket* packet) = 0;
  virtual const AVCodecContext& encoder() const = 0;
  virtual void tell(Rewritten& done) const = 0;

  Sink sink;
};

/// `stream` and the filter must outlive the track; `zero` is the file's zero on the container's clock, seconds.
std::unique_ptr<Recoder> sound_recoder(const AVStream& stream, const SoundFilter& filter, const Context& context);
std::unique_ptr<Recoder> video_recoder(const AVStream& stream, const PictureFilter& filter,
                                       const RewriteRequest& request, double zero, const Context& context);

/// Packets that the encoder has ready go to `sink`; `frame` nullptr ends it.
Result<void> encode_frame(AVCodecContext& encoder, const AVFrame* frame, const Recoder::Sink& sink,
                          const Context& context);
bool holds(const AVOutputFormat& format, int codec_id);

}  // namespace bonafide::media
