#include <chromaprint.h>

#include <algorithm>
#include <cmath>

#include "provenance/print/prints.h"

namespace bonafide::provenance::print {

struct SoundPrinter::State {
  ChromaprintContext* context = chromaprint_new(CHROMAPRINT_ALGORITHM_DEFAULT);
  int rate = 0;
  double fed_s = 0;
  std::vector<std::int16_t> samples;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { chromaprint_free(context); }
};

SoundPrinter::SoundPrinter() : state_(std::make_unique<State>()) {}
SoundPrinter::~SoundPrinter() = default;

Result<void> SoundPrinter::add(std::span<const float> samples, int rate) {
  State& state = *state_;
  const auto failed = [] { return make_error(Code::unavailable, "Chromaprint refused the sound"); };
  if (samples.empty()) return {};
  if (state.rate == 0) {
    if (state.context == nullptr || chromaprint_start(state.context, rate, 1) != 1) return failed();
    state.rate = rate;
  }
  if (rate != state.rate) return make_error(Code::invalid_argument, "the sound changed its sample rate");
  constexpr double kMostSeconds = 12 * 3600;
  if (state.fed_s > kMostSeconds) return {};
  state.fed_s += static_cast<double>(samples.size()) / rate;
  state.samples.clear();
  for (const float sample : samples) {
    const float safe = std::isfinite(sample) ? std::clamp(sample, -1.0F, 1.0F) : 0.0F;
    state.samples.push_back(static_cast<std::int16_t>(std::lround(safe * 32767)));
  }
  if (chromaprint_feed(state.context, state.samples.data(), static_cast<int>(state.samples.size())) != 1)
    return failed();
  return {};
}

Result<std::vector<std::uint32_t>> SoundPrinter::finish() {
  std::vector<std::uint32_t> items;
  if (state_->rate == 0) return items;
  std::uint32_t* raw = nullptr;
  int count = 0;
  if (chromaprint_finish(state_->context) != 1 || chromaprint_get_raw_fingerprint(state_->context, &raw, &count) != 1)
    return items;  // shorter than its first window of two seconds: there is no print
  const auto kept = std::min(static_cast<std::size_t>(std::max(count, 0)), kMostSound);
  items.assign(raw, raw + kept);
  chromaprint_dealloc(raw);
  return items;
}

}  // namespace bonafide::provenance::print
