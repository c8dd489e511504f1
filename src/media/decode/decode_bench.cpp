// What the pass costs above the bare decoder, on a 1080p clip with sound made on the spot.
#include <benchmark/benchmark.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}
#include <cstdlib>
#include <filesystem>

#include "media/decode/av.h"
#include "media/decode/decode.h"

namespace bonafide::media {

namespace {

constexpr int kThreads = 2;

const Media& clip() {
  static const Media media = [] {
    const std::string path = (std::filesystem::temp_directory_path() / "bonafide-bench-1080p.mp4").string();
    if (!std::filesystem::exists(path)) {
      const std::string command =
          "ffmpeg -v error -y -f lavfi -i testsrc2=s=1920x1080:r=30:d=10 -f lavfi -i anoisesrc=r=48000:d=10:a=0.1 "
          "-vf noise=alls=8:allf=t -c:v libx264 -preset veryfast -b:v 8M -c:a aac '" +
          path + "'";
      if (std::system(command.c_str()) != 0) std::abort();
    }
    Media made;
    made.path = path;
    made.format = Format::mp4;
    if (!probe(made, {})) std::abort();
    return made;
  }();
  return media;
}

/// Demux and decode both tracks, look at nothing.
void PureDecode(benchmark::State& state) {
  for (auto _ : state) {
    const auto demuxer = av::Demuxer::open(clip(), {});
    auto picture = av::open_decoder(*(**demuxer)->streams[0], kThreads, {});
    auto sound = av::open_decoder(*(**demuxer)->streams[1], 1, {});
    const auto packet = av::new_packet();
    const auto frame = av::new_frame();
    std::int64_t frames = 0;
    const auto feed = [&](AVCodecContext* decoder, const AVPacket* data) {
      avcodec_send_packet(decoder, data);
      while (avcodec_receive_frame(decoder, frame.get()) >= 0) ++frames;
    };
    while (av_read_frame((*demuxer)->get(), packet.get()) >= 0) {
      feed(packet->stream_index == 0 ? picture->get() : sound->get(), packet.get());
      av_packet_unref(packet.get());
    }
    feed(picture->get(), nullptr);
    benchmark::DoNotOptimize(frames);
  }
}

void pass(benchmark::State& state, const std::function<void(const Frame&)>& on_frame) {
  std::int64_t frames = 0;
  for (auto _ : state) {
    PassPlan plan;
    plan.threads = kThreads;
    PassSink sink;
    sink.on_frame = on_frame;
    sink.on_audio = [](AudioBlock&& block) { benchmark::DoNotOptimize(block.speech.data()); };
    frames += run_pass(clip(), plan, sink, {})->frames;
  }
  state.counters["frames/s"] = benchmark::Counter(static_cast<double>(frames), benchmark::Counter::kIsRate);
}

void Pass(benchmark::State& state) {
  pass(state, [](const Frame&) {});
}
void PassLuma(benchmark::State& state) {
  pass(state, [](const Frame& frame) { benchmark::DoNotOptimize(frame.luma().data()); });
}
void PassScaled640(benchmark::State& state) {
  pass(state, [](const Frame& frame) { benchmark::DoNotOptimize(frame.scaled(640).data()); });
}
void PassRgb(benchmark::State& state) {
  pass(state, [](const Frame& frame) { benchmark::DoNotOptimize(frame.rgb().data()); });
}

BENCHMARK(PureDecode)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(Pass)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(PassLuma)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(PassScaled640)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(PassRgb)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace

}  // namespace bonafide::media
