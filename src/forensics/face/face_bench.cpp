// What one face costs: points, a look at the whole frame, a look at a crop.
#include <benchmark/benchmark.h>

#include <cmath>

#include "forensics/face/finder.h"
#include "forensics/face/scene_cut.h"

namespace bonafide::forensics::face {
namespace {

media::Plane ripples(int width, int height) {
  std::vector<std::uint8_t> samples;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      samples.push_back(static_cast<std::uint8_t>(128 + 60 * std::sin(x * 0.11) * std::cos(y * 0.07 + x * 0.01)));
  return {width, height, 1, std::move(samples)};
}

void fit_landmarks(benchmark::State& state) {
  auto provider = dlib_landmarks();
  if (!provider) return state.SkipWithError("libdlib-data is not installed");
  const media::Plane plane = ripples(384, 384);
  for (auto _ : state) benchmark::DoNotOptimize((*provider)->fit(plane, {64, 64, 256, 256}));
}
BENCHMARK(fit_landmarks)->Unit(benchmark::kMillisecond);

void find_faces(benchmark::State& state) {
  const auto finder = dlib_finder();
  const media::Plane plane = ripples(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  for (auto _ : state) benchmark::DoNotOptimize(finder->find(plane, 0));
}
BENCHMARK(find_faces)->Args({640, 360})->Args({168, 168})->Unit(benchmark::kMillisecond);

void look_for_a_cut(benchmark::State& state) {
  CutFinder cuts;
  const media::Plane plane = ripples(1920, 1080);
  for (auto _ : state) benchmark::DoNotOptimize(cuts.next(plane));
}
BENCHMARK(look_for_a_cut)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace bonafide::forensics::face
