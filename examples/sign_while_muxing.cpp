// Remuxes a file into fragmented MP4 with FFmpeg and signs it in the same run: every byte is hashed as the muxer hands
// it over, and none is read again. Streams are copied; an encoder would stand in front of av_interleaved_write_frame.
//   sign_while_muxing INPUT OUTPUT.mp4 KEY.pem CERTIFICATES.pem
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <bonafide/bonafide.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

int checked(int code, const char* doing) {
  if (code >= 0) return code;
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  throw std::runtime_error(std::string(doing) + ": " + text);
}

/// A name under which nothing stays.
struct Part {
  std::string path;
  ~Part() { std::remove(path.c_str()); }
};

/// The file that comes out. It gets its name when it is whole: an unsigned one is never seen there.
class Output {
 public:
  Output(std::string path, const bonafide::signing& signing)
      : path_(std::move(path)),
        part_{path_ + ".part"},
        file_(part_.path, std::ios::binary | std::ios::trunc),
        writer_(signing, [this](std::uint64_t offset, const std::uint8_t* bytes, std::size_t size) {
          // in order, but for the last call, which goes back to fill in the credential
          file_.seekp(static_cast<std::streamoff>(offset));
          file_.write(reinterpret_cast<const char*>(bytes), static_cast<std::streamsize>(size));
          return file_.good();
        }) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

#if LIBAVFORMAT_VERSION_MAJOR >= 61
  using Packet = const std::uint8_t*;
#else
  using Packet = std::uint8_t*;
#endif
  /// What AVIO calls; nothing may be thrown through FFmpeg.
  static int take(void* self, Packet bytes, int size) {
    Output& output = *static_cast<Output*>(self);
    try {
      output.writer_.write(bytes, static_cast<std::size_t>(size));
      return size;
    } catch (...) {
      output.failure_ = std::current_exception();
      return AVERROR(EIO);
    }
  }
  /// What FFmpeg answers with EIO was this.
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }
  std::string finish() {
    std::string json = writer_.finish();
    file_.close();
    if (!file_ || std::rename(part_.path.c_str(), path_.c_str()) != 0)
      throw std::runtime_error(path_ + " was not written");
    return json;
  }

 private:
  std::string path_;
  Part part_;
  std::ofstream file_;
  bonafide::writer writer_;
  std::exception_ptr failure_;
};

using Input = std::unique_ptr<AVFormatContext, void (*)(AVFormatContext*)>;
Input open_input(const char* path) {
  AVFormatContext* context = nullptr;
  checked(avformat_open_input(&context, path, nullptr, nullptr), path);
  Input input(context, [](AVFormatContext* open) { avformat_close_input(&open); });
  checked(avformat_find_stream_info(context, nullptr), path);
  return input;
}

/// A muxer that cannot seek writes front to back, which is what signing on the way needs.
using Muxer = std::unique_ptr<AVFormatContext, void (*)(AVFormatContext*)>;
Muxer open_muxer(Output& output) {
  AVFormatContext* context = nullptr;
  checked(avformat_alloc_output_context2(&context, nullptr, "mp4", nullptr), "no MP4 muxer");
  Muxer muxer(context, [](AVFormatContext* open) {
    if (open->pb != nullptr) av_freep(&open->pb->buffer);
    avio_context_free(&open->pb);
    avformat_free_context(open);
  });
  constexpr int kBuffer = 1 << 16;
  auto* const buffer = static_cast<unsigned char*>(av_malloc(kBuffer));
  context->pb =
      buffer == nullptr ? nullptr : avio_alloc_context(buffer, kBuffer, 1, &output, nullptr, &Output::take, nullptr);
  if (context->pb == nullptr) throw std::bad_alloc();
  context->pb->seekable = 0;
  context->flags |= AVFMT_FLAG_CUSTOM_IO;
  return muxer;
}

/// Sound and pictures that MP4 can hold; answers each input stream's place in the output, or -1.
std::vector<int> copy_streams(const AVFormatContext& input, AVFormatContext& muxer) {
  std::vector<int> places(input.nb_streams, -1);
  for (unsigned i = 0; i < input.nb_streams; ++i) {
    const AVCodecParameters& from = *input.streams[i]->codecpar;
    const bool shown = from.codec_type == AVMEDIA_TYPE_VIDEO || from.codec_type == AVMEDIA_TYPE_AUDIO;
    if (!shown || avformat_query_codec(muxer.oformat, from.codec_id, FF_COMPLIANCE_NORMAL) != 1) continue;
    AVStream* const stream = avformat_new_stream(&muxer, nullptr);
    if (stream == nullptr) throw std::bad_alloc();
    checked(avcodec_parameters_copy(stream->codecpar, &from), "cannot copy a stream");
    stream->codecpar->codec_tag = 0;
    stream->time_base = input.streams[i]->time_base;
    places[i] = stream->index;
  }
  if (muxer.nb_streams == 0) throw std::runtime_error("nothing in this file can stand in an MP4");
  return places;
}

void copy_packets(AVFormatContext& input, AVFormatContext& muxer, const std::vector<int>& places) {
  const std::unique_ptr<AVPacket, void (*)(AVPacket*)> packet(av_packet_alloc(),
                                                              [](AVPacket* owned) { av_packet_free(&owned); });
  if (!packet) throw std::bad_alloc();
  for (;;) {
    const int got = av_read_frame(&input, packet.get());
    if (got == AVERROR_EOF) return;
    checked(got, "cannot read");
    const auto index = static_cast<std::size_t>(packet->stream_index);
    if (index >= places.size() || places[index] < 0) {
      av_packet_unref(packet.get());
      continue;
    }
    av_packet_rescale_ts(packet.get(), input.streams[index]->time_base, muxer.streams[places[index]]->time_base);
    packet->stream_index = places[index];
    packet->pos = -1;
    checked(av_interleaved_write_frame(&muxer, packet.get()), "cannot write");
  }
}

void remux(const char* path, Output& output) {
  const Input input = open_input(path);
  const Muxer muxer = open_muxer(output);
  try {
    const std::vector<int> places = copy_streams(*input, *muxer);
    AVDictionary* wanted = nullptr;
    av_dict_set(&wanted, "movflags", "frag_keyframe+empty_moov+default_base_moof", 0);
    const int begun = avformat_write_header(muxer.get(), &wanted);
    av_dict_free(&wanted);
    checked(begun, "cannot begin the MP4");
    copy_packets(*input, *muxer, places);
    checked(av_write_trailer(muxer.get()), "cannot end the MP4");
    avio_flush(muxer->pb);
    checked(muxer->pb->error, "cannot write");
  } catch (const std::exception&) {
    output.rethrow();
    throw;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: sign_while_muxing INPUT OUTPUT.mp4 KEY.pem CERTIFICATES.pem\n";
    return 2;
  }
  try {
    bonafide::signing signing;
    signing.key_file(argv[3]).certificates_file(argv[4]).title(std::filesystem::path(argv[2]).filename().string());
    signing.parent(argv[1]);  // its history, if it carries one, stays
    signing.definition(R"({"assertions": [{"label": "c2pa.actions", "data": {"actions": [
        {"action": "c2pa.repackaged", "parameters": {"ingredientIds": ["parent"]}}]}}]})");
    Output output(argv[2], signing);
    remux(argv[1], output);
    std::cout << output.finish() << '\n';
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
